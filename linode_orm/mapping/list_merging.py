"""Merges of lists: which of their rows are the same, which stay, and in which order."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Final, NamedTuple

from linode_orm.mapping.values import ABSENT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from linode_orm.mapping.codecs import Codec, Path
    from linode_orm.mapping.merging import Merging

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
"""The table of keys: rows are matched by the first of these that they have; rows with none, by all that they hold.

So there are three kinds of list. A list of plain values, or of ids, is a set: its elements come and go one by one. A
list of rows is merged row by row, by these keys. A list (or an object of slots) that is declared as `ordered` is one
value, because its order means something; so is a list inside undeclared JSON.
"""


class MergedRow(NamedTuple):
    """One row of a merged list: its index in each of the three lists, None where it is not there."""

    base: int | None
    theirs: int | None
    mine: int | None


class ListMerge:
    """One merge of two changes of a list; `slots` are the rows of the merged list, in its order.

    Rows that both sides changed are noted in `merging`. The three lists hold values in JSON.
    """

    def __init__(  # noqa: PLR0913, PLR0917  the three lists
        self,
        codec: Codec,
        base: Sequence[object],
        theirs: Sequence[object],
        mine: Sequence[object],
        merging: Merging,
        path: Path = (),
    ) -> None:
        self._codec, self._merging, self._path = codec, merging, path
        self.base, self.theirs, self.mine = base, theirs, mine
        fields = codec.bare.fields
        takes = {field.key for field in fields.values() if field.createable or field.mutable}
        self._is_set = not fields or codec.bare.is_named_by_id
        self._keys = () if self._is_set else next((keys for keys in ROW_KEYS if takes.issuperset(keys)), ())
        self.slots = self._aligned()

    def merged(self) -> list[object]:
        """Return the merged list."""
        return [self.item(slot) for slot in self.slots]

    def item(self, slot: MergedRow) -> object:
        """Return a row of the merged list, in which the changes of both sides are merged."""
        if slot.theirs is None or slot.mine is None:
            return self.mine[slot.mine or 0] if slot.theirs is None else self.theirs[slot.theirs]
        there = self.theirs[slot.theirs]
        if not self._codec.bare.fields:
            return there
        before = ABSENT if slot.base is None else self.base[slot.base]
        return self._codec.merge(before, there, self.mine[slot.mine], self._merging, (*self._path, slot.mine))

    def _aligned(self) -> list[MergedRow]:
        known: list[object] = []
        was, there, own = (
            {identity: at for at, identity in enumerate(self._identities(each, known))}
            for each in (self.base, self.theirs, self.mine)
        )
        slots: dict[Identity, MergedRow] = {}
        for each in (*there, *own, *was):
            slot = MergedRow(was.get(each), there.get(each), own.get(each))
            if self._stays(slot):
                slots.setdefault(each, slot)
        self._note_rivals(was, there, own)
        order = [*there, *own] if self._is_set else self._in_order([*was], [*there], [*own])
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
        if self._codec.is_exact:
            return ("value", type(row), json.dumps(row, sort_keys=True, default=repr))
        at = next((at for at, each in enumerate(known) if self._codec.same(each, row)), None)
        if at is None:
            at = len(known)
            known.append(row)
        return ("like", at)

    def _stays(self, slot: MergedRow) -> bool:
        """Whether a row is in the merged list; a row that one side took out stays where the other side changed it."""
        if slot.base is None or (slot.theirs is not None and slot.mine is not None):
            return True
        if slot.theirs is None and slot.mine is None:
            return False
        left = self.mine[slot.mine] if slot.mine is not None else self.theirs[slot.theirs or 0]
        if self._codec.alike(left, self.base[slot.base]):
            return False
        self._merging.clashes.append(self._path)
        return slot.mine is not None

    def _note_rivals(
        self, was: Mapping[Identity, int], there: Mapping[Identity, int], own: Mapping[Identity, int]
    ) -> None:
        """Note where both sides seem to have changed a row without a key: it is gone, and both have new ones."""
        if self._is_set:
            return
        nameless = [each for each in (*was, *there, *own) if each[0] != "key"]
        gone = any(each in was and each not in there and each not in own for each in nameless)
        come = any(each in there and each not in was and each not in own for each in nameless)
        if gone and come and any(each in own and each not in was and each not in there for each in nameless):
            self._merging.clashes.append(self._path)

    def _in_order(self, was: list[Identity], there: list[Identity], own: list[Identity]) -> list[Identity]:
        """Return the order of the merged rows: that of the side which moved some, with the other's new rows in it."""
        mine_moved, theirs_moved = _is_moved(was, own), _is_moved(was, there)
        if mine_moved and theirs_moved and _is_moved(there, own):
            self._merging.clashes.append(self._path)
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
    those, these = {*other}, {*one}
    return [each for each in one if each in those] != [each for each in other if each in these]
