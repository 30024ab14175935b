"""The test run around this process, if there is one: it is asked before a connection is made."""

from __future__ import annotations

from abc import ABC, abstractmethod


class TestRun(ABC):
    """What a test run decides and hears; called on the thread that sends."""

    @abstractmethod
    def check_host(self, host: str) -> None:
        """Raise `InvalidRequestError` to refuse a host that is not this machine; nothing was looked up or sent yet."""

    @abstractmethod
    def recorder_seen(self) -> None:
        """Take note that a recorder has put its connections in the place of those of urllib3."""


_around: list[TestRun] = []


def install(run: TestRun) -> None:
    """Ask a test run before every connection, and before every request on one that is open."""
    _around.append(run)


def uninstall(run: TestRun) -> None:
    """Ask a test run no more."""
    _around.remove(run)


def check_host(host: str) -> None:
    """Raise `InvalidRequestError` where a test run refuses the host."""
    for run in _around:
        run.check_host(host)


def recorder_seen() -> None:
    """Let test runs know of a recorder."""
    for run in _around:
        run.recorder_seen()
