"""Stand-ins: what a cassette has in the place of a secret, the same one wherever the secret stood."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from binascii import Error
from typing import Final

from linode_orm._secrets import MASK

_STAND_IN: Final = re.compile(r"\*\*\*(\d*)")
_MASKED: Final = re.compile(r"\*+|<redacted>|\[redacted\]", re.IGNORECASE)
"""What the API answers in place of a secret: it is kept, because a client knows it as a mask."""
_BASE64: Final = re.compile(r"[A-Za-z0-9+/]{4,}={0,2}")
_ENCODED_MASK: Final = b64encode(MASK.encode()).decode()
_QUANTUM: Final = 4
_LONGEST_WORD: Final = 11
_SHORTEST: Final = 6
"""Characters of a secret that is looked for inside of other strings; a shorter one may be part of any word."""


class StandIns:
    """The stand-ins of one cassette: `***1` for the first secret, `***2` for the next one.

    A secret in base64 has a stand-in in base64, so that it can be decoded. Once a secret is known, it is replaced
    wherever it stands, also as a part of another string. In a replay every one is `***`, whichever it is.
    """

    def __init__(self, *, numbered: bool) -> None:
        self._numbered = numbered
        self._count = 0
        self._by_secret: dict[str, str] = {}
        self._known: set[str] = set()
        self._words: set[str] = set()
        self._pattern: re.Pattern[str] | None = None

    @property
    def known(self) -> int:
        """How many secrets are known by now."""
        return len(self._known) + len(self._words)

    def learn(self, secret: str) -> None:
        """Know a secret that stands in no field, such as a token."""
        self._know(secret)

    def of(self, secret: str, *, is_guessed: bool = False) -> str:
        """Return the stand-in of a secret; a mask or a stand-in stays as it is.

        The secret is known from now on, unless it is only guessed to be one and is a word.
        """
        if not secret or _MASKED.fullmatch(secret) or plain(secret) is not None:
            return secret
        if secret not in self._by_secret:
            stand_in = self._next()
            decoded = _decoded(secret) if len(secret) >= _SHORTEST else None
            self._by_secret[secret] = stand_in if decoded is None else b64encode(stand_in.encode()).decode()
            if decoded is not None:
                self._by_secret.setdefault(decoded, stand_in)
                self._know(decoded)
        if not (is_guessed and _is_word(secret)):
            self._know(secret)
        return self._by_secret[secret]

    def _know(self, secret: str) -> None:
        if len(secret) < _SHORTEST:
            return
        if _is_word(secret):
            self._words.add(secret)
        elif secret not in self._known:
            self._known.add(secret)
            self._pattern = None

    def number(self, secret: float) -> int:
        """Return the stand-in of a secret that is a number."""
        stand_in = plain(self.of(str(secret))) or ""
        return int(stand_in or 0)

    def replace(self, string: str) -> str:
        """Return a string in which every known secret is replaced; one that is a word only where it stands alone."""
        if string in self._words:
            return self.of(string)
        if self._pattern is None and self._known:
            # the longest first, for one secret may be a part of another
            longest_first = sorted(self._known, key=len, reverse=True)
            self._pattern = re.compile("|".join(map(re.escape, longest_first)))
        return string if self._pattern is None else self._pattern.sub(lambda match: self.of(match[0]), string)

    def _next(self) -> str:
        self._count += 1
        return f"{MASK}{self._count}" if self._numbered else MASK


def plain(string: str) -> str | None:
    """Return the number of a stand-in, empty where it has none; None for any other string."""
    match = _STAND_IN.fullmatch(string)
    if match is None and string.startswith(_ENCODED_MASK):
        match = _STAND_IN.fullmatch(_decoded(string) or "")
    return match[1] if match is not None else None


def without_numbers(string: str) -> str:
    """Return a string with its stand-ins as they are in a replay."""
    return MASK if plain(string) is not None else _STAND_IN.sub(lambda _: MASK, string)


def numbers(string: str) -> list[str]:
    """Return the numbers of the stand-ins in a string, in order; empty where one has none."""
    whole = plain(string)
    return _STAND_IN.findall(string) if whole is None else [whole]


def _is_word(secret: str) -> bool:
    """Whether a secret is a word that stands in other strings for itself: "password" does."""
    return len(secret) <= _LONGEST_WORD and secret.isalpha() and (secret.islower() or secret.istitle())


def _decoded(string: str) -> str | None:
    """Return the text that a string in base64 stands for; None where it is another string."""
    if len(string) % _QUANTUM or not _BASE64.fullmatch(string):
        return None
    try:
        decoded = b64decode(string, validate=True).decode()
    except (Error, ValueError):
        return None
    return decoded if decoded.isprintable() or _is_text(decoded) else None


def _is_text(decoded: str) -> bool:
    return all(each.isprintable() or each in "\r\n\t" for each in decoded)
