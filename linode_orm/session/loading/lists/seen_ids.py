"""The ids of the rows that a reading has returned, kept small while they are in order."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_LARGEST = 2**62


class SeenIds:
    """The ids returned so far.

    While they are whole numbers that only rise, or only fall, they are kept in one array of eight bytes each, and
    looked up by bisection. The API's lists are in such an order. Any other id turns the array into a set. The order is
    used for memory alone and proves nothing: an object that begins to match a filter may stand anywhere in a list.
    """

    def __init__(self) -> None:
        self._line: array[int] | None = array("q")
        self._all: set[object] = set()
        # 1 where ids rise, -1 where they fall (the array then holds them negated, so that it always rises)
        self._sign = 0

    def __contains__(self, identity: object) -> bool:
        line = self._line
        if line is None:
            return identity in self._all
        if type(identity) is not int or not line:
            return False
        value = identity * self._sign
        at = bisect_left(line, value)
        return at < len(line) and line[at] == value

    def joins(self, ids: Sequence[object]) -> bool:
        """Whether a run of rows shares a row with those that were returned, so that no row lies between the two."""
        return any(identity in self for identity in ids)

    def add(self, ids: Sequence[object]) -> list[int]:
        """Add the ids of a run of rows; return the indexes of those that are new."""
        if not ids:
            return []
        line = self._line
        if line is not None and self._rising(ids):
            values = [identity * self._sign for identity in ids]  # type: ignore[operator]  # checked
            last = line[-1] if line else -_LARGEST
            cut = next((at for at, value in enumerate(values) if value > last), len(values))
            if all(identity in self for identity in ids[:cut]):
                line.extend(values[cut:])
                return list(range(cut, len(ids)))
        self._keep_in_set()
        fresh: list[int] = []
        for at, identity in enumerate(ids):
            if identity not in self._all:
                self._all.add(identity)
                fresh.append(at)
        return fresh

    def _rising(self, ids: Sequence[object]) -> bool:
        """Whether ids are whole numbers that rise or fall, as all ids before them did."""
        if not ids or not all(type(identity) is int and -_LARGEST < identity < _LARGEST for identity in ids):
            return False
        if not self._sign:
            self._sign = -1 if ids[0] > ids[-1] else 1  # type: ignore[operator]  # checked
        sign = self._sign
        return all(one * sign < other * sign for one, other in pairwise(ids))  # type: ignore[operator]

    def _keep_in_set(self) -> None:
        """Keep the ids in a set from now on."""
        if self._line is not None:
            self._all = {value * self._sign for value in self._line}
            self._line = None
