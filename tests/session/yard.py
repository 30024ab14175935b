"""A small invented API for tests of planning and committing, and a session that needs no network."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from linode_orm.mapping import Field, Fixed, Many, Model, Nested, One, ReadOnly, Secret, TagList
from linode_orm.mapping.state import Loaded, Status
from linode_orm.session.identity import IdentityMap
from linode_orm.session.loading import Loader
from linode_orm.session.membership import Membership

if TYPE_CHECKING:
    from collections.abc import Callable

    from linode_orm.wire.messages import Request


class Limits(Nested):
    """A nested value."""

    cpu: Field[int]
    io: Field[int]
    since: ReadOnly[str]
    note: Field[str | None] = Field(absent=True)


class Rule(Nested):
    """An item of a list that is replaced whole."""

    action: Field[str]
    ports: Field[str | None] = Field(absent=True)
    key: Secret[str] = Secret(update=True)


class Rules(Nested):
    """A value with a path of its own."""

    inbound: Field[list[Rule]]
    version: ReadOnly[int]


class Dock(Model, path="/docks"):
    """What others hang on; its label is unique."""

    id: ReadOnly[int] = ReadOnly(filterable=True)
    label: Field[str] = Field(filterable=True, required=True, unique=True)
    place: Fixed[str] = Fixed(required=True)
    tags: Field[TagList] = Field(filterable=True)
    limits: Field[Limits]
    merged: Field[Limits | None] = Field(merged=True, absent=True)
    rules: Field[Rules] = Field(written_by="rules", absent=True)
    root_pass: Secret[str]
    token: Field[str] = Field(redacted=True, absent=True)
    created: ReadOnly[datetime] = ReadOnly(absent=True)
    cranes: Many[Crane] = Many("Crane")


class Crane(Model, path="/docks/{dock}/cranes", parent="Dock"):
    """A child, whose label is unique below its parent."""

    id: ReadOnly[int]
    label: Field[str] = Field(unique=True)
    dock: One[Dock] = One("Dock")
    hooks: Many[Hook] = Many("Hook")


class Hook(Model, path="/docks/{dock}/cranes/{crane}/hooks", parent="Crane"):
    """A child of a child."""

    id: ReadOnly[int]
    load: Field[int]
    crane: One[Crane] = One("Crane")


class Cargo(Model, path="/cargo"):
    """What refers to others; nothing of it is unique."""

    id: ReadOnly[int] = ReadOnly(filterable=True)
    name: Field[str] = Field(filterable=True)
    weight: Field[int] = Field(put_required=True)
    dock_id: Field[int | None] = Field(absent=True)
    dock: One[Dock | None] = One("Dock", via="dock_id")
    twin_id: Field[int | None] = Field(absent=True)
    twin: One[Cargo | None] = One("Cargo", via="twin_id")


class Sailor(Model, path="/sailors", id="nick"):
    """A resource whose key its user chooses, and may change."""

    nick: Field[str] = Field(required=True)
    rank: Field[str] = Field(absent=True)
    papers: Many[Paper] = Many("Paper")


class Paper(Model, path="/sailors/{sailor}/papers", parent="Sailor"):
    """A child of what may change its key."""

    id: ReadOnly[int]
    text: Field[str]
    sailor: One[Sailor] = One("Sailor")


class Pass(Model, path="/passes", empty_create=True):
    """A resource whose creation answers nothing, and whose id its user chooses."""

    id: Fixed[str]


class Gate(Model, path="/gate", id=None):
    """A singleton."""

    open: Field[bool]


class Session:
    """What planning and committing need of a session, with everything real but the network."""

    def __init__(self, client: Any = None) -> None:
        self.client = client
        self.monotonic = lambda: 0.0
        self.identity_map = IdentityMap()
        self.loader = Loader(self)
        self.reader: Any = None
        self.runner: Any = Rows(self)
        self.members = Membership(self)
        self.lazy = "batch"

    def fresh_until(self) -> float | None:
        return None

    def changed(self, instance: Any) -> None:
        if instance.__state__.status is Status.PERSISTENT:
            self.members.touched[id(instance)] = instance

    def reference(self, model: Any, identity: object, parents: tuple[object, ...], near: object) -> Any:
        known = self.identity_map.find(model, identity, parents)
        if known is None:
            known = model.__bare__(identity, parents, self, Status.PERSISTENT)
            self.identity_map.put(known)
        return known

    def collection(self, instance: Any, name: str) -> Any:
        from linode_orm.session.collections import SessionCollection

        return SessionCollection(self, instance, instance.__mapper__.relations[name])

    def load_attribute(self, instance: Any, name: str) -> None:
        msg = f"{instance!r}.{name} is read without having been loaded"
        raise AssertionError(msg)

    def add(self, instance: Any) -> Any:
        self.members.add(instance)
        return instance

    def delete(self, instance: Any) -> None:
        self.members.delete(instance)

    def loaded(self, model: Any, body: dict[str, Any], *parents: object) -> Any:
        """Give an object as if it had been read."""
        return self.loader.one(model, parents, body, Loaded.WHOLE)


class Rows:
    """Answers queries from the world behind the client, so that the lookup after a lost reply can be seen."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def rows(self, query: Any) -> Any:
        path = query.model.__mapper__.collection_path(query.parents or ())
        bodies = self._session.client.list(path)
        return iter(self._session.loader.rows(query.model, query.parents or (), bodies))


