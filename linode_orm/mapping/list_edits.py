"""Edits of lists: how a list that users change in place follows the server, and is merged with another writer's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from linode_orm.mapping.codecs import Codec, NoneType
from linode_orm.mapping.merging import ROW_KEYS, Merging, Rows
from linode_orm.mapping.tracked import TrackedDict, TrackedList
from linode_orm.mapping.values import ABSENT

if TYPE_CHECKING:
    from linode_orm.mapping.codecs import Path
    from linode_orm.mapping.merging import MergedRow
    from linode_orm.mapping.tracked import Holder


class ListEdits(Codec):
    """The half of a codec of lists that changes them; `item` is the codec of their items."""

    item: Codec

    def update(self, value: object, raw: object) -> bool:
        if not isinstance(value, TrackedList) or not isinstance(raw, (list, NoneType)):
            return False
        held, item = len(value), self.item
        value.__replace__(
            [_updated_item(item, value[at] if at < held else ABSENT, new, value) for at, new in enumerate(raw or ())]
        )
        remember_null(value, raw)
        return True

    def replace(self, value: object, adopted: object) -> bool:
        if not isinstance(value, TrackedList) or not isinstance(adopted, TrackedList):
            return False
        value.__replace__([self.item.adopt(each, value, "") for each in adopted])
        remember_null(value, adopted)
        return True

    @property
    def _rows(self) -> Rows:
        """How the rows of two lists are matched."""
        item = self.item.bare
        takes = {field.key for field in item.fields.values() if field.createable or field.mutable}
        is_set = not item.fields or item.is_named_by_id
        keys = () if is_set else next((keys for keys in ROW_KEYS if takes.issuperset(keys)), ())
        return Rows(self.item, keys, is_set=is_set)

    def rebase(self, value: object, onto: object, theirs: object, *, force: bool = False) -> bool:
        if self.is_one_value or not isinstance(value, TrackedList) or not isinstance(theirs, (list, NoneType)):
            return False
        seen, there = onto if isinstance(onto, list) else [], theirs or []
        held = [*value]
        merging, mine = Merging(), [None if each is None else self.item.encode(each) for each in held]
        slots = self._rows.align(seen, there, mine, merging, ())
        if merging.clashes and not force:
            return False
        value.__replace__([self._rebased_item(slot, seen, there, held, value) for slot in slots])
        return True

    def _rebased_item(
        self, slot: MergedRow, onto: list[object], theirs: list[object], held: list[object], holder: Holder
    ) -> object:
        """Return one item of a list that was rebased: a row that users may hold stays the same object."""
        if slot.theirs is None:
            return held[slot.mine or 0]
        raw = theirs[slot.theirs]
        mine = None if slot.mine is None else held[slot.mine]
        if mine is None or raw is None or type(raw) in self.item.plain:
            return _updated_item(self.item, ABSENT, raw, holder)
        base = None if slot.base is None else onto[slot.base]
        if self.item.rebase(mine, base, raw):
            return mine
        return _updated_item(self.item, ABSENT, self.item.merge(base, raw, self.item.encode(mine), Merging()), holder)

    def merge(self, base: object, theirs: object, mine: object, merging: Merging, path: Path = ()) -> object:
        one, other, own = ([] if each is None or each is ABSENT else each for each in (base, theirs, mine))
        are_lists = isinstance(one, list) and isinstance(other, list) and isinstance(own, list)
        if self.is_one_value or not are_lists or path in merging.assigned or self.same(one, other):
            return merging.whole(self, base, theirs, mine, path)
        one, other, own = (cast("list[object]", each) for each in (one, other, own))
        return [
            self._merged_item(slot, one, other, own, merging, path)
            for slot in self._rows.align(one, other, own, merging, path)
        ]

    def _merged_item(  # noqa: PLR0913, PLR0917  the three lists
        self,
        slot: MergedRow,
        base: list[object],
        theirs: list[object],
        mine: list[object],
        merging: Merging,
        path: Path,
    ) -> object:
        if slot.theirs is None or slot.mine is None:
            return mine[slot.mine or 0] if slot.theirs is None else theirs[slot.theirs]
        if not self.item.bare.fields:
            return theirs[slot.theirs]
        before = ABSENT if slot.base is None else base[slot.base]
        return self.item.merge(before, theirs[slot.theirs], mine[slot.mine], merging, (*path, slot.mine))

    def forget(self, value: object) -> None:
        if self.item.mutable:
            for each in value:  # type: ignore[attr-defined]  # a list by construction
                if each is not None:
                    self.item.forget(each)


def _updated_item(item: Codec, old: object, raw: object, holder: Holder) -> object:
    """Return an item that users may hold, brought up to date in place, or a new one."""
    if raw is None or type(raw) in item.plain:
        return raw
    if old is not ABSENT and old is not None and item.update(old, raw):
        return old
    return item.decode(raw, holder, "")


def remember_null(container: Any, value: object) -> None:  # noqa: ANN401  a tracked list or map
    """Let an empty container remember that the user assigned None, which is sent as null and not as `[]` or `{}`."""
    container._null = value is None or is_null(value)  # noqa: SLF001  set beside its other slots


def is_null(value: object) -> bool:
    """Whether a list or a map stands for null, which the user assigned."""
    return isinstance(value, (TrackedList, TrackedDict)) and value.__null__
