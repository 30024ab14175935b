"""Codecs of lists, of maps and of undeclared JSON, whose values users change in place."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final, cast

from linode_orm._former import names_of
from linode_orm.mapping.codecs import Codec, NoneType, Scalar, equal_in_json
from linode_orm.mapping.json_types import Array, Dictionary
from linode_orm.mapping.json_values import problem_of
from linode_orm.mapping.list_merging import ListMerge
from linode_orm.mapping.merging import Merging, merge_map
from linode_orm.mapping.references import AnswerValue, check_session
from linode_orm.mapping.tracked import TagList, TrackedDict, TrackedList
from linode_orm.mapping.values import ABSENT, NotComparable, WrongType
from linode_orm.output.cells import CellType

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from linode_orm.mapping.codecs import Path, Visit
    from linode_orm.mapping.list_merging import MergedRow
    from linode_orm.mapping.tracked import Holder

if not TYPE_CHECKING:  # type checkers would take every name for one that this module has
    __getattr__ = names_of(__name__)

_extend: Final = list.extend
_new: Final[Any] = list.__new__


def _described(holder: object, otherwise: str) -> str:
    """Return the name of the list or map into which a value was put, for a message."""
    describe = getattr(holder, "__describe__", None)
    return describe() if describe is not None else otherwise


def _remember_null(container: Any, value: object) -> None:  # noqa: ANN401  a tracked list or map
    """Let an empty container remember that the user assigned None, which is sent as null and not as `[]` or `{}`."""
    container._null = value is None or _is_null(value)  # noqa: SLF001  set beside its other slots


def _is_null(value: object) -> bool:
    return isinstance(value, (TrackedList, TrackedDict)) and value.__null__


def _is_updated(item: Codec, value: object, raw: object) -> bool:
    """Whether a value was brought up to date in place; null has no place of its own."""
    return value is not None and raw is not None and item.update(value, raw)


def _pair_up(test: Callable[[object, object], bool], ones: list[object], others: list[object]) -> bool:
    """Whether each of these passes the test with another one of those, and none of those is left.

    Takes the first that passes: values that mean the same are as good as one another. The time grows with the product
    of both lengths, which is small: what a user writes into one attribute.
    """
    left = list(others)
    for one in ones:
        at = next((at for at, other in enumerate(left) if test(one, other)), None)
        if at is None:
            return False
        del left[at]
    return not left


_JSON: Final = frozenset({str, int, float, bool, list, dict})


class Container(Codec):
    """What lists, maps and objects share: users change them in place, and conditions compare them in JSON."""

    mutable = True
    has_order = False
    is_sortable = False
    compared_as_is = _JSON

    def comparable(self, raw: object) -> object:
        if type(raw) in self.compared_as_is:
            return raw
        raise WrongType(self.text, raw)

    def one_of(self, raws: Sequence[object]) -> Callable[[Any], bool]:
        return lambda value: any(self.same(value, raw) for raw in raws)

    def same(self, one: object, other: object) -> bool:
        return equal_in_json(one, other)

    def fits(self, value: object) -> bool:
        """Whether a user's value is one that the codec makes."""
        del value
        return False

    def cell(self, raw: object) -> object:
        value, item = self.comparable(raw), self.inside(0)
        if self.cell_type is not CellType.JSON and item is not None and isinstance(value, list):
            kinds = item.plain | {NoneType}
            if not kinds.issuperset(map(type, value)):
                raise WrongType(self.text, raw)
        return value


class Collection(Container):
    """What lists and maps share: all their values are of one type."""

    _item_name = "a value"

    def __init__(self, text: str, item: Codec) -> None:
        super().__init__(text)
        self.item = item
        self.nested = item.nested
        self._adopter = self._adopt_item

    def _adopt_item(self, value: object, holder: Holder) -> object:
        try:
            return self._adopted(value, holder)
        except WrongType as wrong:
            msg = f"{self._item_name} of {_described(holder, self.text)}: {wrong}"
            raise TypeError(msg) from None

    def _adopted(self, value: object, holder: Holder) -> object:
        """Check a value, or what stands for one until an answer tells it."""
        return (
            adopted_value(self.item, value, holder)
            if type(value) is AnswerValue
            else self.item.adopt(value, holder, "")
        )

    def inside(self, key: str | int) -> Codec | None:
        del key
        return self.item


def adopted_value(codec: Codec, value: AnswerValue, holder: Holder) -> AnswerValue:
    """Return what stands for a value that an answer will tell; raise `WrongType` where its type does not fit."""
    if not value.__suits__(codec):
        raise WrongType(codec.text, value)
    check_session(holder, value.__target__, _described(holder, codec.text))
    return value


