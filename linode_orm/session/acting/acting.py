"""Acting: one action on many objects, from its plan to its report."""

from __future__ import annotations

from contextlib import contextmanager, nullcontext
from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING, Final

from attrs import evolve, frozen

from linode_orm._lazy import Later
from linode_orm._options import check_choice, check_count, check_flags, check_seconds
from linode_orm.action_errors import ActionError, ActionInterrupted
from linode_orm.errors import CommitInterrupted, InvalidRequestError, JournalError, LinodeORMError
from linode_orm.mapping.lifecycle import expire
from linode_orm.mapping.state import Status, state_of
from linode_orm.session.acting.action_plan import operation_for, plan_actions
from linode_orm.session.acting.attempt import Attempt
from linode_orm.session.acting.records import WindowOptions
from linode_orm.session.acting.report import ActionReport
from linode_orm.session.acting.window import Window
from linode_orm.session.commit import guards
from linode_orm.session.commit.interrupts import first_crash, kept_interrupts
from linode_orm.session.planning.action_terms import ActionTerms
from linode_orm.session.planning.plan import Plan
from linode_orm.session.waiting.bulk_refresh import groups_of
from linode_orm.session.waiting.event_paths import given_paths
from linode_orm.session.waiting.goals import goals_of
from linode_orm.session.waiting.started import models_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from linode_orm.mapping import Expression, Model
    from linode_orm.session.acting.action_plan import PlannedAction
    from linode_orm.session.acting.parts import ActingParts
    from linode_orm.session.acting.records import Tell
    from linode_orm.session.commit import hooked
    from linode_orm.session.commit.interrupts import Interrupts
    from linode_orm.session.commit.policy import PlanPolicy
    from linode_orm.session.journal.journal import Journal
    from linode_orm.session.journal.log import CommitLog
    from linode_orm.session.planning.plan import Source

else:  # few sessions have hooks
    hooked = Later("linode_orm.session.commit.hooked")

_SHOWN: Final = 5
_MOST_READ: Final = 2
"""How many requests are spent at most on the objects of a class at the end, so that they are fresh."""
_AGAIN: Final = "session.act() on the objects of report.pending starts the rest"


@frozen
class ActOptions:
    """The options of `session.act()`, as they were given."""

    at_once: int | None = None
    until: Expression | None = None
    timeout: float = 300.0
    on_error: str = "stop"
    max_failed: int = 0
    dry_run: bool = False
    arguments: Mapping[str, object] = {}

    def check(self) -> None:
        """Raise `InvalidRequestError` for options that make no sense."""
        check_count("at_once", self.at_once, least=1, or_none=True)
        check_seconds("timeout", self.timeout, may_be_zero=True)
        check_choice("on_error", self.on_error, ("stop", "continue"))
        check_count("max_failed", self.max_failed)
        check_flags(dry_run=self.dry_run)
        if not hasattr(self.arguments, "keys"):
            msg = f"arguments is a mapping of names to values, not {self.arguments!r}"
            raise InvalidRequestError(msg)


def plan(objects: Iterable[Model], action: object, options: ActOptions) -> list[PlannedAction]:
    """Return what `act` would do; sends nothing. Raises what keeps any of it from being sent."""
    options.check()
    operation = operation_for(action)
    targets = list({id(each): each for each in objects}.values())
    if options.until is not None:
        goals_of({type(each): None for each in targets}, (options.until,))
    until = "" if options.until is None else str(options.until)
    arguments = dict(options.arguments)
    given = tuple(given_paths(action, arguments))
    terms = ActionTerms(operation.name, options.at_once, options.timeout, options.max_failed, until, given)
    return plan_actions(targets, operation, arguments, models_in(arguments.values()), terms)


def plan_of(planned: Sequence[PlannedAction], parts: ActingParts) -> Plan:
    """Return a plan of actions."""
    steps = tuple(each.step for each in planned)
    return Plan(steps, least_time=parts.client.least_time([(each.method, each.path) for each in steps]))


def act(
    parts: ActingParts,
    planned: Sequence[PlannedAction],
    options: ActOptions,
    policies: tuple[PlanPolicy, ...],
    tell: Tell | None,
) -> ActionReport:
    """Run actions in a window, if no policy refuses them; raise `ActionError` where they were not all done."""
    wanted = plan_of(planned, parts)
    guards.check_writable(parts.client, wanted)
    if not planned:
        return ActionReport()
    check_allowed(parts, wanted, policies)
    log = parts.history.begin(wanted, options.on_error, "ignore", is_whole=False)
    return act_on(parts, planned, log, on_error=options.on_error, until=options.until, tell=tell)


def check_allowed(parts: ActingParts, wanted: Plan, policies: tuple[PlanPolicy, ...]) -> None:
    """Ask the policies about a plan of actions, and tell the hooks that it begins; raises what refuses it."""
    hooks = parts.commit.objects.loader.hooks
    if hooks is not None:
        hooks.check_outside()
    if policies:
        parts.commit.check_policies(wanted, policies)
    parts.commit.call_before(wanted, None)


