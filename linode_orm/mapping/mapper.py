"""The mapper of a class: what its declaration says, read once and used by everybody else."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, Never, cast

from linode_orm._unknown_names import refuse
from linode_orm.mapping.addressing import Addressing
from linode_orm.mapping.fields import KINDS, Kind, ReadOnly, make_volatile
from linode_orm.mapping.masking import Masker, secret_keys
from linode_orm.mapping.operations import Operation
from linode_orm.mapping.record import Record
from linode_orm.mapping.relations import Many, One

if TYPE_CHECKING:
    from linode_orm.mapping.operators import Attribute

_KIND: Final = re.compile(r"(?:\w+\.)?(ReadOnly|Fixed|Field|WriteOnly|Secret)\[(.*)\]\s*\Z", re.DOTALL)
_ID_TYPES: Final[dict[str, type]] = {"int": int, "str": str}
_SNAKE: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_ALL_VERBS: Final = "list get create update delete"


_MOST_KEYS: Final = 2_000
"""How many keys a class learns from answers; no resource of the API has a twentieth of that."""


def snake(name: str) -> str:
    """Return a class's name as that of an attribute: `NodeBalancerConfig` becomes `node_balancer_config`."""
    return _SNAKE.sub("_", name.replace("NodeBalancer", "Node_Balancer")).lower()


def _refuse_evaluated(cls: type, annotation: object) -> None:
    """Raise `TypeError` where Python has evaluated a declaration's annotations."""
    origin = getattr(annotation, "__origin__", None)
    if origin in KINDS.values():
        msg = (
            f"class {cls.__name__}: annotations are read as text; "
            "begin its module with `from __future__ import annotations`"
        )
        raise TypeError(msg)


