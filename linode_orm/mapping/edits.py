"""Edits: the pending change of one field, and how it meets the newer values of the API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linode_orm.mapping.merging import Merging
from linode_orm.mapping.values import ABSENT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from linode_orm.mapping.codecs import Codec, Path
    from linode_orm.mapping.references import Object


class Edit:
    """A pending change of one field.

    `base` is the value in JSON that was seen when the change was made (`ABSENT` where none was). `rebased_on` is the
    value that the user's changes were last applied to, as far as nobody else changed the same. `exact` says that the
    user assigned a whole value instead of changing one. `sent` are the values that were sent and never answered, the
    newest last: the API may have taken each.
    `reference` is the new object whose id the field gets when that exists. `given` is the object that the user gave in
    place of its id.
    """

    __slots__ = ("base", "exact", "given", "rebased_on", "reference", "sent")

    def __init__(self, base: object, *, exact: bool) -> None:
        self.base = base
        self.rebased_on = base
        self.exact = exact
        self.sent: tuple[object, ...] = ()
        self.reference: Object | None = None
        self.given: Object | None = None

    def is_in_doubt(self, codec: Codec, mine: object) -> bool:
        """Whether the API may hold, or still take, another value than `mine`, because that was sent."""
        # promise 10c: what was sent may be there, or come
        return any(not (_alike(codec, each, mine) and _alike(codec, mine, each)) for each in self.sent)

    def rebase_from(self, codec: Codec, value: object) -> object:
        """Return the value from which the edits of a set are counted.

        The API may hold each list that was sent. An element that one of them has and `value` has not was taken out by
        the user; an element that all of them have was not put in by the user.
        """
        mine = in_json(codec, value) if self.sent else None
        if not isinstance(mine, list) or not isinstance(self.rebased_on, list):
            return self.rebased_on
        lists = [each for each in (self.rebased_on, *self.sent) if isinstance(each, list)]
        common = [each for each in mine if all(each in those for those in lists)]
        return common + [each for those in lists for each in those if each not in mine]

    def settle(self, codec: Codec, theirs: object) -> None:
        """Count the edit as made on `theirs`, where that is a value that was sent; older sent values are gone."""
        for at, each in reversed([*enumerate(self.sent)]):
            if _alike(codec, each, theirs):
                # promise 16c: from here on, another value is somebody else's
                self.base, self.sent = theirs, self.sent[at + 1 :]
                self.rebased_on = theirs
                return

    def clashes(
        self, codec: Codec, theirs: object, mine: object, assigned: Iterable[Path], seen: object = ABSENT
    ) -> bool:
        """Whether both sides changed the same part of a value; `assigned` are the parts that were assigned whole.

        An assignment wins over what was seen of such a part before, in the value `seen`. What was sent may be there,
        and is mine: so it counts as a base too.
        """
        base = self.base if self.exact else self.rebased_on
        if base is ABSENT or theirs is ABSENT:
            return False
        places, other, own = [*assigned], _settable(codec, theirs), _settable(codec, mine)
        for each in (base, *self.sent):  # promise 16b: what was sent may be there, and is mine
            merging = Merging(places)
            codec.merge(_settable(codec, each), other, own, merging)
            if all(place in merging.assigned and _is_alike_at(place, seen, theirs) for place in merging.clashes):
                return False
        return True


def _alike(codec: Codec, one: object, other: object) -> bool:
    """Whether two values are the same in everything that a request can set."""
    return codec.alike(codec.trim(one, "update"), codec.trim(other, "update"))


def _is_alike_at(place: Path, one: object, other: object) -> bool:
    """Whether two values have the same at a place; rows of lists are not looked for."""
    for key in place:
        if not isinstance(one, dict) or not isinstance(other, dict):
            return False
        one, other = one.get(key), other.get(key)
    return one is not ABSENT and one == other


def _settable(codec: Codec, raw: object) -> object:
    """Return what a request can set of a value in JSON."""
    return raw if raw is ABSENT else codec.trim(raw, "update")


def in_json(codec: Codec, value: object) -> object:
    """Return the JSON of a value; None for None, which the server may send whatever the declaration says."""
    # Most values are strings and numbers, which are the same in JSON.
    return value if value is None or type(value) in codec.plain else codec.encode(value)
