"""The schema: what the simulator knows of each resource, read from its declaration."""

from __future__ import annotations

import re
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, Final

from attrs import define, field, frozen

from linode_orm.mapping.registry import lookup, names

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from linode_orm.mapping.fields import Kind
    from linode_orm.mapping.protocols import FieldFacts

_PLACEHOLDER: Final = re.compile(r"\{(\w+)\}")


def template(path: str) -> str:
    """Return a path with nameless parameters, as hooks are registered."""
    return _PLACEHOLDER.sub("{}", path)


@frozen
class Action:
    """One declared operation, with its whole path."""

    name: str
    method: str
    path: str
    answers: str | None
    scope: str
    required: tuple[str, ...]
    event: str | None = None
    hints: Mapping[str, str] = field(factory=dict)
    """The annotations of its arguments, by the keys of its body."""


@frozen
class AlternatePath:
    """An alternate path to a collection, or a key of a parent's body that holds or takes its children."""

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
    reference_data: bool = False
    empty_create: bool = False
    actions: tuple[Action, ...] = ()
    alternate_paths: tuple[AlternatePath, ...] = ()
    mapper: Any = None

    @cached_property
    def fields(self) -> Mapping[str, Kind[Any]]:
        """The declared fields by raw key; empty for what is no resource."""
        return self.mapper.keys if self.mapper is not None else {}

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
        return frozenset(_filterable("", self.fields))

    @cached_property
    def answered(self) -> frozenset[str]:
        """The keys that answers have, dotted where nested."""
        return frozenset(_answered("", self.fields))

    @cached_property
    def unique_keys(self) -> tuple[str, ...]:
        """The keys whose values the server keeps unique."""
        return tuple(field.key for field in self.fields.values() if field.unique)

    @cached_property
    def list_only_without(self) -> frozenset[str]:
        """The keys that only the answer of a GET of one object has."""
        return frozenset(field.key for field in self.fields.values() if field.only_on_get)

    @cached_property
    def redacted(self) -> tuple[str, ...]:
        """The keys that answers mask after the first."""
        return tuple(field.key for field in self.fields.values() if field.redacted)


def declared() -> list[Resource]:
    """Read every declared resource."""
    mappers = [lookup(name).__mapper__ for name in names()]  # type: ignore[attr-defined]  # Model classes
    return [resource(mapper) for mapper in mappers if mapper.path]


@cache
def resource(mapper: Any) -> Resource:  # noqa: ANN401  the mapper of a class that is not known here
    """Read the declaration of one class, once for all simulators, because it holds no state."""
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
        reference_data=mapper.reference_data,
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
    annotations = getattr(mapper.cls, operation.name).__annotations__
    hints = {key: annotations[name] for name, key in operation.body.items() if key and name in annotations}
    facts = (operation.name, operation.method, path, operation.answers, operation.scope, required)
    return Action(*facts, operation.event, hints)


def _alternate_paths(mapper: Any) -> Iterable[AlternatePath]:  # noqa: ANN401  see resource()
    for relation in mapper.relations.values():
        place = {key: str(getattr(relation, key, "") or "") for key in ("path", "embedded", "create_key")}
        if any(place.values()):
            envelope = str(getattr(relation, "envelope", "") or "")
            yield AlternatePath(relation.name, relation.target, **place, envelope=envelope)


def _filterable(prefix: str, fields: Mapping[str, FieldFacts]) -> Iterable[str]:
    for each in fields.values():
        if each.filterable:
            yield prefix + each.key
        yield from _filterable(f"{prefix}{each.key}.", each.codec.json_type.fields)


def _answered(prefix: str, fields: Mapping[str, FieldFacts]) -> Iterable[str]:
    for each in fields.values():
        yield prefix + each.key
        yield from _answered(f"{prefix}{each.key}.", each.codec.json_type.fields)
