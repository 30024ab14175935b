"""A command over a fleet: look or plan everywhere, and, for what changes something, ask once and send the plans."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NamedTuple, cast

import click

from linode_orm._progress import shown
from linode_orm.cli.fleet.account_command import ACCOUNT, AccountCommand
from linode_orm.cli.fleet.printing import Printer
from linode_orm.cli.status import DONE, FAILED, LEFT
from linode_orm.cli.terminal import say, say_error

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from linode_orm.cli.changing import SendOptions
    from linode_orm.fleet import Fleet, Outcome
    from linode_orm.fleet.schedule import FleetRun

SUFFIX = ".plan"


class RunOptions(NamedTuple):
    """The options of the runs of `fleet`; `is_verbose` shows on standard error how far they are, in a pipe too."""

    workers: int
    max_failed: int | None
    journals: str | None
    is_verbose: bool


class Entry(NamedTuple):
    """One account that has ended, as progress shows it."""

    operation: str
    status: str
    note: str = ""


def run_command(fleet: Fleet, command: click.Command, words: tuple[str, ...], options: RunOptions) -> int:
    """Run a command over all accounts of a fleet; return the exit status."""
    rehearsed = AccountCommand(command, words).rehearse()
    if command.name == "snapshot" and not any(ACCOUNT in each for each in words):
        msg = f"each account needs a file of its own: {ACCOUNT} in FILE stands for its name"
        raise click.UsageError(msg)
    if rehearsed.sending is None:
        return looked(fleet, AccountCommand(command, words), options, rehearsed.form)[0]
    rehearsed.sending.check(in_folder=True)
    with _folder_of(rehearsed.sending) as plans:
        status, steps = looked(fleet, AccountCommand(command, words, plans), options, "table")
        if rehearsed.sending.is_dry or rehearsed.sending.file is not None or not steps:
            return status
        return max(status and LEFT, send_plans(fleet, plans, options, rehearsed.sending, steps))


def looked(fleet: Fleet, command: AccountCommand, options: RunOptions, form: str) -> tuple[int, int]:
    """Run a command that sends no write in each account, and print what it says.

    Returns the exit status, and the number of steps of the plans.
    """
    run = fleet.map(command, workers=options.workers, max_failed=options.max_failed)
    printer, steps = Printer(form), 0
    for outcome in _followed(run, len(fleet), options):
        printer.said(outcome)
        steps += 0 if outcome.value is None else outcome.value.steps
    return printer.end(run.left), steps


def send_plans(fleet: Fleet, plans: Path, options: RunOptions, sending: SendOptions, steps: int) -> int:
    """Ask once, and send the plans of a folder, each to its account; return the exit status."""
    found = sorted(plans.glob(f"*{SUFFIX}"))
    many = f"{len(found)} account{'s' * (len(found) != 1)}"
    if not sending.is_agreed and not click.confirm(f"Send {steps} request{'s' * (steps != 1)} to {many}?", err=True):
        say_error("Nothing was sent.")
        return FAILED
    run = fleet.apply(
        plans,
        workers=options.workers,
        max_failed=options.max_failed,
        journals=options.journals,
        on_error=sending.on_error,
        max_deletes=sending.max_deletes,
    )
    printer = Printer()
    try:
        for outcome in _followed(run, len(found), options):
            printer.sent(outcome, journal_of(options, outcome.account))
    except KeyboardInterrupt:
        return _interrupted(found, options)
    return printer.end(run.left)


def show_plans(fleet: Fleet, plans: Path) -> int:
    """Print the plans of a folder under the names of their accounts; return how many steps they have.

    Raises `click.ClickException` where there is none of an account of the fleet.
    """
    from linode_orm.session.planning.plan import Plan  # noqa: PLC0415  help needs no plan

    found = [each for each in sorted(plans.glob(f"*{SUFFIX}")) if each.name.removesuffix(SUFFIX) in fleet.accounts]
    if not found:
        msg = f"{plans} holds no plan of these accounts"
        raise click.ClickException(msg)
    steps = 0
    for each in found:
        plan = Plan.load(each)
        say(f"== {each.name.removesuffix(SUFFIX)}\n{plan}")
        steps += len(plan)
    sys.stdout.flush()
    return steps


def journal_of(options: RunOptions, account: str) -> str | None:
    """Return the journal of an account, None without a folder of them."""
    return None if options.journals is None else str(Path(options.journals) / f"{account}.journal")


def _followed(run: FleetRun, total: int, options: RunOptions) -> Iterator[Outcome]:
    """Yield outcomes, and show on standard error how far the run is."""
    is_shown = options.is_verbose or (sys.stderr.isatty() and not sys.stdout.isatty())
    progress = cast("bool | Callable[[Entry, int, int], None] | None", is_shown or None)
    with shown(progress, "fleet") as tell:
        for done, outcome in enumerate(run, 1):
            yield outcome
            if tell is not None:
                tell(Entry(outcome.account, "done" if outcome.ok else "failed"), done, total)


def _interrupted(plans: list[Path], options: RunOptions) -> int:
    """Say what became of plans whose sending was ended by Ctrl-C; those that were begun have come to their end."""
    begun = [each.name.removesuffix(SUFFIX) for each in plans if Path(f"{each}.applied").exists()]
    if not begun:
        say_error("Interrupted: nothing was sent.")
        return FAILED
    kept = f"; their reports stand in {options.journals}" if options.journals is not None else ""
    say_error(f"Interrupted: no further account was begun. Begun, and ended: {', '.join(begun)}{kept}.")
    return LEFT if len(begun) < len(plans) else DONE


@contextmanager
def _folder_of(sending: SendOptions) -> Iterator[Path]:
    """Yield the folder that plans are saved in: the one of `--save`, or one that is removed at the end."""
    if sending.file is None:
        with TemporaryDirectory(prefix="linode-orm-") as folder:
            yield Path(folder)
        return
    place = Path(sending.file)
    if place.exists() and any(place.iterdir()):
        msg = f"--save {place}: a fleet saves its plans into an empty folder"
        raise click.UsageError(msg)
    place.mkdir(parents=True, exist_ok=True)
    yield place
    say_error(f"saved in {place}; linode-orm fleet apply {place} sends them")
