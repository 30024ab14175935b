"""The commands of `linode-orm`."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click
from rich.console import Console

from linode_orm import CommitError, CommitInterrupted, LinodeORMError, __version__
from linode_orm._printable import printable_lines
from linode_orm.cli.status import FAILED, LEFT, status_after, status_of_all

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from linode_orm import CommitReport

_SECONDS = click.FloatRange(0)
_Files = tuple[tuple[str, TextIO], ...]
"""Secrets by name, each in a file."""


def _secrets(command: Callable[..., None]) -> Callable[..., None]:
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


def _say(value: object, *, err: bool = False) -> None:
    """Print a value without the control characters in it."""
    click.echo(printable_lines(value), err=err)


def _say_error(error: LinodeORMError) -> None:
    """Print the report of a commit that failed, and on standard error one line that says why."""
    if isinstance(error, CommitError):
        _say(error.report)
    _say(f"{type(error).__name__}: {' '.join(str(error).split())}", err=True)


class _Plainly(click.Group):
    """Says errors of the library in one line, and ends with 1."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except LinodeORMError as error:
            _say_error(error)
            ctx.exit(FAILED)


@click.group(cls=_Plainly, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="linode-orm")
def app() -> None:
    """An ORM-style session over the Linode API."""


@app.command()
def demo() -> None:
    """Run the tour on a simulated account; needs no network and no token."""
    from linode_orm.cli import demo as tour  # noqa: PLC0415  the simulator is loaded where it is wanted

    tour.run(Console(highlight=False))


@app.command()
@click.argument(
    "journals", metavar="JOURNAL...", nargs=-1, required=True, type=click.Path(dir_okay=False, readable=False)
)
@click.option("--undo", is_flag=True, help="Take back what was done instead of completing it.")
@click.option("--forget", is_flag=True, help="Send nothing; count the commit as settled by hand.")
@click.option("--account-unchecked", is_flag=True, help="Go on where nothing tells whose account the commit is for.")
@_secrets
def recover(  # noqa: PLR0913  one for each option
    journals: tuple[str, ...],
    names: tuple[str, ...],
    files: _Files,
    *,
    undo: bool,
    forget: bool,
    account_unchecked: bool,
) -> None:
    """Settle what a crash left unfinished in each JOURNAL: say what was done, and complete it or take it back.

    The token is found as scripts find it. A journal that cannot be settled does not keep the others from it. The exit
    status is 0 where nothing is left to do, 1 where an error ended it, and 3 where something is left.
    """
    if len(journals) > 1 and (names or files):
        msg = "a secret is named by its place in one journal: give --secret and --secret-file with one JOURNAL"
        raise click.UsageError(msg)
    from linode_orm import recover as settle  # noqa: PLC0415  only this command needs it

    secrets = _asked(names, files)
    settled = partial(settle, secrets=secrets, undo=undo, forget=forget, account_unchecked=account_unchecked)
    raise click.exceptions.Exit(status_of_all(_settled(journals, settled)))


def _settled(journals: tuple[str, ...], settle: Callable[[str], CommitReport]) -> Iterator[int]:
    """Settle one journal after the other; yield the exit status of each, up to one that Ctrl-C ends."""
    for journal in journals:
        if len(journals) > 1:
            _say(f"{journal}:")
        try:
            _say(settle(journal))
            yield status_after(journal)
        except CommitInterrupted as error:
            _say_error(error)
            yield LEFT
            return
        except CommitError as error:
            _say_error(error)
            yield status_after(journal, error)
        except LinodeORMError as error:
            _say_error(error)
            yield FAILED


@app.command()
@click.argument("file", type=click.Path(dir_okay=False, readable=False))
@click.option("--apply", "send", is_flag=True, help="Send it, after looking whether the account is as it was.")
@_secrets
@click.option("--on-error", type=click.Choice(["stop", "continue", "undo"]), default="stop", show_default=True)
@click.option(
    "--journal", type=click.Path(dir_okay=False, readable=False), help="Write down what is sent, for `recover`."
)
@click.option("--max-deletes", type=click.IntRange(0), help="Send nothing where it deletes more objects than that.")
def plan(  # noqa: PLR0913  one for each option
    file: str,
    names: tuple[str, ...],
    files: _Files,
    on_error: str,
    journal: str | None,
    *,
    max_deletes: int | None,
    send: bool,
) -> None:
    """Show the plan that was saved to FILE, and send it with --apply.

    The report is shown whether everything was done or not. The exit status is 0 where it was and 1 where it was not; it
    is 3 where something is in doubt, or left in the journal for `recover`.
    """
    from linode_orm import Client, Plan  # noqa: PLC0415  only this command needs them

    saved = Plan.load(file)
    if not send:
        _say(saved)
        if saved.secrets:
            _say(f"\nasks for: {', '.join(saved.secrets)}")
        return
    with Client() as client:
        secrets = _asked(names, files)
        try:
            _say(saved.apply(client, on_error=on_error, secrets=secrets, journal=journal, max_deletes=max_deletes))
        except CommitError as error:
            _say_error(error)
            raise click.exceptions.Exit(status_after(journal, error)) from None


def _asked(names: tuple[str, ...], files: _Files) -> dict[str, str]:
    """Read secrets from files, and ask for others on the terminal, unseen."""
    read = {name: file.read().rstrip("\r\n") for name, file in files}
    return read | {name: click.prompt(name, hide_input=True, err=True) for name in names}


@app.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8080, show_default=True, type=click.IntRange(0, 65535), help="0 takes a free one.")
@click.option("--fleet", default=0, metavar="N", type=click.IntRange(0), help="Begin with N Linodes and more.")
@click.option("--job-seconds", default=1.0, show_default=True, type=_SECONDS, help="How long a boot or a resize takes.")
@click.option("--latency", default=0.0, show_default=True, type=_SECONDS, help="Seconds that each request takes.")
@click.option("--strict", is_flag=True, help="Refuse what the API is only guessed to refuse.")
def simulate(host: str, port: int, fleet: int, job_seconds: float, latency: float, *, strict: bool) -> None:  # noqa: PLR0913  one for each option
    """Serve a simulated account over HTTP until Ctrl-C, for any client of the Linode API.

    It holds the public catalogues and nothing else, unless --fleet is given. Any token is good but one that begins
    with `bad`.
    """
    from linode_orm.simulator import Simulator, serve  # noqa: PLC0415  only this command needs it

    simulator = Simulator(job_seconds=job_seconds, latency=latency, strict="guesses" if strict else True)
    if fleet:
        simulator.populate(fleet)
    try:
        server = serve(simulator, host=host, port=port)
    except OSError as error:
        msg = f"cannot listen on {host}:{port}: {error.strerror}"
        raise click.ClickException(msg) from None
    try:
        with server:
            click.echo(f"Serving a simulated Linode account at {server.url}/v4 (Ctrl-C ends it).")
            click.echo(f"LINODE_API_URL={server.url} LINODE_TOKEN=any  is all that a client needs.")
            server.wait()
    except KeyboardInterrupt:
        click.echo("Bye.")


@app.group()
def cassette() -> None:
    """Look at cassettes: recorded requests and answers that tests replay."""


@cassette.command()
@click.argument("file", type=click.Path(dir_okay=False, readable=False, path_type=Path))
def show(file: Path) -> None:
    """Print the cassette in FILE as a list of requests."""
    from linode_orm.testing.cassettes.listing import listed  # noqa: PLC0415  only this command needs it

    for line in listed(file):
        _say(line)
