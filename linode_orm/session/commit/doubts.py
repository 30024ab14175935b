"""Doubts: creations whose answer was lost, looked for before anything is sent again."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, cast

from attrs import evolve

from linode_orm.errors import NotFound
from linode_orm.mapping.codecs import Optional, Scalar
from linode_orm.mapping.query import Query
from linode_orm.mapping.record import forget
from linode_orm.mapping.state import Loaded
from linode_orm.session.commit.plan import Doubt, Hidden
from linode_orm.session.commit.settling import Settler, fill_in
from linode_orm.wire.messages import Request

if TYPE_CHECKING:
    from collections.abc import Iterable

    from linode_orm.mapping import Model
    from linode_orm.session.commit.settling import Workspace

_SKEW: Final = timedelta(minutes=10)
"""How far the clocks of this machine and of the API may be apart."""


def settle(session: Workspace, instances: Iterable[Model]) -> None:
    """Look for every object whose creation is in doubt: adopt what is found, allow again what cannot be doubled."""
    settler = Settler(session)
    for instance in instances:
        doubt = session.members.in_doubt.get(id(instance))
        if isinstance(doubt, Doubt):
            session.members.in_doubt[id(instance)] = _settled(session, settler, instance, doubt)
            if not instance.__state__.is_new:
                del session.members.in_doubt[id(instance)]
    settler.finish()


def _settled(session: Workspace, settler: Settler, instance: Model, doubt: Doubt) -> Doubt:
    """Adopt the object where the API has it; else give what is known about it now."""
    fill_in(instance)
    wanted = _key_sent(instance, doubt)
    if not wanted:
        return evolve(doubt, reason=_unnamed(instance, doubt), may_repeat=False)
    found = _look_for(session, instance, wanted)
    if found is None:
        moved = [name for name, value in wanted.items() if instance.__dict__.get(name) != value]
        return evolve(doubt, reason=_moved(instance, doubt, moved), may_repeat=not moved)
    differing = _differences(instance, doubt, found)
    if differing:
        reason = (
            f"there is one with that key, but its {', '.join(differing)} differ from what was sent: it may be "
            f"somebody else's. session.expunge(x) if it is, and change the key of a new one"
        )
        return evolve(doubt, reason=reason, may_repeat=False)
    settler.admit(instance, instance.__state__.parents, session.loader.identity_of(type(instance), found))
    forget(instance, _still_as_sent(instance, doubt))
    session.loader.take(instance, found, Loaded.ROW)
    settler.keep_or_let_go(instance)
    return doubt


def _still_as_sent(instance: Model, doubt: Doubt) -> list[str]:
    """Give the attributes that nobody has changed since they were sent; the others are changes to send now."""
    names: list[str] = []
    for key, sent in _of_fields(instance, doubt):
        field = instance.__mapper__.keys[key]
        value = instance.__dict__.get(field.name)
        if isinstance(sent, Hidden) or field.codec.same(field.codec.trim(field.codec.encode(value), "create"), sent):
            names.append(field.name)
    return names


def _of_fields(instance: Model, doubt: Doubt) -> list[tuple[str, object]]:
    """Give what was sent as values of fields; children inside the body are none."""
    keys = instance.__mapper__.keys
    return [(key, value) for key, value in cast("dict[str, object]", doubt.sent).items() if key in keys]


def _moved(instance: Model, doubt: Doubt, names: list[str]) -> str:
    if not names:
        return doubt.reason
    return (
        f"{instance!r} was sent with another {', '.join(names)}, and may still appear with it; assign the old value, "
        f"or session.expunge(x) and session.add(x) to send a new one"
    )


def _unnamed(instance: Model, doubt: Doubt) -> str:
    known = doubt.reason.partition("; nothing tells")[0]
    return (
        f"{known}; nothing tells whether {instance!r} exists, since the API allows several alike: look for it, then "
        f"session.expunge(x), and session.add(x) after that if it is to be sent again"
    )


def _key_sent(instance: Model, doubt: Doubt) -> dict[str, Any]:
    """Give the attributes, as they were sent, that the API allows one object only to have; empty where it has none."""
    mapper, sent = instance.__mapper__, cast("dict[str, Any]", doubt.sent)
    ids = {name: sent.get(mapper.fields[name].key) for name in mapper.id_names}
    if ids and all(value is not None for value in ids.values()) and not mapper.verbs.isdisjoint(("get", "list")):
        return ids
    if "list" not in mapper.verbs:
        return {}
    unique = {name: sent.get(mapper.fields[name].key) for name in mapper.unique}
    return dict([(name, value) for name, value in unique.items() if value is not None][:1])


def _look_for(session: Workspace, instance: Model, wanted: dict[str, Any]) -> dict[str, Any] | None:
    """Ask for the object with a key: by its own path where that is its id, else in its collection."""
    mapper = instance.__mapper__
    if "get" not in mapper.verbs or tuple(wanted) != mapper.id_names:
        return _row(session, instance, wanted)
    ids = tuple(wanted.values())
    path = mapper.path_for(ids[0] if len(ids) == 1 else ids, instance.__state__.parents)
    try:
        body = session.client.send(Request("GET", path, version=mapper.version)).json()
    except NotFound:
        return None
    return body if isinstance(body, dict) else None


def _row(session: Workspace, instance: Model, wanted: dict[str, Any]) -> dict[str, Any] | None:
    """Read the collection, filtered where the API can, and give the row with these values."""
    mapper = instance.__mapper__
    query: Query[Any] = Query(type(instance), session.runner, parents=instance.__state__.parents)
    query = query.filter_by(**{name: value for name, value in wanted.items() if mapper.fields[name].filterable})
    for found in query:
        raw: dict[str, Any] = found.__state__.raw
        if all(raw.get(mapper.fields[name].key) == value for name, value in wanted.items()):
            return raw
    return None


def _differences(instance: Model, doubt: Doubt, found: dict[str, Any]) -> list[str]:
    """Give the attributes in which an object is not the one that was sent; what the API may rewrite is not compared."""
    mapper = instance.__mapper__
    differing: list[str] = []
    for key, value in _of_fields(instance, doubt):
        field = mapper.keys[key]
        codec = field.codec.inner if isinstance(field.codec, Optional) else field.codec
        if isinstance(codec, Scalar) and field.kind != "secret" and key in found and not codec.same(value, found[key]):
            differing.append(field.name)
    created = mapper.fields.get("created")
    moment = found.get(created.key) if created is not None else None
    when = created.codec.decode(moment, instance, "created") if created is not None and moment is not None else None
    if isinstance(when, datetime) and when < doubt.since - _SKEW:
        differing.append("created")
    return differing
