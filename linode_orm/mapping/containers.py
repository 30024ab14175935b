"""The way between JSON and what users hold for lists, maps and objects, whose changes are tracked."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final, TypeGuard, cast

from linode_orm.mapping.codecs import NO_HOLDER, Codec, NoneType, Scalar, WrongType
from linode_orm.mapping.tracked import TagList, TrackedDict, TrackedList
from linode_orm.mapping.values import ABSENT

if TYPE_CHECKING:
    from collections.abc import Callable

    from linode_orm.mapping.protocols import NestedClass, NestedValue
from linode_orm.mapping.tracked import Holder

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


class ListOf(Codec):
    """Lists of one type; `unordered` ones are compared as the sets that the API keeps them as."""

    mutable = True
    container: type[TrackedList[Any]] = TrackedList

    def __init__(self, item: Codec, text: str | None = None, *, unordered: bool = False) -> None:
        super().__init__(text or f"list[{item.text}]")
        self.item = item
        self._adopter = self._adopt_item
        self.unordered = unordered
        self.way = (self.container, self._adopter, item.plain)  # in one attribute, for the hot path

    def decode(self, raw: object, holder: Holder, name: str) -> object:
        if type(raw) is not list:
            raise WrongType(self.text, raw)
        container, adopter, plain = self.way
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
        return [each if type(each) in plain else decode(each, holder, "") for each in raw]

    def _adopt_item(self, value: object, holder: Holder) -> object:
        try:
            return self.item.adopt(value, holder, "")
        except WrongType as wrong:
            msg = f"an item of {_where(holder, self.text)}: {wrong}"
            raise TypeError(msg) from None

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
        return [encode(each) for each in value]  # type: ignore[attr-defined]  # a list by construction

    def same(self, one: object, other: object) -> bool:
        one, other = [] if one is None else one, [] if other is None else other
        if not isinstance(one, list) or not isinstance(other, list) or len(one) != len(other):
            return one is other
        if self.unordered:
            one, other = sorted(one, key=repr), sorted(other, key=repr)
        return all(map(self.item.same, one, other))

    def update(self, value: object, raw: object) -> bool:
        if not isinstance(value, TrackedList) or not isinstance(raw, list):
            return False
        held = len(value)
        value.__replace__(
            [self._refit(value[at] if at < held else ABSENT, new, value) for at, new in enumerate(raw)],
        )
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
        mine = [self.item.encode(each) for each in value]
        removed = [each for each in seen if each not in mine]
        kept = [each for each in theirs if each not in removed]
        added = [each for each in mine if each not in seen and each not in kept]
        return self.update(value, kept + added)

    def forget(self, value: object) -> None:
        if self.item.mutable:
            for each in value:  # type: ignore[attr-defined]  # a list by construction
                self.item.forget(each)

    def trim(self, raw: object, verb: str) -> object:
        return [self.item.trim(each, verb) for each in raw] if isinstance(raw, list) else raw

    def _refit(self, old: object, raw: object, holder: Holder) -> object:
        if type(raw) in self.item.plain:
            return raw
        if old is not ABSENT and self.item.update(old, raw):
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


class MapOf(Codec):
    """Objects with free keys and values of one type."""

    mutable = True

    def __init__(self, item: Codec) -> None:
        super().__init__(f"dict[str, {item.text}]")
        self.item = item
        self._adopter = self._adopt_item

    def decode(self, raw: object, holder: Holder, name: str) -> object:
        if not isinstance(raw, dict):
            raise WrongType(self.text, raw)
        value: TrackedDict[object] = TrackedDict.__held__(holder, name, self._adopter)
        value.__replace__({key: self._one(each, value) for key, each in raw.items()})
        return value

    def _one(self, raw: object, holder: Holder) -> object:
        return raw if type(raw) in self.item.plain else self.item.decode(raw, holder, "")

    def _adopt_item(self, value: object, holder: Holder) -> object:
        try:
            return self.item.adopt(value, holder, "")
        except WrongType as wrong:
            msg = f"a value of {_where(holder, self.text)}: {wrong}"
            raise TypeError(msg) from None

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
        return {key: encode(each) for key, each in value.items()}  # type: ignore[attr-defined]  # a dict by construction

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
                key: value[key] if key in value and self.item.update(value[key], new) else self._one(new, value)
                for key, new in raw.items()
            }
        )
        return True

    def forget(self, value: object) -> None:
        if self.item.mutable:
            for each in value.values():  # type: ignore[attr-defined]  # a dict by construction
                self.item.forget(each)

    def trim(self, raw: object, verb: str) -> object:
        return {key: self.item.trim(each, verb) for key, each in raw.items()} if isinstance(raw, dict) else raw


class AnyJSON(Codec):
    """Whatever JSON holds; lists and objects inside are tracked like any other."""

    plain = frozenset({int, str, float, bool, NoneType})
    mutable = True

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

    def update(self, value: object, raw: object) -> bool:
        return isinstance(value, (list, dict)) and self._container(value).update(value, raw)

    def replace(self, value: object, adopted: object) -> bool:
        return isinstance(value, list) and self._container(value).replace(value, adopted)


class Structure(Codec):
    """Objects with declared fields."""

    mutable = True

    def __init__(self, cls: NestedClass) -> None:
        super().__init__(cls.__name__)
        self.cls = cls

    def _is_one(self, value: object) -> TypeGuard[NestedValue]:
        return isinstance(value, cast("type[NestedValue]", self.cls))

    def decode(self, raw: object, holder: Holder, name: str) -> object:
        return self.cls.__hydrate__(cast("dict[str, object]", raw), holder, name)

    def adopt(self, value: object, holder: Holder, name: str) -> object:
        if isinstance(value, dict):
            try:
                value = self.cls(**self._named(value))
            except (TypeError, AttributeError) as error:
                msg = f"{self.text} ({error})"
                raise WrongType(msg, value) from None
        if not self._is_one(value):
            raise WrongType(self.text, value)
        return value.__held_by__(holder, name)

    def _named(self, value: dict[str, object]) -> dict[str, object]:
        """Give what a plain dict says by the names of attributes, where it uses the keys of JSON."""
        mapper: Any = self.cls.__mapper__
        return {
            key if key in mapper.attributes or key not in mapper.keys else mapper.keys[key].name: each
            for key, each in value.items()
        }

    def encode(self, value: object) -> object:
        return value.__encode__()  # type: ignore[attr-defined]  # a Nested by construction

    def same(self, one: object, other: object) -> bool:
        if not isinstance(one, dict) or not isinstance(other, dict):
            return one is other
        keys = self.cls.__mapper__.keys
        for key in one.keys() | other.keys():
            field = keys.get(key)
            if field is not None and not field.codec.same(one.get(key, ABSENT), other.get(key, ABSENT)):
                return False
            if field is None and one.get(key, ABSENT) != other.get(key, ABSENT):
                return False
        return True

    def update(self, value: object, raw: object) -> bool:
        if not self._is_one(value) or not isinstance(raw, dict):
            return False
        value.__absorb__(raw)
        return True

    def replace(self, value: object, adopted: object) -> bool:
        if not self._is_one(value) or not isinstance(adopted, cast("type[NestedValue]", self.cls)):
            return False
        value.__become__(adopted)
        return True

    def rebase(self, value: object, onto: object, theirs: object) -> bool:
        del onto
        return self.update(value, theirs)

    def forget(self, value: object) -> None:
        value.__forget__()  # type: ignore[attr-defined]  # a Nested by construction

    def trim(self, raw: object, verb: str) -> object:
        if not isinstance(raw, dict):
            return raw
        keys = self.cls.__mapper__.keys
        return {
            key: keys[key].codec.trim(each, verb) if key in keys else each
            for key, each in raw.items()
            if key not in keys or keys[key].takes(verb)
        }


def is_labelled(codec: Codec) -> bool:
    """Whether values are objects with a label."""
    return isinstance(codec, Structure) and "label" in codec.cls.__mapper__.keys


class ById(Structure):
    """Objects of which nothing can be set: requests name them by their ids, answers show them whole (FACTS 6)."""

    def adopt(self, value: object, holder: Holder, name: str) -> object:
        if self._is_one(value):
            return value.__held_by__(holder, name)
        identity: object = getattr(value, "__identity__", value)
        if type(identity) not in self.cls.__mapper__.keys["id"].codec.plain:
            msg = f"an object, or the id of one, for {self.text}"
            raise WrongType(msg, value)
        return self.cls.__hydrate__({"id": identity}, holder, name)

    def same(self, one: object, other: object) -> bool:
        return self.trim(one, "") == self.trim(other, "")

    def trim(self, raw: object, verb: str) -> object:
        del verb
        return raw.get("id") if isinstance(raw, dict) else raw


def items_of(item: Codec) -> Codec:
    """Give the codec of a list's items: objects that have an id and nothing else to set are sent as it."""
    fields = item.cls.__mapper__.keys if type(item) is Structure else {}
    is_by_id = "id" in fields and all(each.kind == "readonly" for each in fields.values())
    return ById(item.cls) if is_by_id and isinstance(item, Structure) else item


