"""The requests that arrive at the simulator, and its replies."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, cast

from attrs import evolve, field, frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from linode_orm.wire import JSON


@frozen
class Arrival:
    """One request as it arrived, with the status that it was answered with (None: no answer reached the client)."""

    method: str
    path: str
    query: Mapping[str, str]
    x_filter: JSON
    body: JSON
    status: int | None
    version: str = "v4"
    fault: str | None = None

    def __str__(self) -> str:
        return f"{self.method} {self.path} {self.status}"


@frozen
class Reply:
    """An answer: `breaks` and `drip` say how a fault disturbs its delivery."""

    status: int
    content: bytes
    headers: Mapping[str, str] = field(factory=dict)
    breaks: str | None = None
    before: bool = False
    drip: float = 0.0

    def evolved(self, **changes: object) -> Reply:
        """Return the reply with other values."""
        return evolve(self, **cast("dict[str, Any]", changes))


class RequestLog(list[Arrival]):
    """The requests that have arrived, in order: a list with queries."""

    def matching(self, method: str | None = None, path: str | Callable[[str], bool] | None = None) -> RequestLog:
        """Return the requests of a method and of a path (`fnmatch` wildcards, or a test)."""

        def fits(arrival: Arrival) -> bool:
            if method is not None and arrival.method != method.upper():
                return False
            if path is None:
                return True
            return path(arrival.path) if callable(path) else fnmatchcase(arrival.path, path)

        return RequestLog(each for each in self if fits(each))

    @property
    def writes(self) -> RequestLog:
        """The requests that are not a GET."""
        return RequestLog(each for each in self if each.method != "GET")

    @property
    def lines(self) -> list[str]:
        """Each request as `METHOD path`."""
        return [f"{each.method} {each.path}" for each in self]
