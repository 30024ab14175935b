"""What is said to a person: lines without control characters, questions, secrets typed unseen."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, TextIO

import click

from linode_orm._printable import printable_lines
from linode_orm.cli import scope
from linode_orm.cli.status import report_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from linode_orm.errors import LinodeORMError

    Files = tuple[tuple[str, TextIO], ...]
    """Secrets by name, each in a file."""


def say(value: object, *, err: bool = False) -> None:
    """Print a value without the control characters in it."""
    text, inside = printable_lines(value), scope.current()
    if inside is None:
        click.echo(text, err=err)
    elif err:
        click.echo(f"{printable_lines(inside.account)}: {text}" if inside.account else text, err=True)
    else:
        inside.output.write(f"{text}\n")


def output() -> TextIO:
    """Return where rows are printed: standard output, or that of one account of a fleet."""
    inside = scope.current()
    return sys.stdout if inside is None else inside.output


def say_error(text: object) -> None:
    """Print one line on standard error, as far as that can be written."""
    with suppress(OSError):
        say(" ".join(str(text).split()), err=True)


def say_failure(error: LinodeORMError) -> None:
    """Print the report of what failed, where it has one, and on standard error one line that says why."""
    report = report_of(error)
    if report is not None:
        say_report(report)
    say_error(f"{type(error).__name__}: {error}")


def say_report(report: object) -> None:
    """Print what was done; an output that cannot be written does not change how the command ends."""
    try:
        say(report)
        sys.stdout.flush()
    except OSError as error:
        discard_output()
        say_error(f"Warning: the report cannot be written: {error.strerror or error}")
        say_error(str(report).splitlines()[-1])


def discard_output() -> None:
    """Let the interpreter flush standard output into nothing at its end, where a flush would fail again."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError):
        return  # standard output is none of the system's, as in tests


def is_terminal() -> bool:
    """Whether a person is there to read a question and to answer it."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def secret_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options that name secrets."""
    asked = click.option(
        "--secret",
        "names",
        multiple=True,
        metavar="NAME",
        help="Ask for this secret, such as new:1.root_pass; a document, such as new:1.metadata, is typed as JSON.",
    )
    read = click.option(
        "--secret-file",
        "files",
        multiple=True,
        type=(str, click.File(encoding="utf-8")),
        metavar="NAME FILE",
        help="Read this secret from a file, or from - as standard input.",
    )
    return asked(read(command))


def secrets_of(names: tuple[str, ...], files: Files) -> dict[str, str]:
    """Read secrets from files, and ask for others on the terminal, unseen; a fleet is given none."""
    if (names or files) and scope.current() is not None:
        msg = "a fleet is given no secrets, which are of one account: run the command for each that needs one"
        raise click.UsageError(msg)
    read = {name: file.read().rstrip("\r\n") for name, file in files}
    return read | {name: click.prompt(name, hide_input=True, err=True) for name in names}
