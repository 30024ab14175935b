"""The only place that reads declarations: what the simulator wants to know of each resource."""

from __future__ import annotations

import re
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, Final

from attrs import define, field, frozen

from linode_orm.mapping.codecs import DateTime, Optional, Scalar
from linode_orm.mapping.containers import AnyJSON, Choice, ListOf, MapOf, Structure
from linode_orm.mapping.registry import lookup, names

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from linode_orm.mapping.codecs import Codec

_PLACEHOLDER: Final = re.compile(r"\{(\w+)\}")


def template(path: str) -> str:
    """Give a path with nameless parameters, as hooks are registered."""
    return _PLACEHOLDER.sub("{}", path)


@frozen
class Shape:
    """The JSON type of a value: `kind` is one of text, integer, number, boolean, moment, list, map, object, any."""

    kind: str
    plain: frozenset[type] = frozenset()
    choices: tuple[object, ...] = ()
    nullable: bool = False
    item: Shape | None = None
    leaves: Mapping[str, Leaf] = field(factory=dict)


@frozen
class Leaf:
    """One declared field: its shape, and what requests may do with it."""

    key: str
    shape: Shape
    hidden: bool = False
    createable: bool = False
    mutable: bool = False
    required: bool = False
    put_required: bool = False
    filterable: bool = False
    absent: bool = False
    unique: bool = False
    redacted: bool = False
    only_on_get: bool = False
    unordered: bool = False
    merged: bool = False
    written_by: str = ""
    default: object = None


@frozen
class Action:
    """One declared operation, with its whole path."""

    name: str
    method: str
    path: str
    answers: str | None
    scope: str
    required: tuple[str, ...]


@frozen
class AlternatePath:
    """Another way to a collection, or a place in which a parent's body holds or takes its children."""

    name: str
    target: str
    path: str = ""
    embedded: str = ""
    create_key: str = ""
    envelope: str = ""


@define(eq=False)
class Resource:
    """One declared class."""

    name: str
    path: str
    item_path: str
    id_keys: tuple[str, ...]
    singleton: bool = False
    verbs: frozenset[str] = frozenset({"list", "get", "create", "update", "delete"})
    envelope: str = "page"
    version: str = "v4"
    page_size: int | None = 500
    parent: str | None = None
    parent_attribute: str = ""
    catalogue: bool = False
    empty_create: bool = False
    actions: tuple[Action, ...] = ()
    alternate_paths: tuple[AlternatePath, ...] = ()
    mapper: Any = None
    given: Mapping[str, Leaf] | None = None

    @cached_property
    def leaves(self) -> Mapping[str, Leaf]:
        """The declared fields by raw key."""
        return self.given if self.given is not None else _leaves(self.mapper)

    @cached_property
    def template(self) -> str:
        """The collection's path with nameless parameters."""
        return template(self.path)

    @cached_property
    def depth(self) -> int:
        """How many ids stand before the object's own."""
        return len(_PLACEHOLDER.findall(self.path))

    @cached_property
    def filterable(self) -> frozenset[str]:
        """The keys that X-Filter takes, dotted where nested."""
        return frozenset(_filterable("", self.leaves))

    @cached_property
    def unique_keys(self) -> tuple[str, ...]:
        """The keys whose values the server keeps unique."""
        return tuple(leaf.key for leaf in self.leaves.values() if leaf.unique)

    @cached_property
    def list_only_without(self) -> frozenset[str]:
        """The keys that only the answer of a GET of one object has."""
        return frozenset(leaf.key for leaf in self.leaves.values() if leaf.only_on_get)

    @cached_property
    def redacted(self) -> tuple[str, ...]:
        """The keys that answers mask after the first."""
        return tuple(leaf.key for leaf in self.leaves.values() if leaf.redacted)


def declared() -> list[Resource]:
    """Read every declared resource."""
    mappers = [lookup(name).__mapper__ for name in names()]  # type: ignore[attr-defined]  # Model classes
    return [resource(mapper) for mapper in mappers if mapper.path]