class Reply:
    """What a client gives for a request."""

    def __init__(self, body: object) -> None:
        self.content = json.dumps(body).encode()
        self.tries = 1
        self._body = body

    def json(self) -> object:
        return self._body


class World:
    """A client and the API behind it: keeps objects by path, and does to each request what `fault` says."""

    def __init__(self, workers: int = 4) -> None:
        self.workers = workers
        self.read_only = False
        self.pool = ThreadPoolExecutor(workers)
        self.clock = SimpleNamespace(now=lambda: datetime(2026, 1, 1, tzinfo=UTC), monotonic=lambda: 0.0)
        self.objects: dict[str, dict[str, Any]] = {}
        self.log: list[tuple[str, str, Any]] = []
        self.fault: Callable[[Request], Callable[[object], object] | None] = lambda _: None
        self._lock = threading.Lock()
        self._next = 100

    def seed(self, path: str, body: dict[str, Any]) -> None:
        self.objects[path] = body

    def list(self, path: str) -> list[dict[str, Any]]:
        self.log.append(("GET", path, None))
        return [body for key, body in self.objects.items() if key.rpartition("/")[0] == path]

    def send(self, request: Request) -> Reply:
        with self._lock:
            self.log.append((request.method, request.path, request.body))
        after = self.fault(request)
        with self._lock:
            answer = getattr(self, request.method.lower())(request.path, request.body)
        return Reply(after(answer) if after is not None else answer)

    def get(self, path: str, _: object) -> Any:
        if path not in self.objects:
            raise refusal("NotFound", 404)
        return dict(self.objects[path])

    def post(self, path: str, body: dict[str, Any]) -> Any:
        label = body.get("label")
        if label is not None and any(each.get("label") == label for each in self._below(path)):
            raise refusal("BadRequest", 400, "label must be unique")
        if path == "/passes":
            self.objects[f"{path}/{body['id']}"] = dict(body)
            return {}
        self._next += 1
        identity = body.get("nick", self._next)
        made = {key: value for key, value in body.items() if key != "root_pass"}
        made = made if "nick" in body else {"id": identity, **made}
        self.objects[f"{path}/{identity}"] = made
        return dict(made)

    def _below(self, path: str) -> list[dict[str, Any]]:
        return [body for key, body in self.objects.items() if key.rpartition("/")[0] == path]

    def put(self, path: str, body: dict[str, Any]) -> Any:
        if path.endswith("/rules"):
            self.objects[path.removesuffix("/rules")]["rules"] = {**body, "version": 2}
            return {**body, "version": 2}
        if path not in self.objects:
            raise refusal("NotFound", 404)
        self.objects[path] = {**self.objects[path], **body}
        if "nick" in body:
            self.objects[f"/sailors/{body['nick']}"] = self.objects.pop(path)
            return dict(self.objects[f"/sailors/{body['nick']}"])
        return dict(self.objects[path])

    def delete(self, path: str, _: object) -> Any:
        if path not in self.objects:
            raise refusal("NotFound", 404)
        for key in [key for key in self.objects if key == path or key.startswith(f"{path}/")]:
            del self.objects[key]
        return {}

    @property
    def sent(self) -> list[str]:
        """The writes that were sent, in order."""
        return [f"{method} {path}" for method, path, _ in self.log if method != "GET"]

    def body(self, operation: str) -> Any:
        """The body of the only request of that method and path."""
        [found] = [body for method, path, body in self.log if f"{method} {path}" == operation]
        return found


def refusal(name: str, status: int, reason: str = "refused") -> Exception:
    """Give an error of the API."""
    from linode_orm import errors

    error = getattr(errors, name)(reason)
    error.status = status
    return error
