"""Routes: from which lists a condition on a relation is answered, without I/O."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, cast

from linode_orm.errors import InvalidRequestError, ResponseError
from linode_orm.mapping.expressions import leaves
from linode_orm.mapping.identity import identity_in
from linode_orm.mapping.model import resource
from linode_orm.mapping.relation_conditions import ListedObject, RelatedObject
from linode_orm.mapping.relations import Many, One, relation_of
from linode_orm.mapping.values import UNREADABLE, Unreadable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from linode_orm.mapping import Model
    from linode_orm.mapping.expressions import Expression
    from linode_orm.mapping.mapper import Mapper
    from linode_orm.mapping.operators import Attribute

    Body = Mapping[str, Any]
    Parents = tuple[object, ...]
    Key = tuple[object, ...]
    """Under which the answer to a condition is known: the key of the object that is referred to, or of the owner."""
    KeyOf = Callable[[Body, Parents], Key | Unreadable | None]
    Owners = Callable[[Body], list[object]]
    """Gives the ids of the objects to which an object belongs, by its row."""

Kind = Literal["body", "reference data", "list", "parents", "each"]

_COSTS: Final[dict[Kind, int]] = {"body": 0, "reference data": 1, "list": 2, "parents": 2, "each": 3}


class Route(NamedTuple):
    """The way from objects to what their relation leads to.

    `body`: the rows of the objects have them. `reference data`: the client's cache. `list`: one list of the class that
    tells of all objects. `parents`: the list of their parents, whose rows have them. `each`: a list for each object, or
    for each parent of those that are referred to.
    """

    kind: Kind
    target: type[Model]
    key: KeyOf
    """Gives the key for a row of the owner: None where the relation leads nowhere."""


def route_of(relation: One[Any] | Many[Any]) -> Route:
    """Return how a condition on a relation is answered; raise `InvalidRequestError` where no list tells."""
    target = cast("type[Model]", relation.model)
    if isinstance(relation, Many):
        return Route(_kind_of_many(relation, target), target, owner_key(relation.owner))
    mapper = target.__mapper__
    if "list" not in mapper.verbs:
        msg = f"{relation.owner.__name__}.{relation.name}: the API has no list of {mapper.name} that could be asked"
        raise InvalidRequestError(msg)
    return Route(_kind_of_one(mapper), target, _target_key(relation, mapper))


def _kind_of_one(mapper: Mapper) -> Kind:
    if mapper.reference_data:
        return "reference data"
    if not mapper.placeholders:
        return "list"
    return "parents" if embedding(mapper) is not None else "each"


def _kind_of_many(relation: Many[Any], target: type[Model]) -> Kind:
    if relation.embedded:
        return "body"
    if owners_of(relation) is None:
        return "each"
    return "reference data" if target.__mapper__.reference_data else "list"


def embedding(mapper: Mapper) -> Many[Any] | None:
    """Return the relation by which the list of the parents of a class holds its objects whole."""
    if mapper.parent is None:
        return None
    parent = resource(str(mapper.parent)).__mapper__
    if parent.placeholders or "list" not in parent.verbs:
        return None
    many = (each for each in parent.relations.values() if isinstance(each, Many))
    return next((each for each in many if each.embedded and each.target == mapper.name), None)


# -- keys --------------------------------------------------------------------------------------------------------------


def owner_key(model: type) -> Callable[[Body, Parents], Key | Unreadable]:
    """Return what gives the key of a row of a class: the ids of its parents and its own."""
    mapper: Mapper = cast("type[Model]", model).__mapper__

    def key(body: Body, parents: Parents) -> Key | Unreadable:
        try:
            return parents if mapper.singleton else (*parents, identity_in(mapper, body))
        except ResponseError:  # a row inside a body, which may lack anything
            return UNREADABLE

    return key


def row_parents(attribute: Attribute[Any]) -> Callable[[Body, Parents], Parents | Unreadable]:
    """Return what gives the parents of the objects of a list inside a body: what holds it, or the parents of that."""
    rows_of = attribute.field.rows_of
    mapper: Mapper | None = getattr(attribute.model, "__mapper__", None)
    if rows_of and mapper is not None and resource(rows_of).__mapper__.parent == mapper.name:
        return owner_key(attribute.model)
    count = resource(rows_of).__mapper__.parent_count if rows_of else None
    return lambda _, parents: parents[:count]


def _target_key(relation: One[Any], mapper: Mapper) -> KeyOf:
    """Return what gives the key of the object that a row refers to, a child's with the ids of its parents."""
    if not relation.via:
        return lambda _, parents: parents or None
    field, count = relation.owner.__mapper__.fields[relation.via], mapper.parent_count  # type: ignore[attr-defined]  # a Model
    beside = f"{mapper.parent_attribute}_id" if count else ""

    def key(body: Body, parents: Parents) -> Key | Unreadable | None:
        identity = body.get(field.key)
        if identity is None:
            return None
        if not field.codec.accepts(identity) or not _is_id(mapper, identity):
            return UNREADABLE
        above = parents[:count] if body.get(beside) is None else (body[beside],)
        return (*above, _normal(mapper, identity)) if len(above) == count else None

    return key


