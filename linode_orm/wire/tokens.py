"""Tokens in words: the scopes that a call needs against those that a token has, and when it ends."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from linode_orm.wire.messages import Response

TOKENS: Final = "/profile/tokens"
_EVERYTHING: Final = "*"
_UNTOLD: Final = "unknown"
_READS: Final = "read_only"
_SHOWN: Final = 8
"""How much of a token an answer has to show to be taken for it; the API shows sixteen characters."""


class Standing(NamedTuple):
    """What is known of the token that was sent: when it ends, beside the moment of now."""

    expiry: datetime | None
    now: datetime


class Verdict(NamedTuple):
    """The scopes that a call needs, those that the token has, and those that it lacks."""

    needed: tuple[str, ...] = ()
    has: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


def judged(headers: Mapping[str, str], standing: Standing | None) -> Verdict:
    """Compare what an answer's headers say; nothing is missing where they do not say what the token has (FACTS 4)."""
    needed = _scopes(headers.get("x-accepted-oauth-scopes", ""))
    has = _scopes(headers.get("x-oauth-scopes", "")) if standing is not None else ()
    missing = tuple(each for each in needed if not _covered(each, has)) if has else ()
    return Verdict(needed, has, missing)


def _scopes(text: str) -> tuple[str, ...]:
    """Give the scopes in a header: joined by commas or by blanks; none where the API calls them unknown."""
    return tuple(each for each in text.replace(",", " ").split() if each != _UNTOLD)


def _covered(scope: str, has: tuple[str, ...]) -> bool:
    if scope == _EVERYTHING or _EVERYTHING in has or scope in has:
        return True
    service, _, access = scope.partition(":")
    return f"{service}:*" in has or (access == _READS and f"{service}:read_write" in has)


def expiry_in(response: Response, token: str) -> datetime | None:
    """Give when a token ends, where an answer about tokens shows it; None where it does not."""
    for row in _rows(response.json()):
        shown, moment = row.get("token"), row.get("expiry")
        if isinstance(shown, str) and isinstance(moment, str) and len(shown) >= _SHOWN and token.startswith(shown):
            try:
                found = datetime.fromisoformat(moment)
            except ValueError:
                return None
            return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    return None


def _rows(body: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401  any JSON value
    rows = body.get("data", [body]) if isinstance(body, dict) else ()
    yield from (each for each in rows if isinstance(each, dict))
