"""Credentials: whose a token is, what it may do, and until when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from attrs import evolve, frozen

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from linode_orm.simulator.clock import VirtualClock
    from linode_orm.simulator.store import Row

ALL: Final = "*"
"""The scopes of a token that has all of them."""


@frozen
class Credential:
    """What a token stands for: a user of the account, scopes, and the moment (UTC) at which it ends.

    `row` is the object below `/profile/tokens` that shows it; the token is good while that exists.
    """

    username: str
    scopes: str = ALL
    expires: datetime | None = None
    row: Row | None = None


class Credentials:
    """The tokens of one account. While it is open, tokens that nobody registered are its owner's."""

    def __init__(self, clock: VirtualClock, owner: str) -> None:
        self.owner = Credential(owner)
        self.is_open = True
        self.added: Callable[[str], object] | None = None
        self._clock = clock
        self._known: dict[str, Credential] = {}

    def add(self, token: str, credential: Credential) -> None:
        """Register a token."""
        self._known[token] = credential
        if self.added is not None:
            self.added(token)

    def of(self, token: str | None) -> Credential | None:
        """Return what a token stands for; None where it is invalid, revoked or at its end."""
        found = self._known.get(token) if token else None
        if found is None:
            return self.owner if token and self.is_open and not token.startswith("bad") else None
        is_over = found.expires is not None and self._clock.now() >= found.expires
        return None if is_over or (found.row is not None and found.row.gone) else found

    def rename(self, old: str, new: str) -> None:
        """Give the tokens of a user to the name that the user has now."""
        for token, each in self._known.items():
            if each.username == old:
                self._known[token] = evolve(each, username=new)
        if self.owner.username == old:
            self.owner = evolve(self.owner, username=new)

    def forget(self, username: str) -> None:
        """Revoke the tokens of a user who is gone."""
        self._known = {token: each for token, each in self._known.items() if each.username != username}
