"""Sending: a plan is run, put back where it has to be, and told of in a report."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING
from uuid import uuid4

from attrs import evolve, field, frozen

from linode_orm.errors import CommitError, CommitInterrupted, JournalError
from linode_orm.session.commit.plans.plan import Pending
from linode_orm.session.commit.runs.execute import Options, Run, listening
from linode_orm.session.commit.runs.report import CommitReport, Entry
from linode_orm.session.commit.runs.reverting import put_back

if TYPE_CHECKING:
    from collections.abc import Mapping

    from linode_orm.session.commit.objects.hands import Hands
    from linode_orm.session.commit.plans.plan import Plan, Step, Token
    from linode_orm.wire.client import Client

_SHOWN = 5


@frozen
class Before:
    """What was known of a plan's steps before it is run: what became of them, and the ids that they brought."""

    entries: tuple[Entry, ...] = ()
    ids: Mapping[str, object] = field(factory=dict)


@frozen(eq=False)
class Sent:
    """What a run left: the report, the ids of created objects by token, and the answers that were taken in."""

    report: CommitReport
    ids: Mapping[str, object]
    landed: tuple[tuple[Step, object], ...]
    interrupted: bool
    crash: BaseException | None


def send(  # noqa: PLR0913  what a run is made of
    plan: Plan,
    client: Client,
    hands: Hands,
    *,
    options: Options,
    before: Before | None = None,
    name: str | None = None,
) -> Sent:
    """Send a plan and take its answers in; with the policy `undo`, put everything back where something failed."""
    began = perf_counter()
    run = Run(plan, client, hands, options)
    run.ids.update(before.ids if before is not None else {})
    for entry in before.entries if before is not None else ():
        identity = before.ids.get(str(entry.step.token)) if before is not None else None
        run.done_before(entry, identity)
    unknown: set[int] = set()
    undone: frozenset[Token] = frozenset()
    with listening(run):
        run.go()
        if options.puts_back and run.failed:  # promise 6a: a failure puts back what was done
            back = put_back(run.entries, plan, run.ids, client, hands, options.ledger)
            run.entries.update(back.entries)
            undone = back.parts
            _let_orphans_go(run, plan, hands)
            run.interrupts += back.interrupts
            unknown |= back.unknown
    if options.puts_back:
        kept = {number for number, entry in run.entries.items() if entry.status in {"applied", "not undone"}}
        run.take_all(lambda step: step.number in kept and step.token not in undone)
    hands.finish()
    unknown |= {number for number, entry in run.entries.items() if entry.status == "in doubt"}
    for number in sorted(unknown):
        hands.unsure(run.steps[number])
    entries: list[Entry] = [
        run.entries.get(number) or Entry(step, hands.object_of(step), "pending") for number, step in run.steps.items()
    ]
    report = CommitReport((*entries, *run.stowaways), perf_counter() - began, run.window, id=name or uuid4().hex)
    landed = tuple((step, body) for step, _, _, body in run.landed if run.entries[step.number].status == "applied")
    return Sent(report, run.ids, landed, bool(run.interrupts), run.crash)


def _let_orphans_go(run: Run, plan: Plan, hands: Hands) -> None:
    """Settle creations in doubt whose parent is put back: they went with it, if they were there."""
    undone = {entry.step.token for entry in run.entries.values() if entry.status == "undone"}
    for step in plan:
        above = {each.token for each in step.parents if isinstance(each, Pending)}
        if run.entries.get(step.number) and run.entries[step.number].status == "in doubt" and above & undone:
            run.entries[step.number] = evolve(run.entries[step.number], status="undone")
            hands.is_certain(step)


def raise_where_incomplete(sent: Sent, session: object) -> None:
    """Raise what a hook or a signal handler raised, `CommitInterrupted` after Ctrl-C, `CommitError` after a failure."""
    report = sent.report
    if sent.crash is not None and not isinstance(sent.crash, JournalError):
        raise sent.crash
    if sent.interrupted or sent.crash is not None or len(report.applied) < len(report):
        kind = CommitInterrupted if sent.interrupted else CommitError
        cause = sent.crash or next((entry.error for entry in report if entry.error is not None), None)
        raise kind(
            _message(report, sent.crash, interrupted=sent.interrupted), report=report, session=session
        ) from cause


def _message(report: CommitReport, crash: BaseException | None, *, interrupted: bool) -> str:
    counts = ", ".join(f"{count} {status}" for status, count in report.counts.items())
    shown = [*report.failed, *report.in_doubt, *report.not_undone][:_SHOWN]
    lines = [f"  {entry.operation} ({entry.step.title}) {entry.status}: {entry.note or entry.error}" for entry in shown]
    head = f"commit {'interrupted' if interrupted else 'not complete'}: {counts}"
    if crash is not None:
        lines.append(f"  {crash}")
    return "\n".join([head, *lines, "the session holds what is not done; its commit() sends only that"])
