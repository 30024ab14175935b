"""Collections: the objects on the many side of a relation, loaded when first looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar, cast, overload

from linode_orm.errors import InvalidRequestError
from linode_orm.mapping.query import Query
from linode_orm.mapping.relations import Collection, Many
from linode_orm.mapping.state import Status, state_of
from linode_orm.session.query.eager import LoaderBatch

if TYPE_CHECKING:
    from collections.abc import Iterable

    from linode_orm.mapping import Model
    from linode_orm.mapping.query import Runner
    from linode_orm.session.loading.loader import Loader

M = TypeVar("M", bound="Model")

_GONE: Final = frozenset({Status.DETACHED, Status.TRANSIENT})
"""What was deleted, expunged or rolled back, unless its parent was, too."""


class Home(Protocol):
    """What collections need of a session."""

    loader: Loader
    lazy: str

    @property
    def runner(self) -> Runner:
        """What answers queries."""
        ...

    def add(self, instance: Model) -> None:
        """Make an object pending."""


class SessionCollection(Collection[M]):
    """The children of a persistent or pending object."""

    def __init__(self, session: Home, parent: Model, relation: Many[M]) -> None:
        self._session = session
        self.parent = parent
        self._relation = relation
        self._loaded: list[M] | None = None
        self._added: list[M] = []

    @property
    def _model(self) -> type[M]:
        return cast("type[M]", self._relation.model)

    def __list__(self) -> tuple[type[M], str, str, tuple[object, ...]]:
        """Give class, path, envelope and parents of the list behind this collection; empty ones are the class's own."""
        mapper, state = self.parent.__mapper__, state_of(self.parent)
        item = mapper.path_for(state.identity, state.parents)
        if self._relation.path:
            return self._model, f"{item}/{self._relation.path}", self._relation.envelope, ()
        above = (*state.parents, *(() if mapper.singleton else (state.identity,)))
        return self._model, "", "", above

    def query(self) -> Query[M]:
        """Give a query over the collection, answered by the server's list."""
        if state_of(self.parent).is_new:
            msg = f"{self.parent.__describe__()}.{self._relation.name}: there is nothing to query before the commit"
            raise InvalidRequestError(msg)
        model, path, envelope, parents = self.__list__()
        return Query(model, self._session.runner, path=path or None, envelope=envelope, parents=parents)

    def __is_loaded__(self) -> bool:
        return self._loaded is not None

    def __fill__(self, children: Iterable[M]) -> None:
        self._loaded = list(children)

    def __refill__(self) -> None:
        """Take the newer rows of the parent's own body, or forget what was loaded."""
        self._loaded = None

    def _items(self) -> list[M]:
        if self._loaded is None:
            self._load()
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
        self._allow()
        self._loaded = self.query().all()

    def _allow(self) -> None:
        """Refuse the request where the session, or the query that gave the parent, refuses implicit ones."""
        batch = state_of(self.parent).batch
        if self._session.lazy == "raise":
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
        if self._relation.embedded not in state.body:
            state.owner.load_attribute(self.parent, self._relation.name)
        rows = state.body.get(self._relation.embedded)
        if not isinstance(rows, list):
            return False
        _, _, _, parents = self.__list__()
        self._loaded = self._session.loader.rows(self._model, parents, rows)
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
        """Make a new object a child; it is pending, and in the collection, at once."""
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
        self._session.add(child)

    def __joined__(self, child: M) -> None:
        """Take a child that came into being elsewhere."""
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
