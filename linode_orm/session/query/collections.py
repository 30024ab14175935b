"""Collections: the objects on the many side of a relation, loaded when they are first used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeVar, cast, overload
from weakref import WeakSet

from linode_orm.errors import InvalidRequestError
from linode_orm.mapping import Model
from linode_orm.mapping.model import resource
from linode_orm.mapping.query import Query
from linode_orm.mapping.record import value_of
from linode_orm.mapping.relations import Collection, Many, One
from linode_orm.mapping.state import Status, state_of
from linode_orm.session.loading.lists.listing import Listing
from linode_orm.session.loading.loader_batch import LoaderBatch
from linode_orm.session.loading.whole_lists import listing_of
from linode_orm.session.query.routes import inverse_relation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from linode_orm.session.loading.loader import Loader
    from linode_orm.session.query.n_plus_one import NPlusOneDetector
    from linode_orm.session.query.reader import Reader
    from linode_orm.session.query.runner import QueryRunner

M = TypeVar("M", bound="Model")

_GONE: Final = frozenset({Status.DETACHED, Status.TRANSIENT})
"""The status of what was deleted, expunged or rolled back."""


class Collections:
    """Makes the collections of a session's objects, and lets them follow what the session does.

    `is_refused` says that the session was made with `lazy="raise"`. `add` makes an object pending, which is decided
    further up than collections are. What all collections need is held once, here.
    """

    def __init__(  # noqa: PLR0913  the parts that collections need
        self,
        loader: Loader,
        reader: Reader,
        runner: QueryRunner,
        *,
        is_refused: bool,
        add: Callable[[Model], None],
        detector: NPlusOneDetector,
    ) -> None:
        self.loader = loader
        self.reader = reader
        self.runner = runner
        self.is_refused = is_refused
        self.add = add
        self.detector = detector
        self._reached: dict[type[Model], WeakSet[SessionCollection[Any]]] = {}
        """The collections at a path of their own, by the class of their objects."""

    def of(self, parent: Model, name: str) -> SessionCollection[Any]:
        """Return a new collection for the relation `name` of an object; sends nothing."""
        relation = cast("Many[Any]", parent.__mapper__.relations[name])
        collection = SessionCollection(self, parent, relation)
        if relation.path:
            self._reached.setdefault(cast("type[Model]", relation.model), WeakSet()).add(collection)
        return collection

    def created(self, child: Model) -> None:
        """Let the loaded collections hold an object that was just created, or be read again where that may be."""
        for collection in self._homes(child):
            collection.__joined__(child)
        for collection in self._reached.get(type(child), ()):
            if inverse_relation(collection.relation) is None or not state_of(child).is_loaded:
                collection.__forget__()
        self.deleted(child)

    def deleted(self, child: Model) -> None:
        """Let collections be read again that a child decides: the device of a firewall puts it on a Linode."""
        if child.__mapper__.parent is not None:
            for collection in self._reached.get(resource(str(child.__mapper__.parent)), ()):
                if inverse_relation(collection.relation) is None:
                    collection.__forget__()

    def moved(self, child: Model) -> None:
        """Let an object leave and join loaded collections after a change of what it refers to."""
        homes = self._homes(child)
        for collection in self._reached.get(type(child), ()):
            if collection not in homes and collection.__has__(child):
                collection.__forget__()
        for collection in homes:
            collection.__joined__(child)

    def _homes(self, child: Model) -> list[SessionCollection[Any]]:
        """Return the loaded collections to which an object belongs, by its parents and by the ids in its body."""
        state, mapper = state_of(child), child.__mapper__
        found: list[SessionCollection[Any]] = []
        if mapper.parent is not None and state.parents:
            model = resource(str(mapper.parent))
            key = (None, state.parents) if model.__mapper__.singleton else (state.parents[-1], state.parents[:-1])
            found += _loaded_of(self.loader.find(model, *key), type(child), None)
        for name, via in mapper.references:
            field, back = mapper.fields[via], cast("One[Any]", mapper.relations[name])
            identity = state.body.get(field.key)
            if identity is not None and field.codec.accepts(identity):
                found += _loaded_of(self.loader.find(cast("type[Model]", back.model), identity, ()), type(child), back)
        return found

    @staticmethod
    def given_to(child: Model) -> list[Model]:
        """Return what a new object refers to and will be reached from: a Linode's firewall gets a device for it."""
        relations = child.__mapper__.relations.values()
        reached = {each.target for each in relations if isinstance(each, Many) and each.path}
        ones = (each for each in relations if isinstance(each, One) and each.via and each.target in reached)
        return [target for target in (each.resolve(child) for each in ones) if isinstance(target, Model)]