def _encoded(item: Codec, value: object) -> object:
    return value if value is None or type(value) is AnswerValue else item.encode(value)


def _decoded(item: Codec, raw: list[object], holder: Holder) -> list[object]:
    # a function of its own: the comprehension closes over three names, which would slow down every line of `decode`
    plain, decode = item.plain, item.decode
    return [each if each is None or type(each) in plain else decode(each, holder, "") for each in raw]


class ListOf(Collection):
    """Lists of values of one type; `unordered` ones are compared and merged as sets, because the API keeps them so."""

    compared_as_is = frozenset({list})
    null_is_empty = True
    container: type[TrackedList[Any]] = TrackedList
    _item_name = "an item"

    def __init__(self, item: Codec, text: str | None = None, *, unordered: bool = False) -> None:
        super().__init__(text or f"list[{item.text}]", item)
        self.unordered = unordered
        self.holds_rows = bool(item.fields)
        self._is_labelled = "label" in item.fields
        self.known_values = item.known_values
        self.filter_type = "labelled" if self._is_labelled else "list"
        self.json_type = Array(item.json_type)
        self.cell_type = _LISTS.get(item.cell_type, CellType.JSON)
        # what `decode` needs stands in one attribute: reading and unpacking it is 40 % quicker than reading three
        self._decoding = (self.container, self._adopter, item.plain)

    def decode(self, raw: object, holder: Holder, name: str) -> object:
        if type(raw) is not list:
            raise WrongType(self.text, raw)
        container, adopter, plain = self._decoding
        # `__held__` and `__replace__` would say the same in two lines, and take 790 ns for three strings, not 280
        value = _new(container)
        value._holder = holder  # noqa: SLF001  see above
        value._name = name  # noqa: SLF001  see above
        value._adopt = adopter  # noqa: SLF001  see above
        if not raw:
            return value
        for each in raw:
            if type(each) not in plain:
                _extend(value, _decoded(self.item, raw, value))
                return value
        _extend(value, raw)
        return value

    def null(self, holder: Holder, name: str) -> object:
        value = self.decode([], holder, name)
        _remember_null(value, None)
        return value

    def adopt(self, value: object, holder: Holder, name: str) -> object:
        if isinstance(value, (str, bytes, dict)) or not isinstance(value, (Iterable, NoneType)):
            raise WrongType(self.text, value)
        adopted = self.container.__held__(holder, name, self._adopter)
        adopted.__replace__([self._adopted(each, adopted) for each in value or ()])
        _remember_null(adopted, value)
        return adopted

    def encode(self, value: object) -> object:
        if _is_null(value):
            return None
        item = self.item
        return [_encoded(item, each) for each in value]  # type: ignore[attr-defined]  # a list by construction

    def part(self, value: object) -> object:
        """Check an item; of objects with labels a string is the label of one, and of others it is refused.

        A string would be taken for the id of an object, which is seldom meant and then never true.
        """
        if isinstance(value, str) and self._is_labelled:
            return value
        if isinstance(value, str) and self.item.fields:
            msg = (
                f"contains({value!r}): the list holds objects ({self.item.text}), and no text; "
                f"ask for one of them, or read the list and look at its {', '.join(self.item.fields)}"
            )
            raise NotComparable(msg)
        return self.item.operand(value)

    def has_part(self, value: list[object], part: object) -> bool:
        if isinstance(part, str) and self._is_labelled:
            return any(isinstance(each, dict) and each.get("label") == part for each in value)
        return any(self.item.same(each, part) for each in value)

    def has_part_in_any_case(self, value: list[object], part: object) -> bool:
        if not isinstance(part, str):
            return self.has_part(value, part)
        labels = (each.get("label") if isinstance(each, dict) else each for each in value)
        return any(isinstance(each, str) and each.casefold() == part.casefold() for each in labels)

    def fits(self, value: object) -> bool:
        return isinstance(value, list)

    def same(self, one: object, other: object) -> bool:
        one, other = [] if one is None else one, [] if other is None else other
        if not isinstance(one, list) or not isinstance(other, list) or len(one) != len(other):
            return one is other
        if self.unordered and not self.item.is_exact:
            return _pair_up(self.item.same, one, other)
        if self.unordered:
            one, other = sorted(one, key=repr), sorted(other, key=repr)
        return all(map(self.item.same, one, other))

    def alike(self, one: object, other: object) -> bool:
        one, other = [] if one is None else one, [] if other is None else other
        if not isinstance(one, list) or not isinstance(other, list) or len(one) != len(other):
            return one is other
        return _pair_up(self.item.alike, one, other) if self.unordered else all(map(self.item.alike, one, other))

    def update(self, value: object, raw: object) -> bool:
        if not isinstance(value, TrackedList) or not isinstance(raw, (list, NoneType)):
            return False
        held, item = len(value), self.item
        value.__replace__(
            [_updated_item(item, value[at] if at < held else ABSENT, new, value) for at, new in enumerate(raw or ())]
        )
        _remember_null(value, raw)
        return True

    def replace(self, value: object, adopted: object) -> bool:
        if not isinstance(value, TrackedList) or not isinstance(adopted, TrackedList):
            return False
        value.__replace__([self._adopted(each, value) for each in adopted])
        _remember_null(value, adopted)
        return True

    def rebase(self, value: object, onto: object, theirs: object, *, force: bool = False) -> bool:
        if self.is_one_value or not isinstance(value, TrackedList) or not isinstance(theirs, (list, NoneType)):
            return False
        seen, there, held = onto if isinstance(onto, list) else [], theirs or [], [*value]
        mine = [_encoded(self.item, each) for each in held]
        merging = Merging()
        merge = ListMerge(self.item, seen, there, mine, merging)
        if merging.clashes and not force:
            return False
        value.__replace__([_rebased_item(merge, slot, self.item, held, value) for slot in merge.slots])
        return True

    def merge(self, base: object, theirs: object, mine: object, merging: Merging, path: Path = ()) -> object:
        one, other, own = ([] if each is None or each is ABSENT else each for each in (base, theirs, mine))
        are_lists = isinstance(one, list) and isinstance(other, list) and isinstance(own, list)
        if self.is_one_value or not are_lists or path in merging.assigned or self.alike(one, other):
            return merging.whole(self, base, theirs, mine, path)
        one, other, own = (cast("list[object]", each) for each in (one, other, own))
        return ListMerge(self.item, one, other, own, merging, path).merged()

    def agrees(self, sent: object, answered: object) -> bool:
        if not isinstance(sent, list) or not isinstance(answered, list):
            return super().agrees(sent, answered)
        return _pair_up(self.item.agrees, sent, answered)

    def blank(self, holder: Holder, name: str) -> object:
        return self.decode([], holder, name)

    def forget(self, value: object) -> None:
        if self.item.mutable:
            for each in value:  # type: ignore[attr-defined]  # a list by construction
                if each is not None and type(each) is not AnswerValue:
                    self.item.forget(each)

    def trim(self, raw: object, verb: str) -> object:
        return [self.item.trim(each, verb) for each in raw] if isinstance(raw, list) else raw

    def map_objects(self, value: Any, raw: Any, visit: Visit, path: Path) -> object:  # noqa: ANN401  as `adopt` makes
        if raw is None or not self.nested:
            return raw
        pairs = enumerate(zip(value, raw, strict=True))
        return [self.item.map_objects(one, each, visit, (*path, at)) for at, (one, each) in pairs]


