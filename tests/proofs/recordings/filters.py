"""Makes of a recorded X-Filter the query that sends it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from linode_orm.mapping.containers import ListOf
from linode_orm.mapping.timestamps import DateTime

if TYPE_CHECKING:
    from linode_orm import Session
    from linode_orm.mapping import Model
    from linode_orm.mapping.query import Query
    from tests.proofs.recordings.routes import Found

_FIRST_PAGE = 100


def query_of(session: Session, found: Found, payload: dict[str, Any]) -> Query[Any]:
    """Give the query over a list that a recorded payload asks for; an order is asked of the first page."""
    route = found.route
    if route.kind == "road":
        reference = session._parts.owner.reference(route.mapper.cls, found.identity, found.parents, None)
        query, model = getattr(reference, route.what.name).query(), route.what.model
    else:
        model = route.mapper.cls
        query = session.query(model)
    query = query.filter(*[condition(model, key, test) for key, test in payload.items() if not key.startswith("+")])
    if "+order_by" in payload:
        ordered = attribute(model, payload["+order_by"])
        query = query.order_by(ordered.desc() if payload.get("+order") == "desc" else ordered.asc())
        query = query.limit(_FIRST_PAGE)
    return query


def attribute(model: type[Model], key: str) -> Any:
    """Give the attribute behind a key of a payload; dots lead into objects."""
    found: Any = model
    mapper: Any = model.__mapper__
    for part in key.split("."):
        if part not in mapper.keys:
            msg = f"{model.__name__} has no attribute for {key!r}"
            raise AttributeError(msg)
        field = mapper.keys[part]
        found = getattr(found, field.name)
        inner = getattr(field.codec, "inner", field.codec)
        mapper = getattr(getattr(inner, "cls", None), "__mapper__", mapper)
    return found


def unwrapped(left: Any) -> Any:
    """Give the attribute with the raw id behind a reference."""
    return getattr(left, "attribute", left)


def condition(model: type[Model], key: str, test: Any) -> Any:
    """Give one condition of a payload."""
    left = unwrapped(attribute(model, key))
    if not isinstance(test, dict):
        is_list = isinstance(getattr(left.field.codec, "inner", left.field.codec), ListOf)
        return left.contains(test) if is_list else left == value(left, test)
    ((operator, right),) = test.items()
    right = value(left, right)
    compare = {"+gte": "__ge__", "+gt": "__gt__", "+lte": "__le__", "+lt": "__lt__", "+neq": "__ne__"}
    return left.contains(right) if operator == "+contains" else getattr(left, compare[operator])(right)


def value(left: Any, raw: Any) -> Any:
    """Give a recorded value as a user writes it."""
    codec = left.field.codec
    if isinstance(getattr(codec, "inner", codec), DateTime):
        return datetime.fromisoformat(raw).replace(tzinfo=UTC)
    return raw
