"""The query planner: which conditions are pushed down to the server, and which are evaluated here, without I/O."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast

from linode_orm.errors import InvalidRequestError, NotFilterable
from linode_orm.mapping.class_references import ParentIs
from linode_orm.mapping.expressions import And, Not, Or, and_, leaves, or_
from linode_orm.mapping.operators import IS_NULL, Comparison
from linode_orm.mapping.relation_conditions import ListedObject, RelatedObject
from linode_orm.mapping.relations import leads_to_parent, relation_of
from linode_orm.session.loading.lists.xfilter import Leaf, all_of, any_of, divided, written
from linode_orm.session.query.evaluate import check_model, order_key
from linode_orm.session.query.relation_plans import RelationPlan, reason, relation_plans
from linode_orm.session.query.routes import route_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from linode_orm.mapping import Model
    from linode_orm.mapping.expressions import Expression
    from linode_orm.mapping.operators import Order
    from linode_orm.mapping.protocols import FieldFacts
    from linode_orm.mapping.query import Query
    from linode_orm.session.loading.lists.xfilter import Clause, Payload


_ID: Final = re.compile(r"/\d+")

_FILTERED_PATHS: Final = frozenset({"/vpcs/{}/ips"})
"""Alternate paths whose lists are known to take filters (TestVPC_ListIPAddresses#5)."""


class Note(NamedTuple):
    """Where one part of a query runs, and why."""

    part: str
    where: str
    """`server` (and again here), `here`, or `path`, where the part decides which lists are read."""
    why: str


class ReadPlan(NamedTuple):
    """The requests that answer a query.

    `filters` are the X-Filters, one for each request, whose answers together hold every match; `{}` sends none.
    `parents` are the keys of the parents whose lists are read; None means all parents of a child class, or those that
    meet `parent_condition`. `relations` are the further lists that conditions on relations need.
    """

    model: type[Model]
    path: str | None
    envelope: str
    parents: tuple[tuple[object, ...], ...] | None
    parent_condition: Expression | None
    condition: Expression | None
    relations: tuple[RelationPlan, ...]
    order: tuple[Order, ...]
    filters: tuple[Payload, ...]
    x_filter: Payload
    notes: tuple[Note, ...]
    limited: int | None
    passed: int
    ordered: bool
    """The server orders by the first key, so that reading stops early."""
    is_empty: bool
    """No object can match, and nothing is sent."""
    complete: bool
    """Every condition is sent, so that few rows come that do not match."""

    @property
    def enough(self) -> int | None:
        """The number of matches after which reading stops; None if all are needed."""
        if self.limited is None or (self.order and not self.ordered):
            return None
        return self.limited + self.passed

    @property
    def local(self) -> tuple[Note, ...]:
        """The parts that are evaluated only here, with the reasons."""
        return tuple(note for note in self.notes if note.where == "here")


def plan_query(query: Query[Any], *, strict: bool = False) -> ReadPlan:
    """Plan the requests of a query; `strict` raises `NotFilterable` for a part that only this side can evaluate.

    Raises `InvalidRequestError` for conditions and orders that no list can answer. Sends nothing.
    """
    model: type[Model] = query.model
    _check(model, query)
    drafts: list[_DraftNote] = []
    clause, condition = None, query.condition
    parents = _parents(query, narrowing(condition) if condition is not None else None)
    if condition is not None:
        clause = _push(condition, drafts, decides=query.path is None, reads_parents=parents is None)
    nothing = condition is not None and never(condition)
    unfiltered = _unfiltered(model, query.path)
    if strict and not nothing:
        _refuse_local(model, _notes(drafts, clause, ""), "" if model.__mapper__.reference_data else unfiltered)
    notes = _notes(drafts, clause, unfiltered)
    clause = None if unfiltered else clause
    filters = tuple(map(written, divided(clause)))
    complete = all(note.where != "here" for note in notes)
    ordered = _orders(query, filters, parents, notes)
    order = _order_payload(query.order[0]) if ordered else {}
    return ReadPlan(
        model=model,
        path=query.path,
        envelope=query.envelope or model.__mapper__.envelope,
        parents=parents,
        parent_condition=_of_parents(condition) if parents is None and condition is not None else None,
        condition=condition,
        relations=relation_plans(condition, filters_for, reads_parents=parents is None),
        order=query.order,
        filters=tuple({**each, **order} for each in filters),
        x_filter={**(filters[0] if len(filters) == 1 else written(clause)), **order},
        notes=tuple(notes),
        limited=query.limited,
        passed=query.passed,
        ordered=ordered,
        is_empty=query.limited == 0 or parents == () or nothing,
        complete=complete,
    )


def filters_for(model: type[Model], condition: Expression) -> tuple[Payload, ...]:
    """Return the X-Filters, one a request, whose answers together hold every object that meets a condition.

    They are for the list of the class itself, and `{}` (none is sent) where that takes no filter.
    """
    clause = None if _unfiltered(model, None) else _push(condition, [], decides=False, reads_parents=False)
    return tuple(map(written, divided(clause)))


def _unfiltered(model: type[Model], path: str | None) -> str:
    """Return why a list takes no filter; empty if it takes one."""
    mapper = model.__mapper__
    if path is not None and _ID.sub("/{}", path) not in _FILTERED_PATHS:
        return "whether this road to the objects takes filters is not on record"
    if mapper.reference_data:
        return "the whole list is cached"
    return "" if mapper.envelope == "page" else "the list comes whole"


def _check(model: type[Model], query: Query[Any]) -> None:
    model.__mapper__.check_resource()
    if query.condition is not None:
        check_model(model, query.condition)
        _check_leaves(model, query.condition)
    for order in query.order:
        check_model(model, Comparison(order.attribute, IS_NULL, None))
        order_key(order)
        _check_listed(model, order)
    if query.path is None and "list" not in model.__mapper__.verbs:
        msg = f"{model.__name__}: the API has no list of them; session.get({model.__name__}, ...) reads one"
        raise InvalidRequestError(msg)


def _check_leaves(model: type[Model], condition: Expression) -> None:
    for leaf in leaves(condition):
        if isinstance(leaf, (Comparison, ListedObject)):
            _check_listed(model, leaf)
        elif isinstance(leaf, RelatedObject):
            route_of(relation_of(leaf))  # refuses what no list tells
            if leaf.condition is not None:
                _check_leaves(cast("type[Model]", relation_of(leaf).model), leaf.condition)


def _check_listed(model: type[Model], part: Comparison | ListedObject | Order) -> None:
    if part.attribute.path[0].only_on_get:
        msg = (
            f"{part}: lists of {model.__name__} do not have {part.attribute.path[0].name!r}, only an object's own GET "
            "has; query without it and look at the objects"
        )
        raise InvalidRequestError(msg)


class _DraftNote(NamedTuple):
    """What is known of one leaf of a condition before it is decided what is sent.

    `clause` is what the server could evaluate of it; None where the leaf runs here, for the reason `why`. `decides`
    says that it decides which lists are read.
    """

    part: str
    clause: Clause | None
    why: str
    decides: bool = False


def _notes(drafts: list[_DraftNote], clause: Clause | None, unfiltered: str) -> list[Note]:
    """Say of each leaf where it runs: at the server if the requests hold what was written for this very leaf.

    `unfiltered` says why nothing is sent; empty where `clause` is.
    """
    whole = _ids(clause)
    sent = frozenset().union(*map(_ids, divided(clause)))
    notes: list[Note] = []
    for part, own, why, decides in drafts:
        if decides:
            notes.append(Note(part, "path", why))
        elif own is None:
            notes.append(Note(part, "here", unfiltered or why))
        elif unfiltered or not _ids(own) <= sent:
            lost = "too long for a header" if _ids(own) <= whole else "another branch of the same choice runs here"
            notes.append(Note(part, "here", unfiltered or lost))
        else:
            notes.append(Note(part, "server", why))
    return notes


def _ids(clause: Clause | None) -> frozenset[int]:
    """Give the identities of the leaves in a clause: equal ones may stand in several places of a condition."""
    if clause is None:
        return frozenset()
    return frozenset({id(clause)}) if isinstance(clause, Leaf) else frozenset().union(*map(_ids, clause.parts))


def _push(
    expression: Expression, notes: list[_DraftNote], *, decides: bool, reads_parents: bool, negated: bool = False
) -> Clause | None:
    """Return the largest part of a condition that may be sent; negations move to the leaves by De Morgan's laws.

    `decides` says that the parents which the condition names may decide which lists are read, `reads_parents` that the
    parents are read.
    """
    if isinstance(expression, Not):
        return _push(expression.part, notes, decides=decides, reads_parents=reads_parents, negated=not negated)
    decides = decides and narrowing(expression, negated=negated) is not None
    if isinstance(expression, (And, Or)):
        clauses = [
            _push(part, notes, decides=decides, reads_parents=reads_parents, negated=negated)
            for part in expression.parts
        ]
        return all_of(clauses) if isinstance(expression, And) is not negated else any_of(clauses)
    if isinstance(expression, ParentIs):
        part = f"not_({expression})" if negated else str(expression)
        excluded = "a parent that is excluded" if negated else "the lists of other parents are read too"
        notes.append(_DraftNote(part, None, "only the lists of these are read" if decides else excluded, decides))
        return None
    if isinstance(expression, Comparison):
        return _push_leaf(expression, notes, negated=negated)
    part = f"not_({expression})" if negated else str(expression)
    if isinstance(expression, RelatedObject):
        notes.append(_DraftNote(part, None, reason(expression, reads_parents=reads_parents)))
    elif isinstance(expression, ListedObject):
        notes.append(_DraftNote(part, None, "the server cannot filter by the objects of a list"))
    return None


def _push_leaf(leaf: Comparison, notes: list[_DraftNote], *, negated: bool) -> Clause | None:
    part = f"not_({leaf})" if negated else str(leaf)
    field = leaf.attribute.field
    rules = leaf.operator.negated_rules if negated else leaf.operator.rules
    rule = rules.of(field.codec.bare.filter_type)
    if not field.filterable or rule.write is None:
        why = rule.note if field.filterable else "the server cannot filter by it"
        notes.append(_DraftNote(part, None, why))
        return None
    name = ".".join(leaf.attribute.keys)
    written_values = [all_of(Leaf(name, test) for test in rule.write(value)) for value in leaf.values]
    clause = all_of(written_values) if negated else any_of(written_values)
    why = "the server might read this value otherwise" if clause is None else f"{rule.source}: {rule.note}"
    notes.append(_DraftNote(part, clause, why))
    return clause


def never(expression: Expression, *, negated: bool = False) -> bool:
    """Whether a condition is false of every object, as `in_([])` and `or_()` are."""
    if isinstance(expression, Not):
        return never(expression.part, negated=not negated)
    if isinstance(expression, (And, Or)):
        some = isinstance(expression, And) is not negated
        return (any if some else all)(never(part, negated=negated) for part in expression.parts)
    if isinstance(expression, ParentIs):
        return not negated and not expression.parents
    if isinstance(expression, (RelatedObject, ListedObject)):
        return not negated and expression.condition is not None and never(expression.condition)
    return isinstance(expression, Comparison) and not expression.values and not negated


def narrowing(expression: Expression, *, negated: bool = False) -> frozenset[tuple[object, ...]] | None:
    """Return the parents below which alone a condition can be true; None if it names no parents."""
    if isinstance(expression, Not):
        return narrowing(expression.part, negated=not negated)
    if isinstance(expression, ParentIs):
        return None if negated else frozenset(expression.parents)
    if not isinstance(expression, (And, Or)):
        return None
    found = [narrowing(part, negated=negated) for part in expression.parts]
    named = [each for each in found if each is not None]
    if isinstance(expression, And) is not negated:
        return frozenset.intersection(*named) if named else None
    return frozenset().union(*named) if named and len(named) == len(found) else None


def _of_parents(expression: Expression) -> Expression | None:
    """Return a condition that the parents of every match meet; None if none is known."""
    if isinstance(expression, RelatedObject):
        return expression.condition if leads_to_parent(expression) else None
    if not isinstance(expression, (And, Or)):
        return None
    parts = [_of_parents(part) for part in expression.parts]
    known = [part for part in parts if part is not None]
    if isinstance(expression, And):
        return and_(*known) if known else None
    return or_(*known) if known and len(known) == len(parts) else None


def _parents(
    query: Query[Any], narrowed: frozenset[tuple[object, ...]] | None
) -> tuple[tuple[object, ...], ...] | None:
    """Return the keys of the parents whose lists are read; one empty key for a class without parents."""
    mapper = query.model.__mapper__
    if query.path is not None:
        return (query.parents or (),)
    if query.parents is not None:
        return (query.parents,) if narrowed is None or query.parents in narrowed else ()
    if not mapper.placeholders:
        return ((),)
    if narrowed is not None:
        return tuple(sorted(narrowed, key=repr))
    if mapper.parent is None:
        msg = (
            f"{mapper.name} lives below {', '.join(mapper.placeholders)}, which is no resource that can be listed; "
            f"name it: session.get({mapper.name}, id, {mapper.placeholders[-1]})"
        )
        raise InvalidRequestError(msg)
    return None


def _orders(
    query: Query[Any],
    filters: Sequence[Payload],
    parents: tuple[tuple[object, ...], ...] | None,
    notes: list[Note],
) -> bool:
    """Return whether the server sorts, and note the reason."""
    if not query.order:
        return False
    first: Any = query.order[0].attribute.field
    part = f"order by {', '.join(map(str, query.order))}"
    if query.limited is None:
        why = "every match is read anyway"
    elif query.model.__mapper__.reference_data or query.model.__mapper__.envelope != "page":
        why = "the list comes whole"
    elif not first.filterable:
        why = "the server cannot order by it"
    elif not first.codec.bare.is_sorted_alike:
        why = "only numbers and moments have the same order there as here"
    elif len(filters) != 1 or parents is None or len(parents) != 1:
        why = "several lists are read"
    else:
        notes.append(Note(part, "server", "recorded on created; checked on arrival, ties are read to their end"))
        return True
    notes.append(Note(part, "here", why))
    return False


def _order_payload(order: Order) -> Payload:
    return {"+order_by": ".".join(order.attribute.keys), "+order": "desc" if order.descending else "asc"}


def _refuse_local(model: type[Model], notes: Sequence[Note], unfiltered: str) -> None:
    """Raise `NotFilterable` for what only this side can evaluate; `unfiltered` says why the list takes no filter."""
    local = [note for note in notes if note.where == "here" or (unfiltered and note.where == "server")]
    if not local:
        return
    why, known = unfiltered or local[0].why, ", ".join(_filterable(model.__mapper__.fields)) or "nothing"
    msg = (
        f"query({model.__name__}): {local[0].part} cannot be left to the server ({why}), and the session has "
        f"strict_filters=True; "
        + ("filter what the list gives" if unfiltered else f"the server can filter {model.__name__} by {known}")
    )
    raise NotFilterable(msg)


def _filterable(fields: Mapping[str, FieldFacts], prefix: str = "") -> Iterator[str]:
    """Return the names of the attributes that the server can filter, nested ones dotted."""
    for name, field in fields.items():
        if field.filterable:
            yield prefix + name
        yield from _filterable(field.codec.fields, f"{prefix}{name}.")