def _rebased_item(merge: ListMerge, slot: MergedRow, item: Codec, held: list[object], holder: Holder) -> object:
    """Return one item of a list that was rebased: a row that users may hold stays the same object."""
    if slot.theirs is None:
        return held[slot.mine or 0]
    raw = merge.theirs[slot.theirs]
    mine = None if slot.mine is None else held[slot.mine]
    if mine is None or raw is None or type(raw) in item.plain:
        return _updated_item(item, ABSENT, raw, holder)
    if item.rebase(mine, None if slot.base is None else merge.base[slot.base], raw):
        return mine
    return _updated_item(item, ABSENT, merge.item(slot), holder)


def _updated_item(item: Codec, old: object, raw: object, holder: Holder) -> object:
    """Return an item that users may hold, brought up to date in place, or a new one."""
    if raw is None or type(raw) in item.plain:
        return raw
    if old is not ABSENT and old is not None and item.update(old, raw):
        return old
    return item.decode(raw, holder, "")


_LISTS: Final = {CellType.TEXT: CellType.TEXTS, CellType.INTEGER: CellType.INTEGERS}
"""What a column of lists is, by what their items are."""


class Tags(ListOf):
    """Lists of tags: sets in the API, `TagList` for users."""

    container = TagList

    def __init__(self) -> None:
        super().__init__(Scalar("str", frozenset({str})), "TagList", unordered=True)

    def adopt(self, value: object, holder: Holder, name: str) -> object:
        adopted = super().adopt(value, holder, name)
        adopted.__replace__(list(dict.fromkeys(adopted)))  # type: ignore[attr-defined, call-overload]  # a TagList
        return adopted


