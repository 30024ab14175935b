"""Resolving what is in doubt: the one loop that looks, waits and looks again."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from linode_orm.wire.pause import pause

if TYPE_CHECKING:
    from collections.abc import Callable

    from linode_orm.wire.client import Client

FIRST_PAUSE: Final = 0.25
"""The seconds between the first look and the second one; each pause after it is twice as long."""
WHOLE: Final = inf
"""A first pause that leaves two looks: one now, one when no request can be running any more."""


class LookupResult(NamedTuple):
    """What a look showed: the object, or why it is not known which object it is; neither where there is none."""

    body: dict[str, Any] | None = None
    why: str = ""

    @property
    def is_known(self) -> bool:
        """Whether another look would tell no more."""
        return self.body is not None or bool(self.why)


NOT_WAITED: Final = LookupResult(why="it was not waited for")


def never() -> bool:
    """Return False: nothing stops the waiting."""
    return False


def resolve(
    client: Client,
    until: float,
    look: Callable[[], LookupResult],
    is_stopped: Callable[[], bool] = never,
    first_pause: float = FIRST_PAUSE,
) -> LookupResult:
    """Look until something is found, or until nothing that was sent can be running any more.

    `until` is that moment by the monotonic clock (`InDoubt.until`). The last look comes after it: only then does a
    result without an object prove that the request was not done and never will be. `is_stopped` ends the waiting.
    """
    is_last = False
    while True:
        result = look()
        left = until - client.clock.monotonic()
        if result.is_known or is_last or left <= 0:
            return result
        # Counted here instead of asking the clock again: a rounding error would cost another request.
        is_last = first_pause >= left
        if not pause(client, min(first_pause, left), is_stopped):
            return NOT_WAITED
        # Most of what lost its answer ends soon. Doubled pauses look nine times in 60 seconds, the lifetime by default.
        first_pause *= 2
