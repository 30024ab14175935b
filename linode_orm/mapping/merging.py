"""Three-way merges of values in JSON: what one of two writers changed is kept, and what both changed is named."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from linode_orm.mapping.values import ABSENT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    Path = tuple[str | int, ...]
    Identity = tuple[object, ...]

ROW_KEYS: Final = (
    ("type", "id"),
    ("id",),
    ("key", "effect"),
    ("label",),
    ("name",),
    ("range",),
    ("address",),
    ("metric", "aggregate_function"),
    ("dimension_label",),
)
"""The table of keys: rows are told apart by the first of these that they have; rows with none, by all that they hold.

So there are three kinds of list. A list of plain values, or of ids, is a set: its elements come and go one by one. A
list of rows is merged row by row, by these keys. A list (or an object of slots) that is declared as `ordered` is one
value, because its order means something; so is a list inside undeclared JSON.
"""


class MergeCodec(Protocol):
    """What a merge asks of the codec of a value."""

    is_exact: bool

    def same(self, one: object, other: object) -> bool:
        """Whether two values in JSON mean the same."""
        ...

    def alike(self, one: object, other: object) -> bool:
        """Whether the API takes two values in JSON for the same."""
        ...

    def merge(self, base: object, theirs: object, mine: object, merging: Merging, path: Path = ()) -> object:
        """Return a value in JSON with the changes of both sides."""
        ...


class Merging:
    """One merge of two changes of a value.

    `assigned` are the places where this side assigned a whole value: such an assignment is one edit of all of it.
    `clashes` are the places that both sides changed; there the merged value is that of this side.
    """

    def __init__(self, assigned: Iterable[Path] = ()) -> None:
        self.assigned = frozenset(assigned)
        self.clashes: list[Path] = []

    def whole(self, codec: MergeCodec, base: object, theirs: object, mine: object, path: Path) -> object:
        """Merge values that are changed only as a whole."""
        one, other, own = (None if each is ABSENT else each for each in (base, theirs, mine))
        if codec.alike(one, other) or codec.alike(own, other):
            return mine
        if path not in self.assigned and codec.alike(own, one):
            return theirs
        self.clashes.append(path)
        return mine


class MergedRow(NamedTuple):
    """One row of a merged list: its index in each of the three lists, None where it is not there."""

    base: int | None
    theirs: int | None
    mine: int | None


class Rows:
    """How the rows of one list are told apart: by a key, or by all that they hold where `keys` is empty."""

    def __init__(self, item: MergeCodec, keys: tuple[str, ...], *, is_set: bool) -> None:
        self._item, self._keys, self._is_set = item, keys, is_set

    def align(
        self,
        base: Sequence[object],
        theirs: Sequence[object],
        mine: Sequence[object],
        merging: Merging,
        path: Path,
    ) -> list[MergedRow]:
        """Return the rows of the merged list, in its order; note the rows that both sides changed."""
        known: list[object] = []
        was, there, own = (
            {identity: at for at, identity in enumerate(self._identities(each, known))} for each in (base, theirs, mine)
        )
        slots: dict[Identity, MergedRow] = {}
        for each in (*there, *own, *was):
            slot = MergedRow(was.get(each), there.get(each), own.get(each))
            if self._stays(slot, base, theirs, mine, merging, path):
                slots.setdefault(each, slot)
        self._note_rivals(was, there, own, merging, path)
        order = [*there, *own] if self._is_set else _in_order([*was], [*there], [*own], merging, path)
        return [slots[each] for each in dict.fromkeys(order) if each in slots]

    def _identities(self, rows: Sequence[object], known: list[object]) -> Iterator[Identity]:
        """Yield what tells each row apart; the second of two rows that are alike has a number of its own."""
        seen: Counter[Identity] = Counter()
        for row in rows:
            identity = self._identity(row, known)
            yield (*identity, seen[identity])
            seen[identity] += 1

    def _identity(self, row: object, known: list[object]) -> Identity:
        if self._keys and isinstance(row, dict):
            values = [row.get(key) for key in self._keys]
            if all(isinstance(each, (str, int)) for each in values):
                return ("key", *values)
        if self._item.is_exact:
            return ("value", type(row), json.dumps(row, sort_keys=True, default=repr))
        at = next((at for at, each in enumerate(known) if self._item.same(each, row)), None)
        if at is None:
            at = len(known)
            known.append(row)
        return ("like", at)

    def _stays(  # noqa: PLR0913, PLR0917  the three lists
        self,
        slot: MergedRow,
        base: Sequence[object],
        theirs: Sequence[object],
        mine: Sequence[object],
        merging: Merging,
        path: Path,
    ) -> bool:
        """Whether a row is in the merged list; a row that one side took out stays where the other side changed it."""
        if slot.theirs is not None and slot.mine is not None:
            return True
        if slot.base is None:
            return True
        if slot.theirs is None and slot.mine is None:
            return False
        left = mine[slot.mine] if slot.mine is not None else theirs[slot.theirs or 0]
        if self._item.alike(base[slot.base], left):
            return False
        merging.clashes.append(path)
        return slot.mine is not None

    def _note_rivals(
        self,
        was: Mapping[Identity, int],
        there: Mapping[Identity, int],
        own: Mapping[Identity, int],
        merging: Merging,
        path: Path,
    ) -> None:
        """Note where both sides seem to have changed a row without a key: it is gone, and both have new ones."""
        if self._is_set:
            return
        nameless = [each for each in (*was, *there, *own) if each[0] != "key"]
        gone = any(each in was and each not in there and each not in own for each in nameless)
        come = any(each in there and each not in was and each not in own for each in nameless)
        if gone and come and any(each in own and each not in was and each not in there for each in nameless):
            merging.clashes.append(path)


def _in_order(
    was: list[Identity], there: list[Identity], own: list[Identity], merging: Merging, path: Path
) -> list[Identity]:
    """Return the order of the merged rows: that of the side which moved some, with the other side's new rows in it."""
    mine_moved, theirs_moved = _is_moved(was, own), _is_moved(was, there)
    if mine_moved and theirs_moved and _is_moved(there, own):
        merging.clashes.append(path)
    spine, other = (own, there) if mine_moved else (there, own)
    order, places = [*spine], {*spine}
    for at, each in enumerate(other):
        if each not in places:
            before = next((order.index(other[back]) for back in reversed(range(at))), -1)
            order.insert(before + 1, each)
            places.add(each)
    return order


def _is_moved(one: list[Identity], other: list[Identity]) -> bool:
    """Whether the rows that two lists share stand in another order."""
    return [each for each in one if each in {*other}] != [each for each in other if each in {*one}]


def merge_map(  # noqa: PLR0913, PLR0917  the three objects
    item: MergeCodec,
    base: Mapping[str, object],
    theirs: Mapping[str, object],
    mine: Mapping[str, object],
    merging: Merging,
    path: Path,
) -> dict[str, object]:
    """Return an object of any keys with the changes of both sides: keys come, go and change one by one."""
    merged: dict[str, object] = {}
    for key in dict.fromkeys((*theirs, *mine, *base)):
        one, other, own = (each.get(key, ABSENT) for each in (base, theirs, mine))
        if other is ABSENT or own is ABSENT:
            value = merging.whole(item, one, other, own, (*path, key))
        else:
            value = item.merge(one, other, own, merging, (*path, key))
        if value is not ABSENT:
            merged[key] = value
    return merged
