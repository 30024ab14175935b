"""`linode-orm fleet`: a command over every account of a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from linode_orm._suggestions import suggestion
from linode_orm.cli.help import CliCommand

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from linode_orm.cli.changing import SendOptions
    from linode_orm.fleet import Fleet

    _Word = click.ParamType[str]
else:
    _Word = click.ParamType

COMMANDS: Final = ("query", "show", "events", "doctor", "set", "delete", "act", "snapshot", "diff", "plan", "apply")
"""The commands that a fleet runs; `plan` and `apply` take a folder of plans."""
_OWN: Final = ("--accounts", "--only", "--tag", "--shard", "--workers", "--journals")
"""The options that no other command has: they may stand behind COMMAND too."""
_HELP: Final = """\
Run COMMAND over every account of a file, side by side; print what it says under the name of each.

Examples:
  linode-orm fleet query Instance --where 'status == "offline"'
  linode-orm fleet --tag eu query Volume --format csv > volumes.csv
  linode-orm fleet --only prod --only stage doctor
  linode-orm fleet --journals journals set Domain ttl_sec=300 --all
  linode-orm fleet delete Volume --where 'linode is None' --save plans && linode-orm fleet apply plans
  linode-orm fleet snapshot '{account}.sqlite' && linode-orm fleet diff '{account}.sqlite'
  linode-orm fleet --shard 1/4 query Instance --format jsonl   # the first of four machines

The file has a table [accounts], with where each token is found: `prod = "env:PROD_TOKEN"`, or a table with token,
url and tags. COMMAND is one of query, show, events, doctor, set, delete, act, snapshot, diff, plan, apply. json, jsonl
and csv have the account's name first. What changes something plans in every account, shows the plans, asks once, and
sends them. {account} in a word stands for the name of each account.

Status 3: of some accounts something is left, differs, or could not be done; 1: nothing could be done on any.

"""


class FleetCommand(CliCommand):
    """A command whose arguments are those of another; options of its own may stand among them."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the options of the fleet, wherever they stand; leave the words of the command as they are."""
        return super().parse_args(ctx, _fronted(args))


def _fronted(args: list[str]) -> list[str]:
    """Return arguments with the options of the fleet before the command."""
    front: list[str] = []
    behind: list[str] = []
    words = iter(args)
    for word in words:
        if word == "--":
            behind += [word, *words]
        elif word.partition("=")[0] in _OWN:
            front += [word] if "=" in word else [word, *([after] if (after := next(words, None)) is not None else [])]
        else:
            behind.append(word)
    return [*front, *behind]


class CommandWord(_Word):
    """The words of a command, of which the first is its name."""

    name = "command"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """Complete the name of the command."""
        from click.shell_completion import CompletionItem  # noqa: PLC0415  only shells ask

        if ctx.params.get(param.name or ""):
            return []
        return [CompletionItem(each) for each in COMMANDS if each.startswith(incomplete)]


@click.command("fleet", cls=FleetCommand, help=_HELP, context_settings={"allow_interspersed_args": False})
@click.option("--accounts", metavar="FILE", default="accounts.toml", show_default=True, help="The accounts, in TOML.")
@click.option("--only", metavar="NAME", multiple=True, help="This account alone; may be given several times.")
@click.option("--tag", metavar="TAG", help="The accounts with this tag in the file.")
@click.option("--shard", metavar="I/N", help="Part I of N of the accounts, chosen by their names.")
@click.option("--max-failed", metavar="N", type=click.IntRange(0), help="Begin no more after more failures than that.")
@click.option("--workers", metavar="N", type=click.IntRange(1), default=8, show_default=True, help="Side by side.")
@click.option("--journals", metavar="FOLDER", type=click.Path(file_okay=False), help="A journal for each account.")
@click.option("-v", "--verbose", is_flag=True, help="Show on standard error which accounts have ended.")
@click.argument("words", metavar="COMMAND...", nargs=-1, type=CommandWord(), required=True)
@click.pass_context
def command(  # noqa: PLR0913  one for each option
    ctx: click.Context,
    words: tuple[str, ...],
    *,
    accounts: str,
    only: tuple[str, ...],
    tag: str | None,
    shard: str | None,
    max_failed: int | None,
    workers: int,
    journals: str | None,
    verbose: bool,
) -> None:
    """Run COMMAND over every account."""
    from linode_orm.cli.fleet.running import RunOptions, run_command  # noqa: PLC0415  help needs none of it

    name, *rest = words
    inner = _command_called(ctx, name)
    if {"-h", "--help"} & {*rest}:
        inner.main(["--help"], prog_name=f"linode-orm fleet {name}", standalone_mode=False)
        return
    part = _part(shard)
    options = RunOptions(workers, max_failed, journals, verbose)
    fleet = _chosen(accounts, only, tag, part)
    if name in {"plan", "apply"}:
        status = _saved(fleet, inner, rest, options)
    else:
        status = run_command(fleet, inner, tuple(rest), options)
    raise click.exceptions.Exit(status)


