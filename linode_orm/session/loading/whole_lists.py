"""Whole lists: the objects, or the raw rows, of lists that are read to their end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from weakref import ref

from linode_orm.errors import ApiError
from linode_orm.mapping.identity import identity_in
from linode_orm.session.loading.lists.listing import Listing, send_in_order
from linode_orm.session.loading.lists.pagination import ListReader
from linode_orm.session.loading.loader_batch import LoaderBatch

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from linode_orm.mapping import Model
    from linode_orm.session.loading.loader import Loader
    from linode_orm.wire.client import Client

    Body = dict[str, Any]


class WholeLists:
    """Reads whole lists, several of them side by side."""

    def __init__(self, client: Client, loader: Loader) -> None:
        self._client = client
        self._loader = loader

    def rows(self, model: type[Model]) -> list[Body]:
        """Return the raw rows of the list of a class that has no parents."""
        return [row for rows in ListReader(self._client, listing_of(model)).pages() for row in rows]

    def objects(self, listings: Sequence[Listing]) -> list[list[Model] | ApiError]:
        """Return the objects of each list, or why it was refused; the objects of one list are a loader batch."""
        found: list[list[Model] | ApiError] = []
        for listing, pages in self.pages(listings):
            try:
                found.append(self._hydrated(listing, pages))
            except ApiError as error:
                found.append(error)
        return found

    def rows_within(self, listing: Listing, most: int | None) -> Iterator[list[Body]] | None:
        """Return the pages of a list; None where it takes more than `most` requests.

        If the list is longer, the request for its first page was in vain. No other request tells its length.
        """
        reader = ListReader(self._client, listing)
        pages = reader.pages()
        first = next(pages)
        if most is not None and reader.page_count > most:
            return None
        return _after(first, pages)

    def objects_within(self, model: type[Model], most: int) -> list[Model] | None:
        """Return the objects of the list of a class that has no parents; None where that takes more requests."""
        listing = listing_of(model)
        pages = self.rows_within(listing, most)
        return None if pages is None else self._hydrated(listing, pages)

    def objects_with(self, listings: Sequence[Listing], ids: Collection[object]) -> list[Model]:
        """Return the objects with these ids among the rows of several lists, as one loader batch.

        The lists are filtered by id, which the server may do less strictly than it was asked to.
        """
        batch = LoaderBatch()
        found: list[Model] = []
        for listing, pages in self.pages(listings):
            mapper = listing.model.__mapper__
            for rows in pages:
                wanted = [row for row in rows if identity_in(mapper, row) in ids]
                found += self._loader.rows(listing.model, listing.parents, wanted, batch=batch)
        batch.add(map(ref, found))
        return found

    def pages(self, listings: Sequence[Listing]) -> Iterator[tuple[Listing, Iterator[list[Body]]]]:
        """Ask for the first pages of all lists side by side; yield each list with its pages."""
        readers = [ListReader(self._client, listing) for listing in listings]
        arrived = send_in_order(self._client, [reader.opening for reader in readers])
        for listing, reader, first in zip(listings, readers, arrived, strict=True):
            yield listing, reader.after(first)

    def _hydrated(self, listing: Listing, pages: Iterator[list[Body]]) -> list[Model]:
        batch = LoaderBatch()
        found: list[Model] = []
        for rows in pages:
            found += self._loader.rows(listing.model, listing.parents, rows, batch=batch)
        batch.add(map(ref, found))
        return found


def listing_of(model: type[Model], parents: tuple[object, ...] = ()) -> Listing:
    """Return the list of a class below some parents."""
    mapper = model.__mapper__
    return Listing(model, mapper.collection_path(parents), parents, envelope=mapper.envelope)


def _after(first: list[Body], pages: Iterator[list[Body]]) -> Iterator[list[Body]]:
    yield first
    yield from pages
