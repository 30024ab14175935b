"""Relation lists: the lists from which conditions on relations are answered, as raw rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from linode_orm.session.loading.lists.listing import Listing
from linode_orm.session.loading.whole_lists import listing_of
from linode_orm.session.query.by_id import can_filter_by_id, listings_by_id

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from linode_orm.errors import ApiError
    from linode_orm.mapping import Model
    from linode_orm.mapping.relations import Many
    from linode_orm.session.loading.lists.xfilter import Payload
    from linode_orm.session.loading.loader import Loader
    from linode_orm.session.loading.reference_data import ReferenceData
    from linode_orm.session.loading.whole_lists import WholeLists

    Body = dict[str, Any]
    Pages = Iterator[list[Body]]
    Refuse = Callable[[ApiError, str, Model | None], bool]
    """Takes the error of a list, and returns whether that was refused; raises what is no refusal."""


class RelationLists:
    """Reads the lists of relations; `refuse` decides what an error of one of them means."""

    def __init__(self, lists: WholeLists, loader: Loader, reference_data: ReferenceData, refuse: Refuse) -> None:
        self._lists = lists
        self._loader = loader
        self._reference_data = reference_data
        self._refuse = refuse

    def whole(self, model: type[Model], x_filter: Payload, most: int | None) -> Pages | None:
        """Return the pages of the list of a class; None where it takes more than `most` requests."""
        if model.__mapper__.reference_data:
            return iter([self._reference_data.rows(model)])
        return self._lists.rows_within(listing_of(model)._replace(x_filter=x_filter), most)

    def with_ids(self, model: type[Model], ids: Sequence[object], x_filter: Payload) -> tuple[Pages, bool]:
        """Return pages of rows that hold all objects with these ids, and whether they hold those with other ids, too.

        The list is filtered by the ids, or by `x_filter` alone where that takes fewer requests. Objects are never read
        one by one.
        """
        by_id = listings_by_id(model, (), ids) if can_filter_by_id(model) else None
        if by_id is None or len(by_id) > 1:
            pages = self.whole(model, x_filter, None if by_id is None else len(by_id) - 1)
            if pages is not None:
                return pages, True
        return (rows for _, pages in self._lists.pages(by_id or ()) for rows in pages), False

    def below(self, model: type[Model], keys: Sequence[tuple[object, ...]], x_filter: Payload) -> Iterator[Pages]:
        """Yield the pages of the lists of a class below some parents, which are asked for side by side."""
        listings = [listing_of(model, key)._replace(x_filter=x_filter) for key in keys]
        return (pages for _, pages in self._lists.pages(listings))

    def at_path(self, relation: Many[Any], keys: Sequence[tuple[object, ...]]) -> Iterator[Pages]:
        """Yield the pages of the collections of some owners that have a path of their own."""
        target = cast("type[Model]", relation.model)
        envelope = relation.envelope or target.__mapper__.envelope
        listings = [Listing(target, path_of(relation, key), envelope=envelope) for key in keys]
        return (pages for _, pages in self._lists.pages(listings))

    def is_refused(self, error: ApiError, path: str, model: type[Model] | None, key: tuple[object, ...] = ()) -> bool:
        """Whether an error means that a list was refused, of the account or below the object with that class and key.

        Raises the error where it says something else.
        """
        if model is None:
            return self._refuse(error, path, None)
        singleton = model.__mapper__.singleton
        parent = self._loader.reference(model, None if singleton else key[-1], key if singleton else key[:-1])
        return self._refuse(error, path, parent)


def path_of(relation: Many[Any], key: tuple[object, ...]) -> str:
    """Return the path of the collection of the owner with a key."""
    owner = cast("type[Model]", relation.owner).__mapper__
    if relation.path:
        return f"{owner.path_for(key[-1], key[:-1])}/{relation.path}"
    return cast("type[Model]", relation.model).__mapper__.collection_path(key)
