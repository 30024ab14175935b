"""JSON types: how the API checks the values of a type, fills in what was not given, and merges partial objects."""

from __future__ import annotations

import re
from copy import deepcopy
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    Problem = tuple[str, str]
    """A reason in the words of the API, and the key that it is about."""

NO_FIELDS: Final[Mapping[str, Any]] = MappingProxyType({})
"""The fields of values that are no objects."""

_NUMBER: Final = re.compile(r"-?\d+(\.\d+)?")


class JSONType:
    """What all types share: every value fits, and a new value replaces the old one."""

    name: str = "Object"
    """The name of the type in the API's refusals."""

    allows_null: bool = False
    """Null is a value of the type itself."""

    forgives_null: bool = False
    """The API takes null for "not given" and keeps the value (docs/api-notes.md#null-for-a-list)."""

    starts_null: bool = True
    """A field that may be null is null until somebody sets it."""

    is_integer: bool = False
    """The server numbers ids of this type one after the other."""

    fields: Mapping[str, Any] = NO_FIELDS
    """The declared fields, by raw key, of the object that a value is, or of those in a list."""

    def sample(self, now: str) -> Any:  # noqa: ANN401  JSON
        """Return the value that a new object has; `now` is a timestamp in the form of the API."""
        del now
        return None

    def fits(self, value: object) -> bool:
        """Whether a value that is not null is of the type, whatever lies inside it."""
        del value
        return True

    def problems(self, value: object, where: str, *, choices: bool, strict: bool, nullable: bool) -> Iterator[Problem]:
        """Yield the reasons to refuse a value; `choices` also refuses undocumented ones, and `strict` null."""
        if value is None:
            if strict and not (nullable or self.allows_null or self.forgives_null):
                yield self._mistyped(where)
        elif self.fits(value):
            yield from self._problems_inside(value, where, choices=choices, strict=strict)
        else:
            yield self._mistyped(where)

    def _mistyped(self, where: str) -> Problem:
        return f"Must be of type {self.name}", where

    def _problems_inside(self, value: Any, where: str, *, choices: bool, strict: bool) -> Iterator[Problem]:  # noqa: ANN401  JSON
        del value, where, choices, strict
        return iter(())

    def merged(self, old: object, new: Any, now: str) -> Any:  # noqa: ANN401  JSON
        """Return what the server keeps after `new` was sent where `old` stood."""
        del old, now
        return new


class AnyJSON(JSONType):
    """Values of no declared type; null is one of them."""

    allows_null = True


class AnyOf(JSONType):
    """Values of several types; which of them the API refuses is not on record, so none is refused."""

    forgives_null = True


class Plain(JSONType):
    """Strings, numbers and truth values, and unions of them."""

    def __init__(self, types: frozenset[type], choices: tuple[object, ...] = ()) -> None:
        self._types = types
        self._choices = choices
        self.name, self._empty = next(named for each, named in _NAMES.items() if each in types)
        self.is_integer = self.name == "Integer"

    def sample(self, now: str) -> object:
        """Return the first choice, or the empty value of the type."""
        del now
        return self._choices[0] if self._choices else self._empty

    def fits(self, value: object) -> bool:
        """Whether a value is of one of the types; an amount of money may be a string (`usd` of a payment)."""
        if type(value) in self._types:
            return True
        return self.name == "Float" and isinstance(value, str) and _NUMBER.fullmatch(value) is not None

    def _problems_inside(self, value: object, where: str, *, choices: bool, strict: bool) -> Iterator[Problem]:
        del strict
        if choices and self._choices and value not in self._choices:
            yield f"Must be one of {', '.join(map(str, self._choices))}", where


_NAMES: Final[dict[type, tuple[str, object]]] = {
    str: ("String", ""),
    float: ("Float", 0.0),
    bool: ("Boolean", False),
    int: ("Integer", 0),
}
"""The API's names and empty values; a union has those of the first type here that is in it."""


class Timestamp(JSONType):
    """A point in time, as a string."""

    name = "String"

    def sample(self, now: str) -> str:
        """Return the present."""
        return now

    def fits(self, value: object) -> bool:
        """Whether a value is a string."""
        return type(value) is str