class MapOf(Collection):
    """Objects with any keys and values of one type."""

    compared_as_is = frozenset({dict})

    def __init__(self, item: Codec) -> None:
        super().__init__(f"dict[str, {item.text}]", item)
        self.json_type = Dictionary(item.json_type)

    def decode(self, raw: object, holder: Holder, name: str) -> object:
        if not isinstance(raw, dict):
            raise WrongType(self.text, raw)
        value: TrackedDict[object] = TrackedDict.__held__(holder, name, self._adopter)
        value.__replace__({key: self._decoded_value(each, value) for key, each in raw.items()})
        return value

    def _decoded_value(self, raw: object, holder: Holder) -> object:
        return raw if raw is None or type(raw) in self.item.plain else self.item.decode(raw, holder, "")

    def adopt(self, value: object, holder: Holder, name: str) -> object:
        if not isinstance(value, (dict, NoneType)):
            raise WrongType(self.text, value)
        adopted: TrackedDict[object] = TrackedDict.__held__(holder, name, self._adopter)
        _remember_null(adopted, value)
        for key, each in (value or {}).items():
            if not isinstance(key, str) or problem_of(key):
                msg = f"{self.text} with text as keys"
                raise WrongType(msg, value)
            dict.__setitem__(adopted, key, self._adopted(each, adopted))
        return adopted

    def encode(self, value: object) -> object:
        if _is_null(value):
            return None
        item = self.item
        return {key: _encoded(item, each) for key, each in value.items()}  # type: ignore[attr-defined]  # a dict by construction

    def same(self, one: object, other: object) -> bool:
        one, other = {} if one is None else one, {} if other is None else other
        if not isinstance(one, dict) or not isinstance(other, dict) or one.keys() != other.keys():
            return one is other
        return all(self.item.same(one[key], other[key]) for key in one)

    def alike(self, one: object, other: object) -> bool:
        one, other = {} if one is None else one, {} if other is None else other
        if not isinstance(one, dict) or not isinstance(other, dict) or one.keys() != other.keys():
            return one is other
        return all(self.item.alike(one[key], other[key]) for key in one)

    def update(self, value: object, raw: object) -> bool:
        if not isinstance(value, TrackedDict) or not isinstance(raw, dict):
            return False
        kept = {key for key, new in raw.items() if key in value and _is_updated(self.item, value[key], new)}
        contents = {key: value[key] if key in kept else self._decoded_value(new, value) for key, new in raw.items()}
        value.__replace__(contents)
        return True

    def rebase(self, value: object, onto: object, theirs: object, *, force: bool = False) -> bool:
        if self.is_one_value or not isinstance(value, TrackedDict) or not isinstance(theirs, (dict, NoneType)):
            return False
        merging, seen = Merging(), onto if isinstance(onto, dict) else {}
        mine = {key: _encoded(self.item, each) for key, each in value.items()}
        merged = merge_map(self.item, seen, theirs or {}, mine, merging, ())
        return not (merging.clashes and not force) and self.update(value, merged)

    def merge(self, base: object, theirs: object, mine: object, merging: Merging, path: Path = ()) -> object:
        one, other, own = ({} if each is None or each is ABSENT else each for each in (base, theirs, mine))
        are_maps = isinstance(one, dict) and isinstance(other, dict) and isinstance(own, dict)
        if self.is_one_value or not are_maps or path in merging.assigned or self.alike(one, other):
            return merging.whole(self, base, theirs, mine, path)
        one, other, own = (cast("dict[str, object]", each) for each in (one, other, own))
        return merge_map(self.item, one, other, own, merging, path)

    def forget(self, value: object) -> None:
        if self.item.mutable:
            for each in value.values():  # type: ignore[attr-defined]  # a dict by construction
                if each is not None and type(each) is not AnswerValue:
                    self.item.forget(each)

    def trim(self, raw: object, verb: str) -> object:
        return {key: self.item.trim(each, verb) for key, each in raw.items()} if isinstance(raw, dict) else raw

    def agrees(self, sent: object, answered: object) -> bool:
        if not isinstance(sent, dict) or not isinstance(answered, dict):
            return super().agrees(sent, answered)
        return all(self.item.agrees(value, answered[key]) for key, value in sent.items() if key in answered)

    def fits(self, value: object) -> bool:
        return isinstance(value, dict)

    def map_objects(self, value: Any, raw: Any, visit: Visit, path: Path) -> object:  # noqa: ANN401  as `adopt` makes
        if raw is None or not self.nested:
            return raw
        return {key: self.item.map_objects(value[key], each, visit, (*path, key)) for key, each in raw.items()}
