"""Bipartite matching: which rows of a list are the objects that were sent together.

Each object may fit several rows. A matching gives every object a row of its own, if there is one. It is found as a
maximum flow by the shortest augmenting paths, in time that grows with the number of different objects and rows, not
with the number of all.

J. Edmonds, R. M. Karp: Theoretical Improvements in Algorithmic Efficiency for Network Flow Problems, Journal of the ACM
19 (1972), 248-264.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from linode_orm.session.outcome.lookup import differences, has_key

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence

    from linode_orm.session.outcome.lookup import LookupCriteria

    Body = dict[str, Any]
    Flow = dict[int, dict[int, int]]
    """How many rows of a kind each kind of object has got."""

_SCALARS: Final = (str, int)
_ANYTHING: Final = object()
"""Stands for the value of a row that is no plain value: it may equal any."""


class Matches(NamedTuple):
    """The id of each object that was found, by its index, and the indexes of the objects that fit no row."""

    found: dict[int, object]
    absent: frozenset[int]


def match(criteria: Sequence[LookupCriteria], there: Mapping[object, Body]) -> Matches:
    """Match objects of one class, which were sent together, with rows by their ids.

    Objects that compete for the same rows are matched only if they are as many as these rows. Then every complete
    matching is right, because nothing that was sent tells the objects apart. If they are more or fewer, another writer
    made or deleted one of them, and none of them is found.
    """
    matching = _BipartiteMatching(criteria, there)
    return Matches(dict(matching.run()), frozenset(matching.absent()))


class _BipartiteMatching:
    """Matches kinds instead of single objects: equal objects fit the same rows, and equal rows fit the same objects.

    A hundred equal nodes are one kind with a need of 100, so that they cost one path and not a hundred.
    """

    def __init__(self, criteria: Sequence[LookupCriteria], there: Mapping[object, Body]) -> None:
        mapper = criteria[0].model.__mapper__
        self._mapper = mapper
        # What no answer shows tells no two objects apart: it makes no two kinds of them.
        compared = {key for each in criteria for key in each.sent if _is_compared(mapper.keys.get(key))}
        self._objects = _kinds(enumerate(criteria), lambda each: _projected(each.sent, compared))
        shown = compared | {"entity"}
        ordered = ((identity, there[identity]) for identity in sorted(there, key=_in_order))
        self._rows = _kinds(ordered, lambda row: _projected(row, shown))
        self._criteria = [criteria[kind[0]] for kind in self._objects]
        self._bodies = [there[kind[0]] for kind in self._rows]
        self._indexes: dict[str, dict[Hashable, list[int]]] = {}
        self._fits = [self._fitting(each) for each in self._criteria]
        """The kinds of rows that each kind of object fits."""

    def run(self) -> Iterator[tuple[int, object]]:
        """Yield the index of each object that was found, with its id."""
        for component in _components(self._fits):
            capacities = {row: len(self._rows[row]) for kind in component for row in self._fits[kind]}
            needs = {kind: len(self._objects[kind]) for kind in component}
            # With a row too many, any of them may be another writer's; with one too few, any object may lack its own.
            if sum(capacities.values()) == sum(needs.values()):
                yield from self._pairs(_flow(needs, capacities, self._fits))

    def absent(self) -> Iterator[int]:
        """Yield the indexes of the objects that fit no row."""
        for kind, rows in enumerate(self._fits):
            if not rows:
                yield from self._objects[kind]

    def _pairs(self, flow: Flow) -> Iterator[tuple[int, object]]:
        """Yield the pairs of a flow; within a kind, objects and ids in their order, so that a result is repeatable."""
        rows = {row: iter(self._rows[row]) for given in flow.values() for row in given}
        for kind, given in flow.items():
            indexes = iter(self._objects[kind])
            for row in sorted(given):
                yield from ((next(indexes), next(rows[row])) for _ in range(given[row]))

    def _fitting(self, criteria: LookupCriteria) -> list[int]:
        """Return the kinds of rows that may be what was sent."""
        key = {self._mapper.fields[name].key: value for name, value in criteria.key.items()}
        return [
            row
            for row in self._closest(criteria, key)
            if has_key(self._mapper, key, self._bodies[row]) and not differences(criteria, self._bodies[row])
        ]

    def _closest(self, criteria: LookupCriteria, key: Mapping[str, object]) -> Iterable[int]:
        """Return the rows that have the rarest of the values that were sent: all others differ in that value.

        Without it, each of n objects would be compared with each of n rows.
        """
        best: Iterable[int] = range(len(self._bodies))
        fewest = len(self._bodies)
        for name, value in criteria.sent.items():
            # A value that the API rewrites is in no row as it was sent, and would rule out the right one.
            if isinstance(value, _SCALARS) and self._is_exact(name, is_key=name in key):
                index = self._index(name)
                found, any_value = index.get(value, []), index[_ANYTHING]
                if len(found) + len(any_value) < fewest:
                    fewest, best = len(found) + len(any_value), sorted((*found, *any_value))
        return best

    def _is_exact(self, name: str, *, is_key: bool) -> bool:
        """Whether the API answers values of an attribute as they were sent."""
        field = self._mapper.keys.get(name)
        if field is None or (not is_key and (not _is_compared(field) or field.name in self._mapper.id_names)):
            return False
        return field.codec.is_exact

    def _index(self, name: str) -> dict[Hashable, list[int]]:
        """Return the kinds of rows by their value of an attribute."""
        if name not in self._indexes:
            index = self._indexes[name] = {_ANYTHING: []}
            for row, body in enumerate(self._bodies):
                value = body.get(name, _ANYTHING)
                # Where an id was sent, an answer may show an object (docs/api-notes.md#ids-in-objects-out), or leave
                # the key out: such a row may fit every value.
                is_scalar = value is None or isinstance(value, (*_SCALARS, float))
                index.setdefault(value if is_scalar else _ANYTHING, []).append(row)
        return self._indexes[name]


def _is_compared(field: Any) -> bool:  # noqa: ANN401  a field, or None
    return field is not None and not field.is_write_only


def _kinds(items: Iterable[tuple[Any, Any]], likeness: Callable[[Any], str]) -> list[list[Any]]:
    """Return the names of the items, those with the same likeness together, each kind in order."""
    found: dict[str, list[Any]] = {}
    for name, value in items:
        found.setdefault(likeness(value), []).append(name)
    return [*found.values()]


def _projected(body: Body, keys: set[str]) -> str:
    return repr([(key, body[key]) for key in sorted(keys & body.keys())])


def _components(fits: Sequence[Sequence[int]]) -> Iterator[list[int]]:
    """Yield the connected components of the graph: the kinds of objects that compete for the same rows."""
    objects_of: dict[int, list[int]] = {}
    for kind, rows in enumerate(fits):
        for row in rows:
            objects_of.setdefault(row, []).append(kind)
    seen: set[int] = set()
    for start in range(len(fits)):
        # Kinds that no row joins are matched by themselves: a stray row in one component spoils no other one.
        if start in seen:
            continue
        seen.add(start)
        component = [start]
        for kind in component:  # it grows while it is walked: a breadth-first search
            for row in fits[kind]:
                new = [other for other in objects_of.pop(row, ()) if other not in seen]
                seen.update(new)
                component += new
        yield sorted(component)


def _flow(needs: Mapping[int, int], capacities: Mapping[int, int], fits: Sequence[Sequence[int]]) -> Flow:
    """Return how many rows of each kind each kind of object gets; empty if some object gets none."""
    return _MaximumFlow(needs, capacities, fits).run()


class _MaximumFlow:
    """The Edmonds-Karp algorithm on the graph source -> kinds of objects -> kinds of rows -> sink."""

    def __init__(self, needs: Mapping[int, int], capacities: Mapping[int, int], fits: Sequence[Sequence[int]]) -> None:
        self._needs, self._fits = needs, fits
        self._free = dict(capacities)
        """How many rows of a kind are left."""
        self._flow: Flow = {kind: {} for kind in needs}

    def run(self) -> Flow:
        for kind, need in self._needs.items():
            left = need - self._take_free(kind, need)
            while left:
                amount = self._augment(kind, left)
                if not amount:
                    return {}
                left -= amount
        return self._flow

    def _take_free(self, kind: int, need: int) -> int:
        """Give a kind rows that nobody has; return how many. These are the augmenting paths of length one."""
        left = need
        for row in self._fits[kind]:
            amount = min(left, self._free[row])
            if amount:
                self._flow[kind][row] = amount
                self._free[row] -= amount
                left -= amount
        return need - left

    def _augment(self, kind: int, most: int) -> int:
        """Send up to `most` units along the shortest augmenting path of a kind; return how many, 0 if there is none.

        A path leads from the kind to a row that it fits, and from there back to a kind that has got this row. It goes
        on to another row that this kind fits, and so on to a row that is free. Along it, each kind gives up one row for
        the next.
        """
        holders: dict[int, list[int]] = {}
        for holder, given in self._flow.items():
            for row in given:
                holders.setdefault(row, []).append(holder)
        reached_by: dict[int, int] = {}  # the kind from which the search came to a row
        gives_up: dict[int, int] = {}  # the row from which the search came to a kind
        queue = deque([kind])
        while queue:
            mover = queue.popleft()
            for row in self._fits[mover]:
                if row in reached_by:
                    continue
                reached_by[row] = mover
                if self._free[row]:
                    return self._send(_path(kind, row, reached_by, gives_up), gives_up, most)
                # Who holds this row may give it up, if there is another one for it in the end.
                for holder in holders.get(row, ()):
                    if holder not in gives_up and holder != kind:
                        gives_up[holder] = row
                        queue.append(holder)
        return 0

    def _send(self, path: Sequence[tuple[int, int]], gives_up: Mapping[int, int], most: int) -> int:
        """Send as much along a path as its narrowest place takes; the path ends with the kind that it began at."""
        # The last of the path is the kind that still needs rows: it gives none up.
        movers = path[:-1]
        last = path[0][1]
        amount = min(most, self._free[last], *(self._flow[mover][gives_up[mover]] for mover, _ in movers))
        self._free[last] -= amount
        for mover, row in path:
            self._flow[mover][row] = self._flow[mover].get(row, 0) + amount
        for mover, _ in movers:
            self._flow[mover][gives_up[mover]] -= amount
            if not self._flow[mover][gives_up[mover]]:
                del self._flow[mover][gives_up[mover]]
        return amount


def _path(kind: int, last: int, reached_by: Mapping[int, int], gives_up: Mapping[int, int]) -> list[tuple[int, int]]:
    """Return the path that the search took, backwards: each kind of objects with the row that it gets."""
    path = [(reached_by[last], last)]
    while path[-1][0] != kind:
        row = gives_up[path[-1][0]]
        path.append((reached_by[row], row))
    return path


def _in_order(identity: object) -> tuple[int, str]:
    return (identity, "") if isinstance(identity, int) else (0, str(identity))