class Array(JSONType):
    """A list of values of one type."""

    name = "Array"
    forgives_null = True
    starts_null = False

    def __init__(self, item: JSONType) -> None:
        self._item = item
        self.fields = item.fields

    def sample(self, now: str) -> list[object]:
        """Return an empty list."""
        del now
        return []

    def fits(self, value: object) -> bool:
        """Whether a value is a list."""
        return type(value) is list

    def _problems_inside(self, value: list[object], where: str, *, choices: bool, strict: bool) -> Iterator[Problem]:
        # some bodies name by id what answers spell out (`TestLogStream_Delete#5`)
        by_id = (int, str) if "id" in self._item.fields and not strict else ()
        for at, each in enumerate(value):
            if each is None and not self._item.allows_null:
                yield self._item._mistyped(f"{where}[{at}]")  # noqa: SLF001  the same kind
            elif not isinstance(each, by_id):
                yield from self._item.problems(each, f"{where}[{at}]", choices=choices, strict=strict, nullable=False)

    def merged(self, old: object, new: Any, now: str) -> Any:  # noqa: ANN401  JSON
        """Return the new list, with its objects filled up."""
        del old
        return [self._item.merged(None, each, now) for each in new] if isinstance(new, list) else new


class Dictionary(JSONType):
    """An object with free keys and values of one type."""

    forgives_null = True

    def __init__(self, item: JSONType) -> None:
        self._item = item

    def sample(self, now: str) -> dict[str, object]:
        """Return an empty object."""
        del now
        return {}

    def fits(self, value: object) -> bool:
        """Whether a value is an object."""
        return type(value) is dict

    def merged(self, old: object, new: Any, now: str) -> Any:  # noqa: ANN401  JSON
        """Return the new values, the objects among them filled up."""
        del old
        return {key: self._item.merged(None, each, now) for key, each in new.items()} if isinstance(new, dict) else new


class Object(JSONType):
    """An object with declared fields."""

    def __init__(self, fields: Mapping[str, Any]) -> None:
        self.fields = fields

    def sample(self, now: str) -> dict[str, object]:
        """Return an object with a value for every field that answers always have."""
        shown = (field for field in self.fields.values() if not field.is_write_only and not field.absent)
        return {field.key: first_value(field, now) for field in shown}

    def fits(self, value: object) -> bool:
        """Whether a value is an object."""
        return type(value) is dict

    def _problems_inside(
        self, value: dict[str, object], where: str, *, choices: bool, strict: bool
    ) -> Iterator[Problem]:
        for key, each in value.items():
            if key in self.fields:
                yield from field_problems(self.fields[key], each, f"{where}.{key}", choices=choices, strict=strict)

    def merged(self, old: object, new: Any, now: str) -> Any:  # noqa: ANN401  JSON
        """Return the old object with the new values; the others stay (`TestDatabaseMySQL_EngineConfig_Suite#65`)."""
        if not isinstance(new, dict):
            return new
        start: dict[str, object] = old if isinstance(old, dict) else self.sample(now)
        known = {
            key: merged_value(self.fields[key], start.get(key), each, now)
            for key, each in new.items()
            if key in self.fields and not self.fields[key].is_write_only
        }
        return {**start, **known}


ANY_JSON: Final = AnyJSON()
ANY_OF: Final = AnyOf()
TIMESTAMP: Final = Timestamp()


def may_be_null(field: Any) -> bool:  # noqa: ANN401  a field, whose module is above this one
    """Whether null is a value of a field."""
    return bool(field.nullable or field.codec.json_type.allows_null)


def first_value(field: Any, now: str) -> Any:  # noqa: ANN401  a field; JSON
    """Return the value of an unset field: the documented default, null, or the sample of its type."""
    if field.default is not None:
        return deepcopy(field.default)
    json_type = field.codec.json_type
    return None if may_be_null(field) and json_type.starts_null else json_type.sample(now)


def field_problems(field: Any, value: object, where: str, *, choices: bool, strict: bool) -> Iterator[Problem]:  # noqa: ANN401  a field
    """Yield the reasons to refuse a value of a field; a field with a format takes more than its choices."""
    json_type: JSONType = field.codec.json_type
    listed = choices and not field.format
    return json_type.problems(value, where, choices=listed, strict=strict, nullable=field.nullable)


def merged_value(field: Any, old: object, new: object, now: str) -> Any:  # noqa: ANN401  a field; JSON
    """Return what the server keeps of a field after a value was sent; null resets a field that cannot be null."""
    if new is None:
        return None if may_be_null(field) else first_value(field, now)
    return field.codec.json_type.merged(old, new, now)
