"""The way between a value in JSON and the value that a user holds, read from a field's annotation."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, TypeGuard, cast

from linode_orm.mapping.tracked import TagList, TrackedDict, TrackedList
from linode_orm.mapping.values import ABSENT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from linode_orm.mapping.protocols import NestedClass, NestedValue
    from linode_orm.mapping.tracked import Holder

NoneType: Final = type(None)
_NAIVE: Final = len("2018-01-02T03:04:05")
_extend: Final = list.extend


class WrongType(Exception):  # noqa: N818  a signal inside mapping, never raised to users
    """A value is not of the type that its declaration names."""

    def __init__(self, expected: str, value: object) -> None:
        super().__init__(f"{expected} expected, not {_short(value)}")


def _short(value: object) -> str:
    text = repr(value)
    return f"{text if len(text) <= 60 else text[:57] + '...'} ({type(value).__name__})"  # noqa: PLR2004  a line's room


class Codec:
    """How values of one type are decoded, encoded, checked and compared.

    `plain` are the Python types that JSON gives and users see alike: such a value needs no decoding.
    """

    plain: frozenset[type] = frozenset()
    mutable: bool = False

    def __init__(self, text: str) -> None:
        self.text = text

    def decode(self, raw: object, holder: Holder, name: str) -> object:
        """Make the user's value of a value in a body; raise `WrongType`."""
        del holder, name
        if type(raw) in self.plain:
            return raw
        raise WrongType(self.text, raw)

    def adopt(self, value: object, holder: Holder, name: str) -> object:
        """Check a value that a user assigned and make it the owner's; raise `WrongType`."""
        return self.decode(value, holder, name)

    def encode(self, value: object) -> object:
        """Make the value in JSON of the user's value."""
        return value

    def same(self, one: object, other: object) -> bool:
        """Whether two values in JSON mean the same."""
        return one == other and (isinstance(one, bool) is isinstance(other, bool))

    def update(self, value: object, raw: object) -> bool:
        """Bring a mutable value up to date in place; False where a new one has to be made."""
        del value, raw
        return False

    def replace(self, value: object, adopted: object) -> bool:
        """Give a mutable value the contents of another in place; False where that cannot be."""
        del value, adopted
        return False

    def rebase(self, value: object, onto: object, theirs: object) -> bool:
        """Make the edits that led from `onto` to `value` on `theirs` instead; False where an edit replaces it whole."""
        del value, onto, theirs
        return False

    def forget(self, value: object) -> None:
        """Drop what is pending inside a mutable value; its contents stay until it is updated."""

    def trim(self, raw: object, verb: str) -> object:
        """Leave in a value in JSON only what the body of a `create` or an `update` takes."""
        del verb
        return raw

    def operand(self, value: object) -> object:
        """Check a value that an expression compares with, and give it as it stands in JSON; raise `WrongType`."""
        return self.encode(self.adopt(value, _NOBODY, ""))


class _Nobody:
    def __touch__(self, name: str) -> None:
        """Nobody cares."""


_NOBODY: Final = _Nobody()


class Scalar(Codec):
    """Numbers, texts and truth values, and unions of them."""

    def __init__(self, text: str, plain: frozenset[type], choices: tuple[object, ...] = ()) -> None:
        super().__init__(text)
        self.plain = plain
        self.choices = choices

    def adopt(self, value: object, holder: Holder, name: str) -> object:
        del holder, name
        if type(value) in self.plain:
            return value
        if isinstance(value, str) and str in self.plain:
            return str.__str__(value)
        raise WrongType(self.text, value)


class Moment(Codec):
    """Moments: naive UTC text on the wire, aware datetimes for users (FACTS: `YYYY-MM-DDTHH:MM:SS`, no suffix)."""

    def decode(self, raw: object, holder: Holder, name: str) -> object:
        del holder, name
        if type(raw) is str:
            try:
                if len(raw) == _NAIVE:
                    return datetime.fromisoformat(raw + "+00:00")
                moment = datetime.fromisoformat(raw)
            except ValueError:
                raise WrongType(self.text, raw) from None
            return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
        raise WrongType(self.text, raw)

    def adopt(self, value: object, holder: Holder, name: str) -> object:
        del holder, name
        if not isinstance(value, datetime):
            raise WrongType(self.text, value)
        if value.tzinfo is None:
            msg = "datetime with a time zone (datetime(..., tzinfo=UTC))"
            raise WrongType(msg, value)
        return value.astimezone(UTC)

    def encode(self, value: object) -> object:
        if isinstance(value, datetime):
            if value.microsecond:
                return value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"
            return value.astimezone(UTC).replace(tzinfo=None).isoformat()
        return value

    def same(self, one: object, other: object) -> bool:
        return one == other or (
            isinstance(one, str)
            and isinstance(other, str)
            and self.decode(one, _NOBODY, "") == self.decode(other, _NOBODY, "")
        )


