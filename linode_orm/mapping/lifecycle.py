"""How the answers of the API make objects and change them, from the first row to the end of a session.

Nothing here sends a request or asks an identity map: `session.loading` decides when each of these happens.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar, cast
from weakref import ref

from linode_orm.mapping.identity import body_of_id, identity_in
from linode_orm.mapping.record import EMPTY, NestedState, Record, doubt_edits, edits_of, merge_body
from linode_orm.mapping.references import AnswerValue
from linode_orm.mapping.relations import Collection
from linode_orm.mapping.state import Loaded, Origin, StaleValues, State, Status, state_of
from linode_orm.mapping.transient import DETACHED, TRANSIENT
from linode_orm.mapping.values import ABSENT, WrongType

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from linode_orm.mapping.model import Model

M = TypeVar("M", bound="Model")

_set_state = Record.__dict__["__state__"].__set__


def hydrate(
    model: type[M], bodies: Iterable[dict[str, Any]], table: dict[object, ref[Model]], origin: Origin
) -> list[M]:
    """Return the objects of the rows of one list, which share `origin`.

    An object that `table` holds is brought up to date and keeps its pending changes; others are made and put into it.
    Raises `ResponseError` for a row without an id. This is the hottest loop of the library (0.4 µs an object). So it
    keeps the body as it came, makes a state without `__init__`, and compares the id's type instead of decoding it.
    """
    mapper, new = model.__mapper__, object.__new__
    known, has_key = mapper.known, bool(mapper.id_names) or mapper.singleton
    id_key, id_type, shape = mapper.id_key or "", mapper.id_type, tuple[object, ...]()
    found: list[Model] = []
    for body in bodies:
        if type(body) is not dict or type(identity := body.get(id_key)) is not id_type:
            identity = identity_in(mapper, body)
        reference = table.get(identity) if has_key else None
        instance = reference() if reference is not None else None
        if instance is None:
            instance, state = new(model), new(State)
            state.raw, state.edits, state.identity, state.origin = body, None, identity, origin
            _set_state(instance, state)
            if has_key:
                table[identity] = ref(instance)
            if (keys := tuple(body)) != shape and not known.issuperset(keys):  # most rows of a page have the same keys
                mapper.learn(body.keys() - known)
                known = mapper.known
            shape = keys
        else:
            state = instance.__state__
            now_loaded = _merge(instance, state, body, origin.loaded)
            # An object that is like those of the page shares their origin again; one that is marked for deletion, or
            # was read more wholly, or keeps a one-time value, has its own.
            is_like_page = now_loaded is origin.loaded and state.origin.status is origin.status
            if is_like_page and state.origin.one_time_values is None:
                state.origin = origin
            else:
                state.share(loaded=now_loaded, fresh_until=origin.fresh_until, batch=origin.batch, stale_values=None)
        found.append(instance)
    return cast("list[M]", found)


def merge(instance: Model, body: dict[str, Any], loaded: Loaded, fresh_until: float | None) -> None:
    """Bring an object up to date with a newer body of it; pending changes stay.

    `loaded` says how much of the object the body has; a row of a list takes nothing away from an object that was read
    whole. `fresh_until` is None where nothing in the body grows stale.
    """
    state = state_of(instance)
    loaded = _merge(instance, state, body, loaded)
    state.share(loaded=loaded, fresh_until=fresh_until if instance.__mapper__.volatile else None, stale_values=None)


def _merge(instance: Model, state: State, body: dict[str, Any], loaded: Loaded) -> Loaded:
    """Bring the values of an object up to date; return how much of it is loaded then."""
    mapper = instance.__mapper__
    if not mapper.known.issuperset(body):
        mapper.learn(body.keys() - mapper.known)
    if state.one_time_values:
        body = {**body, **state.one_time_values}
    if mapper.only_on_get and loaded is Loaded.ROW and state.loaded is Loaded.WHOLE:
        body = {**{key: state.raw[key] for key in mapper.only_on_get if key in state.raw}, **body}
        loaded = Loaded.WHOLE
    if state.stale_values is not None:
        # lists that users may hold go back to their place first, and are then brought up to date like any other
        for name, value in state.stale_values.values.items():
            instance.__dict__.setdefault(name, value)
    merge_body(instance, body)
    for name in mapper.embedded:
        collection = instance.__dict__.get(name)
        if collection is not None:
            collection.__refill__()
    return loaded


def keep_one_time_values(instance: Model, body: dict[str, Any]) -> None:
    """Keep what an answer shows only once (a new token), so that no masked value overwrites it."""
    once = {key: body[key] for key in instance.__mapper__.redacted if body.get(key)}
    if once:
        state = state_of(instance)
        state.share(one_time_values={**(state.one_time_values or {}), **once})
        # an older one was kept until now, and stands in the newer body
        merge_body(instance, {**state.raw, **once})


def expire(instance: Model, names: Iterable[str] = ()) -> None:
    """Let the next read load the object again; pending changes and values that users hold stay.

    `names` are attributes whose values are known to be old although the object was never read.
    """
    state = state_of(instance)
    if state.is_loaded:
        mapper = instance.__mapper__
        _put_away(instance, [name for name in instance.__dict__ if name in mapper.fields])
        keys = [mapper.fields[name].key for name in mapper.id_names]
        # the id stays, because an object whose id has to be loaded could not be loaded
        state.raw = {key: state.raw[key] for key in keys if key in state.raw} or EMPTY
        state.share(loaded=Loaded.NOTHING, fresh_until=None)
    _put_away(instance, names)


def invalidate(instance: Model, names: Iterable[str]) -> None:
    """Note that `names` were sent and never answered: the next read loads them, the next commit sends them again."""
    names = frozenset(names)
    doubt_edits(instance, names)
    _put_away(instance, names)
    state, unknown = state_of(instance), {instance.__mapper__.fields[name].key for name in names}
    state.raw = {key: each for key, each in state.raw.items() if key not in unknown}
    state.share(loaded=Loaded.NOTHING)


def _put_away(instance: Model, names: Iterable[str]) -> None:
    """Put values away that nothing is pending on, for the next read to bring up to date in place."""
    state, values, fields = state_of(instance), instance.__dict__, instance.__mapper__.fields
    left = {name: values.pop(name) for name in names if name in values and name not in (state.edits or {})}
    held = {name: value for name, value in left.items() if fields[name].codec.mutable and value is not None}
    if held:
        raw, stale = (state.raw, {}) if state.stale_values is None else state.stale_values
        state.share(stale_values=StaleValues(raw, {**stale, **held}))


def fill_answers(record: Record, value_for: Callable[[AnswerValue], object]) -> None:
    """Put values of answers in the place of what stands for them in a pending object.

    `value_for` returns the value in JSON, or `ABSENT` where there is none: what stands for it stays.
    """
    for name, edit in [*edits_of(record).items()]:
        value = value_for(edit.reference) if isinstance(edit.reference, AnswerValue) else ABSENT
        if value is not ABSENT:
            with suppress(WrongType):
                record.__dict__[name] = record.__mapper__.fields[name].codec.decode(value, record, name)
                edit.reference = None
    given = record.__state__.given_children if isinstance(record.__state__, State) else None
    for held in (*record.__dict__.values(), given):
        _fill_inside(held, value_for)


def _fill_inside(value: Any, value_for: Callable[[AnswerValue], object]) -> None:  # noqa: ANN401  what a field may hold
    if isinstance(value, Record):
        if isinstance(value.__state__, NestedState):
            fill_answers(value, value_for)
        return
    if not isinstance(value, (list, dict)):
        return
    adopt = getattr(value, "_adopt", lambda each, _: each)
    for key, each in [*(value.items() if isinstance(value, dict) else enumerate(value))]:
        if not isinstance(each, AnswerValue):
            _fill_inside(each, value_for)
        elif (known := value_for(each)) is not ABSENT:
            with suppress(TypeError):
                # past the tracking: that the list or the map was changed is known
                if isinstance(value, dict):
                    dict.__setitem__(value, key, adopt(known, value))
                else:
                    list.__setitem__(value, key, adopt(known, value))


def admit(instance: Model, identity: object, parents: tuple[object, ...]) -> None:
    """Make a pending object persistent under its key; what it was given for its creation is let go."""
    state = state_of(instance)
    state.identity, state.raw = identity, body_of_id(instance.__mapper__, identity)
    state.share(parents=parents, status=Status.PERSISTENT, pending_parent=None, given_children=None)


def rekey(instance: Model, identity: object) -> None:
    """Give an object another id, also in its body; the identity map is the caller's to change."""
    state = state_of(instance)
    state.identity, state.raw = identity, {**state.raw, **body_of_id(instance.__mapper__, identity)}


def detach(instance: Model, status: Status = Status.DETACHED) -> None:
    """Let an object leave its session; its last values stay readable and are never refreshed."""
    state_of(instance).share(owner=DETACHED, status=status, fresh_until=None, batch=None, one_time_values=None)


def make_transient(instance: Model) -> None:
    """Let a pending object leave its session: it is as new as before it was added."""
    state_of(instance).attach(TRANSIENT, Status.TRANSIENT)


def set_collection(instance: Model, name: str, collection: Collection[Any]) -> None:
    """Let a relation read this collection from now on."""
    instance.__dict__[name] = collection


def forget_collections(instance: Model) -> None:
    """Let the collections of an object be read again at their next use."""
    for name in instance.__mapper__.relations:
        collection = instance.__dict__.get(name)
        if isinstance(collection, Collection):
            collection.__forget__()
