"""Pauses by the clock of a client, which end early when their commit is stopped."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from linode_orm.wire.client import Client

_SLICE: Final = 1.0
"""For how long a pause cannot be ended, in seconds."""


def pause(client: Client, seconds: float, is_stopped: Callable[[], bool]) -> bool:
    """Wait some seconds by the client's clock; return whether the pause was not stopped."""
    while seconds > 0 and not is_stopped():
        client.clock.sleep(min(_SLICE, seconds))
        seconds -= _SLICE
    return not is_stopped()
