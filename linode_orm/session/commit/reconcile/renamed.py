"""Pending renames: which key an object has by now, if the answer to its rename was lost."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from linode_orm.errors import NotFound
from linode_orm.mapping.identity import identity_in
from linode_orm.mapping.record import value_of
from linode_orm.mapping.state import Loaded, Status, state_of
from linode_orm.session.commit.interrupts import kept_interrupts
from linode_orm.session.outcome.resolve import WHOLE, LookupResult, resolve
from linode_orm.wire.messages import Request

if TYPE_CHECKING:
    from collections.abc import Iterable

    from linode_orm.mapping import Model
    from linode_orm.session.commit.reconcile.objects import SessionObjects
    from linode_orm.wire.client import Client
    from linode_orm.wire.messages import JSON


def resolve_renames(client: Client, objects: SessionObjects, instances: Iterable[Model]) -> None:
    """Give objects the key under which the API knows them.

    One GET or more for each object with a rename in doubt, none for others. If another key than the sent one is wanted
    by now, or the object is to be deleted, the rename is waited for as long as it may run.
    """
    for instance in [*instances]:
        keys = _in_doubt(instance)
        if keys:
            _resolve(client, objects, instance, keys)


def _in_doubt(instance: Model) -> tuple[object, ...]:
    """Return the keys that were sent for an object and never answered, the newest last."""
    mapper, state = instance.__mapper__, state_of(instance)
    if len(mapper.id_names) != 1 or not state.edits or "get" not in mapper.verbs:
        return ()
    edit = state.edits.get(mapper.id_names[0])
    return edit.sent if edit is not None else ()


def _resolve(client: Client, objects: SessionObjects, instance: Model, keys: tuple[object, ...]) -> None:
    state = state_of(instance)
    path = instance.__mapper__.path_for(state.identity, state.parents)
    running = client.writes_in_flight.seconds_left(path)
    # promise 10b: the new key may still come
    until = 0.0 if _is_wanted(instance, keys) else client.clock.monotonic() + running
    # what is looked for is that the old key is gone
    with kept_interrupts() as interrupts:
        renamed = resolve(
            client,
            until,
            lambda: LookupResult({} if _body(client, instance, state.identity) is None else None),
            interrupts.is_raised,
            first_pause=WHOLE,
        )
    if renamed.body is None:
        return
    for key in reversed(keys):
        found = _body(client, instance, key)
        if found is not None:
            objects.identity_map.rekey(instance, key)
            objects.loader.take(instance, found, Loaded.WHOLE)
            return


def _is_wanted(instance: Model, keys: tuple[object, ...]) -> bool:
    """Whether only the keys that were sent are wanted for an object."""
    wanted = value_of(instance, instance.__mapper__.id_names[0])
    return state_of(instance).status is Status.PERSISTENT and all(each == wanted for each in keys)


def _body(client: Client, instance: Model, key: object) -> dict[str, JSON] | None:
    mapper = instance.__mapper__
    try:
        path = mapper.path_for(key, state_of(instance).parents)
        body = client.send(Request("GET", path, version=mapper.version)).json()
    except NotFound:
        return None
    identity_in(mapper, body)  # raises where it is no object
    return cast("dict[str, JSON]", body)