def act_on(  # noqa: PLR0913  how actions are run
    parts: ActingParts,
    planned: Sequence[PlannedAction],
    log: CommitLog,
    *,
    on_error: str,
    until: Expression | None = None,
    tell: Tell | None = None,
) -> ActionReport:
    """Run actions that are written down; raise `ActionError` where they were not all done."""
    terms = planned[0].step.action or ActionTerms(planned[0].operation.name)
    with interruptible() as interrupts:
        attempts = [Attempt(each) for each in planned]
        window = Window(parts, attempts, WindowOptions(terms, log, on_error == "continue", until, tell))
        hooks = parts.commit.objects.loader.hooks
        with hooks.keeping() if hooks is not None else nullcontext():
            report = run(parts, window, interrupts, log.name)
        end(parts.history.journal, window, report)
        if hooks is not None:
            hooked.end(hooks, report, partial(raise_where_incomplete, window, report, terms, advice=_AGAIN))
        raise_where_incomplete(window, report, terms, advice=_AGAIN)
        return report


@contextmanager
def interruptible() -> Iterator[Interrupts]:
    """Keep what signal handlers raise until the answers are in; Ctrl-C is an error of actions then."""
    try:
        with kept_interrupts() as interrupts:
            yield interrupts
    except CommitInterrupted as interrupted:
        report = interrupted.report if isinstance(interrupted.report, ActionReport) else ActionReport()
        raise ActionInterrupted(str(interrupted), report=report) from None


def run(parts: ActingParts, window: Window, interrupts: Interrupts, name: str) -> ActionReport:
    """Run a window to its end, whatever ends it, and return its report."""
    began = perf_counter()
    try:
        with interrupts.interrupting(window.interrupt):
            window.run()
    finally:
        window.records.close()
    raised = interrupts.take()
    if any(isinstance(each, KeyboardInterrupt) for each in raised):
        window.records.is_interrupted = True
    window.records.crash = window.records.crash or first_crash(raised)
    entries = tuple(each.entry for each in window.records.attempts if each.entry is not None)
    report = ActionReport(entries, perf_counter() - began, id=name)
    interrupts.report = report
    if not window.records.is_interrupted and window.records.crash is None:
        _freshen(parts, window.records.applied)
    return report


def _freshen(parts: ActingParts, objects: Sequence[Model]) -> None:
    """Read objects again where a list or two tell of all of them; let the next read of the others ask."""
    there = [each for each in objects if state_of(each).status is not Status.DETACHED]
    for each in there:
        expire(each)
    groups = [each for each in groups_of(there, needs_get=frozenset()) if each.cost <= _MOST_READ]
    if groups and len(groups) <= _MOST_READ:
        try:
            parts.refresh.read(groups)
        except LinodeORMError:
            return  # they are read when they are asked for


def end(journal: Journal, window: Window, report: ActionReport, *, stays_open: bool = False) -> None:
    """Write down how actions ended; only those that were ended from outside, and are in no report, are carried on."""
    is_broken = stays_open or window.records.is_interrupted or window.records.crash is not None
    is_done = all(each.status == "applied" for each in report)
    try:
        journal.end(report.id, "finished" if is_done else "open" if is_broken else "returned")
    except JournalError as error:
        window.records.crash = window.records.crash or error


def raise_where_incomplete(window: Window, report: ActionReport, terms: ActionTerms, *, advice: str) -> None:
    """Raise what a hook raised, `ActionInterrupted` after Ctrl-C, `ActionError` if too many failed or some are left."""
    if window.records.crash is not None and not isinstance(window.records.crash, JournalError):
        raise window.records.crash
    failures = len(report.failed) + len(report.in_doubt)
    is_well = failures <= terms.max_failed and not report.pending
    if is_well and not window.records.is_interrupted and window.records.crash is None:
        return
    cause = window.records.crash or next((each.error for each in report if each.error is not None), None)
    kind = ActionInterrupted if window.records.is_interrupted else ActionError
    raise kind("\n".join([*_lines(report, terms, window), advice]), report=report) from cause


def _lines(report: ActionReport, terms: ActionTerms, window: Window) -> list[str]:
    counts = ", ".join(f"{count} {status}" for status, count in report.counts.items())
    shown = [*report.failed, *report.in_doubt][:_SHOWN]
    lines = [f"  {each.step.title} {each.status}: {each.note or each.error}" for each in shown]
    head = f"{terms.name} {'interrupted' if window.records.is_interrupted else 'not complete'}: {counts}"
    return [head, *lines, *([f"  {window.records.crash}"] if window.records.crash is not None else [])]


def previewed(parts: ActingParts, wanted: Plan, source: Source, policies: tuple[PlanPolicy, ...]) -> Plan:
    """Return a plan of actions with its session, its cost, and the messages of the policies that refuse it."""
    from linode_orm.session.commit.plan_policies import messages_of  # noqa: PLC0415  only who looks at plans needs it
    from linode_orm.session.commit.preview import cost_of  # noqa: PLC0415  the same

    objects = parts.commit.objects
    wanted = evolve(wanted, source=source, cost=cost_of(wanted, parts.client, objects))
    return evolve(wanted, refusals=tuple(messages_of(wanted, policies, objects.find)))
