"""Addressing: how the objects of a class are named, by ids from the outermost parent in, and which paths follow."""

from __future__ import annotations

import re
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import quote

from linode_orm.errors import InvalidRequestError
from linode_orm.mapping.record import Record
from linode_orm.mapping.registry import lookup
from linode_orm.mapping.values import WrongType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from linode_orm.mapping.fields import Kind

_PLACEHOLDER: Final = re.compile(r"\{(\w+)\}")
_IPV6_RANGE: Final = "ipv6/prefix_length"


def _is_encodable(value: object) -> bool:
    """Whether a path can hold a value: half a surrogate pair has no form in UTF-8."""
    try:
        str(value).encode()
    except UnicodeEncodeError:
        return False
    return True


def quoted(value: object) -> str:
    """Return an id quoted as one segment of a path; the dots of `.` and `..` too, which would leave the collection."""
    if type(value) is int:  # most ids are numbers, which need no quotes
        return str(value)
    text = quote(str(value), safe="")
    return text if text.strip(".") else text.replace(".", "%2E")


def flat(ids: tuple[object, ...]) -> Iterator[object]:
    """Yield ids one by one, also the parts of those that are made of several."""
    for each in ids:
        yield from each if isinstance(each, tuple) else (each,)


class Addressing:
    """Where the objects of one class live, and what names them.

    `path` is that of the collection, `item_path` that of one object. `id_names` are the attributes that make up an id;
    a singleton has none. `parent` is the class below whose objects these live. `parent_keys` lead to the parent's ids
    inside a body, for a list that does not lie below the parent.
    """

    cls: type
    name: str
    fields: dict[str, Kind[Any]]

    def _read_addressing(self, options: dict[str, object]) -> None:
        """Take what the class keywords say of paths, ids and parents."""
        path, identity = options.pop("path", ""), options.pop("id", "id")
        self.path = str(path)
        bases = (base.__dict__.get("__mapper__") for base in self.cls.__mro__[1:])
        self.subclass_of = "" if path else next((each.name for each in bases if each and each.path), "")
        self.id_names: tuple[str, ...] = (
            () if identity is None else (identity,) if isinstance(identity, str) else tuple(identity)  # type: ignore[arg-type]
        )
        self.singleton = identity is None
        default_item = self.path if self.singleton else self.path + "".join(f"/{{{name}}}" for name in self.id_names)
        self.item_path = str(options.pop("item", default_item))
        self.placeholders = tuple(_PLACEHOLDER.findall(self.path))
        self.parent = options.pop("parent", None)
        self.parent_keys = tuple(cast("tuple[str, ...]", options.pop("parent_keys", ())))

    def id_part(self, name: str, value: object) -> object:
        """Return one part of an id as paths have it: in its normal form, so that one thing has one key.

        An answer may add its length to an IPv6 range (docs/api-notes.md#ipv6-ranges).
        """
        field = self.fields[name]
        if not isinstance(value, str):
            return value
        value = value.partition("/")[0] if field.format == _IPV6_RANGE else value
        return value if field.form is None or field.form.spelling is None else field.form.spelling(value)

    def identity(self, value: object) -> object:
        """Return an id in the type of its field; raise `InvalidRequestError` for a value that cannot be one."""
        if self.singleton:
            msg = f"{self.name} is a singleton: it has no id of its own"
            raise InvalidRequestError(msg)
        if isinstance(value, Record):
            self.check_class(value)
            value = value.__identity__  # type: ignore[attr-defined]  # a Model
        if len(self.id_names) == 1:
            return self._checked_part(self.id_names[0], value)
        if not isinstance(value, tuple) or len(value) != len(self.id_names):
            msg = f"an id of {self.name} is a tuple ({', '.join(self.id_names)}), not {value!r}"
            raise InvalidRequestError(msg)
        return tuple(map(self._checked_part, self.id_names, value))

    def check_class(self, value: Record) -> None:
        """Raise `InvalidRequestError` for an object of another class, whose id would name something else here."""
        if not isinstance(value, self.cls):
            msg = f"{self.name} expected, or its id, not {value!r}"
            raise InvalidRequestError(msg)

    def check_resource(self) -> None:
        """Raise `InvalidRequestError` for a subclass of a resource, which is no resource: each has one class."""
        if self.subclass_of:
            msg = (
                f"{self.name} is a subclass of {self.subclass_of} and no resource of the API; use {self.subclass_of}, "
                f"whose objects a session holds once each, and put helpers into functions that take them"
            )
            raise InvalidRequestError(msg)

    def _checked_part(self, name: str, value: object) -> object:
        codec = self.fields[name].codec
        value = self.id_part(name, value)
        is_number = int in codec.plain and str not in codec.plain
        if is_number and isinstance(value, str) and value.isascii() and value.isdigit():
            value = int(value)
        try:
            checked = codec.operand(value)
        except WrongType as wrong:
            msg = f"{self.name}.{name}: {wrong}; an id of another type cannot exist"
            raise InvalidRequestError(msg) from None
        if checked is None or checked == "" or not _is_encodable(checked):
            msg = f"{self.name}.{name}: {value!r} is no id"
            raise InvalidRequestError(msg)
        return checked

    def chain(self, value: object) -> tuple[object, ...]:
        """Return the whole key, ids from the outermost parent in, of an object, an id or a tuple of ids."""
        depth = self._depth()
        given = value if isinstance(value, tuple) and depth > 1 else (value,)
        if len(given) != depth:
            msg = f"{self.name} is named by {depth} ids from the outermost parent in, not {value!r}"
            raise InvalidRequestError(msg)
        if self.parent is None:
            own = 0 if self.singleton else 1
            above = tuple(given[: len(given) - own])
            return above if self.singleton else (*above, self.identity(given[-1]))
        parent: Any = lookup(str(self.parent))
        above = parent.__mapper__.chain(given[0] if len(given) == 2 else tuple(given[:-1]))  # noqa: PLR2004  parent, self
        return (*above, self.identity(given[-1]))

    def _depth(self) -> int:
        return self.parent_count + (0 if self.singleton else 1)

    @cached_property
    def parent_count(self) -> int:
        """How many parents an object has; the id of each counts once, also where it is made of several values."""
        if self.parent is None:
            return len(self.placeholders)
        parent: Any = lookup(str(self.parent))
        return cast("int", parent.__mapper__.parent_count) + (0 if parent.__mapper__.singleton else 1)

    def parents_in(self, body: object) -> tuple[object, ...]:
        """Return the parents' ids that `parent_keys` find in a body.

        Where the body names none, or what is no id, each is None: the object can be read, and has no path of its own.
        """
        found: list[object] = []
        for path in self.parent_keys:
            value: Any = body
            for key in path.split("."):
                value = value.get(key) if isinstance(value, dict) else None
            found.append(value)
        try:
            return self.check_parents(tuple(found))
        except InvalidRequestError:
            return (None,) * self.parent_count

    def check_parents(self, parents: tuple[object, ...]) -> tuple[object, ...]:
        """Return the parents' ids in the types of their fields; raise `InvalidRequestError` for others, or too few."""
        if self.parent_count == 1 and len(parents) > 1:
            parents = (parents,)
        if len(parents) != self.parent_count:
            wanted = ", ".join(self.placeholders) or "none"
            msg = f"{self.name} needs the ids of its parents from the outermost in ({wanted}), not {parents!r}"
            raise InvalidRequestError(msg)
        if not parents or self.parent is None:
            return parents
        parent: Any = lookup(str(self.parent))
        return parent.__mapper__.chain(parents[0] if len(parents) == 1 else parents)  # type: ignore[no-any-return]

    def collection_path(self, parents: tuple[object, ...] = ()) -> str:
        """Return the path of the collection below these parents, ids quoted."""
        if self.subclass_of:
            self.check_resource()
        return _fill(self.path, dict(zip(self.placeholders, flat(parents), strict=True)))

    def path_for(self, identity: object, parents: tuple[object, ...] = ()) -> str:
        """Return the path of one object, ids quoted."""
        if self.subclass_of:
            self.check_resource()
        values = dict(zip(self.placeholders, flat(parents), strict=True)) if parents or self.placeholders else {}
        if None in values.values():
            msg = f"{self.name} {identity}: the API's answer does not name what it lies below ({', '.join(values)})"
            raise InvalidRequestError(msg)
        if not self.singleton:
            ids = identity if isinstance(identity, tuple) else (identity,)
            values |= dict(zip(self.id_names, ids, strict=True))
        return _fill(self.item_path, values)


def _fill(path: str, values: dict[str, object]) -> str:
    start, between = _divided(path)
    return start + "".join([quoted(values[name]) + text for name, text in between])


@cache
def _divided(path: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Return the text before the first placeholder of a path, and each placeholder's name with the text after it."""
    start, *rest = _PLACEHOLDER.split(path)
    return start, tuple(zip(rest[::2], rest[1::2], strict=True))