class Mapper(Addressing):
    """What one class declares: its fields, relations and operations, and how its lists and bodies behave.

    `fields`, `relations` and `operations` are those of the class and its bases, by attribute. `attributes` are fields
    and relations together, `keys` the fields by their raw key. The base class says where the objects live.
    """

    def __init__(self, cls: type, options: dict[str, object]) -> None:
        self.cls = cls
        self.name = cls.__name__
        self.service = cls.__module__.split(".")[-2] if "." in cls.__module__ else cls.__module__
        self.fields: dict[str, Kind[Any]] = {}
        self.relations: dict[str, One[Any] | Many[Any]] = {}
        self.operations: dict[str, Operation] = {}
        self._inherit(cls)
        self._collect(cls)
        self._read_addressing(options)
        self._read_behaviour(options)
        if options:
            msg = f"class {self.name}: unknown class keywords {', '.join(options)}"
            raise TypeError(msg)
        self.parent_attribute = self._add_parent() if self.parent else None
        self.attributes: dict[str, Kind[Any] | One[Any] | Many[Any]] = {**self.fields, **self.relations}
        self._summarize()

    def _inherit(self, cls: type) -> None:
        for base in reversed(cls.__mro__[1:]):
            inherited = base.__dict__.get("__mapper__")
            if isinstance(inherited, Mapper):
                self.fields |= inherited.fields
                self.relations |= inherited.relations
                self.operations |= inherited.operations
            elif issubclass(base, Record):
                self._collect(base)

    def _collect(self, cls: type) -> None:
        for name, text in cls.__dict__.get("__annotations__", {}).items():  # noqa: RUF063  importing inspect costs more than the classes
            if not isinstance(text, str):
                _refuse_evaluated(cls, text)
                continue
            match = _KIND.match(text)
            if match is not None:
                self.fields[name] = self._field(cls, name, *match.groups())
        for name, value in cls.__dict__.items():
            if isinstance(value, (One, Many)):
                self.relations[name] = value
                continue  # a relation answers every name, and would look for this one among the attributes
            found = getattr(getattr(value, "__func__", value), "__operation__", None)
            if isinstance(found, Operation):
                self.operations[name] = found

    def _field(self, owner: type, name: str, kind: str, text: str) -> Kind[Any]:
        field: Kind[Any] | None = owner.__dict__.get(name)
        if field is None:
            field = KINDS[kind]()
            setattr(owner, name, field)
            field.__set_name__(owner, name)
        field.text = text
        is_nested = not hasattr(self.cls, "__identity__")  # what holds a nested object grows stale as a whole
        if field.volatile and not is_nested and not field.is_write_only:
            make_volatile(field)
        return field

    def _read_behaviour(self, options: dict[str, object]) -> None:
        """Take what the class keywords say of verbs, lists and answers."""
        self.verbs = frozenset(str(options.pop("verbs", "get update" if self.singleton else _ALL_VERBS)).split())
        self.read_by = str(options.pop("read_by", ""))
        self.envelope = str(options.pop("envelope", "page"))
        self.version = str(options.pop("version", "v4"))
        self.page_size = options.pop("page_size", 500)
        self.reference_data = bool(options.pop("reference_data", options.pop("catalogue", False)))  # its former name
        self.empty_create = bool(options.pop("empty_create", False))
        self.deprecated = bool(options.pop("deprecated", False))
        self._natural_key = tuple(cast("tuple[str, ...]", options.pop("natural_key", ())))

    def _summarize(self) -> None:
        """Keep what every body of the class is asked, so that the loading of a page looks nothing up."""
        fields = self.fields.values()
        self.keys = {field.key: field for field in fields}
        self.known = frozenset(self.keys)
        self.relation_names = {
            one.via: name for name, one in self.relations.items() if isinstance(one, One) and one.via
        }
        for via, name in self.relation_names.items():
            self.fields[via].refers = self.fields[via].refers or self.relations[name].target
        self.redacted = tuple(field.key for field in fields if field.redacted)
        self.only_on_get = tuple(field.key for field in fields if field.only_on_get)
        self.unique = tuple(name for name, field in self.fields.items() if field.unique)
        self.volatile = any(field.volatile for field in fields)
        self.embedded = tuple(
            name for name, relation in self.relations.items() if isinstance(relation, Many) and relation.embedded
        )
        many = [each for each in self.relations.values() if isinstance(each, Many) and not each.path]
        self.embedded_keys = {each.embedded: each.target for each in many if each.embedded}
        self.create_keys = {each.create_key: each.target for each in many if each.create_key}
        only_id = self.fields.get(self.id_names[0]) if len(self.id_names) == 1 else None
        self.id_key = only_id.key if only_id is not None else None
        has_form = only_id is not None and only_id.form is not None  # every such id is made anew of its body
        self.id_type = _ID_TYPES.get(only_id.text) if only_id is not None and not has_form else None

    def _add_parent(self) -> str:
        """Declare the relation to the parent, unless the class does; return its name."""
        ones = (each for each in self.relations.values() if isinstance(each, One))
        declared = (each.name for each in ones if not each.via and each.target == self.parent)
        name = next(declared, snake(str(self.parent)))
        if name not in self.relations:
            relation: One[Any] = One(str(self.parent))
            setattr(self.cls, name, relation)
            relation.__set_name__(self.cls, name)
            self.relations[name] = relation
        return name

    @cached_property
    def natural_key(self) -> tuple[str, ...]:
        """The attributes by which people know one object among those of its parent; empty where none is declared.

        It is the one that the class declares, else the attribute whose values are unique, else an id that users choose.
        """
        if self._natural_key or self.unique:
            return self._natural_key or self.unique[:1]
        is_chosen = bool(self.id_names) and all(self.fields[name].is_chosen_key for name in self.id_names)
        return self.id_names if is_chosen else ()

    @cached_property
    def required_in_updates(self) -> tuple[Kind[Any], ...]:
        """The fields that every PUT must have, changed or not."""
        fields = self.fields.values()
        return tuple(each for each in fields if each.put_required and not each.redacted and not each.written_by)

    @cached_property
    def references(self) -> tuple[tuple[str, str], ...]:
        """The to-one relations that stand for a raw id, each with the attribute of that id."""
        ones = [(name, each) for name, each in self.relations.items() if isinstance(each, One)]
        return tuple((name, one.via) for name, one in ones if one.via)

    def attribute(self, model: type, name: str) -> Attribute[Any]:
        """Return what stands in conditions for the attribute called `name`; refuse an unknown one with a suggestion."""
        if name not in self.attributes:
            self.refuse_unknown(name)
        return getattr(model, name)  # type: ignore[no-any-return]

    def refuse_unknown(self, name: str) -> Never:
        """Raise `AttributeError` naming what to write instead, or what comes closest."""
        refuse(self.name, "class", name, [*self.attributes, *self.operations])

    def learn(self, keys: set[str]) -> None:
        """Make keys that no declaration knows readable by name, from the body in which they came."""
        if len(self.known) > _MOST_KEYS:
            return  # they stay in the body, and no answer makes a class grow without bound
        for key in keys:
            name = key.replace("-", "_").replace(".", "_")
            if name.isidentifier() and not name.startswith("_") and not hasattr(self.cls, name):
                field: ReadOnly[Any] = ReadOnly(key=key)
                field.text = "JSON"
                field.__set_name__(self.cls, name)
                setattr(self.cls, name, field)
        self.known = self.known | keys

    @cached_property
    def secret_keys(self) -> frozenset[str]:
        """The keys, at any depth, of what is declared as a secret although its name does not say so."""
        return secret_keys(self.keys)

    @cached_property
    def masker(self) -> Masker:
        """What masks the secrets in bodies of the class."""
        return Masker(self.keys)

    def is_whole(self, body: dict[str, object]) -> bool:
        """Whether a body has every field that no answer may leave out."""
        return all(
            field.key in body or field.absent or field.only_on_get or field.is_write_only
            for field in self.fields.values()
        )
