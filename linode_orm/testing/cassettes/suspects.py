"""Suspects: fields that look like secrets although neither a declaration nor the rule of keys says that they are."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise
from typing import Final

_WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_SECRET_WORDS: Final = frozenset({
    "pass", "passwd", "password", "passphrase", "passcode", "passkey", "pwd", "secret", "secrets", "token", "tokens",
    "credential", "credentials", "signature", "sig", "cvv", "cvc", "pin", "otp", "totp", "jwt", "bearer", "cookie",
    "apikey", "psk", "mnemonic", "authorization", "privatekey", "secretkey", "accesskey",
})  # fmt: skip
_KEYS: Final = frozenset({
    "private", "secret", "access", "api", "auth", "encryption", "signing", "master", "shared", "client",
})  # fmt: skip
"""Words before `key` that make a secret of it."""
_OPEN_ENDS: Final = frozenset({
    "id", "ids", "uuid", "uuids", "at", "created", "updated", "changed", "expires", "expiry", "count", "size", "length",
    "timeout", "type", "kind", "name", "policy", "status", "enabled", "url", "path", "label", "age", "days", "limit",
    "scopes",
})  # fmt: skip
"""Words at the end of a key that is about a secret, and is none."""
_SECRET_VALUES: Final = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----"
    r"|\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]+"
    r"|\b(?:ghp|gho|ghs|github_pat|glpat|sk_live|rk_live|xox[abprs])[_-][\w-]{16,}"
    r"|\b[Bb]earer [\w.~+/-]{16,}"
)
"""A private key in PEM, a JSON web token, tokens of well-known services."""
_CARD: Final = re.compile(r"\d{13,19}")
_LONG_HEX: Final = re.compile(r"[0-9a-f]{64}")


def words(key: str) -> list[str]:
    """Return the words of a key in lower case: `dbPass`, `db-pass` and `db_pass` have two."""
    return [each.lower() for each in _WORD.findall(key)]


def names_a_secret(key: str) -> bool:
    """Whether a key that no declaration knows looks like that of a secret."""
    found = words(key)
    if not found or found[-1] in _OPEN_ENDS:
        return False
    pairs = pairwise(found)
    return not _SECRET_WORDS.isdisjoint(found) or any(one in _KEYS and other == "key" for one, other in pairs)


def is_secret_parameter(name: str) -> bool:
    """Whether a parameter of an address is a secret: those of signatures are, whatever they end with."""
    return name.lower() in {"key", "awsaccesskeyid"} or names_a_secret(name)


def is_suspect(key: str, value: str | int, *, is_known: bool) -> bool:
    """Whether a value looks like a secret: by its key, unless the key is known, or by its form."""
    if is_known:
        return isinstance(value, str) and has_form(value)
    return value != "" and (names_a_secret(key) or has_form(str(value)) or _is_number(str(value)))


@lru_cache(maxsize=4096)
def has_form(string: str) -> bool:
    """Whether a string has the form of a secret, wherever it stands."""
    return _SECRET_VALUES.search(string) is not None


def _is_number(string: str) -> bool:
    """Whether a string is a token of the API, or the number of a payment card."""
    return bool(_LONG_HEX.fullmatch(string)) or (bool(_CARD.fullmatch(string)) and _luhn(string))


def _luhn(digits: str) -> bool:
    """Whether a number has the check digit of payment cards (ISO/IEC 7812, the algorithm of Luhn)."""
    doubled = [int(each) * (1 + at % 2) for at, each in enumerate(reversed(digits))]
    return sum(each - 9 if each > 9 else each for each in doubled) % 10 == 0  # noqa: PLR2004  two digits
