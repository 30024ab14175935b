"""What answers say of a token: the scopes that a call needs, those that the token has, and when it ends."""

from __future__ import annotations

from datetime import UTC, datetime
from threading import Lock
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from linode_orm.wire.messages import Response

TOKENS: Final = "/profile/tokens"
_ALL_SCOPES: Final = "*"
_UNKNOWN: Final = "unknown"
_READ_ONLY: Final = "read_only"
_SHOWN_LENGTH: Final = 8
"""Characters of a token that an answer must show to be about this one; the API shows sixteen."""


class TokenStatus(NamedTuple):
    """What is known of the token that was sent: when it ends, None if unknown, and the time now."""

    expiry: datetime | None
    now: datetime


class ScopeCheck(NamedTuple):
    """The scopes that a call needs, those that the token has, and those that it lacks."""

    needed: tuple[str, ...] = ()
    granted: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


class Token:
    """The token of a client, None for none, and when it ends: known once an answer about tokens has shown it.

    `renew` returns another token for one that has ended; None where there is no other.
    """

    def __init__(self, value: str | None) -> None:
        self.value = value
        self.expiry: datetime | None = None
        self.renew: Callable[[], str] | None = None
        self._lock = Lock()

    def is_renewed(self, refused: str | None) -> bool:
        """Whether there is another token than the one that was refused; several threads get one new token."""
        if self.renew is None:
            return False
        with self._lock:
            if self.value == refused:
                self.value = self.renew()
            return self.value != refused

    def status(self, now: datetime) -> TokenStatus | None:
        """Return what is known of the token; None if there is none."""
        return TokenStatus(self.expiry, now) if self.value is not None else None

    def learn(self, response: Response) -> None:
        """Learn when the token ends, if an answer is about tokens and shows it."""
        if self.value is not None and response.request.path.startswith(TOKENS):
            self.expiry = parse_expiry(response, self.value) or self.expiry


def compare_scopes(headers: Mapping[str, str], token_status: TokenStatus | None) -> ScopeCheck:
    """Compare the scopes in an answer's headers.

    None is missing if they do not say what the token has (docs/api-notes.md#scopes).
    """
    needed = _parse_scopes(headers.get("x-accepted-oauth-scopes", ""))
    granted = _parse_scopes(headers.get("x-oauth-scopes", "")) if token_status is not None else ()
    missing = tuple(each for each in needed if not _is_granted(each, granted)) if granted else ()
    return ScopeCheck(needed, granted, missing)


def _parse_scopes(value: str) -> tuple[str, ...]:
    """Return the scopes in a header, joined by commas or by blanks; none if the API calls them unknown."""
    return tuple(each for each in value.replace(",", " ").split() if each != _UNKNOWN)


def _is_granted(scope: str, granted: tuple[str, ...]) -> bool:
    if scope == _ALL_SCOPES or _ALL_SCOPES in granted or scope in granted:
        return True
    service, _, access = scope.partition(":")
    return f"{service}:*" in granted or (access == _READ_ONLY and f"{service}:read_write" in granted)


def parse_expiry(response: Response, token: str) -> datetime | None:
    """Return when a token ends, if an answer about tokens shows it; None if it does not."""
    for row in _rows(response.json()):
        shown, expiry = row.get("token"), row.get("expiry")
        if (
            isinstance(shown, str)
            and isinstance(expiry, str)
            and len(shown) >= _SHOWN_LENGTH
            and token.startswith(shown)
        ):
            try:
                found = datetime.fromisoformat(expiry)
                return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
            except (ValueError, OverflowError):
                return None
    return None


def _rows(body: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401  any JSON value
    rows = body.get("data", [body]) if isinstance(body, dict) else ()
    yield from (each for each in rows if isinstance(each, dict)) if isinstance(rows, list) else ()
