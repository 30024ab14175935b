"""Hostile answers by the thousand: bodies with odd values in any place, and odd headers."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

DEEP = "@deep"
DEEPER = "@deeper"
ODD: list[Any] = [
    None, True, False, 0, -1, 1, 1.5, 10**30, 1e308, float("inf"), float("nan"), "", " ", "x", "1", "\ud800", "\udfff\ud800",
    "\x1b]0;title\x07", "\x9b31m", "\u202eabc", "a\nb\rc", "[red]x[/red]", "0001-01-01T00:00:00+23:59",
    "9999-12-31T23:59:59-23:59", "2020-02-30T00:00:00", "2018-01-02T03:04:05.123456789", "::1", "1.2.3.4/99", "http://[",
    "x" * 70_000, [], {}, [[]], [None], [1, "a", None], [{}], {"id": {}}, {"": None}, {"id": None}, {"data": []}, DEEP, DEEPER,
]  # fmt: skip
HEADERS: list[dict[str, str]] = [
    {"date": each}
    for each in (
        "Mon, 01 Jan 99999999999 00:00:00 GMT", "Mon, 01 Jan 0001 00:00:00 +2359", "Fri, 31 Dec 9999 23:59:59 -2359",
        "x", "", "Mon", ",", "Thu, 01 Jan 1970 00:00:00", "0" * 5000, "Mon, 99 Foo 2020 99:99:99 GMT", "\x1b[2J",
    )
] + [
    {f"x-ratelimit-{name}": each, "x-ratelimit-limit": "800", **extra}
    for name in ("limit", "remaining", "reset")
    for each in ("-1", "0", "1e400", "nan", "inf", "1" * 400, "x", "", "\x1b", "1_000", "٣", "99999999999999999999", "0x10")
    for extra in ({}, {"x-ratelimit-reset": "1e308"}, {"date": "Tue, 02 Jan 2018 03:04:05 GMT"})
] + [
    {"retry-after": each, "status": "429"}
    for each in ("-1", "1e400", "nan", "x", "", "Mon, 01 Jan 99999999999 00:00:00 GMT", "9" * 400, "Mon, 01 Jan 0001 00:00:00 +2359")
] + [
    {"x-oauth-scopes": each, "x-accepted-oauth-scopes": each, "status": "403"} for each in (",", "*", "\x1b:\x07", ":" * 9, "x" * 9000)
] + [{"content-type": each} for each in ("", "\x1b", "text/html; charset=\u202e")]  # fmt: skip


def mutated(random: Random, body: Any) -> bytes:
    """Return a body with one to three odd values in it, or another document, or bytes that are no JSON."""
    choice = random.random()
    if choice < 0.1:
        return odd_bytes(random, body)
    if choice < 0.2:
        return encoded(random.choice(ODD))
    body = deepcopy(body)
    for _ in range(random.randint(1, 3)):
        places = [*_places(body)]
        if not places:
            break
        holder, key = random.choice(places)
        what = random.random()
        if what < 0.2:
            del holder[key]
        elif what < 0.3 and isinstance(holder, dict):
            holder[random.choice(["save", "__class__", "id", "\ud800", "x" * 300, "", "data", "\x1b"])] = deepcopy(
                random.choice(ODD)
            )
        else:
            holder[key] = deepcopy(random.choice(ODD))
    return encoded(body)


def odd_bytes(random: Random, body: Any) -> bytes:
    """Return bytes that are no JSON, or only half of it."""
    whole = encoded(body)
    return random.choice([
        b"", b" ", b"null", b"\xff\xfe", b"\x00" * 10, b"<html>sign in</html>", whole[: len(whole) // 2], whole * 2, b"{" * 5000,
        b"[" * 90 + b"]" * 90, b'{"a":' * 3000 + b"1" + b"}" * 3000, b"1" * 5000, b'"\\ud800"', whole.replace(b":", b"", 1),
        b"\xef\xbb\xbf" + whole, whole.decode().encode("utf-16"), b'{"errors": null}', b'{"errors": [null, 1, {"reason": {"a": 1}}]}',
    ])  # fmt: skip


def encoded(body: Any) -> bytes:
    """Return a body as JSON, with what the placeholders of deep nesting stand for."""
    text = json.dumps(body)
    for name, depth in ((DEEPER, 3000), (DEEP, 80)):
        text = text.replace(json.dumps(name), '{"a":[' * (depth // 2) + "]}" * (depth // 2))
    return text.encode()


def _places(body: Any) -> Iterator[tuple[Any, Any]]:
    """Yield every place in a body: its holder, and the key or index there."""
    waiting = [body]
    while waiting:
        holder = waiting.pop()
        keys = [*holder] if isinstance(holder, dict) else range(len(holder)) if isinstance(holder, list) else ()
        for key in keys:
            yield holder, key
            waiting.append(holder[key])