class Optional(Codec):
    """A type, or null."""

    def __init__(self, inner: Codec) -> None:
        super().__init__(f"{inner.text} | None")
        self.inner = inner
        self.plain = inner.plain | {NoneType}
        self.mutable = inner.mutable

    def decode(self, raw: object, holder: Holder, name: str) -> object:
        return None if raw is None else self.inner.decode(raw, holder, name)

    def adopt(self, value: object, holder: Holder, name: str) -> object:
        return None if value is None else self.inner.adopt(value, holder, name)

    def encode(self, value: object) -> object:
        return None if value is None else self.inner.encode(value)

    def same(self, one: object, other: object) -> bool:
        if one is None or other is None:
            return one is other
        return self.inner.same(one, other)

    def update(self, value: object, raw: object) -> bool:
        return value is not None and raw is not None and self.inner.update(value, raw)

    def replace(self, value: object, adopted: object) -> bool:
        return value is not None and adopted is not None and self.inner.replace(value, adopted)

    def rebase(self, value: object, onto: object, theirs: object) -> bool:
        return value is not None and theirs is not None and self.inner.rebase(value, onto, theirs)

    def forget(self, value: object) -> None:
        if value is not None:
            self.inner.forget(value)

    def trim(self, raw: object, verb: str) -> object:
        return None if raw is None else self.inner.trim(raw, verb)


class ListOf(Codec):
    """Lists of one type; `unordered` ones are compared as the sets that the API keeps them as."""

    mutable = True
    container: type[TrackedList[Any]] = TrackedList

    def __init__(self, item: Codec, text: str | None = None, *, unordered: bool = False) -> None:
        super().__init__(text or f"list[{item.text}]")
        self.item = item
        self._adopter = self._adopt_item
        self.unordered = unordered

    def decode(self, raw: object, holder: Holder, name: str) -> object:
        if type(raw) is not list:
            raise WrongType(self.text, raw)
        value = self.container.__held__(holder, name, self._adopter)
        plain = self.item.plain
        if plain and plain.issuperset(map(type, raw)):
            _extend(value, raw)
        else:
            decode = self.item.decode
            _extend(value, [each if type(each) in plain else decode(each, value, "") for each in raw])
        return value

    def _adopt_item(self, value: object, holder: Holder) -> object:
        try:
            return self.item.adopt(value, holder, "")
        except WrongType as wrong:
            msg = f"an item of {self.text}: {wrong}"
            raise TypeError(msg) from None

    def adopt(self, value: object, holder: Holder, name: str) -> object:
        if isinstance(value, (str, bytes, dict)) or not isinstance(value, Iterable):
            raise WrongType(self.text, value)
        adopted = self.container.__held__(holder, name, self._adopter)
        adopted.__replace__([self.item.adopt(each, adopted, "") for each in value])
        return adopted

    def encode(self, value: object) -> object:
        encode = self.item.encode
        return [encode(each) for each in value]  # type: ignore[attr-defined]  # a list by construction

    def same(self, one: object, other: object) -> bool:
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
            msg = f"a value of {self.text}: {wrong}"
            raise TypeError(msg) from None

    def adopt(self, value: object, holder: Holder, name: str) -> object:
        if not isinstance(value, dict):
            raise WrongType(self.text, value)
        adopted: TrackedDict[object] = TrackedDict.__held__(holder, name, self._adopter)
        for key, each in value.items():
            if not isinstance(key, str):
                raise WrongType(self.text, value)
            dict.__setitem__(adopted, key, self.item.adopt(each, adopted, ""))
        return adopted

    def encode(self, value: object) -> object:
        encode = self.item.encode
        return {key: encode(each) for key, each in value.items()}  # type: ignore[attr-defined]  # a dict by construction

    def same(self, one: object, other: object) -> bool:
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
        if not isinstance(raw, dict):
            raise WrongType(self.text, raw)
        return self.cls.__hydrate__(raw, holder, name)

    def adopt(self, value: object, holder: Holder, name: str) -> object:
        if isinstance(value, dict):
            try:
                value = self.cls(**value)
            except (TypeError, AttributeError) as error:
                msg = f"{self.text} ({error})"
                raise WrongType(msg, value) from None
        if not self._is_one(value):
            raise WrongType(self.text, value)
        return value.__held_by__(holder, name)

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
        return self._try(lambda part: part.encode(part.adopt(value, _NOBODY, "")), value) if _is_deep(value) else value

    def update(self, value: object, raw: object) -> bool:
        return any(part.update(value, raw) for part in self.parts)

    def trim(self, raw: object, verb: str) -> object:
        return self._try(lambda part: part.trim(raw, verb) if _fits(part, raw) else _refuse(part, raw), raw)


