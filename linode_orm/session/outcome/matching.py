"""Pairing: which rows of a list are the objects that were sent together, in time that grows with their number."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from linode_orm.session.outcome.lookup import differences, has_key

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence

    from linode_orm.session.outcome.lookup import LookupCriteria

    Body = dict[str, Any]

_PLAIN: Final = (str, int)
_ANYTHING: Final = object()
"""Stands for the value of a row that does not say it plainly."""


class Matches(NamedTuple):
    """The id of each object that can be told, by its place among those sought, and the places of what no row fits."""

    found: dict[int, object]
    absent: frozenset[int]


def match(criteria: Sequence[LookupCriteria], there: Mapping[object, Body]) -> Matches:
    """Find objects of one class, which were sent together, among rows by their ids.

    Where objects and rows that fit are as many, any way to pair them is right: nothing that was sent tells them apart.
    """
    pairing = _BipartiteMatching(criteria, there)
    return Matches(dict(pairing.run()), frozenset(pairing.absent()))


class _BipartiteMatching:
    """Works on kinds, not on single objects: those sent alike fit the same rows, and rows that look alike fit alike."""

    def __init__(self, criteria: Sequence[LookupCriteria], there: Mapping[object, Body]) -> None:
        mapper = criteria[0].model.__mapper__
        self._mapper = mapper
        compared = {key for each in criteria for key in each.sent if _is_compared(mapper.keys.get(key))}
        self._criteria = _kinds(enumerate(criteria), lambda each: _projected(each.sent, compared))
        shown = compared | {"entity"}
        ordered = ((identity, there[identity]) for identity in sorted(there, key=_in_order))
        self._rows = _kinds(ordered, lambda row: _projected(row, shown))
        self._samples = [criteria[kind[0]] for kind in self._criteria]
        self._bodies = [there[kind[0]] for kind in self._rows]
        self._indexes: dict[str, dict[Hashable, list[int]]] = {}
        self._fits = [self._fitting(each) for each in self._samples]

    def run(self) -> Iterator[tuple[int, object]]:
        """Pair what competes for the same rows, where there are as many of both."""
        for kinds in _together(self._fits):
            rooms = {row: len(self._rows[row]) for kind in kinds for row in self._fits[kind]}
            needs = {kind: len(self._criteria[kind]) for kind in kinds}
            if sum(rooms.values()) == sum(needs.values()):
                yield from self._handed_out(_shared(needs, rooms, self._fits))

    def absent(self) -> Iterator[int]:
        """Give the objects that no row fits."""
        for kind, rows in enumerate(self._fits):
            if not rows:
                yield from self._criteria[kind]

    def _handed_out(self, shares: Mapping[int, Mapping[int, int]]) -> Iterator[tuple[int, object]]:
        """Give objects and rows in their order, where that leaves a choice."""
        rows = {row: iter(self._rows[row]) for given in shares.values() for row in given}
        for kind, given in shares.items():
            indexes = iter(self._criteria[kind])
            for row in sorted(given):
                yield from ((next(indexes), next(rows[row])) for _ in range(given[row]))

    def _fitting(self, criteria: LookupCriteria) -> list[int]:
        """Give the kinds of rows that may be what was sent."""
        key = {self._mapper.fields[name].key: value for name, value in criteria.key.items()}
        return [
            row
            for row in self._closest(criteria, key)
            if has_key(self._mapper, key, self._bodies[row]) and not differences(criteria, self._bodies[row])
        ]

    def _closest(self, criteria: LookupCriteria, key: Mapping[str, object]) -> Iterable[int]:
        """Give the rows that agree in the attribute that fewest agree in: the others need no closer look."""
        best: Iterable[int] = range(len(self._bodies))
        fewest = len(self._bodies)
        for name, value in criteria.sent.items():
            if isinstance(value, _PLAIN) and self._is_exact(name, is_key=name in key):
                index = self._index(name)
                found, open_ones = index.get(value, []), index[_ANYTHING]
                if len(found) + len(open_ones) < fewest:
                    fewest, best = len(found) + len(open_ones), sorted((*found, *open_ones))
        return best

    def _is_exact(self, name: str, *, is_key: bool) -> bool:
        """Whether values of an attribute agree where they are equal, and only there."""
        field = self._mapper.keys.get(name)
        if field is None or (not is_key and (not _is_compared(field) or field.name in self._mapper.id_names)):
            return False
        return field.codec.is_exact

    def _index(self, name: str) -> dict[Hashable, list[int]]:
        """Give the kinds of rows by their value of an attribute; those that do not say it plainly may have any."""
        if name not in self._indexes:
            index = self._indexes[name] = {_ANYTHING: []}
            for row, body in enumerate(self._bodies):
                value = body.get(name, _ANYTHING)
                plainly = value is None or isinstance(value, (*_PLAIN, float))
                index.setdefault(value if plainly else _ANYTHING, []).append(row)
        return self._indexes[name]


def _is_compared(field: Any) -> bool:  # noqa: ANN401  a field, or None
    return field is not None and not field.is_write_only


def _kinds(items: Iterable[tuple[Any, Any]], likeness: Any) -> list[list[Any]]:  # noqa: ANN401  a function
    """Give the names of what is alike, each kind in order."""
    found: dict[str, list[Any]] = {}
    for name, value in items:
        found.setdefault(likeness(value), []).append(name)
    return [*found.values()]


def _projected(body: Body, keys: set[str]) -> str:
    return repr([(key, body[key]) for key in sorted(keys & body.keys())])


def _together(fits: Sequence[Sequence[int]]) -> Iterator[list[int]]:
    """Give the kinds that compete for the same rows, each with all its competitors."""
    wanting: dict[int, list[int]] = {}
    for kind, rows in enumerate(fits):
        for row in rows:
            wanting.setdefault(row, []).append(kind)
    seen: set[int] = set()
    for start in range(len(fits)):
        if start in seen:
            continue
        seen.add(start)
        group = [start]
        for kind in group:  # grows as it goes
            for row in fits[kind]:
                new = [other for other in wanting.pop(row, ()) if other not in seen]
                seen.update(new)
                group += new
        yield sorted(group)


def _shared(
    needs: Mapping[int, int], rooms: Mapping[int, int], fits: Sequence[Sequence[int]]
) -> dict[int, dict[int, int]]:
    """Give each kind as many rows as it needs, by kind of row; nothing where that cannot be."""
    free, given = dict(rooms), {kind: dict[int, int]() for kind in needs}
    for kind, need in needs.items():
        left = need
        for row in fits[kind]:
            part = min(left, free[row])
            if part:
                given[kind][row] = part
                free[row] -= part
                left -= part
        while left:
            part = _made_room(kind, left, free, given, fits)
            if not part:
                return {}
            left -= part
    return given


def _made_room(
    kind: int, most: int, free: dict[int, int], given: dict[int, dict[int, int]], fits: Sequence[Sequence[int]]
) -> int:
    """Let others move to rows that are free, so that a kind gets some of theirs; give how many, 0 where none can."""
    holders: dict[int, list[int]] = {}
    for holder, shares in given.items():
        for row in shares:
            holders.setdefault(row, []).append(holder)
    came: dict[int, int] = {}  # a row, by the kind that would move to it
    moved: dict[int, int] = {}  # a kind, by the row that it would leave
    waiting = deque([kind])
    while waiting:
        mover = waiting.popleft()
        for row in fits[mover]:
            if row in came:
                continue
            came[row] = mover
            if free[row]:
                return _move(kind, row, most, came, moved, free, given)
            for holder in holders.get(row, ()):
                if holder not in moved and holder != kind:
                    moved[holder] = row
                    waiting.append(holder)
    return 0


def _move(  # noqa: PLR0913, PLR0917  a path, and what it changes
    kind: int,
    last: int,
    most: int,
    came: Mapping[int, int],
    moved: Mapping[int, int],
    free: dict[int, int],
    given: dict[int, dict[int, int]],
) -> int:
    path: list[tuple[int, int]] = [(came[last], last)]
    while path[-1][0] != kind:
        row = moved[path[-1][0]]
        path.append((came[row], row))
    part = min(most, free[last], *(given[mover][moved[mover]] for mover, _ in path[:-1]))
    free[last] -= part
    for mover, row in path:
        given[mover][row] = given[mover].get(row, 0) + part
        if mover != kind:
            given[mover][moved[mover]] -= part
            if not given[mover][moved[mover]]:
                del given[mover][moved[mover]]
    return part


def _in_order(identity: object) -> tuple[int, str]:
    return (identity, "") if isinstance(identity, int) else (0, str(identity))
