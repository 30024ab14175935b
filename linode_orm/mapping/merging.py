"""Three-way merges of values in JSON: what one of two writers changed is kept, and what both changed is named."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from linode_orm.mapping.values import ABSENT

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    Path = tuple[str | int, ...]


class MergeCodec(Protocol):
    """What a merge asks of the codec of a value."""

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
