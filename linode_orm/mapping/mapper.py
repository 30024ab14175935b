"""The facts of one class, read once from its declaration and then by everybody else."""

from __future__ import annotations

import re
from difflib import get_close_matches
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, Never, cast
from urllib.parse import quote

from linode_orm.errors import InvalidRequestError
from linode_orm.mapping.codecs import Scalar, WrongType
from linode_orm.mapping.compiled import completer, filler
from linode_orm.mapping.fields import KINDS, Kind, ReadOnly, volatile_kind
from linode_orm.mapping.operations import Operation
from linode_orm.mapping.record import Record
from linode_orm.mapping.registry import lookup
from linode_orm.mapping.relations import Many, One

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from linode_orm.mapping.compiled import Completer
    from linode_orm.mapping.operators import Attribute

_KIND: Final = re.compile(r"(?:\w+\.)?(ReadOnly|Fixed|Field|Secret)\[(.*)\]\s*\Z", re.DOTALL)
_PLACEHOLDER: Final = re.compile(r"\{(\w+)\}")
_ID_TYPES: Final[dict[str, type]] = {"int": int, "str": str}
_SECRET: Final = KINDS["Secret"]
_SNAKE: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_RANGE: Final = "ipv6/prefix_length"
_SEVERAL: Final = 3
_ALL_VERBS: Final = "list get create update delete"


def snake(name: str) -> str:
    """Give a class's name as an attribute's: `NodeBalancerConfig` gives `node_balancer_config`."""
    return _SNAKE.sub("_", name.replace("NodeBalancer", "Node_Balancer")).lower()


def quoted(value: object) -> str:
    """Give an id as one segment of a path: everything quoted, dots too where they would climb."""
    text = quote(str(value), safe="")
    return text.replace(".", "%2E") if set(text) == {"."} else text


def _refuse_evaluated(cls: type, annotation: object) -> None:
    """Say what a declaration lacks whose annotations Python has evaluated."""
    origin = getattr(annotation, "__origin__", None)
    if origin in KINDS.values():
        msg = (
            f"class {cls.__name__}: annotations are read as text; "
            "begin its module with `from __future__ import annotations`"
        )
        raise TypeError(msg)


