"""The newest values of many objects, in as few requests as tell them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, cast

from linode_orm.mapping.query import Query

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from linode_orm.mapping import Model
    from linode_orm.session.reading import Reader
    from linode_orm.session.runner import QueryRunner

_FEW = 2


class Looks(Protocol):
    """What reading the newest values needs of a session."""

    @property
    def reader(self) -> Reader:
        """What reads single objects."""
        ...

    @property
    def runner(self) -> QueryRunner:
        """What answers queries."""
        ...


def read_newest(session: Looks, instances: Iterable[Model], whole: Iterable[Model] = ()) -> list[Model]:
    """Bring objects up to date, pending changes stay; give those that are gone.

    Objects of one class below the same parents are read in one filtered list where the API can filter by their id, or
    in their whole list where that takes fewer requests than they are; the others, and those in `whole`, which rows do
    not tell enough of, by a GET each, side by side.
    """
    alone = {id(each): each for each in whole}
    groups: dict[tuple[type[Model], tuple[object, ...]], list[Model]] = {}
    for instance in instances:
        if id(instance) not in alone:
            groups.setdefault((type(instance), instance.__state__.parents), []).append(instance)
    for (model, parents), group in groups.items():
        unseen = _unseen_in_lists(session, model, parents, group)
        alone |= {id(each): each for each in unseen}
    return session.reader.items(list(alone.values()))


def _unseen_in_lists(
    session: Looks, model: type[Model], parents: tuple[object, ...], group: Sequence[Model]
) -> Sequence[Model]:
    """Read a group in a list; give those of it that no row told of."""
    mapper = model.__mapper__
    if len(group) < _FEW or "list" not in mapper.verbs or len(mapper.id_names) != 1 or mapper.catalogue:
        return group
    field = mapper.fields[mapper.id_names[0]]
    before = {id(each): each.__state__.raw for each in group}
    if field.filterable:
        query: Query[Any] = Query(model, session.runner.lenient, parents=parents)
        ids = [each.__state__.identity for each in group]
        held: list[Any] = query.filter(field.attribute(model).in_(ids)).all()
    elif parents:
        held = session.runner.read_many([(model, "", "", parents)])[0]
    else:
        held = cast("list[Any]", session.runner.read_whole(model, len(group) - 1) or [])
    unseen = [each for each in group if each.__state__.raw is before[id(each)]]
    del held
    return unseen
