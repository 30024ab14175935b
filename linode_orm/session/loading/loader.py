"""From bodies to objects: every answer comes through the identity map here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar, cast
from weakref import ref

from linode_orm.errors import ResponseError
from linode_orm.mapping.record import EMPTY, Record, absorb
from linode_orm.mapping.state import DETACHED, Loaded, Origin, StaleValues, State, Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from linode_orm.mapping import Model, Owner
    from linode_orm.mapping.mapper import Mapper
    from linode_orm.session.loading.identity_map import IdentityMap

M = TypeVar("M", bound="Model")

_NOTHING: Final[dict[str, object]] = {}

_set_state = Record.__dict__["__state__"].__set__


class LoaderHost(Protocol):
    """What the loader needs of a session."""

    identity_map: IdentityMap

    def fresh_until(self) -> float | None:
        """Give the moment until which what is read now counts as fresh."""


class Loader:
    """Makes objects of bodies and brings objects up to date, one object for each key."""

    def __init__(self, session: LoaderHost) -> None:
        self._session = session
        self._map = session.identity_map

    def rows(
        self,
        model: type[M],
        parents: tuple[object, ...],
        bodies: Iterable[dict[str, Any]],
        *,
        batch: object = None,
        loaded: Loaded = Loaded.ROW,
    ) -> list[M]:
        """Give the objects of the rows of a list; known ones are brought up to date, pending changes stay."""
        mapper = model.__mapper__
        if mapper.parent_keys and len(parents) != mapper.above:
            return [self.one(model, mapper.parents_in(body), body, loaded, batch=batch) for body in bodies]
        table, known, new = self._map.table(model, parents), mapper.known, object.__new__
        loaded = loaded if mapper.only_on_get else Loaded.WHOLE
        fresh = self._session.fresh_until() if mapper.volatile else None
        origin = Origin(cast("Owner", self._session), parents, Status.PERSISTENT, loaded, fresh, batch)
        found: list[M] = []
        single, has_key = mapper.id_key, bool(mapper.id_names) or mapper.singleton
        for body in bodies:
            if type(body) is dict and single is not None and type(body.get(single)) is mapper.id_type:
                identity = body[single]
            else:
                identity = self.identity_of(model, body)
            reference = table.get(identity) if has_key else None
            instance = reference() if reference is not None else None
            if instance is None:
                instance, state = new(model), new(State)  # without its `__init__`, which takes longer than the rest
                state.raw, state.edits, state.identity, state.origin = body, None, identity, origin
                _set_state(instance, state)
                if has_key:
                    table[identity] = ref(instance)
                if not known.issuperset(body):
                    mapper.learn(body.keys() - known)
                    known = mapper.known
            else:
                self.take(instance, body, loaded)
                instance.__state__.batch = batch
            found.append(cast("M", instance))
        return found

    def one(
        self, model: type[M], parents: tuple[object, ...], body: dict[str, Any], loaded: Loaded, *, batch: object = None
    ) -> M:
        """Give the object of one body."""
        return self.rows(model, parents, [body], batch=batch, loaded=loaded)[0]

    def identity_of(self, model: type[Model], body: object) -> object:
        """Give the id that a body names; raise `ResponseError` where it has none of the right type."""
        return identity_in(model.__mapper__, body)

    def take(self, instance: Model, body: dict[str, Any], loaded: Loaded) -> None:
        """Bring an object up to date with a newer body of it."""
        mapper, state = instance.__mapper__, instance.__state__
        if not mapper.known.issuperset(body):
            mapper.learn(body.keys() - mapper.known)
        if state.kept:
            body = {**body, **state.kept}
        if mapper.only_on_get and loaded is Loaded.ROW and state.loaded is Loaded.WHOLE:
            body = {**{key: state.raw[key] for key in mapper.only_on_get if key in state.raw}, **body}
            loaded = Loaded.WHOLE
        if state.stale_values is not None:
            for name, value in state.stale_values.values.items():
                instance.__dict__.setdefault(name, value)
            state.stale_values = None
        absorb(instance, body)
        state.loaded = loaded
        state.fresh_until = self._session.fresh_until() if mapper.volatile else None
        for name in mapper.embedded:
            collection = instance.__dict__.get(name)
            if collection is not None:
                collection.__refill__()

    def keep_once(self, instance: Model, body: dict[str, Any]) -> None:
        """Keep what an answer shows only once (a new token), so that no masked value overwrites it."""
        once = {key: body[key] for key in instance.__mapper__.redacted if body.get(key)}
        if once:
            state = instance.__state__
            state.kept = {**(state.kept or {}), **once}
            # an older one was kept until now, and stands in the newer body
            absorb(instance, {**state.raw, **once})

    def expire(self, instance: Model) -> None:
        """Forget what was read; the next read loads it again, pending changes and held values stay."""
        state = instance.__state__
        if state.loaded is Loaded.NOTHING:
            return
        mapper, edits = instance.__mapper__, state.edits or {}
        stale = {} if state.stale_values is None else dict(state.stale_values.values)
        for name in tuple(instance.__dict__):
            field = mapper.fields.get(name)
            if field is None or name in edits:
                continue
            if field.codec.mutable and instance.__dict__[name] is not None:
                stale[name] = instance.__dict__[name]
            del instance.__dict__[name]
        state.stale_values = StaleValues(state.raw, stale) if stale else None
        keys = [mapper.fields[name].key for name in mapper.id_names]
        state.raw = {key: state.raw[key] for key in keys if key in state.raw} or EMPTY
        state.loaded = Loaded.NOTHING
        state.fresh_until = None

    def detach(self, instance: Model, status: Status = Status.DETACHED) -> None:
        """Take an object out of the map; its last values stay readable and are never refreshed."""
        self._map.drop(instance)
        state = instance.__state__
        state.owner, state.status, state.fresh_until, state.batch = DETACHED, status, None, None
        state.kept = None


def identity_in(
    mapper: Mapper, body: object, chosen: Mapping[str, object] = _NOTHING, *, may_be_empty: bool = False
) -> object:
    """Give the id that a body names; raise `ResponseError` where it has none of the right type.

    `chosen` are the parts of it that its user chose: they need not be answered. None where the API never tells.
    `may_be_empty` says that the body answers a POST: those of some singletons answer `{}` (FACTS 6), and one is
    answered as a page.
    """
    if not isinstance(body, dict):
        msg = f"{mapper.name}: an object was expected in the API's answer, not {type(body).__name__}"
        raise ResponseError(msg)
    if not body and mapper.empty_create and not chosen:
        return None  # it exists, and the API does not tell under which id
    is_odd = "data" in body or (may_be_empty and not body)
    if mapper.singleton and not is_odd and body.keys().isdisjoint(mapper.keys) and not mapper.is_whole(body):
        msg = f"{mapper.name}: the API's answer has nothing of it, but {', '.join(map(str, body)) or 'no key at all'}"
        raise ResponseError(msg)
    ids = tuple(_id_part(mapper, name, body, chosen) for name in mapper.id_names)
    return ids[0] if len(ids) == 1 else ids or None


def _id_part(mapper: Mapper, name: str, body: dict[str, Any], chosen: Mapping[str, object]) -> object:
    field = mapper.fields[name]
    value = body.get(field.key, chosen.get(name))
    if value is not None and field.codec.accepts(value):
        return mapper.id_part(name, value)
    msg = f"{mapper.name}: the API's answer has {value!r} as {field.key!r}, which is no id of it"
    raise ResponseError(msg)
