"""The calls of a session that act on many objects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, overload

from linode_orm._lazy import Later
from linode_orm._secrets import forgets_locals
from linode_orm.session.verbs.base import SessionVerbs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from linode_orm import _progress as progresses
    from linode_orm.mapping import Expression, Model
    from linode_orm.session.acting import acting as acts
    from linode_orm.session.acting.report import ActionReport
    from linode_orm.session.planning import plan as plans
    from linode_orm.session.planning.plan import Plan
    from linode_orm.session.planning.report import Entry

    Tell = Callable[[Entry, int, int], None]
else:  # a script that only names sessions waits for none of this
    progresses, acts = Later("linode_orm._progress"), Later("linode_orm.session.acting.acting")
    plans = Later("linode_orm.session.planning.plan")

_NOTHING: Mapping[str, object] = {}


class Acting(SessionVerbs):
    """Actions on many objects."""

    @overload
    def act(
        self,
        objects: Iterable[Model],
        action: Callable[..., object],
        /,
        *,
        at_once: int | None = None,
        until: Expression | None = None,
        timeout: float = 300.0,
        on_error: Literal["stop", "continue"] = "stop",
        max_failed: int = 0,
        progress: bool | Tell | None = None,
        dry_run: Literal[False] = False,
        arguments: Mapping[str, object] = _NOTHING,
    ) -> ActionReport: ...
    @overload
    def act(
        self,
        objects: Iterable[Model],
        action: Callable[..., object],
        /,
        *,
        at_once: int | None = None,
        until: Expression | None = None,
        timeout: float = 300.0,
        on_error: Literal["stop", "continue"] = "stop",
        max_failed: int = 0,
        progress: bool | Tell | None = None,
        dry_run: Literal[True],
        arguments: Mapping[str, object] = _NOTHING,
    ) -> Plan: ...
    @forgets_locals
    def act(  # noqa: PLR0913  the options of the contract
        self,
        objects: Iterable[Model],
        action: Callable[..., object],
        /,
        *,
        at_once: int | None = None,
        until: Expression | None = None,
        timeout: float = 300.0,
        on_error: Literal["stop", "continue"] = "stop",
        max_failed: int = 0,
        progress: bool | Tell | None = None,
        dry_run: bool = False,
        arguments: Mapping[str, object] = _NOTHING,
    ) -> ActionReport | Plan:
        """Run an action of a class (`Instance.reboot`) on many objects, side by side, and wait for its jobs.

        At most `at_once` are unfinished at any moment: the next one starts as one ends. One is finished when its job
        has ended, or where it starts none when it is answered; with `until`, when it also meets that condition. One
        whose end is not seen within `timeout` seconds keeps its place: nothing more is started. `arguments` are those
        of the method. `on_error="stop"` starts no more after more than `max_failed` failures, `"continue"` goes through
        all. `progress` is True, or a function of an `Entry`, how many have ended, and of how many. `dry_run` returns
        the plan and sends nothing.

        Sends 1 request an object, and 1 a round for the events of all jobs. Each is done once: one whose answer is lost
        is looked for among the account's events before it is sent again. Raises `ActionError` where more than
        `max_failed` failed, or something was not started, and `ActionInterrupted` after Ctrl-C. Raises
        `InvalidRequestError` before anything is sent where an object cannot be asked for it, or in a `begin()` block.
        """
        self._owner.check()
        if not dry_run:
            self._owner.check_outside_block("act()")
        options = acts.ActOptions(at_once, until, timeout, on_error, max_failed, dry_run, arguments)
        planned = acts.plan((self._owner.own(each) for each in objects), action, options)
        if dry_run:
            source = plans.Source(self, "", self._policy.protected_tags)
            wanted = acts.plan_of(planned, self._parts.acting)
            return acts.previewed(self._parts.acting, wanted, source, self._policy.policies)
        with progresses.shown(progress, planned[0].operation.name if planned else "act") as tell:
            return acts.act(self._parts.acting, planned, options, self._policy.policies, tell)