def _command_called(ctx: click.Context, name: str) -> click.Command:
    """Return the command that a fleet runs; raise `click.UsageError` for another, with a suggestion."""
    group: Any = ctx.find_root().command
    if name not in COMMANDS:
        msg = f"a fleet runs no command {name!r}{suggestion(name, COMMANDS)}; it runs {', '.join(COMMANDS)}"
        raise click.UsageError(msg)
    if name in {"plan", "apply"}:
        return _plan if name == "plan" else _apply
    found: click.Command = group.get_command(ctx, name)
    return found


def _part(shard: str | None) -> tuple[int, int] | None:
    """Return a part of the accounts as two numbers; raise `click.UsageError` for what is none."""
    if shard is None:
        return None
    number, slash, count = shard.partition("/")
    if not slash or not (number.isdecimal() and count.isdecimal()) or not 1 <= int(number) <= int(count):
        msg = f"--shard takes a part and a count, such as 1/4, not {shard!r}"
        raise click.UsageError(msg)
    return int(number), int(count)


def _chosen(path: str, only: tuple[str, ...], tag: str | None, part: tuple[int, int] | None) -> Fleet:
    """Return the accounts of a file that are meant; raise `click.UsageError` for a name or a tag that is not there."""
    from linode_orm.fleet import Fleet  # noqa: PLC0415  help needs none of it

    fleet = Fleet.load(path)
    for name in only:
        if name not in fleet.accounts:
            msg = f"--only: {path} has no account {name!r}{suggestion(name, fleet.accounts)}"
            raise click.UsageError(msg)
    found = fleet.only(*only, tag=tag)
    if not len(found):
        msg = f"{path} has no account with the tag {tag!r}" if tag is not None else f"{path} has no account"
        raise click.UsageError(msg)
    return found if part is None else found.only(shard=part)


# -- folders of plans ------------------------------------------------------------------------------------------------

_FOLDER: Final = click.argument("folder", type=click.Path(file_okay=False, exists=True, path_type=Path))


@click.command("plan", cls=CliCommand)
@_FOLDER
def _plan(folder: Path) -> tuple[Path, None]:
    """Show the plans that `linode-orm fleet ... --save FOLDER` wrote; sends nothing.

    Examples:
      linode-orm fleet plan plans

    """
    return folder, None


@click.command("apply", cls=CliCommand)
@_FOLDER
@click.option("--yes", is_flag=True, help="Send without asking.")
@click.option("--on-error", type=click.Choice(["stop", "continue", "undo"]), default="stop", show_default=True)
@click.option(
    "--max-deletes", type=click.IntRange(0), help="In each account, send nothing that deletes more than that."
)
def _apply(folder: Path, on_error: str, *, yes: bool, max_deletes: int | None) -> tuple[Path, SendOptions]:
    """Show the plans that `linode-orm fleet ... --save FOLDER` wrote, ask, and send each to its account.

    Examples:
      linode-orm fleet apply plans
      linode-orm fleet --journals journals --max-failed 0 apply plans --yes

    A plan that was applied is skipped, so that a second run does the rest.

    """
    from linode_orm.cli.changing import SendOptions  # noqa: PLC0415  help needs none of it

    sending = SendOptions(False, yes, None, on_error, max_deletes)  # noqa: FBT003  not dry
    sending.check(saves=False)
    return folder, sending


def _saved(fleet: Fleet, inner: click.Command, words: list[str], options: Any) -> int:  # noqa: ANN401  RunOptions
    """Show the plans of a folder, and send them where that is asked for; return the exit status."""
    from linode_orm.cli.fleet.running import send_plans, show_plans  # noqa: PLC0415  help needs none of it

    with inner.make_context(f"linode-orm fleet {inner.name}", words) as ctx:
        folder, sending = inner.invoke(ctx)
    steps = show_plans(fleet, folder)
    return 0 if sending is None or not steps else send_plans(fleet, folder, options, sending, steps)
