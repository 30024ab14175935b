"""The marks of tests: `@pytest.mark.linode(fault=..., max_requests=...)`, read and checked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, NamedTuple

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

LINES: Final = (
    "linode(fault=..., max_requests=...): a fault, or a list of them, as (method, path, nth, action); most requests",
    "linode_real: the test may reach the real Linode API",
)
"""How `pytest --markers` explains them."""

_FAULT: Final = ("method", "path", "nth", "action")
_WITHOUT_NTH: Final = 3


class FaultSpec(NamedTuple):
    """One fault, as `sim.faults.add` takes it."""

    method: str
    path: str
    nth: object
    action: object

    def __str__(self) -> str:
        return f"{self.method} {self.path}, nth={self.nth}, {self.action}"


def is_real(item: pytest.Item) -> bool:
    """Whether a test may reach the real API."""
    return item.get_closest_marker("linode_real") is not None


def is_vcr(item: pytest.Item) -> bool:
    """Whether pytest-recording or pytest-vcr answers the requests of a test."""
    return item.get_closest_marker("vcr") is not None


def check(item: pytest.Item) -> None:
    """Fail a test whose mark has an argument that there is not, or one that makes no sense."""
    for mark in item.iter_markers("linode"):
        unknown = set(mark.kwargs) - {"fault", "max_requests"}
        if mark.args or unknown:
            given = ", ".join([*map(repr, mark.args), *sorted(unknown)])
            pytest.fail(f"@pytest.mark.linode takes fault= and max_requests=, not {given}", pytrace=False)
        most = mark.kwargs.get("max_requests", 0)
        if type(most) is not int or most < 0:
            pytest.fail(f"max_requests is a whole number from 0 on, not {most!r}", pytrace=False)
    faults_of(item)


def faults_of(item: pytest.Item) -> list[FaultSpec]:
    """Return the faults that the marks of a test, its class and its module name; those of the module first."""
    marks = [mark for mark in item.iter_markers("linode") if "fault" in mark.kwargs]
    return [fault for mark in reversed(marks) for fault in _faults(mark.kwargs["fault"])]


def most_requests(item: pytest.Item) -> int | None:
    """Return how many requests a test may send; None where no mark says so."""
    for mark in item.iter_markers("linode"):
        if "max_requests" in mark.kwargs:
            most: int = mark.kwargs["max_requests"]
            return most
    return None


def _faults(given: object) -> Iterator[FaultSpec]:
    if isinstance(given, list):
        for each in given:
            yield from _faults(each)
    elif isinstance(given, Mapping) and set(given) <= set(_FAULT) and "action" in given:
        yield FaultSpec(*(given.get(name, usual) for name, usual in zip(_FAULT, ("*", "*", 1, None), strict=True)))
    elif isinstance(given, tuple) and len(given) in {_WITHOUT_NTH, len(_FAULT)}:
        method, path, *nth, action = given
        yield FaultSpec(method, path, nth[0] if nth else 1, action)
    elif isinstance(given, (tuple, Mapping)) or given is None:
        msg = f"a fault is (method, path, nth, action), a list of them, or an action, not {given!r}"
        pytest.fail(msg, pytrace=False)
    else:
        yield FaultSpec("*", "*", 1, given)
