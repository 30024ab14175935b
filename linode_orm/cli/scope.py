"""The scope of a command: in a fleet, the account that it runs for and the output that it writes to."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from io import StringIO
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path
    from typing import Self

    from linode_orm.session.verbs.session import Session


class ReachedError(Exception):
    """A rehearsal has come to the point at which the command would reach the account."""


class Scope:
    """One account of a fleet in which a command runs: its name, session and output.

    Without a session the command is rehearsed: it runs as far as it needs no account. `plan_file` is where a command
    that changes something saves its plan; in a scope it never sends one. The options of sending, and how many steps the
    plan has, are left here.
    """

    def __init__(self, account: str = "", session: Session | None = None, plan_file: Path | None = None) -> None:
        self.account, self.plan_file = account, plan_file
        self._session = session
        self.output = StringIO()
        self.sending: Any = None
        self.steps = 0

    @property
    def session(self) -> Session:
        """The session of the account; raises `ReachedError` in a rehearsal."""
        if self._session is None:
            raise ReachedError
        return self._session

    def labelled(self, record: Mapping[str, object]) -> dict[str, object]:
        """Return a record with the account's name before its values."""
        labelled: dict[str, object] = {"account": self.account, **record}
        labelled["account"] = self.account
        return labelled

    @contextmanager
    def entered(self) -> Iterator[Self]:
        """Let the commands of this thread run in the scope, in a `with` block."""
        before = _CURRENT.set(self)
        try:
            yield self
        finally:
            _CURRENT.reset(before)


_CURRENT: ContextVar[Scope | None] = ContextVar("linode_orm.cli.scope", default=None)


def current() -> Scope | None:
    """Return the scope in which this thread runs a command; None for a command that runs by itself."""
    return _CURRENT.get()
