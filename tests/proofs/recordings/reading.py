"""Does a recorded GET through a session: an object, a list, a road to other objects, or an action."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from linode_orm import Session
from linode_orm.mapping import Model, Nested
from linode_orm.mapping.query import Query
from linode_orm.wire import Client, Response
from tests.proofs.recordings.answers import objects

if TYPE_CHECKING:
    from tests.proofs.recordings.corpus import Line
    from tests.proofs.recordings.routes import Found


class Replay:
    """A transport that gives one recorded answer, a page of several as the only one."""

    def __init__(self, line: Line) -> None:
        self.answer, self.status = line["response"], line["status"]
        if isinstance(self.answer, dict) and self.answer.get("pages", 0) > 1:
            self.answer = {**self.answer, "page": 1, "pages": 1, "results": len(self.answer["data"])}
        self.sent: list[str] = []

    def send(self, request, *, token, timeout):
        self.sent.append(request.path)
        content = b"" if self.answer is None else json.dumps(self.answer).encode()
        return Response(self.status, {"content-type": "application/json"}, content, request)

    def close(self) -> None:
        pass


def wrong(line: Line, found: Found) -> str:
    """Say what is wrong with what a session makes of a recorded answer; empty where nothing is."""
    replay = Replay(line)
    with Session(client=Client("t", transport=replay), volatile_ttl=None) as session:
        got = READ[found.route.kind](session, line, found)
        got = list(got) if hasattr(got, "__iter__") and not isinstance(got, (dict, str)) else got
        # the API takes both forms (docs/api-notes.md#escaped-ids)
        if list(map(unquote, replay.sent)) != [unquote(line["path"])]:
            return f"sent {replay.sent}"
        if found.route.kind == "act" and found.route.what.answers == "value":
            return "" if plain(got) == line["response"] else f"{got!r}"[:300]
        rows = [each.body for each in objects(line, found) if hasattr(each, "body")]
        models = [each for each in (got if isinstance(got, list) else [got]) if isinstance(each, Model)]
        held = [each.__state__.raw for each in models]
        lost = [row for row in rows if row not in held and len(models) == len(rows)]
        if lost or (rows and not models):
            return f"lost {lost}"[:300]
        for each in models:
            read(each)
        return f"reading sent {replay.sent[1:]}" if len(replay.sent) > 1 else ""


def read(instance: Model) -> None:
    """Read every attribute that the answer had."""
    for name, field in instance.__mapper__.fields.items():
        if field.key in instance.__state__.raw:
            getattr(instance, name)


def plain(value: Any) -> Any:
    """Give a typed value as JSON."""
    if isinstance(value, Nested):
        return value.__encode__()
    return [plain(each) for each in value] if isinstance(value, list) else value


def _get(session: Session, line: Line, found: Found) -> Any:
    above = found.parents[0] if len(found.parents) == 1 else found.parents
    key = [] if found.route.mapper.singleton else [found.identity]
    asked = session.get if line["status"] != 200 else session.load
    return asked(found.route.mapper.cls, *key, *([above] if found.parents else []))


def _list(session: Session, line: Line, found: Found) -> Any:
    return Query(found.route.mapper.cls, session._parts.runner, parents=found.parents or None).all()


def _road(session: Session, line: Line, found: Found) -> Any:
    reference = session._parts.owner.reference(found.route.mapper.cls, found.identity, found.parents, None)
    return list(getattr(reference, found.route.what.name))


def _act(session: Session, line: Line, found: Found) -> Any:
    operation, model = found.route.what, found.route.mapper.cls
    asked = {name: line["query"][key] for name, key in operation.body.items() if key in line["query"]}
    if operation.scope == "collection":
        return getattr(model, operation.name)(session, **found.arguments, **asked)
    reference = session._parts.owner.reference(model, found.identity, found.parents, None)
    return getattr(reference, operation.name)(**found.arguments, **asked)


READ = {"get": _get, "list": _list, "road": _road, "act": _act}
