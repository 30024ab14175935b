"""Collections: the objects on the many side of a relation, loaded when they are first used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeVar, cast, overload

from linode_orm.errors import InvalidRequestError
from linode_orm.mapping.query import Query
from linode_orm.mapping.relations import Collection, Many
from linode_orm.mapping.state import Status, state_of
from linode_orm.session.loading.lists.listing import Listing
from linode_orm.session.loading.loader_batch import LoaderBatch
from linode_orm.session.loading.whole_lists import listing_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from linode_orm.mapping import Model
    from linode_orm.session.loading.loader import Loader
    from linode_orm.session.query.runner import QueryRunner

M = TypeVar("M", bound="Model")

_GONE: Final = frozenset({Status.DETACHED, Status.TRANSIENT})
"""The status of what was deleted, expunged or rolled back."""


class Collections:
    """Makes the collections of a session's objects; what they need is held once, here.

    `is_refused` says that the session was made with `lazy="raise"`. `add` makes an object pending, which is decided
    further up than collections are.
    """

    def __init__(self, loader: Loader, runner: QueryRunner, *, is_refused: bool, add: Callable[[Model], None]) -> None:
        self.loader = loader
        self.runner = runner
        self.is_refused = is_refused
        self.add = add

    def of(self, parent: Model, name: str) -> SessionCollection[Any]:
        """Return a new collection for the relation `name` of an object; sends nothing."""
        relation = cast("Many[Any]", parent.__mapper__.relations[name])
        return SessionCollection(self, parent, relation)


class SessionCollection(Collection[M]):
    """The children of a persistent or pending object: those that were loaded, and new ones that were appended."""

    def __init__(self, collections: Collections, parent: Model, relation: Many[M]) -> None:
        self._collections = collections
        self.parent = parent
        self._relation = relation
        self._loaded: list[M] | None = None
        self._added: list[M] = []

    @property
    def _model(self) -> type[M]:
        return cast("type[M]", self._relation.model)

    def __listing__(self) -> Listing:
        """Return the list that holds the children: below the parent, or at a path of the relation's own."""
        state = state_of(self.parent)
        if not self._relation.path:
            return listing_of(self._model, state.key)
        path = f"{self.parent.__mapper__.path_for(state.identity, state.parents)}/{self._relation.path}"
        return Listing(self._model, path, envelope=self._relation.envelope or self._model.__mapper__.envelope)

    def query(self) -> Query[M]:
        """Return a query over the collection, answered by the list of the server."""
        if state_of(self.parent).is_new:
            msg = f"{self.parent.__describe__()}.{self._relation.name}: there is nothing to query before the commit"
            raise InvalidRequestError(msg)
        if not self._relation.path:
            return Query(self._model, self._collections.runner, parents=state_of(self.parent).key)
        listing = self.__listing__()
        envelope = self._relation.envelope
        return Query(self._model, self._collections.runner, path=listing.path, envelope=envelope, parents=())

    def __is_loaded__(self) -> bool:
        return self._loaded is not None

    def __fill__(self, children: Iterable[M]) -> None:
        self._loaded = list(children)

    def __refill__(self) -> None:
        """Forget what was loaded; the next use reads the list, or the rows in the parent's own body."""
        self._loaded = None

    def _items(self) -> list[M]:
        """Return the children as they are now: loaded if need be, without those that left the session.

        Where the parent itself was deleted or expunged, its children stay, as what they were.
        """
        if self._loaded is None:
            self._load()
        # Objects that left the session are dropped at the next use: nothing knows which collections hold an object.
        gone = _GONE - {state_of(self.parent).status}
        loaded = [each for each in self._loaded or () if state_of(each).status not in gone]
        self._loaded = loaded
        self._added = [each for each in self._added if state_of(each).status not in gone and each not in loaded]
        return loaded + self._added

    def _load(self) -> None:
        if state_of(self.parent).is_new:
            self._loaded = []
            return
        if self._relation.embedded and self._from_parent():
            return
        self._check_allowed()
        self._loaded = self.query().all()

    def _check_allowed(self) -> None:
        """Raise `InvalidRequestError` where the session, or the query of the parent, refuses implicit requests."""
        batch = state_of(self.parent).batch
        if self._collections.is_refused:
            why = "the session was made with lazy='raise'"
        elif isinstance(batch, LoaderBatch) and batch.refuses:
            why = f"the query that gave {self.parent.__describe__()} was made with raiseload()"
        else:
            return
        msg = (
            f"{self.parent.__describe__()}.{self._relation.name} needs a request, and {why}; "
            "selectin(...) or .query().all() asks for it"
        )
        raise InvalidRequestError(msg)

    def _from_parent(self) -> bool:
        state = state_of(self.parent)
        # a reference has no body yet; a GET of the parent brings the children too
        if self._relation.embedded not in state.body:
            state.owner.load(self.parent, self._relation.name)
        rows = state.body.get(self._relation.embedded)
        if not isinstance(rows, list):
            return False
        parents = () if self._relation.path else state.key
        self._loaded = self._collections.loader.rows(self._model, parents, rows)
        return True

    def __len__(self) -> int:
        return len(self._items())

    @overload
    def __getitem__(self, index: int, /) -> M: ...
    @overload
    def __getitem__(self, index: slice, /) -> list[M]: ...
    def __getitem__(self, index: int | slice, /) -> M | list[M]:
        return self._items()[index]

    def __iter__(self) -> Any:  # noqa: ANN401  an iterator of the children as they are now
        return iter(self._items())

    def append(self, child: M, /) -> None:
        """Make a new object a child; it is pending and in the collection at once."""
        if not isinstance(child, self._model):
            msg = f"{self.parent.__describe__()}.{self._relation.name} takes {self._relation.target}, not {child!r}"
            raise TypeError(msg)
        if self._relation.path or not state_of(child).is_new:
            msg = (
                f"{self.parent.__describe__()}.{self._relation.name} takes new children only; "
                f"{child.__describe__()} is reached here and belongs elsewhere, an action puts it here"
            )
            raise InvalidRequestError(msg)
        child.__adopt_parent__(self.parent)
        self._added.append(child)
        self._collections.add(child)

    def __joined__(self, child: M) -> None:
        """Hold a child that was made elsewhere."""
        if child not in self._added and (self._loaded is None or child not in self._loaded):
            self._added.append(child)

    def refresh(self) -> None:
        """Read the collection again, now."""
        self._loaded = None
        if self._relation.embedded:
            state_of(self.parent).owner.freshen(self.parent, self._relation.name)
        self._load()

    def __repr__(self) -> str:
        shown = "not loaded" if self._loaded is None else f"{len(self._loaded) + len(self._added)} objects"
        return f"<{self.parent.__describe__()}.{self._relation.name}: {shown}>"
