"""A fake API for tests of planning and committing, its models, and a session on it that needs no network."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from linode_orm.errors import ApiError, SentRequest
from linode_orm.mapping import Field, Fixed, Many, Model, Nested, One, ReadOnly, Secret, TagList
from linode_orm.mapping.state import Loaded
from linode_orm.session import Session as RealSession
from linode_orm.wire import Client
from linode_orm.wire.messages import Request, Response

if TYPE_CHECKING:
    from collections.abc import Callable


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


class Barrel(Model, path="/barrels"):
    """Nothing of it is unique, and it tells when it was made."""

    id: ReadOnly[int]
    name: Field[str]
    size: Field[int] = Field(absent=True)
    tags: Field[TagList] = Field(absent=True)
    created: ReadOnly[datetime]


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


class Session(RealSession):
    """A real session on the fake API."""

    def __init__(self, api: FakeApi | None = None, **options: Any) -> None:
        self.api = api if api is not None else FakeApi()
        super().__init__(client=self.api.client, **options)

    def add(self, instance: Any) -> Any:
        super().add(instance)
        return instance

    def loaded(self, model: Any, body: dict[str, Any], *parents: object) -> Any:
        """Give an object as if it had been read."""
        return self._parts.loader.one(model, parents, body, Loaded.WHOLE)


class Clock:
    """Time that passes when somebody waits, and a little at every look."""

    def __init__(self) -> None:
        self._seconds = 0.0
        self._lock = threading.Lock()

    def monotonic(self) -> float:
        return self._seconds

    def now(self) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=self._seconds)

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self._seconds += seconds


class FakeApi:
    """An API as a transport: keeps objects by path, and does to each request what `fault` says."""

    def __init__(self, workers: int = 4) -> None:
        self.clock = Clock()
        self.workers = workers
        self.client = Client(transport=self, workers=workers, clock=self.clock, timeout=10, deadline=20)
        self.objects: dict[str, dict[str, Any]] = {}
        self.log: list[tuple[str, str, Any]] = []
        self.fault: Callable[[Request], Callable[[object], object] | None] = lambda _: None
        self.headers: Callable[[], dict[str, str]] = dict
        self._lock = threading.Lock()
        self._next = 100

    def close(self) -> None:
        pass

    def seed(self, path: str, body: dict[str, Any]) -> None:
        self.objects[path] = body

    def send(self, request: Request, *, token: str | None, timeout: float) -> Response:
        with self._lock:
            self.log.append((request.method, request.path, request.body))
        try:
            after = self.fault(request)
            with self._lock:
                answer = getattr(self, request.method.lower())(request)
            answer = after(answer) if after is not None else answer
        except ApiError as error:
            error.request = SentRequest(request.method, request.path)
            raise
        content = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        date = self.clock.now().strftime("%a, %d %b %Y %H:%M:%S GMT")
        headers = {"content-type": "application/json", "date": date, **self.headers()}
        return Response(200, headers, content, request)

    def get(self, request: Request) -> Any:
        path = request.path
        if path in self.objects:
            return dict(self.objects[path])
        if path.count("/") % 2 == 0:
            raise refusal("NotFound", 404)
        wanted = dict(request.x_filter or {})
        rows = [row for row in self._below(path) if _matches(row, wanted)]
        size, page = int(request.query.get("page_size", 100)), int(request.query.get("page", 1))
        pages = max(1, -(-len(rows) // size))
        return {"data": rows[(page - 1) * size : page * size], "page": page, "pages": pages, "results": len(rows)}

    def post(self, request: Request) -> Any:
        path, body = request.path, dict(request.body)  # type: ignore[call-overload]
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
        if path == "/barrels":
            made["created"] = self.clock.now().strftime("%Y-%m-%dT%H:%M:%S")
        self.objects[f"{path}/{identity}"] = made
        return dict(made)

    def _below(self, path: str) -> list[dict[str, Any]]:
        return [dict(body) for key, body in self.objects.items() if key.rpartition("/")[0] == path]

    def put(self, request: Request) -> Any:
        path, body = request.path, dict(request.body)  # type: ignore[call-overload]
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

    def delete(self, request: Request) -> Any:
        path = request.path
        if path not in self.objects:
            raise refusal("NotFound", 404)
        for key in [key for key in self.objects if key == path or key.startswith(f"{path}/")]:
            del self.objects[key]
        return {}

    @property
    def sent(self) -> list[str]:
        """The writes that were sent, in order."""
        return [f"{method} {path}" for method, path, _ in self.log if method != "GET"]

    @property
    def read(self) -> list[str]:
        """The paths that were read, in order."""
        return [path for method, path, _ in self.log if method == "GET"]

    def body(self, operation: str) -> Any:
        """The body of the only request of that method and path."""
        [found] = [body for method, path, body in self.log if f"{method} {path}" == operation]
        return found


def _matches(row: dict[str, Any], wanted: dict[str, Any]) -> bool:
    for key, value in wanted.items():
        if key == "+or" and not any(_matches(row, each) for each in value):
            return False
        if key == "+and" and not all(_matches(row, each) for each in value):
            return False
        if not key.startswith("+") and row.get(key) != value:
            return False
    return True


def refusal(name: str, status: int, reason: str = "refused") -> Exception:
    """Give an error of the API."""
    from linode_orm import errors

    return getattr(errors, name)(reason, status=status)