def _is_id(mapper: Mapper, identity: object) -> bool:
    return len(mapper.id_names) != 1 or mapper.fields[mapper.id_names[0]].codec.accepts(identity)


def _normal(mapper: Mapper, identity: object) -> object:
    """Return an id as rows of the class have it."""
    return mapper.id_part(mapper.id_names[0], identity) if len(mapper.id_names) == 1 else identity


# -- whose an object is ------------------------------------------------------------------------------------------------


def owners_of(relation: Many[Any]) -> Owners | None:
    """Return what gives the ids of the owners of an object, by its row in the list of all objects of its class.

    None where that list does not tell, or does not show all objects of the collection.
    """
    mapper = cast("type[Model]", relation.model).__mapper__
    if not relation.path or relation.is_wider or mapper.placeholders or "list" not in mapper.verbs:
        return None
    if relation.named_in:
        return _named(mapper.fields[relation.named_in].key, frozenset(relation.named_as))
    back = inverse_relation(relation)
    if back is None:
        return None
    field = mapper.fields[back.via]

    def owner(body: Body) -> list[object]:
        identity = body.get(field.key)
        return [identity] if identity is not None and field.codec.accepts(identity) else []

    return owner


def _named(key: str, types: frozenset[str]) -> Owners:
    def owners(body: Body) -> list[object]:
        entries = body.get(key)
        named = (each for each in entries if isinstance(each, dict)) if isinstance(entries, list) else ()
        return [each.get("id") for each in named if each.get("type") in types]

    return owners


def inverse_relation(relation: Many[Any]) -> One[Any] | None:
    """Return the relation by which the objects of a collection name its owner, where the list of all objects has it."""
    mapper = cast("type[Model]", relation.model).__mapper__
    if not relation.path or mapper.placeholders or "list" not in mapper.verbs:
        return None
    for back in mapper.relations.values():
        if isinstance(back, One) and back.via and back.target == relation.owner.__name__:
            return back
    return None


# -- costs -------------------------------------------------------------------------------------------------------------


def cost(condition: Expression) -> int:
    """Return how dear a condition is to evaluate: 0 where no list is read for it, 3 where one is for each object."""
    return max((_cost(leaf) for leaf in leaves(condition)), default=0)


def _cost(leaf: Expression) -> int:
    if isinstance(leaf, ListedObject):
        return cost(leaf.condition) if leaf.condition is not None else 0
    if not isinstance(leaf, RelatedObject):
        return 0
    inner = cost(leaf.condition) if leaf.condition is not None else 0
    return max(_COSTS[route_of(relation_of(leaf)).kind], inner)


def follows_relations(condition: Expression | None) -> bool:
    """Whether further lists are read to evaluate a condition."""
    return condition is not None and cost(condition) > 0
