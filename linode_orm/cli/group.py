"""The group of commands: imports a command when it is run, and ends every error in one line and a status."""

from __future__ import annotations

import errno
import os
import sys
import warnings
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, Never

import click

from linode_orm.cli.help import with_examples
from linode_orm.cli.status import DONE, FAILED, USAGE
from linode_orm.cli.terminal import discard_output, say, say_error, say_failure
from linode_orm.errors import LinodeORMError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PROGRAM: Final = "linode-orm"
COMPLETION: Final = "_LINODE_ORM_COMPLETE"
"""The variable by which shells ask what a line may be completed to."""
TRACEBACK: Final = "LINODE_ORM_TRACEBACK"
"""The variable that shows where an error comes from which no command foresees."""


class CommandGroup(click.Group):
    """A group whose commands stand in modules of their own, `linode_orm.cli.commands.NAME`.

    `sections` have the commands' names, each with its short help, under titles.
    """

    def __init__(self, *args: Any, sections: Mapping[str, Mapping[str, str]] | None = None, **options: Any) -> None:  # noqa: ANN401  click's
        super().__init__(*args, **{**options, "help": with_examples(options.get("help"))})
        self._sections = sections or {}
        self._known = {name: text for section in self._sections.values() for name, text in section.items()}

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands."""
        return [*self._known, *super().list_commands(ctx)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command of a name, imported now; None where there is none."""
        if cmd_name not in self._known:
            return super().get_command(ctx, cmd_name)
        command: click.Command = import_module(f"linode_orm.cli.commands.{cmd_name}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that the arguments begin with; suggest one for a name that there is not."""
        name = args[0]
        if not ctx.resilient_parsing and self.get_command(ctx, name) is None and not name.startswith("-"):
            from linode_orm._suggestions import suggestion  # noqa: PLC0415  only a wrong name needs it

            msg = f"there is no command {name!r}{suggestion(name, self.list_commands(ctx))}"
            raise click.UsageError(msg, ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands below the titles of their sections; none is imported."""
        del ctx
        for title, section in self._sections.items():
            with formatter.section(title):
                formatter.write_dl([*section.items()])

    def main(self, args: Sequence[str] | None = None, prog_name: str | None = None, **extra: Any) -> Never:  # type: ignore[override]  # pyright: ignore[reportIncompatibleMethodOverride]  # it ends the process, whatever the mode  # noqa: ANN401
        """Run a command and end the process; every error is one line on standard error."""
        program = prog_name or PROGRAM
        instruction = os.environ.get(COMPLETION)
        if instruction:
            from click.shell_completion import shell_complete  # noqa: PLC0415  only shells ask

            sys.exit(shell_complete(self, {}, program, COMPLETION, instruction))
        sys.exit(self._ended(list(sys.argv[1:] if args is None else args), program, extra))

    def _ended(self, args: list[str], program: str, extra: dict[str, Any]) -> int:
        """Return the exit status of a command. click's own `main` ends with 1 where a reader closes the pipe."""
        with warnings.catch_warnings():
            warnings.simplefilter("default", UserWarning)
            warnings.showwarning = _show_warning
            try:
                self._run(args, program, extra)
            except click.exceptions.Exit as end:
                return end.exit_code
            except click.ClickException as error:
                return _refused(error)
            except LinodeORMError as error:
                say_failure(error)
                return FAILED
            except (click.Abort, KeyboardInterrupt):
                say_error("Interrupted: nothing more is sent.")
                return FAILED
            except OSError as error:
                return _unwritten(error)
            except ImportError:
                raise  # an extra is missing, which the caller says
            except Exception as error:
                if os.environ.get(TRACEBACK):
                    raise
                say_error(f"Error: {type(error).__name__}: {error} (a defect: {TRACEBACK}=1 shows where it is)")
                return FAILED
        return DONE

    def _run(self, args: list[str], program: str, extra: dict[str, Any]) -> None:
        """Run a command; what it printed has left when it ends, so that an error of the output is its own."""
        try:
            with self.make_context(program, args, **extra) as ctx:
                self.invoke(ctx)
        except click.exceptions.Exit:
            sys.stdout.flush()
            raise
        sys.stdout.flush()


def _show_warning(message: Warning | str, *_: object, **__: object) -> None:
    say_error(f"Warning: {message}")


def _refused(error: click.ClickException) -> int:
    """Say in one line what was not understood, and where help is."""
    help_text = ""
    if isinstance(error, click.UsageError) and error.ctx is not None and error.ctx.command is not None:
        help_text = f" ({error.ctx.command_path} --help shows how)"
    first, *more = error.format_message().splitlines() or [""]
    say("\n".join([f"Error: {first}{help_text}", *more]), err=True)
    return USAGE if isinstance(error, click.UsageError) else FAILED


def _unwritten(error: OSError) -> int:
    """Say that a file or the output could not be written; a reader that has closed the pipe has what it wanted."""
    if error.errno == errno.EPIPE:
        discard_output()
        return DONE
    if error.filename is None:
        discard_output()
    place = f"{error.filename}: " if error.filename is not None else "the output cannot be written: "
    say_error(f"Error: {place}{error.strerror or error}")
    return FAILED
