"""Calls every operation as a user does: through queries, objects that are committed, attributes, methods."""

from __future__ import annotations

import inspect
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from linode_orm import models
from linode_orm.mapping.codecs import DateTime
from linode_orm.mapping.containers import ListOf, MapOf
from linode_orm.mapping.query import Query
from linode_orm.mapping.structures import Choice, Structure
from tests.models.described import asked, bare

if TYPE_CHECKING:
    from collections.abc import Callable

    from linode_orm import Session

VERBS = {"list": "GET", "create": "POST", "get": "GET", "update": "PUT", "delete": "DELETE"}

PICTURE = b"\x89PNG 7"

# What takes or gives files, or asks twice: the operation, and the call.
BY_HAND: dict[str, Callable[[Session, dict[str, Any]], object]] = {
    "PUT /account/oauth-clients/{}/thumbnail": lambda session, _: models.OAuthClient(session, "seven").set_thumbnail(PICTURE),
    "POST /support/tickets/{}/attachments": lambda session, _: models.SupportTicket(session, 7).attach(PICTURE, name="a.png"),
    "POST /monitor/services/{}/metrics": lambda session, body: models.MonitorService(session, "seven").metrics(**body),
    "GET /object-storage/buckets/{}/{}/object-acl": lambda session, _: bucket(session).object_acl(name="seven"),
}  # fmt: skip


class Way(NamedTuple):
    """How an operation is declared: of which class, as what kind of thing, and which part of it."""

    mapper: Any
    kind: str
    what: Any


def bucket(session: Session) -> models.ObjectStorageBucket:
    return models.ObjectStorageBucket(session, ("seven", "seven"))


def ways() -> dict[str, list[Way]]:
    """Give every declared operation by method and nameless path."""
    found: dict[str, list[Way]] = {}
    for name in models.INDEX:
        mapper = getattr(models, name).__mapper__
        for verb, method in VERBS.items():
            at = mapper.path if verb in {"list", "create"} else mapper.item_path
            is_there = verb != "update" or any(each.mutable for each in mapper.fields.values())
            if verb in mapper.verbs and is_there:
                found.setdefault(f"{method} {bare(at)}", []).append(Way(mapper, verb, None))
        for field in mapper.fields.values():
            if field.written_by:
                at = f"PUT {bare(mapper.item_path)}/{field.written_by}"
                found.setdefault(at, []).append(Way(mapper, "write", field))
        for relation in mapper.relations.values():
            if getattr(relation, "path", ""):
                at = f"GET {bare(mapper.item_path)}/{relation.path}"
                found.setdefault(at, []).append(Way(mapper, "road", relation))
        for operation in mapper.operations.values():
            if operation.name.startswith("_"):
                continue
            base = mapper.path if operation.scope == "collection" else mapper.item_path
            path = operation.path if operation.path.startswith("/") else f"{base}/{operation.path}".rstrip("/")
            found.setdefault(f"{operation.method} {bare(path)}", []).append(Way(mapper, "act", operation))
    return found


def identity(mapper: Any) -> tuple[Any, tuple[Any, ...]]:
    """Give an id of a class, and those of its parents."""
    ids = tuple(7 if int in mapper.fields[name].codec.plain else "seven" for name in mapper.id_names)
    parents: tuple[Any, ...] = tuple("seven" for _ in mapper.placeholders)
    if mapper.parent:
        above = getattr(models, mapper.parent).__mapper__
        own, further = identity(above)
        parents = (*further, *(() if above.singleton else (own,)))
    return (ids[0] if len(ids) == 1 else ids or None), parents


def other(own: Any) -> Any:
    """Give another id of the same type: a PUT that may change the id has to be told one that differs."""
    return {7: 6, "seven": "six"}.get(own, own) if not isinstance(own, tuple) else own


def call(session: Session, way: Way, described: dict[str, Any]) -> None:
    """Send one operation with everything that the description lets it have."""
    mapper, kind, what = way
    own, parents = identity(mapper)
    body = asked(described)
    if kind == "create":
        create(session, mapper, parents, body)
        return
    reference: Any = session._parts.owner.reference(mapper.cls, own, parents, None)
    if kind == "list":
        Query(mapper.cls, session._parts.runner, parents=parents or None).all()
    elif kind == "get":
        session.refresh(reference)
    elif kind == "delete":
        reference.delete()
    elif kind == "road":
        list(getattr(reference, what.name))
    elif kind == "update":
        if any(mapper.fields[name].mutable for name in mapper.id_names):
            reference = session._parts.owner.reference(mapper.cls, other(own), parents, None)
        for key, raw in body.items():
            field = mapper.keys[key]
            setattr(reference, field.name, given(field.codec, raw))
        session.commit()
    elif kind == "write":
        setattr(reference, what.name, given(what.codec, body))
        session.commit()
    else:
        act(session, mapper.cls if what.scope == "collection" else reference, what, described, body)


def create(session: Session, mapper: Any, parents: tuple[Any, ...], body: dict[str, Any]) -> None:
    """Make a new object and commit it."""
    lists = {each.create_key: name for name, each in mapper.relations.items() if getattr(each, "create_key", "")}
    values = {lists[key] if key in lists else mapper.keys[key].name: raw if key in lists else given(mapper.keys[key].codec, raw)
              for key, raw in body.items()}  # fmt: skip
    if parents:
        values[mapper.parent_attribute] = parents[0] if len(parents) == 1 else parents
    session.add(mapper.cls(**values))
    session.commit()


def act(session: Session, target: Any, operation: Any, described: dict[str, Any], body: dict[str, Any]) -> None:
    """Call a method with every argument that it has."""
    method = getattr(target, operation.name)
    plain = {"boolean": True, "integer": 7}
    queried = {
        each["name"]: plain.get(each["type"], "seven") for each in described["query_params"] if each["name"] != "page"
    }
    arguments: dict[str, Any] = {}
    keys: set[str] = set()
    for name in inspect.signature(method).parameters:
        key = operation.body.get(name)
        if key in keys:
            continue  # the id of the object that another argument takes
        keys |= {key} if key else set()
        if key == "":
            arguments[name] = body
        elif key is not None and key in body | queried:
            arguments[name] = (body | queried)[key]
        elif name != "session" and key is None:
            arguments[name] = 7 if name in {"year", "month", "version"} else "seven"
    values = tuple(arguments.pop(name) for name in positional(method) if name in arguments)
    found = method(*([session] if operation.scope == "collection" else []), *values, **arguments)
    if isinstance(found, Query):
        found.all()


def positional(method: Any) -> list[str]:
    parameters = inspect.signature(method).parameters.values()
    return [each.name for each in parameters if each.kind is not each.KEYWORD_ONLY]


def given(codec: Any, raw: Any) -> Any:
    """Give a value as a user writes it, for one in JSON."""
    inner = getattr(codec, "inner", codec)
    if raw is None or (isinstance(inner, Structure) and not isinstance(raw, dict)):
        return raw
    match inner:
        case DateTime():
            return datetime(2018, 1, 2, 3, 4, 5, tzinfo=UTC)
        case ListOf():
            return [given(inner.item, each) for each in raw]
        case MapOf():
            return {key: given(inner.item, each) for key, each in raw.items()}
        case Structure():
            keys = inner.cls.__mapper__.keys
            return inner.cls(
                **{keys[key].name: given(keys[key].codec, each) for key, each in raw.items() if key in keys}
            )
        case Choice():
            return raw
    return raw
