"""Lets requests wait for their turn: the budgets and the clock together."""

from __future__ import annotations

import logging
from concurrent.futures import CancelledError
from typing import TYPE_CHECKING, Final, Protocol

from linode_orm.errors import InvalidRequestError
from linode_orm.wire.budget import Budgets, Ticket

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from linode_orm.wire.budget import Held
    from linode_orm.wire.clock import Clock
    from linode_orm.wire.messages import Request, Response
    from linode_orm.wire.remaining import Remaining

_log: Final = logging.getLogger("linode_orm.rates")
SCHEMES: Final = ("redis://", "rediss://", "redis+unix://")
_SLICE: Final = 1.0
_LEAST: Final = 0.001
_TOLD: Final = 1.0


class Sharing(Protocol):
    """Where several processes count together."""

    name: str

    @property
    def part(self) -> float:
        """The part of every budget that is this process's alone, as last known."""
        ...

    def share(self) -> float:
        """Give the part of every budget that is this process's alone: 1 while all count together."""
        ...

    def refuses(self, ticket: Ticket) -> Held | None:
        """Count a request for all processes; say what keeps it from being sent, if anything does."""
        ...

    def landed(self, ticket: Ticket) -> None:
        """Tell the others what came of a trial."""
        ...


class Throttle:
    """Holds requests back where a budget is used up, and lets all others pass."""

    def __init__(self, clock: Clock, shared: Sharing | None = None) -> None:
        self._clock = clock
        self._shared = shared
        self._budgets = Budgets(clock, together=shared is not None)

    def admit(self, request: Request, wanted: Callable[[], bool]) -> tuple[Ticket, float]:
        """Wait for a request's turn; give the leave to send it and the seconds waited.

        Raises `CancelledError` as soon as `wanted()` is false; nothing was sent then.
        """
        began = self._clock.monotonic()
        told = False
        while True:
            turn = self._take(request)
            waited = self._clock.monotonic() - began
            if isinstance(turn, Ticket):
                return turn, waited
            if not wanted():
                msg = f"{request.title} was not sent: it was given up while it waited for its turn"
                raise CancelledError(msg)
            if turn >= _TOLD and not told:
                told = True
                _log.info("%s waits %.1f s: its budget is used up", request.title, turn, extra=_extra(request, turn))
            # in slices: who gives up need not wait for the end of a window
            self._clock.sleep(min(max(turn, _LEAST), _SLICE))

    def _take(self, request: Request) -> Ticket | float:
        if self._shared is not None:
            self._budgets.share = self._shared.share()
        turn = self._budgets.take(request.method, request.path)
        if self._shared is None or not isinstance(turn, Ticket):
            return turn
        held = self._shared.refuses(turn)
        return turn if held is None else self._budgets.give_back(turn, held)

    def landed(self, ticket: Ticket, response: Response | None) -> None:
        """Learn from what became of a request."""
        self._budgets.landed(ticket, response)
        if self._shared is not None and ticket.claims:
            self._shared.landed(ticket)

    def remaining(self) -> Remaining:
        """Give what is left."""
        if self._shared is None:
            return self._budgets.remaining()
        self._budgets.share = self._shared.part
        return self._budgets.remaining(self._shared.name)

    def least_time(self, requests: Iterable[tuple[str, str]]) -> float:
        """Give the least seconds that requests (method, path) take from now on."""
        return self._budgets.least_time(requests)


def throttle(
    budget: object,
    processes: int | None,
    clock: Clock,
    account: tuple[str, str | None],
) -> Throttle | None:
    """Make what `Client(budget=..., processes=...)` asks for; processes share by account: address and token."""
    if processes is not None and (isinstance(processes, bool) or processes < 1):
        msg = f"processes is how many share the budget, a number above 0, not {processes!r}"
        raise InvalidRequestError(msg)
    if budget is None or budget is False:
        return None
    if budget is True:
        return Throttle(clock)
    if not isinstance(budget, str) or not budget.startswith(SCHEMES):
        shown = budget.partition(":")[0] if isinstance(budget, str) else repr(budget)
        msg = f"budget is True, False, None or the redis:// address of a shared one, not {shown}"
        raise InvalidRequestError(msg)
    from linode_orm.wire.shared import SharedBudget  # noqa: PLC0415  needs an extra

    return Throttle(clock, SharedBudget(budget, account, clock, processes=processes))


def _extra(request: Request, pause: float) -> dict[str, object]:
    return {"method": request.method, "path": request.path, "pause": pause}
