"""Hooks around a commit: when they are called, and what happens where one raises."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linode_orm.errors import ConflictError, InvalidRequestError

if TYPE_CHECKING:
    from collections.abc import Callable

    from linode_orm.session.loading.hooks import Hooks
    from linode_orm.session.planning.plan import Plan
    from linode_orm.session.planning.report import CommitReport


def call_before(hooks: Hooks, plan: Plan, plan_again: Callable[[], Plan] | None) -> None:
    """Call the hooks before a commit; nothing is sent where one raises, or changes what the plan is made from."""
    hooks.call("before_commit", plan)
    if plan_again is not None and plan_again() != plan:  # promise 51a: what hooks saw is what is sent
        msg = "a before_commit hook changed what the commit sends; nothing was sent: commit again"
        raise InvalidRequestError(msg)


def tell_conflict(hooks: Hooks, error: ConflictError) -> None:
    """Call the hooks of a conflict that is about to be raised; what one raises is a note of the error."""
    with hooks.keeping():
        hooks.call("conflict", error)
    _note(error, hooks.take())


def end(hooks: Hooks, report: CommitReport, raise_where_incomplete: Callable[[], None]) -> None:
    """Call the hooks after a commit, and raise as it ended, which the function tells.

    The commit's own error wins: what hooks raised is a note of it. Where the commit is complete, the first error of a
    hook is raised, with the report.
    """
    with hooks.keeping():
        for entry in report:
            if isinstance(entry.error, ConflictError):
                hooks.call("conflict", entry.error)
        hooks.call("after_commit", report)
    raised = hooks.take()
    try:
        raise_where_incomplete()
    except BaseException as error:
        _note(error, raised)
        raise
    if raised:
        first, *others = raised
        first.add_note("raised by a hook of the session; the commit itself is complete: error.report")
        _note(first, others)
        vars(first)["report"] = report
        raise first


def _note(error: BaseException, raised: list[BaseException]) -> None:
    for each in raised:
        error.add_note(f"a hook of the session raised, too: {type(each).__name__}: {each}")