class Choice(Codec):
    """One of several types that are not all scalars: the first that fits."""

    mutable = True

    def __init__(self, parts: tuple[Codec, ...]) -> None:
        super().__init__(" | ".join(part.text for part in parts))
        self.parts = parts
        self.plain = frozenset().union(*(part.plain for part in parts))

    def _try(self, action: Callable[[Codec], object], value: object) -> object:
        for part in self.parts:
            try:
                return action(part)
            except WrongType:
                continue
        raise WrongType(self.text, value)

    def decode(self, raw: object, holder: Holder, name: str) -> object:
        return self._try(lambda part: part.decode(raw, holder, name), raw)

    def adopt(self, value: object, holder: Holder, name: str) -> object:
        return self._try(lambda part: part.adopt(value, holder, name), value)

    def encode(self, value: object) -> object:
        return (
            self._try(lambda part: part.encode(part.adopt(value, NO_HOLDER, "")), value) if _is_deep(value) else value
        )

    def update(self, value: object, raw: object) -> bool:
        return any(part.update(value, raw) for part in self.parts)

    def trim(self, raw: object, verb: str) -> object:
        return self._try(lambda part: part.trim(raw, verb) if _fits(part, raw) else _refuse(part, raw), raw)


def _is_deep(value: object) -> bool:
    return not isinstance(value, (int, float, str, NoneType))


def _fits(part: Codec, raw: object) -> bool:
    try:
        part.decode(raw, NO_HOLDER, "")
    except WrongType:
        return False
    return True


def _refuse(part: Codec, raw: object) -> object:
    raise WrongType(part.text, raw)
