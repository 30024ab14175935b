"""Faults: errors on demand, at the n-th request of a method and path."""

from __future__ import annotations

import json
import threading
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, Final

from attrs import define, field, frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from linode_orm.simulator.reply import Reply

HTML: Final = (
    b"<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n"
    b"<center><h1>502 Bad Gateway</h1></center>\r\n</body>\r\n</html>\r\n"
)


@frozen
class Action:
    """The kind of a fault: with `before` the request has no effect, otherwise only its reply is spoiled.

    `breaks` says how the connection ends: `reset` or `timeout`; None where an answer arrives.
    """

    name: str
    before: bool = False
    breaks: str | None = None
    status: int | None = None
    body: bytes | None = None
    headers: tuple[tuple[str, str], ...] = ()
    spoil: Callable[[bytes], bytes] | None = None
    seconds: float = 0.0
    drips: bool = False
    delays: bool = False


def _half(content: bytes) -> bytes:
    return content[: max(1, len(content) // 2)]


NAMED: Final[dict[str, Action]] = {
    each.name: each
    for each in (
        Action("html502", before=True, status=502, body=HTML, headers=(("content-type", "text/html"),)),
        Action("html502_after", status=502, body=HTML, headers=(("content-type", "text/html"),)),
        Action("reset_before", before=True, breaks="reset"),
        Action("reset_after", breaks="reset"),
        Action("timeout_before", before=True, breaks="timeout"),
        Action("timeout_after", breaks="timeout"),
        Action("truncated_json", spoil=lambda content: content[:-1] if content else content),
        Action("half_json", spoil=_half),
        Action("empty", spoil=lambda _: b""),
        Action("slow_drip", seconds=5.0, drips=True),
        Action("wrong_content_type", headers=(("content-type", "text/html"),)),
        Action("delayed_effect", delays=True, seconds=5.0, breaks="timeout"),
    )
}


def status(code: int, body: object = None, *, retry_after: float | None = None, done: bool = False) -> Action:
    """Return the fault that answers with a status; `done=True` where the request had its effect all the same."""
    reason = {429: "Too many requests", 401: "Invalid Token", 404: "Not found"}.get(code, "An error occurred")
    shown = body if body is not None else {"errors": [{"reason": reason}]}
    content = shown if isinstance(shown, bytes) else json.dumps(shown).encode()
    headers = (("retry-after", f"{retry_after:g}"),) if retry_after is not None else ()
    return Action(f"status {code}", before=not done, status=code, body=content, headers=headers)


def delayed_effect(seconds: float) -> Action:
    """Return the fault whose request times out and takes effect `seconds` simulated seconds after that."""
    return Action("delayed_effect", delays=True, seconds=seconds, breaks="timeout")


def slow_drip(seconds: float) -> Action:
    """Return the fault whose reply takes that many seconds to arrive, byte by byte."""
    return Action("slow_drip", seconds=seconds, drips=True)


@define(eq=False)
class Fault:
    """One registered fault, and how often it occurred."""

    method: str
    path: str
    nth: frozenset[int] | None
    action: Action
    seen: int = 0
    hits: int = 0
    removed: bool = field(default=False)

    def remove(self) -> None:
        """Remove this fault."""
        self.removed = True


class Faults:
    """The faults that are registered."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._lock = threading.Lock()

    def __iter__(self) -> Iterator[Fault]:
        return iter(tuple(self._faults))

    def __len__(self) -> int:
        return len(self._faults)

    def add(
        self,
        method: str,
        path: str,
        nth: int | tuple[int, ...] | range | None = 1,
        action: str | int | Action = "reset_before",
    ) -> Fault:
        """Let the `nth` request from now on (from 1; None: each) of a method and path pattern fail.

        `method` and `path` may be `*` or hold wildcards (`/volumes/*`). `action` is a name (`html502`,
        `reset_before`, `reset_after`, `timeout_before`, `timeout_after`, `delayed_effect`, `truncated_json`,
        `half_json`, `empty`, `slow_drip`, `wrong_content_type`), a status code, or what `status()`,
        `delayed_effect()` and `slow_drip()` give. A 429 says Retry-After: 1.
        """
        if isinstance(action, int):
            action = status(action, retry_after=1 if action == 429 else None)  # noqa: PLR2004  the API's status
        elif isinstance(action, str):
            if action not in NAMED:
                msg = f"no fault is called {action!r}; there are {', '.join(NAMED)}, and status codes"
                raise ValueError(msg)
            action = NAMED[action]
        times = None if nth is None else frozenset((nth,) if isinstance(nth, int) else nth)
        fault = Fault(method.upper(), path, times, action)
        self._faults.append(fault)
        return fault

    def clear(self) -> None:
        """Remove all faults."""
        self._faults.clear()

    def strike(self, method: str, path: str) -> Action | None:
        """Count a request and return the fault that it meets, if any."""
        if not self._faults:
            return None
        chosen = None
        with self._lock:
            for fault in self._faults:
                if fault.removed or not (fnmatchcase(method, fault.method) and fnmatchcase(path, fault.path)):
                    continue
                fault.seen += 1
                if chosen is None and (fault.nth is None or fault.seen in fault.nth):
                    fault.hits += 1
                    chosen = fault.action
        return chosen


def spoiled(reply: Reply, action: Action) -> Reply:
    """Return a reply as the fault changes it."""
    changes: dict[str, Any] = {"headers": {**reply.headers, **dict(action.headers)}}
    if action.status is not None:
        changes |= {"status": action.status, "content": action.body or b""}
    if action.spoil is not None:
        changes["content"] = action.spoil(reply.content)
    if action.breaks is not None:
        changes["breaks"] = action.breaks
    if action.drips:
        changes["drip"] = action.seconds
    return reply.evolved(**changes)
