"""The network guard: a function that a test run puts here, and that may refuse a connection before it is made."""

from __future__ import annotations

from collections.abc import Callable

Check = Callable[[str], None]
"""Called with the name of a host that is not this machine; raises `InvalidRequestError` to refuse it."""

_checks: list[Check] = []


def install(check: Check) -> None:
    """Ask a function before every connection, and before every request on one that is open."""
    _checks.append(check)


def uninstall(check: Check) -> None:
    """Ask a function no more."""
    _checks.remove(check)


def check_host(host: str) -> None:
    """Raise `InvalidRequestError` where a test run refuses the host."""
    for check in _checks:
        check(host)
