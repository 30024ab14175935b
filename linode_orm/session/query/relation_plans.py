"""Relation plans: which lists a condition reads for the relations that it follows, in words, without I/O."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from linode_orm.mapping.expressions import leaves
from linode_orm.mapping.model import resource
from linode_orm.mapping.relation_conditions import RelatedObject, deep_leaves
from linode_orm.mapping.relations import Many, relation_of
from linode_orm.session.query.routes import embedding, route_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from linode_orm.mapping import Model
    from linode_orm.mapping.expressions import Expression
    from linode_orm.mapping.relations import One
    from linode_orm.session.loading.lists.xfilter import Payload
    from linode_orm.session.query.routes import Route

    Filters = Callable[[type[Model], Expression], Sequence[Payload]]


class RelationPlan(NamedTuple):
    """The lists that answer a condition on a relation.

    `paths` are those that may be read, the cheapest first; none where the rows of the query have the objects, or where
    their parents are read anyway.
    """

    condition: str
    paths: tuple[str, ...]
    x_filter: Payload
    number: str
    """How many requests that takes, as far as it is known before the first."""
    why: str

    @property
    def requests(self) -> tuple[str, ...]:
        """The requests, a line each."""
        shown = f" X-Filter {json.dumps(self.x_filter)}" if self.x_filter else ""
        first, *others = [f"GET {path}" for path in self.paths] or [""]
        lines = (
            f"{first}{shown} for {self.condition}",
            *(f"or {each} for each object, where that is less" for each in others),
        )
        return lines if first else ()


def relation_plans(
    condition: Expression | None, filters: Filters, *, reads_parents: bool = False
) -> tuple[RelationPlan, ...]:
    """Return the plans of every relation that a condition follows, at any depth.

    `reads_parents` says that the parents of the query's own objects are read anyway.
    """
    if condition is None:
        return ()
    own = {id(leaf) for leaf in leaves(condition)}
    followed = [leaf for leaf in deep_leaves(condition) if isinstance(leaf, RelatedObject)]
    return tuple(_planned(leaf, filters, reads_parents=reads_parents and id(leaf) in own) for leaf in followed)


def reason(leaf: RelatedObject, *, reads_parents: bool) -> str:
    """Return where a condition on a relation finds its objects, for the notes of a plan."""
    return _planned(leaf, lambda _, __: (), reads_parents=reads_parents).why


def _planned(leaf: RelatedObject, filters: Filters, *, reads_parents: bool) -> RelationPlan:
    relation, route = relation_of(leaf), route_of(relation_of(leaf))
    if isinstance(relation, Many):
        paths, number, why = _to_many(relation, route)
    elif reads_parents and not relation.via:
        paths, number, why = (), "0", "by the list of the parents, which is read anyway; below others nothing is read"
    else:
        paths, number, why = _to_one(relation, route)
    sent = [*filters(route.target, leaf.condition)] if leaf.condition is not None and paths else []
    # a list that is filtered by ids takes no further filter, and of a collection's own path it is not known to take any
    is_list = route.kind == "list" and isinstance(relation, Many)
    is_below = route.kind == "each" and not (isinstance(relation, Many) and relation.path)
    return RelationPlan(str(leaf), paths, sent[0] if len(sent) == 1 and (is_list or is_below) else {}, number, why)


def _to_many(relation: Many[Any], route: Route) -> tuple[tuple[str, ...], str, str]:
    mapper, owner = route.target.__mapper__, cast("type[Model]", relation.owner).__mapper__
    own = f"{owner.item_path}/{relation.path}" if relation.path else mapper.path
    each = f"1 for each {owner.name} that the other conditions leave open"
    if route.kind == "body":
        return (), "0", f"the rows of {owner.name} have them"
    if route.kind == "each":
        return (own,), each, f"by the list of each {owner.name} that the other conditions leave open"
    why = f"by the list of every {mapper.name}, which tells whose it is, or of each {owner.name} where that is less"
    return (mapper.path, own), f"1, and 1 for each further page; or {each} where that is less", why


def _to_one(relation: One[Any], route: Route) -> tuple[tuple[str, ...], str, str]:
    mapper = route.target.__mapper__
    if route.kind == "reference data":
        return (
            (mapper.path,),
            "1, and 0 while the client keeps the list",
            f"by the list of every {mapper.name}, which is kept",
        )
    if route.kind == "each":
        number = f"1 for each {mapper.parent} of what {relation.name} leads to"
        return (mapper.path,), number, f"by the list below each {mapper.parent} of what {relation.name} leads to"
    parent = resource(str(mapper.parent)) if route.kind == "parents" and embedding(mapper) is not None else route.target
    number = "1 for each few hundred ids, or 1 for each page of the list where that is less"
    why = f"by the list of {parent.__name__}, filtered by the ids that are referred to where that is less than all"
    return (parent.__mapper__.path,), number, why
