"""An account whose requests take real time, so that there is something to cancel."""

from __future__ import annotations

import time
from threading import Lock
from typing import TYPE_CHECKING

from linode_orm import Client

if TYPE_CHECKING:
    from linode_orm.simulator import Simulator


class SlowTransport:
    """Passes requests on to a simulator after some seconds of this machine, and counts those under way."""

    def __init__(self, simulator: Simulator, seconds: float) -> None:
        self.simulator, self.seconds = simulator, seconds
        self.under_way = self.most_under_way = 0
        self._lock = Lock()

    def send(self, request, *, token, timeout):
        """Wait, and let the simulator answer."""
        with self._lock:
            self.under_way += 1
            self.most_under_way = max(self.most_under_way, self.under_way)
        try:
            time.sleep(self.seconds)
            return self.simulator.transport.send(request, token=token, timeout=timeout)
        finally:
            with self._lock:
                self.under_way -= 1

    def close(self) -> None:
        """Nothing to close."""


def slow_client(simulator: Simulator, seconds: float = 0.05, **options) -> Client:
    """Give a client on the machine's clock whose requests take so many seconds."""
    return Client("t", transport=SlowTransport(simulator, seconds), budget=None, **options)