def _is_deep(value: object) -> bool:
    return not isinstance(value, (int, float, str, NoneType))


def _fits(part: Codec, raw: object) -> bool:
    try:
        part.decode(raw, _NOBODY, "")
    except WrongType:
        return False
    return True


def _refuse(part: Codec, raw: object) -> object:
    raise WrongType(part.text, raw)


_SCALARS: Final[dict[str, frozenset[type]]] = {
    "int": frozenset({int}),
    "str": frozenset({str}),
    "bool": frozenset({bool}),
    "float": frozenset({int, float}),
}


def parse(text: str, names: Mapping[str, object], *, unordered: bool = False) -> Codec:
    """Make the codec that an annotation's text describes, looking nested classes up in `names`."""
    codec = _build(ast.parse(text, mode="eval").body, names)
    inner = codec.inner if isinstance(codec, Optional) else codec
    if unordered and isinstance(inner, ListOf):
        inner.unordered = True
    return codec


def _build(node: ast.expr, names: Mapping[str, object]) -> Codec:
    match node:
        case ast.BinOp(op=ast.BitOr()):
            return _union(_alternatives(node), names)
        case ast.Subscript(value=ast.Name(id="list"), slice=item):
            return ListOf(_build(item, names))
        case ast.Subscript(value=ast.Name(id="dict"), slice=ast.Tuple(elts=[_, item])):
            return MapOf(_build(item, names))
        case ast.Subscript(value=ast.Name(id="Literal"), slice=choices):
            values = tuple(ast.literal_eval(each) for each in getattr(choices, "elts", [choices]))
            return Scalar(ast.unparse(node), frozenset(map(type, values)), values)
        case ast.Name(id=name) if name in _SCALARS:
            return Scalar(name, _SCALARS[name])
        case ast.Name(id="datetime"):
            return Moment("datetime")
        case ast.Name(id="TagList"):
            return Tags()
        case ast.Name(id="JSON"):
            return AnyJSON()
        case ast.Name(id=name) if isinstance(names.get(name), type):
            return Structure(names[name])  # type: ignore[arg-type]  # tests/meta checks that it is a Nested
    msg = f"{ast.unparse(node)!r} is no type that a field can have"
    raise TypeError(msg)


def _alternatives(node: ast.expr) -> list[ast.expr]:
    if isinstance(node, ast.BinOp):
        return [*_alternatives(node.left), *_alternatives(node.right)]
    return [node]


def _union(nodes: list[ast.expr], names: Mapping[str, object]) -> Codec:
    nullable = [node for node in nodes if isinstance(node, ast.Constant) and node.value is None]
    parts = [_build(node, names) for node in nodes if node not in nullable]
    scalars = [part for part in parts if isinstance(part, Scalar)]
    if len(parts) == 1:
        inner = parts[0]
    elif len(scalars) == len(parts):
        choices = tuple(choice for part in scalars for choice in part.choices)
        text = " | ".join(part.text for part in parts)
        inner = Scalar(text, frozenset().union(*(part.plain for part in parts)), choices)
    else:
        inner = Choice(tuple(parts))
    return Optional(inner) if nullable else inner
