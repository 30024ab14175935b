"""The accounts of a cassette: which token of a replay stands for which token of the recording."""

from __future__ import annotations

import os
from hashlib import sha256
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

_DIGITS: Final = 4
"""Hexadecimal digits of a digest: they tell a few tokens apart, and tell nothing about one."""


def new_salt() -> str:
    """Return a salt for the digests of one cassette."""
    return os.urandom(8).hex()


def digest(token: str, salt: str) -> str:
    """Return 16 bits of the salted digest of a token."""
    return sha256(f"{salt}{token}".encode()).hexdigest()[:_DIGITS]


class Accounts:
    """Finds the account of a token: by its digest, else the first one that no other token stands for.

    Not thread-safe: its caller holds a lock.
    """

    def __init__(self, digests: Sequence[str], salt: str) -> None:
        self._digests, self._salt = digests, salt
        self._bound: dict[str, set[int]] = {}

    def ranked(self, token: str | None) -> list[frozenset[int]] | None:
        """Return the accounts whose recordings may answer a token, in groups by rank; None where all may."""
        if len(self._digests) <= 1 or token is None:
            return None
        own = frozenset(at for at, each in enumerate(self._digests, 1) if each == digest(token, self._salt))
        if own:
            return [own]
        others = {at for other, accounts in self._bound.items() if other != token for at in accounts}
        bound = frozenset(self._bound.get(token, ()))
        return [bound, frozenset(range(1, len(self._digests) + 1)) - bound - others]

    def bind(self, token: str | None, account: int) -> None:
        """Let a token stand for an account."""
        if token is not None and len(self._digests) > 1:
            self._bound.setdefault(token, set()).add(account)
