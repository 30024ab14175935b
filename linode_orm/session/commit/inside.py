"""Children inside their parent's POST: which new objects are made there, and what its answer makes of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from linode_orm.mapping.relations import Many
from linode_orm.session.commit import bodies
from linode_orm.session.commit.drafts import needed, parent_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from linode_orm.mapping import Model

    NameOf = Callable[[Model], str]


def road_of(child: Model) -> Many[Any] | None:
    """Give the relation of a child's new parent whose POST makes it; None where it has a request of its own."""
    parent = parent_of(child)
    if parent is None or not parent.__state__.is_new:
        return None
    return next((road for road in roads(parent) if isinstance(child, road.model)), None)


def roads(parent: Model) -> Iterator[Many[Any]]:
    """Give the relations of a class whose children its POST makes, in place of requests of their own."""
    for relation in parent.__mapper__.relations.values():
        if isinstance(relation, Many) and relation.makes_inside:
            yield relation


def folded(new: Sequence[Model], others: Iterable[Model], name_of: NameOf) -> dict[int, list[Model]]:
    """Give the children that are made inside each new parent, by the parent's `id()`.

    Who is referred to, refers to somebody new beside the parent, or has secrets, needs a request of its own.
    """
    present = {id(each) for each in new}
    needing = [(each, target) for each in (*new, *others) for _, target in needed(each)]
    referred = {id(target) for each, target in needing if parent_of(each) is not target}
    below = {id(target) for each, target in needing if parent_of(each) is target}
    found: dict[int, list[Model]] = {}
    for child in new:
        parent = parent_of(child)
        if parent is None or id(parent) not in present or road_of(child) is None:
            continue
        is_free = not any(target is not parent and target.__state__.is_new for _, target in needed(child))
        is_leaf = id(child) not in referred and id(child) not in below
        if is_free and is_leaf and not bodies.for_create(child, name_of).secret_keys:
            found.setdefault(id(parent), []).append(child)
    return found


def row_of(child: Model, sent: Sequence[object], at: int, rows: object) -> dict[str, Any] | None:
    """Give the row of an answer that is a child: by its unique value, else by its place; None where there is none."""
    if not isinstance(rows, list) or len(rows) != len(sent):
        return None
    mapper = child.__mapper__
    for name in mapper.unique:
        value = child.__dict__.get(name)
        for row in rows:
            if value is not None and isinstance(row, dict) and row.get(mapper.fields[name].key) == value:
                return cast("dict[str, Any]", row)
    return rows[at] if isinstance(rows[at], dict) else None
