"""Does a recorded write through the library: new objects, assignments to references, and actions."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from linode_orm import Session, models
from linode_orm.mapping import Many, One
from linode_orm.mapping.containers import ListOf, MapOf
from linode_orm.mapping.structures import Choice, Structure
from linode_orm.mapping.timestamps import DateTime
from linode_orm.wire import Client, Response

if TYPE_CHECKING:
    from linode_orm.mapping.codecs import Codec
    from linode_orm.mapping.mapper import Mapper
    from tests.proofs.recordings.corpus import Line
    from tests.proofs.recordings.routes import Found

_GOOD = 200


class Recorder:
    """A transport that writes requests down, and answers as was recorded."""

    def __init__(self, answer: object) -> None:
        self.writes: list[tuple[str, str, Any]] = []
        self.answer = answer
        self.refused: list[str] = []

    def send(self, request, *, token, timeout):
        if request.method != "GET":
            self.writes.append((request.method, request.path, request.body))
        return Response(_GOOD, {"content-type": "application/json"}, json.dumps(self.answer).encode(), request)

    def close(self) -> None:
        pass


def sent(line: Line, found: Found) -> Recorder:
    """Do what was recorded, and give what was sent."""
    recorder = Recorder(line["response"] if line["status"] == _GOOD else named(answering(found)))
    body = known(found, line["request"] if line["request"] is not None else {}, recorder.refused)
    with Session(client=Client("t", transport=recorder), volatile_ttl=None) as session:
        {"create": create, "update": update, "write": write, "act": act}[found.route.kind](session, found, body)
    return recorder


def known(found: Found, body: Any, refused: list[str]) -> Any:
    """Leave out of a recorded body what no declaration knows, once the library has refused to take it."""
    mapper, kind = found.route.mapper, found.route.kind
    if kind not in {"create", "update"}:
        return body
    own = {each.create_key for each in mapper.relations.values() if isinstance(each, Many)} | mapper.keys.keys()
    for key in body.keys() - own:
        with pytest.raises((TypeError, AttributeError), match=key):
            mapper.cls(**{key: body[key]})
        refused.append(f"{mapper.name}.{key}")
    return {key: each for key, each in body.items() if key in own}


def answering(found: Found) -> Mapper:
    """Give the class whose object answers."""
    name = (found.route.what.answers or "").removeprefix("list:") if found.route.kind == "act" else ""
    model: Any = getattr(models, name) if name in models.INDEX else found.route.mapper.cls
    return model.__mapper__


def named(mapper: Mapper) -> dict[str, Any]:
    """Give an answer that names an object, for a write that was refused."""
    fields = mapper.fields
    return {fields[name].key: 7 if int in fields[name].codec.plain else "seven" for name in mapper.id_names}


def create(session: Session, found: Found, body: dict[str, Any]) -> None:
    """Make a new object of the recorded keys, and commit it."""
    mapper = found.route.mapper
    given = attributes(mapper, body)
    if found.parents:
        given[str(mapper.parent_attribute)] = found.parents[0] if len(found.parents) == 1 else found.parents
    session.add(mapper.cls(**given))
    session.commit()


def update(session: Session, found: Found, body: dict[str, Any]) -> None:
    """Assign the recorded keys to a reference, and commit it."""
    reference = session._parts.owner.reference(found.route.mapper.cls, found.identity, found.parents, None)
    for name, value in attributes(found.route.mapper, body).items():
        setattr(reference, name, value)
    session.commit()


def write(session: Session, found: Found, body: Any) -> None:
    """Assign one attribute whose PUT has a path of its own."""
    reference = session._parts.owner.reference(found.route.mapper.cls, found.identity, found.parents, None)
    setattr(reference, found.route.what.name, value(found.route.what.codec, body))
    session.commit()


def act(session: Session, found: Found, body: dict[str, Any]) -> None:
    """Call the action with the recorded keys as its arguments."""
    operation, model = found.route.what, found.route.mapper.cls
    names = {key: name for name, key in operation.body.items()}
    given = found.arguments | {names[key]: each for key, each in body.items()}
    if operation.scope == "collection":
        getattr(model, operation.name)(session, **given)
    else:
        reference = session._parts.owner.reference(model, found.identity, found.parents, None)
        getattr(reference, operation.name)(**given)


def attributes(mapper: Mapper, body: dict[str, Any]) -> dict[str, Any]:
    """Give what a body says by the names of attributes; references by the names of the objects."""
    references = {each.via: name for name, each in mapper.relations.items() if isinstance(each, One) and each.via}
    children = {each.create_key: each for each in mapper.relations.values() if isinstance(each, Many)}
    given: dict[str, Any] = {}
    for key, raw in body.items():
        field = mapper.keys.get(key)
        if field is not None and (field.createable or field.mutable):
            given[references.get(field.name, field.name)] = value(field.codec, raw)
        elif key in children:
            given[children[key].name] = raw
        else:
            msg = f"{mapper.name} has no {key!r} to set"
            raise AttributeError(msg)
    return given


def value(codec: Codec, raw: Any) -> Any:
    """Give a recorded value as a user writes it: moments as such, objects as plain dicts."""
    inner: Any = getattr(codec, "inner", codec)
    if raw is None:
        return None
    if isinstance(inner, DateTime):
        moment = datetime.fromisoformat(raw)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
    if isinstance(inner, ListOf) and isinstance(raw, list):
        return [value(inner.item, each) for each in raw]
    if isinstance(inner, MapOf) and isinstance(raw, dict):
        return raw if inner.item is inner else {key: value(inner.item, each) for key, each in raw.items()}
    if isinstance(inner, Structure) and isinstance(raw, dict):
        return attributes(inner.cls.__mapper__, raw)
    if isinstance(inner, Choice):
        return next((value(part, raw) for part in inner.parts if suits(part, raw)), raw)
    return raw


def suits(part: Codec, raw: Any) -> bool:
    """Whether one of several types is that of a recorded value."""
    if isinstance(part, Structure):
        return isinstance(raw, dict) and raw.keys() <= part.cls.__mapper__.keys.keys()
    return isinstance(raw, list) if isinstance(part, ListOf) else isinstance(raw, dict)
