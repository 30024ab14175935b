"""Counting: how many requests a piece of a program sends, and which."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from linode_orm._options import check_count
from linode_orm.errors import InvalidRequestError
from linode_orm.wire import Client, observed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from linode_orm.session import Session
    from linode_orm.wire import Request


class Count:
    """The requests of a `with` block, tries counted one by one."""

    def __init__(self) -> None:
        self._lines: list[str] = []

    @property
    def requests(self) -> int:
        """How many there were, until now or until the end of the block."""
        return len(self._lines)

    @property
    def lines(self) -> list[str]:
        """Each of them in a line: method, path, query, filter and body, without secrets."""
        return list(self._lines)

    def add(self, request: Request) -> None:
        """Count one more."""
        self._lines.append(repr(request).removeprefix("<Request ").removesuffix(">"))

    def __repr__(self) -> str:
        return f"<{self.requests} requests>"


@contextmanager
def count_requests(of: Session | Client) -> Iterator[Count]:
    """Count what a client sends in a `with` block, a session's client where a session is given."""
    count = Count()
    with observed(of if isinstance(of, Client) else of.client, count.add):
        yield count


@contextmanager
def assert_requests(
    of: Session | Client, exactly: int | None = None, /, *, at_least: int = 0, at_most: int | None = None
) -> Iterator[Count]:
    """Raise `AssertionError` at the end of a `with` block that sent more or fewer requests, and list what was sent.

    `with assert_requests(session, 3):` allows exactly 3, `at_least` and `at_most` are bounds. Tries count one by one.
    An error of the block itself is raised as it is.
    """
    __tracebackhide__ = True  # pytest shows the line of the test
    wanted = _wanted(exactly, at_least, at_most)
    with count_requests(of) as count:
        yield count
    least, most = (at_least, at_most) if exactly is None else (exactly, exactly)
    if count.requests < least or (most is not None and count.requests > most):
        raise AssertionError(unexpected(wanted, count.lines))


def _wanted(exactly: int | None, at_least: int, at_most: int | None) -> str:
    """Say what is allowed; raise `InvalidRequestError` for what allows nothing, or everything."""
    check_count("the number of requests", exactly, or_none=True)
    check_count("at_least", at_least)
    check_count("at_most", at_most, or_none=True)
    if exactly is not None:
        if at_least or at_most is not None:
            msg = "assert_requests takes a number of requests, or bounds, and not both"
            raise InvalidRequestError(msg)
        return str(exactly)
    if not at_least and at_most is None:
        msg = "assert_requests takes a number of requests, or at_least=, at_most="
        raise InvalidRequestError(msg)
    if at_most is None:
        return f"at least {at_least}"
    if at_most < at_least:
        msg = f"assert_requests(at_least={at_least}, at_most={at_most}) allows no number of requests"
        raise InvalidRequestError(msg)
    return f"{at_least} to {at_most}" if at_least else f"at most {at_most}"


def unexpected(wanted: str, lines: list[str]) -> str:
    """Return the message of another number of requests, with all that were sent."""
    listed = [f"  {number}. {line}" for number, line in enumerate(lines, 1)] or ["  nothing was sent"]
    return "\n".join([f"requests: {wanted} expected, {len(lines)} sent:", *listed])