class SessionCollection(Collection[M]):
    """The children of a persistent or pending object: those that were loaded, and new ones that were appended."""

    def __init__(self, collections: Collections, parent: Model, relation: Many[M]) -> None:
        self._collections = collections
        self.parent = parent
        self.relation = relation
        self._loaded: list[M] | None = None
        self._added: list[M] = []

    @property
    def _model(self) -> type[M]:
        return cast("type[M]", self.relation.model)

    def __listing__(self) -> Listing:
        """Return the list that holds the children: below the parent, or at a path of the relation's own."""
        state = state_of(self.parent)
        if not self.relation.path:
            return listing_of(self._model, state.key)
        path = f"{self.parent.__mapper__.path_for(state.identity, state.parents)}/{self.relation.path}"
        return Listing(self._model, path, envelope=self.relation.envelope or self._model.__mapper__.envelope)

    def query(self) -> Query[M]:
        """Return a query over the collection, answered by the list of the server."""
        if state_of(self.parent).is_new:
            msg = f"{self.parent.__describe__()}.{self.relation.name}: there is nothing to query before the commit"
            raise InvalidRequestError(msg)
        if not self.relation.path:
            return Query(self._model, self._collections.runner, parents=state_of(self.parent).key)
        listing = self.__listing__()
        envelope = self.relation.envelope
        return Query(self._model, self._collections.runner, path=listing.path, envelope=envelope, parents=())

    def __is_loaded__(self) -> bool:
        return self._loaded is not None

    def __has__(self, child: M) -> bool:
        """Whether an object is here now, by the last reading."""
        return any(each is child for each in (*(self._loaded or ()), *self._added))

    def __fill__(self, children: Iterable[M]) -> None:
        self._loaded = list(children)
        batch = state_of(self._loaded[0]).batch if self._loaded else None
        if isinstance(batch, LoaderBatch):
            batch.reached_from(self.parent, self.relation.name)

    def __refill__(self) -> None:
        """Forget what was loaded; the next use reads the list, or the rows in the parent's own body."""
        self._loaded = None

    def __forget__(self) -> None:
        self._loaded = None
        self._added = [each for each in self._added if state_of(each).is_new]

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
        if self.relation.embedded and self._from_parent():
            return
        self._check_allowed()
        self._collections.detector.loading(self.parent, self.relation)
        self.__fill__(self.query().all())

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
            f"{self.parent.__describe__()}.{self.relation.name} needs a request, and {why}; "
            "selectin(...) or .query().all() asks for it"
        )
        raise InvalidRequestError(msg)

    def _from_parent(self) -> bool:
        state = state_of(self.parent)
        # a reference has no body yet; a GET of the parent brings the children too
        if self.relation.embedded not in state.body:
            state.owner.load(self.parent, self.relation.name)
        rows = state.body.get(self.relation.embedded)
        if not isinstance(rows, list):
            return False
        parents = () if self.relation.path else state.key
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
            msg = f"{self.parent.__describe__()}.{self.relation.name} takes {self.relation.target}, not {child!r}"
            raise TypeError(msg)
        if self.relation.path or not state_of(child).is_new:
            msg = (
                f"{self.parent.__describe__()}.{self.relation.name} takes new children only; "
                f"{child.__describe__()} is reached here and belongs elsewhere, an action puts it here"
            )
            raise InvalidRequestError(msg)
        child.__adopt_parent__(self.parent)
        self._added.append(child)
        self._collections.add(child)

    def __joined__(self, child: M) -> None:
        """Hold a child that was made, or moved, elsewhere."""
        if not self.__has__(child):
            self._added.append(child)

    def refresh(self) -> None:
        """Read the collection again, now; this is an explicit request, which `lazy="raise"` allows."""
        self.__forget__()
        if state_of(self.parent).is_new:
            self._loaded = []
            return
        if self.relation.embedded:
            self._collections.reader.read_item(self.parent)
            if self._from_parent():
                return
        self._loaded = self.query().all()

    def __repr__(self) -> str:
        shown = "not loaded" if self._loaded is None else f"{len(self._loaded) + len(self._added)} objects"
        return f"<{self.parent.__describe__()}.{self.relation.name}: {shown}>"


def _loaded_of(parent: Model | None, model: type[Model], back: One[Any] | None) -> list[SessionCollection[Any]]:
    """Return the loaded collections of a parent that hold a class: its children, or what refers to it by `back`."""
    if parent is None:
        return []
    relations = parent.__mapper__.relations.items()
    named = [(name, each) for name, each in relations if isinstance(each, Many) and each.model is model]
    fitting = [name for name, each in named if (inverse_relation(each) is back if each.path else back is None)]
    held = [value_of(parent, name) for name in fitting]
    return [each for each in held if isinstance(each, SessionCollection) and each.__is_loaded__()]


def collected(parent: Model) -> list[Model]:
    """Return the objects that the loaded collections of an object hold; sends nothing."""
    held = (value_of(parent, name) for name in parent.__mapper__.relations)
    loaded = (each for each in held if isinstance(each, SessionCollection) and each.__is_loaded__())
    return [child for collection in loaded for child in collection]
