"""The way between JSON and what users hold for lists, maps and undeclared values, whose changes are tracked."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final, cast

from linode_orm._former import names_of
from linode_orm.mapping.codecs import Codec, NoneType, Scalar, WrongType, equal_in_json
from linode_orm.mapping.json_types import Array, Dictionary
from linode_orm.mapping.tracked import TagList, TrackedDict, TrackedList
from linode_orm.mapping.values import ABSENT

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from linode_orm.mapping.codecs import Path, Visit
    from linode_orm.mapping.tracked import Holder

if not TYPE_CHECKING:  # type checkers would take every name for one that this module has
    __getattr__ = names_of(__name__)

_extend: Final = list.extend
_new: Final[Any] = list.__new__


def _where(holder: object, otherwise: str) -> str:
    """Name the list or map into which a value was put."""
    describe = getattr(holder, "__describe__", None)
    return describe() if describe is not None else otherwise


def _mark(container: Any, value: object) -> None:  # noqa: ANN401  a tracked list or map
    """Let a container remember that None was written where it stands."""
    container._null = value is None or _is_null(value)  # noqa: SLF001  set beside its other slots


def _is_null(value: object) -> bool:
    return isinstance(value, (TrackedList, TrackedDict)) and value.__null__


def _is_updated(item: Codec, value: object, raw: object) -> bool:
    """Whether a value was brought up to date in place; null has no place of its own."""
    return value is not None and raw is not None and item.update(value, raw)


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


class Collection(Container):
    """What lists and maps share: values of one type."""

    _item_name = "a value"

    def __init__(self, text: str, item: Codec) -> None:
        super().__init__(text)
        self.item = item
        self.nested = item.nested
        self._adopter = self._adopt_item

    def _adopt_item(self, value: object, holder: Holder) -> object:
        try:
            return self.item.adopt(value, holder, "")
        except WrongType as wrong:
            msg = f"{self._item_name} of {_where(holder, self.text)}: {wrong}"
            raise TypeError(msg) from None

    def inside(self, key: str | int) -> Codec | None:
        del key
        return self.item


class ListOf(Collection):
    """Lists of one type; `unordered` ones are compared as the sets that the API keeps them as."""

    compared_as_is = frozenset({list})
    null_is_empty = True
    container: type[TrackedList[Any]] = TrackedList
    _item_name = "an item"

    def __init__(self, item: Codec, text: str | None = None, *, unordered: bool = False) -> None:
        super().__init__(text or f"list[{item.text}]", item)
        self.unordered = unordered
        self.is_secret = not isinstance(item, Scalar) and not item.fields  # of objects their fields say
        self._is_labelled = "label" in item.fields
        self.filter_type = "labelled" if self._is_labelled else "list"
        self.json_type = Array(item.json_type)
        self._parts = (self.container, self._adopter, item.plain)  # in one attribute, for the hot path

    def decode(self, raw: object, holder: Holder, name: str) -> object:
        if type(raw) is not list:
            raise WrongType(self.text, raw)
        container, adopter, plain = self._parts
        value = _new(container)
        value._holder = holder  # noqa: SLF001  as below: on the hot path
        value._name = name  # noqa: SLF001
        value._adopt = adopter  # noqa: SLF001
        if not raw:
            return value
        for each in raw:
            if type(each) not in plain:
                _extend(value, self._decoded(raw, value))
                return value
        _extend(value, raw)
        return value

    def _decoded(self, raw: list[object], holder: Holder) -> list[object]:
        plain, decode = self.item.plain, self.item.decode  # apart from `decode`, which a closure would slow down
        return [each if each is None or type(each) in plain else decode(each, holder, "") for each in raw]

    def null(self, holder: Holder, name: str) -> object:
        value = self.decode([], holder, name)
        _mark(value, None)
        return value

    def adopt(self, value: object, holder: Holder, name: str) -> object:
        if isinstance(value, (str, bytes, dict)) or not isinstance(value, (Iterable, NoneType)):
            raise WrongType(self.text, value)
        adopted = self.container.__held__(holder, name, self._adopter)
        adopted.__replace__([self.item.adopt(each, adopted, "") for each in value or ()])
        _mark(adopted, value)
        return adopted

    def encode(self, value: object) -> object:
        if _is_null(value):
            return None
        encode = self.item.encode
        return [None if each is None else encode(each) for each in value]  # type: ignore[attr-defined]  # a list by construction

    def part(self, value: object) -> object:
        """Check an item; of objects with labels a string is the label of one."""
        return value if isinstance(value, str) and self._is_labelled else self.item.operand(value)

    def has_part(self, value: list[object], part: object) -> bool:
        if isinstance(part, str) and self._is_labelled:
            return any(isinstance(each, dict) and each.get("label") == part for each in value)
        return any(self.item.same(each, part) for each in value)

    def fits(self, value: object) -> bool:
        return isinstance(value, list)

    def same(self, one: object, other: object) -> bool:
        one, other = [] if one is None else one, [] if other is None else other
        if not isinstance(one, list) or not isinstance(other, list) or len(one) != len(other):
            return one is other
        if self.unordered:
            one, other = sorted(one, key=repr), sorted(other, key=repr)
        return all(map(self.item.same, one, other))

    def update(self, value: object, raw: object) -> bool:
        if not isinstance(value, TrackedList) or not isinstance(raw, (list, NoneType)):
            return False
        held = len(value)
        value.__replace__(
            [self._refit(value[at] if at < held else ABSENT, new, value) for at, new in enumerate(raw or ())],
        )
        _mark(value, raw)
        return True

    def replace(self, value: object, adopted: object) -> bool:
        if not isinstance(value, TrackedList) or not isinstance(adopted, TrackedList):
            return False
        value.__replace__([self.item.adopt(each, value, "") for each in adopted])
        _mark(value, adopted)
        return True

    def rebase(self, value: object, onto: object, theirs: object) -> bool:
        if not self.unordered or not isinstance(value, TrackedList) or not isinstance(theirs, list):
            return False
        seen = onto if isinstance(onto, list) else []
        return self.update(value, self.rebased(seen, theirs, [self.item.encode(each) for each in value]))

    def merges(self, base: object, theirs: object, mine: object) -> bool:
        del base, theirs, mine
        return self.unordered

    def rebased(self, base: object, theirs: object, mine: object) -> object:
        lists = isinstance(base, list) and isinstance(theirs, list) and isinstance(mine, list)
        if not self.unordered or not lists:
            return mine
        old, there, new = (cast("list[object]", each) for each in (base, theirs, mine))
        kept = [each for each in there if each in new or each not in old]
        return [*kept, *(each for each in new if each not in old and each not in kept)]

    def agrees(self, sent: object, answered: object) -> bool:
        if not isinstance(sent, list) or not isinstance(answered, list):
            return super().agrees(sent, answered)
        left = list(answered)
        for each in sent:
            at = next((at for at, other in enumerate(left) if self.item.agrees(each, other)), None)
            if at is None:
                return False
            del left[at]
        return not left

    def blank(self, holder: Holder, name: str) -> object:
        return self.decode([], holder, name)

    def forget(self, value: object) -> None:
        if self.item.mutable:
            for each in value:  # type: ignore[attr-defined]  # a list by construction
                if each is not None:
                    self.item.forget(each)

    def trim(self, raw: object, verb: str) -> object:
        return [self.item.trim(each, verb) for each in raw] if isinstance(raw, list) else raw

    def map_objects(self, value: Any, raw: Any, visit: Visit, path: Path) -> object:  # noqa: ANN401  as `adopt` makes
        if raw is None or not self.nested:
            return raw
        pairs = enumerate(zip(value, raw, strict=True))
        return [self.item.map_objects(one, each, visit, (*path, at)) for at, (one, each) in pairs]

    def _refit(self, old: object, raw: object, holder: Holder) -> object:
        if raw is None or type(raw) in self.item.plain:
            return raw
        if old is not ABSENT and old is not None and self.item.update(old, raw):
            return old
        return self.item.decode(raw, holder, "")


class Tags(ListOf):
    """Tag lists: sets in the API, `TagList` for users."""

    container = TagList

    def __init__(self) -> None:
        super().__init__(Scalar("str", frozenset({str})), "TagList", unordered=True)

    def adopt(self, value: object, holder: Holder, name: str) -> object:
        adopted = super().adopt(value, holder, name)
        adopted.__replace__(list(dict.fromkeys(adopted)))  # type: ignore[attr-defined, call-overload]  # a TagList
        return adopted


class MapOf(Collection):
    """Objects with free keys and values of one type."""

    compared_as_is = frozenset({dict})

    def __init__(self, item: Codec) -> None:
        super().__init__(f"dict[str, {item.text}]", item)
        self.json_type = Dictionary(item.json_type)

    def decode(self, raw: object, holder: Holder, name: str) -> object:
        if not isinstance(raw, dict):
            raise WrongType(self.text, raw)
        value: TrackedDict[object] = TrackedDict.__held__(holder, name, self._adopter)
        value.__replace__({key: self._one(each, value) for key, each in raw.items()})
        return value

    def _one(self, raw: object, holder: Holder) -> object:
        return raw if raw is None or type(raw) in self.item.plain else self.item.decode(raw, holder, "")

    def adopt(self, value: object, holder: Holder, name: str) -> object:
        if not isinstance(value, (dict, NoneType)):
            raise WrongType(self.text, value)
        adopted: TrackedDict[object] = TrackedDict.__held__(holder, name, self._adopter)
        _mark(adopted, value)
        for key, each in (value or {}).items():
            if not isinstance(key, str):
                raise WrongType(self.text, value)
            dict.__setitem__(adopted, key, self.item.adopt(each, adopted, ""))
        return adopted

    def encode(self, value: object) -> object:
        if _is_null(value):
            return None
        encode = self.item.encode
        return {key: None if each is None else encode(each) for key, each in value.items()}  # type: ignore[attr-defined]  # a dict by construction

    def same(self, one: object, other: object) -> bool:
        one, other = {} if one is None else one, {} if other is None else other
        if not isinstance(one, dict) or not isinstance(other, dict) or one.keys() != other.keys():
            return one is other
        return all(self.item.same(one[key], other[key]) for key in one)

    def update(self, value: object, raw: object) -> bool:
        if not isinstance(value, TrackedDict) or not isinstance(raw, dict):
            return False
        value.__replace__(
            {
                key: value[key] if _is_updated(self.item, value.get(key), new) else self._one(new, value)
                for key, new in raw.items()
            }
        )
        return True

    def forget(self, value: object) -> None:
        if self.item.mutable:
            for each in value.values():  # type: ignore[attr-defined]  # a dict by construction
                if each is not None:
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


class AnyJSON(Container):
    """Whatever JSON holds; lists and objects inside are tracked like any other."""

    plain = frozenset({int, str, float, bool, NoneType})

    def __init__(self) -> None:
        super().__init__("JSON")
        self._list: ListOf | None = None
        self._map: MapOf | None = None

    def _container(self, value: object) -> Codec:
        if isinstance(value, (list, tuple)):
            self._list = self._list or ListOf(self, "JSON")
            return self._list
        if isinstance(value, dict):
            self._map = self._map or MapOf(self)
            return self._map
        raise WrongType(self.text, value)

    def decode(self, raw: object, holder: Holder, name: str) -> object:
        return raw if type(raw) in self.plain else self._container(raw).decode(raw, holder, name)

    def adopt(self, value: object, holder: Holder, name: str) -> object:
        return value if type(value) in self.plain else self._container(value).adopt(value, holder, name)

    def encode(self, value: object) -> object:
        return value if type(value) in self.plain else self._container(value).encode(value)

    def same(self, one: object, other: object) -> bool:
        if isinstance(one, (list, dict)) and type(one) is type(other):
            return self._container(one).same(one, other)
        return super().same(one, other)

    def agrees(self, sent: object, answered: object) -> bool:
        if isinstance(sent, (list, dict)) and type(sent) is type(answered):
            return self._container(sent).agrees(sent, answered)
        return super().agrees(sent, answered)

    def update(self, value: object, raw: object) -> bool:
        return isinstance(value, (list, dict)) and self._container(value).update(value, raw)

    def replace(self, value: object, adopted: object) -> bool:
        return isinstance(value, list) and self._container(value).replace(value, adopted)