class Mapper:
    """What one class declares: where it lives, what it holds, what it can do.

    Fields are those of the class and its bases; `keys` finds them by raw key, `attributes` finds everything that can
    be assigned or read by name.
    """

    def __init__(self, cls: type, options: dict[str, object]) -> None:
        self.cls = cls
        self.name = cls.__name__
        self.fields: dict[str, Kind[Any]] = {}
        self.relations: dict[str, One[Any] | Many[Any]] = {}
        self.operations: dict[str, Operation] = {}
        self._is_nested = not hasattr(cls, "__identity__")  # what it belongs to is fresh or not, as a whole
        for base in reversed(cls.__mro__[1:]):
            inherited = base.__dict__.get("__mapper__")
            if isinstance(inherited, Mapper):
                self.fields |= inherited.fields
                self.relations |= inherited.relations
                self.operations |= inherited.operations
            elif issubclass(base, Record):
                self._collect(base)
        self._collect(cls)
        self.keys = {field.key: field for field in self.fields.values()}
        self._place(options)
        self.attributes: dict[str, Kind[Any] | One[Any] | Many[Any]] = {**self.fields, **self.relations}
        self.known = frozenset(self.keys)
        self.redacted = tuple(field.key for field in self.fields.values() if field.redacted)
        self.only_on_get = tuple(field.key for field in self.fields.values() if field.only_on_get)
        self.embedded = tuple(
            name for name, relation in self.relations.items() if isinstance(relation, Many) and relation.embedded
        )
        self.volatile = any(field.volatile for field in self.fields.values())
        self.id_key = self.fields[self.id_names[0]].key if self._has_one_id() else None
        self.id_type = _ID_TYPES.get(self.fields[self.id_names[0]].text) if self._has_one_id() else None
        self.unique = tuple(name for name, field in self.fields.items() if field.unique)
        self.service = cls.__module__.split(".")[-2] if "." in cls.__module__ else cls.__module__

    def _collect(self, cls: type) -> None:
        for name, text in cls.__dict__.get("__annotations__", {}).items():  # noqa: RUF063  importing inspect costs more than the classes
            if not isinstance(text, str):
                _refuse_evaluated(cls, text)
                continue
            match = _KIND.match(text)
            if match is None:
                continue
            field = cls.__dict__.get(name)
            if field is None:
                field = KINDS[match[1]]()
                setattr(cls, name, field)
                field.__set_name__(cls, name)
            field.text = match[2]
            if field.volatile and not self._is_nested and not isinstance(field, _SECRET):
                volatile_kind(field)
            self.fields[name] = field
        for name, value in cls.__dict__.items():
            if isinstance(value, (One, Many)):
                self.relations[name] = value
            found = getattr(getattr(value, "__func__", value), "__operation__", None)
            if isinstance(found, Operation):
                self.operations[name] = found

    def _place(self, options: dict[str, object]) -> None:
        path, identity = options.pop("path", ""), options.pop("id", "id")
        self.path = str(path)
        self.id_names: tuple[str, ...] = (
            () if identity is None else (identity,) if isinstance(identity, str) else tuple(identity)  # type: ignore[arg-type]
        )
        self.singleton = identity is None
        default_item = self.path if self.singleton else self.path + "".join(f"/{{{name}}}" for name in self.id_names)
        self.item_path = str(options.pop("item", default_item))
        self.placeholders = tuple(_PLACEHOLDER.findall(self.path))
        self.parent = options.pop("parent", None)
        self.parent_keys = tuple(cast("tuple[str, ...]", options.pop("parent_keys", ())))
        self.verbs = frozenset(str(options.pop("verbs", "get update" if self.singleton else _ALL_VERBS)).split())
        self.read_by = str(options.pop("read_by", ""))
        self.envelope = str(options.pop("envelope", "page"))
        self.version = str(options.pop("version", "v4"))
        self.page_size = options.pop("page_size", 500)
        self.catalogue = bool(options.pop("catalogue", False))
        self.empty_create = bool(options.pop("empty_create", False))
        self.deprecated = bool(options.pop("deprecated", False))
        self.parent_attribute = self._parent_name() if self.parent else None
        if self.parent_attribute and self.parent_attribute not in self.relations:
            relation: One[Any] = One(str(self.parent))
            setattr(self.cls, self.parent_attribute, relation)
            relation.__set_name__(self.cls, self.parent_attribute)
            self.relations[self.parent_attribute] = relation
        if options:
            msg = f"class {self.name}: unknown class keywords {', '.join(options)}"
            raise TypeError(msg)

    def _parent_name(self) -> str:
        """Give the name under which a child knows its parent: as it is declared, else after the parent's class."""
        ones = (each for each in self.relations.values() if isinstance(each, One))
        declared = (each.name for each in ones if not each.via and each.target == self.parent)
        return next(declared, snake(str(self.parent)))

    @cached_property
    def fill(self) -> Callable[[dict[str, object], dict[str, object]], None]:
        """What puts the values of a body that need no decoding under their attributes' names."""
        return filler([field for field in self._answered if field.codec.plain])

    @cached_property
    def complete(self) -> Completer:
        """What gives all values of a body that is as declared."""
        return completer(self._answered, self._deep)

    @cached_property
    def several(self) -> int:
        """Of how many values that need decoding it is said that who reads them reads most."""
        return min(_SEVERAL, len(self._deep))

    @cached_property
    def _deep(self) -> list[Kind[Any]]:
        return [each for each in self._answered if not isinstance(each.codec.bare, Scalar)]

    @cached_property
    def _answered(self) -> list[Kind[Any]]:
        return [each for each in self.fields.values() if not each.is_write_only and not each.only_on_get]

    @cached_property
    def riding(self) -> tuple[Kind[Any], ...]:
        """The fields that every PUT must have, changed or not."""
        fields = self.fields.values()
        return tuple(each for each in fields if each.put_required and not each.redacted and not each.written_by)

    @cached_property
    def references(self) -> tuple[tuple[str, str], ...]:
        """The relations that a raw id of this class's stands for, each with the id's name."""
        ones = [(name, each) for name, each in self.relations.items() if isinstance(each, One)]
        return tuple((name, one.via) for name, one in ones if one.via)

    def _has_one_id(self) -> bool:
        return len(self.id_names) == 1 and self.id_names[0] in self.fields

    def attribute(self, model: type, name: str) -> Attribute[Any]:
        """Give what stands in conditions for the attribute called `name`; refuse an unknown one with a suggestion."""
        if name not in self.attributes:
            self.refuse_unknown(name)
        return getattr(model, name)  # type: ignore[no-any-return]

    def refuse_unknown(self, name: str) -> Never:
        """Raise `AttributeError` naming what comes closest."""
        close = get_close_matches(name, self.attributes, n=1)
        hint = f"; did you mean {close[0]!r}?" if close else ""
        msg = f"{self.name} has no attribute {name!r}{hint}"
        raise AttributeError(msg, name=name)

    def learn(self, keys: set[str]) -> None:
        """Make keys that no declaration knows readable by name, from the body in which they came."""
        for key in keys:
            name = key.replace("-", "_").replace(".", "_")
            if name.isidentifier() and not name.startswith("_") and not hasattr(self.cls, name):
                field: ReadOnly[Any] = ReadOnly(key=key)
                field.text = "JSON"
                field.__set_name__(self.cls, name)
                setattr(self.cls, name, field)
        self.known = self.known | keys

    def id_part(self, name: str, value: object) -> object:
        """Return one part of an id as paths have it.

        An answer may add its length to an IPv6 range (docs/api-notes.md#ipv6-ranges).
        """
        if self.fields[name].format == _RANGE and isinstance(value, str):
            return value.partition("/")[0]
        return value

    def identity(self, value: object) -> object:
        """Give an id in the type of its field; refuse what cannot be one, before any request."""
        if self.singleton:
            msg = f"{self.name} is a singleton: it has no id of its own"
            raise InvalidRequestError(msg)
        if isinstance(value, Record):
            self.check_class(value)
            value = value.__identity__  # type: ignore[attr-defined]  # a Model
        if len(self.id_names) == 1:
            return self._one(self.id_names[0], value)
        if not isinstance(value, tuple) or len(value) != len(self.id_names):
            msg = f"an id of {self.name} is a tuple ({', '.join(self.id_names)}), not {value!r}"
            raise InvalidRequestError(msg)
        return tuple(map(self._one, self.id_names, value))

    def check_class(self, value: Record) -> None:
        """Refuse an object of another class where one of this class is named: its id would name something else."""
        if not isinstance(value, self.cls):
            msg = f"{self.name} expected, or its id, not {value!r}"
            raise InvalidRequestError(msg)

    def is_whole(self, body: dict[str, object]) -> bool:
        """Whether a body has every field that no answer may leave out."""
        return all(
            field.key in body or field.absent or field.only_on_get or field.is_write_only
            for field in self.fields.values()
        )

    def _one(self, name: str, value: object) -> object:
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
        if checked is None or checked == "":
            msg = f"{self.name}.{name}: {value!r} is no id"
            raise InvalidRequestError(msg)
        return checked

    def chain(self, value: object) -> tuple[object, ...]:
        """Give the whole key of an object, ids from the outermost parent in, of an object, an id or a tuple of ids."""
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
        return self.above + (0 if self.singleton else 1)

    @cached_property
    def above(self) -> int:
        """How many ids name the parents: one for each of them, a tuple where an id is made of several."""
        if self.parent is None:
            return len(self.placeholders)
        parent: Any = lookup(str(self.parent))
        return cast("int", parent.__mapper__.above) + (0 if parent.__mapper__.singleton else 1)

    def parents_in(self, body: object) -> tuple[object, ...]:
        """Give the parents' ids that a body names itself, where its list does not lie below them.

        Where it names none, or what is no id, each is None: the object can be read, and has no path of its own.
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
            return (None,) * self.above

    def check_parents(self, parents: tuple[object, ...]) -> tuple[object, ...]:
        """Give the parents' ids in the types of their fields; refuse another number of them, or other types."""
        if self.above == 1 and len(parents) > 1:
            parents = (parents,)
        if len(parents) != self.above:
            wanted = ", ".join(self.placeholders) or "none"
            msg = f"{self.name} needs the ids of its parents from the outermost in ({wanted}), not {parents!r}"
            raise InvalidRequestError(msg)
        if not parents or self.parent is None:
            return parents
        parent: Any = lookup(str(self.parent))
        return parent.__mapper__.chain(parents[0] if len(parents) == 1 else parents)  # type: ignore[no-any-return]

    def collection_path(self, parents: tuple[object, ...] = ()) -> str:
        """Give the path of the collection below these parents, ids quoted."""
        return _fill(self.path, dict(zip(self.placeholders, flat(parents), strict=True)))

    def path_for(self, identity: object, parents: tuple[object, ...] = ()) -> str:
        """Give the path of one object, ids quoted."""
        values = dict(zip(self.placeholders, flat(parents), strict=True))
        if None in values.values():
            msg = f"{self.name} {identity}: the API's answer does not name what it lies below ({', '.join(values)})"
            raise InvalidRequestError(msg)
        if not self.singleton:
            ids = identity if isinstance(identity, tuple) else (identity,)
            values |= dict(zip(self.id_names, ids, strict=True))
        return _fill(self.item_path, values)


def flat(ids: tuple[object, ...]) -> Iterator[object]:
    """Give ids one by one, those that are made of several too."""
    for each in ids:
        yield from each if isinstance(each, tuple) else (each,)


def _fill(path: str, values: dict[str, object]) -> str:
    return _PLACEHOLDER.sub(lambda match: quoted(values[match[1]]), path)
