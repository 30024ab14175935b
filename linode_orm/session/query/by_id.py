"""Lists by id: the listings that ask a list of the API for objects by their ids."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linode_orm.mapping.expressions import and_, or_
from linode_orm.session.loading.whole_lists import listing_of
from linode_orm.session.query.planner import filters_for

if TYPE_CHECKING:
    from collections.abc import Iterable

    from linode_orm.mapping import Expression, Model
    from linode_orm.session.loading.lists.listing import Listing


def can_filter_by_id(model: type[Model]) -> bool:
    """Whether the list of a class can be filtered by the one id of its objects."""
    mapper = model.__mapper__
    return len(mapper.id_names) == 1 and mapper.fields[mapper.id_names[0]].filterable


def listings_by_id(model: type[Model], parents: tuple[object, ...], ids: Iterable[object]) -> list[Listing]:
    """Return the listings whose rows together hold all objects with these ids; several where a filter gets too long."""
    names = model.__mapper__.id_names
    if len(names) == 1:
        condition = model.__mapper__.fields[names[0]].attribute(model).in_(ids)
    else:
        condition = or_(*(_has_id(model, identity) for identity in ids))
    listing = listing_of(model, parents)
    return [listing._replace(x_filter=each) for each in filters_for(model, condition)]


def _has_id(model: type[Model], identity: object) -> Expression:
    mapper = model.__mapper__
    parts = identity if isinstance(identity, tuple) else (identity,)
    return and_(
        *(mapper.fields[name].attribute(model) == part for name, part in zip(mapper.id_names, parts, strict=True))
    )