@cache
def resource(mapper: Any) -> Resource:  # noqa: ANN401  the mapper of a class that is not known here
    """Read one class's metadata, once for all simulators: what is read holds no state."""
    return Resource(
        name=mapper.name,
        path=mapper.path,
        item_path=mapper.item_path,
        id_keys=tuple(mapper.fields[name].key for name in mapper.id_names),
        singleton=mapper.singleton,
        verbs=mapper.verbs,
        envelope=mapper.envelope,
        version=mapper.version,
        page_size=mapper.page_size,
        parent=mapper.parent,
        parent_attribute=mapper.parent_attribute or "",
        catalogue=mapper.catalogue,
        empty_create=mapper.empty_create,
        actions=tuple(_action(mapper, each) for each in mapper.operations.values()),
        alternate_paths=tuple(_alternate_paths(mapper)),
        mapper=mapper,
    )


def _action(mapper: Any, operation: Any) -> Action:  # noqa: ANN401  see resource()
    path = operation.path
    if not path.startswith("/"):
        base = mapper.path if operation.scope == "collection" else mapper.item_path
        path = f"{base}/{path}"
    required = tuple(operation.body[name] for name in operation.required if name in operation.body)
    return Action(operation.name, operation.method, path, operation.answers, operation.scope, required)


def _alternate_paths(mapper: Any) -> Iterable[AlternatePath]:  # noqa: ANN401  see resource()
    for relation in mapper.relations.values():
        place = {key: str(getattr(relation, key, "") or "") for key in ("path", "embedded", "create_key")}
        if any(place.values()):
            envelope = str(getattr(relation, "envelope", "") or "")
            yield AlternatePath(relation.name, relation.target, **place, envelope=envelope)


def _leaves(mapper: Any) -> dict[str, Leaf]:  # noqa: ANN401  see resource()
    return {each.key: _leaf(each) for each in mapper.fields.values()}


def _leaf(declared: Any) -> Leaf:  # noqa: ANN401  a field of any kind
    return Leaf(
        key=declared.key,
        shape=_shape(declared.codec, nullable=declared.nullable),
        hidden=declared.kind == "secret",
        createable=declared.createable,
        mutable=declared.mutable,
        required=declared.required,
        put_required=declared.put_required,
        filterable=declared.filterable,
        absent=declared.absent,
        unique=declared.unique,
        redacted=declared.redacted,
        only_on_get=declared.only_on_get,
        unordered=declared.unordered or declared.text.startswith("TagList"),
        merged=declared.merged,
        written_by=declared.written_by,
        default=declared.default,
    )


_SCALARS: Final[dict[type, str]] = {str: "text", bool: "boolean", int: "integer", float: "number"}


def _shape(codec: Codec, *, nullable: bool = False) -> Shape:
    match codec:
        case Optional():
            inner = _shape(codec.inner)
            return Shape(inner.kind, inner.plain, inner.choices, nullable, inner.item, inner.leaves)
        case DateTime():
            return Shape("moment", frozenset({str}), nullable=nullable)
        case ListOf():
            return Shape("list", frozenset({list}), nullable=nullable, item=_shape(codec.item))
        case MapOf():
            return Shape("map", frozenset({dict}), nullable=nullable, item=_shape(codec.item))
        case Structure():
            return Shape("object", frozenset({dict}), nullable=nullable, leaves=_leaves(codec.cls.__mapper__))
        case Scalar():
            kind = "number" if float in codec.plain else _SCALARS[next(iter(codec.plain))]
            if str in codec.plain:
                kind = "text"
            return Shape(kind, codec.plain, codec.choices, nullable)
        case Choice():
            return Shape("any", nullable=nullable)
        case AnyJSON():
            return Shape("any", nullable=True)
    return Shape("any", nullable=True)


def _filterable(prefix: str, leaves: Mapping[str, Leaf]) -> Iterable[str]:
    for leaf in leaves.values():
        if leaf.filterable:
            yield prefix + leaf.key
        inner = leaf.shape.item or leaf.shape if leaf.shape.kind == "list" else leaf.shape
        yield from _filterable(f"{prefix}{leaf.key}.", inner.leaves)
