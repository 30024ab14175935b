"""The access to a session: its thread, its blocks, its end, and the objects that are its own."""

from __future__ import annotations

from threading import get_ident
from typing import TYPE_CHECKING, Final

from linode_orm.errors import InvalidRequestError
from linode_orm.mapping import Model
from linode_orm.mapping.state import state_of
from linode_orm.wire.interceptor import INSTALLED

if TYPE_CHECKING:
    from linode_orm.mapping.record import Record
    from linode_orm.wire.client import Client

ELSEWHERE: Final = (
    "this Session belongs to the thread that made it; make one for each thread, they can share a client: "
    "Session(client=session.client)"
)
"""What is said of a call on another thread."""


class SessionAccess:
    """Refuses calls of one session that may not be made: it is used until it is closed, on `thread`.

    As a rule that is the thread that made it. `elsewhere` is what the error says that a call on another thread gets.
    """

    def __init__(self, client: Client) -> None:
        self.client = client
        self.monotonic = lambda: client.clock.monotonic()  # noqa: PLW0108  a cassette may replace the clock
        self.is_in_block = False
        """Whether a `begin()` block is open, which sends everything at its end."""
        self.nested = 0
        """How many `begin_nested()` blocks are open; nothing is sent that changes the account as long as one is."""
        self.thread, self._is_closed = get_ident(), False
        self.elsewhere = ELSEWHERE

    def check(self) -> None:
        """Raise `InvalidRequestError` on another thread, and when the session is closed."""
        if get_ident() != self.thread:
            raise InvalidRequestError(self.elsewhere)
        if self._is_closed:
            msg = "this Session is closed; make another one"
            raise InvalidRequestError(msg)
        if INSTALLED.interceptor is not None:
            INSTALLED.enter(self)

    @property
    def is_closed(self) -> bool:
        """Whether the session is closed."""
        return self._is_closed

    def close(self) -> None:
        """Refuse every call from now on."""
        self._is_closed = True

    def owns(self, instance: Record) -> bool:
        """Whether an object belongs to this session."""
        owner: object = state_of(instance).owner
        return owner is self

    def own(self, instance: object) -> Model:
        """Return an object of this session; raise `InvalidRequestError` for any other."""
        self.check()
        if not isinstance(instance, Model):
            msg = f"an object of a resource class is needed, not {instance!r}"
            raise InvalidRequestError(msg)
        if not self.owns(instance):
            msg = (
                f"{instance.__describe__()} is {state_of(instance).status.value} and not in this session; "
                "session.add() takes new objects, session.merge() those of other sessions"
            )
            raise InvalidRequestError(msg)
        return instance

    def check_write(self, call: str) -> None:
        """Raise `InvalidRequestError` for a call that writes inside a `begin_nested()` block."""
        self.check()
        if self.nested:  # promise 50b: nothing that could not be taken back
            msg = f"{call} inside a begin_nested() block, which could not take it back: leave the block first"
            raise InvalidRequestError(msg)

    def check_outside_block(self, call: str) -> None:
        """Raise `InvalidRequestError` for a call that sends at once, inside a `begin()` or `begin_nested()` block."""
        if self.nested:
            self.check_write(call)
        if self.is_in_block:
            msg = (
                f"{call} sends at once, and a begin() block sends everything at its end; "
                "in the block use session.delete(x) or just change x"
            )
            raise InvalidRequestError(msg)
