"""The simulator: a stateful local stand-in for the API, answered from the declarations."""

from __future__ import annotations

import json
import secrets
import threading
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Self, TypeVar, Unpack, cast, overload
from urllib.parse import quote

from linode_orm._options import check_seconds
from linode_orm.mapping import Model
from linode_orm.simulator import effects, price_lists, sample_account, seed_data, system_rows
from linode_orm.simulator.account_state import AccountState, Strictness
from linode_orm.simulator.clock import VirtualClock
from linode_orm.simulator.credentials import ALL, Credential
from linode_orm.simulator.crud import change_at
from linode_orm.simulator.factories import Factories
from linode_orm.simulator.faults import Faults, spoiled
from linode_orm.simulator.keywords import ALSO, check_keys
from linode_orm.simulator.reply import Arrival, Reply, RequestLog
from linode_orm.simulator.request_handler import OK, Asked, RequestHandler
from linode_orm.simulator.row_objects import RowObjects, fields_of
from linode_orm.simulator.schema import declared
from linode_orm.simulator.seeded import Seeded
from linode_orm.simulator.simulated_events import SimulatedEvents
from linode_orm.simulator.transport import SimulatedTransport
from linode_orm.simulator.xfilter import Dialect

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from linode_orm.simulator.faults import Action
    from linode_orm.simulator.hooks import Call
    from linode_orm.simulator.job_rules import JobRules
    from linode_orm.simulator.schema import Resource
    from linode_orm.wire import JSON, Client
    from linode_orm.wire.options import Options

M = TypeVar("M", bound=Model)


class Simulator:
    """A Linode account in memory: `with Simulator() as sim: Session(client=sim.client())`.

    It starts with seed data (regions, types, kernels, images) and price lists, and nothing else.
    `job_seconds` is how long a job (create, boot, resize) takes; `latency` the seconds that each request takes. Time
    is simulated: it stands still unless a client sleeps or `clock.advance()` moves it; with `real_time=True` it is that
    of this machine. Bodies are refused as the API's description and its recordings say; `strict="guesses"` adds what
    the API is only guessed to refuse, and `strict=False` leaves all of that out. `dialect` changes what X-Filter
    means. It is thread-safe.
    """

    def __init__(  # noqa: PLR0913  options of one account
        self,
        *,
        job_seconds: float = 1.0,
        latency: float = 0.0,
        strict: Strictness = True,
        dialect: Dialect | None = None,
        clock: VirtualClock | None = None,
        real_time: bool = False,
        catalogue: bool = True,
        resources: Iterable[Resource] | None = None,
        lock: threading.RLock | None = None,
    ) -> None:
        check_seconds("job_seconds", job_seconds, may_be_zero=True)
        check_seconds("latency", latency, may_be_zero=True)
        if not isinstance(strict, bool) and strict != "guesses":
            msg = f"strict is True, False or 'guesses', not {strict!r}"
            raise TypeError(msg)
        effects.load()
        self.clock = clock or VirtualClock()
        if real_time:
            self.clock.run()
        self.latency = latency
        self.requests = RequestLog()
        self.faults = Faults()
        found = list(resources) if resources is not None else declared()
        self.state = AccountState(found, self.clock, job_seconds=job_seconds, strict=strict)
        self.transport = SimulatedTransport(self)
        self._handler = RequestHandler(self.state, found, dialect or Dialect())
        self.router = self._handler.router
        self.rate_limits = self._handler.rate_limits
        self._lock = lock or threading.RLock()
        self._objects = RowObjects(self.state)
        self.make = Factories(self.state, self._objects, self._lock)
        self.events = SimulatedEvents(self.state, self._objects, self._handler.find, self._lock)
        if catalogue:
            seed_data.stock(self.state)
            price_lists.install(self.state)
            system_rows.install(self.state)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.transport.close()

    @property
    def dialect(self) -> Dialect:
        """How X-Filter is read; may be replaced."""
        return self._handler.verbs.dialect

    @dialect.setter
    def dialect(self, dialect: Dialect) -> None:
        self._handler.verbs.dialect = dialect

    @property
    def job_rules(self) -> JobRules:
        """How much jobs differ in length, how late they are shown, and which fail."""
        return self.state.job_rules

    @property
    def job_seconds(self) -> float:
        """How long a job takes, in simulated seconds."""
        return self.state.job_seconds

    @job_seconds.setter
    def job_seconds(self, seconds: float) -> None:
        self.state.job_seconds = seconds

    def client(self, token: str = "simulated", **options: Unpack[Options]) -> Client:  # noqa: S107  no secret
        """Return a client of this account, on the simulated clock."""
        from linode_orm.wire import Client  # noqa: PLC0415  the simulator itself works without a client

        options.setdefault("clock", self.clock)
        return Client(token, transport=self.transport, **options)

    def token(
        self,
        username: str | None = None,
        *,
        token: str | None = None,
        scopes: str = ALL,
        expires_in: float | None = None,
    ) -> str:
        """Return a token of a user of this account; one that nobody knew is made up.

        Without a name it is the owner's. `scopes` are joined by blanks, as in `linodes:read_only domains:read_write`;
        `expires_in` are seconds. Raises `LookupError` where the account has no such user. Sends no request.
        """
        with self._lock:
            credentials = self.state.credentials
            name = username or credentials.owner.username
            if name != credentials.owner.username and self.state.get("User", name) is None:
                msg = f"the account has no user {name!r}: make it with sim.make.user(username={name!r})"
                raise LookupError(msg)
            end = None if expires_in is None else self.clock.now() + timedelta(seconds=expires_in)
            given = token or f"{secrets.randbits(256):064x}"
            credentials.add(given, Credential(name, scopes, end))
            return given

    def seed(self, **rows: int | Sequence[Mapping[str, object]]) -> Seeded:
        """Make objects without requests or events, ready for use; return them as objects and as bodies.

        Each keyword is a collection (`instances`, `volumes`, `domains`, ...): a number makes that many plausible ones,
        a list makes the rows that it describes by raw keys. Children name their parent (`disks=[{"instance": 123}]`);
        numbers of children (`instances=10, disks=2`) are made below every parent. Raises `ValueError` for an unknown
        collection or key. `sim.make` makes one object at a time, by attributes that type checkers know.
        """
        with self._lock:
            return Seeded(sample_account.seed(self.state, rows), self._objects)

    def populate(self, instances: int) -> None:
        """Make a sample account of that many Linodes, with the objects that usually go with them."""
        with self._lock:
            sample_account.populate(self.state, instances)

    @overload
    def change(self, place: str, /, **fields: object) -> dict[str, object]: ...
    @overload
    def change(self, place: M, /, **fields: object) -> M: ...
    def change(self, place: str | M, /, **fields: object) -> dict[str, object] | M:
        """Change an object without a request of the client; return it as it is now.

        It is named by an object, whose attributes are given, or by its path, whose raw keys are: then its body is
        returned. Raises `LookupError` where there is none, `ValueError` for a key and `TypeError` for an attribute that
        it does not have.
        """
        if isinstance(place, str):
            with self._lock:
                return dict(change_at(self._handler.find(place), fields))
        given, _ = fields_of(type(place), fields)
        with self._lock:
            row = self._objects.row_of(place)
            row.change(**given)
            self.state.shown_in_parent(row)
            return self._objects.shown(type(place), row)

    def fail_job(self, action: str, times: int = 1) -> None:
        """Let the next jobs of an action fail, named as its event is (`linode_resize`).

        The request is answered as ever, what the job would have done does not come, and its event ends as `failed`.
        """
        with self._lock:
            self.state.job_rules.fail(action, range(1, times + 1))

    def remove(self, place: str | Model, /) -> None:
        """Delete an object, or the one at a path, with all effects, without a request of the client."""
        path = place if isinstance(place, str) else self._objects.path_of(place)
        reply = self._quietly("DELETE", path)
        if reply.status != OK:
            msg = f"nothing to remove at {path}: {reply.content.decode()}"
            raise LookupError(msg)

    def add(self, path: str, /, **fields: object) -> dict[str, object]:
        """Create an object in the collection at a path without a request of the client; return its body.

        Values that a request cannot set are set after it. Raises `ValueError` for a key that the class does not have,
        and `LookupError` where the create is refused.
        """
        with self._lock:
            resource = self._handler.collection(path)
            also = {each.create_key for each in resource.alternate_paths}
            check_keys(resource, fields, also.union(ALSO.get(resource.name, ())))
            later = {key: each for key, each in fields.items() if key in resource.fields}
            later = {key: each for key, each in later.items() if resource.fields[key].is_read_only}
            reply = self._quietly("POST", path, {key: each for key, each in fields.items() if key not in later})
            if reply.status != OK:
                msg = f"nothing made at {path}: {reply.content.decode()}"
                raise LookupError(msg)
            body = dict(json.loads(reply.content))
            if not later:
                return body
            identity = "/".join(quote(str(body[key]), safe="") for key in resource.id_keys)
            return dict(change_at(self._handler.find(f"{path.rstrip('/')}/{identity}"), later))

    @overload
    def read(self, place: str, /) -> dict[str, object]: ...
    @overload
    def read(self, place: M, /) -> M: ...
    @overload
    def read(self, place: type[M], identity: object = None, parent: object = None, /) -> M: ...
    def read(
        self, place: str | M | type[M], identity: object = None, parent: object = None, /
    ) -> dict[str, object] | M:
        """Return an object as it stands now: of a class by its id and its parent's, of another object, or at a path.

        The object belongs to no session; at a path its body is returned. Raises `LookupError` where there is none.
        """
        with self._lock:
            self.state.jobs.settle()
            if isinstance(place, str):
                return dict(self._handler.find(place).item.body)
            if isinstance(place, type):
                return self._objects.shown(place, self._objects.row(place, identity, parent))
            return self._objects.shown(type(place), self._objects.row_of(place))

    def found_at(self, url: str) -> None:
        """Let signed addresses of files lead to a server from now on."""
        self.state.base = url

    def _quietly(self, method: str, path: str, body: object = None) -> Reply:
        with self._lock:
            self.state.jobs.settle()
            return self._handler.answer(Asked(method, path, body=json.loads(json.dumps(body))))

    def _call(self, path: str) -> Call:
        return self._handler.find(path)

    def exchange(  # noqa: PLR0913  the parts of a request
        self,
        method: str,
        path: str,
        *,
        version: str = "v4",
        query: Mapping[str, object] | None = None,
        x_filter: JSON = None,
        body: object = None,
        token: str | None = "simulated",  # noqa: S107  no secret
        patience: float = 0.0,
    ) -> Reply:
        """Handle one request and return the answer, as the faults change it.

        `patience` is how long the client waits: an effect that is delayed comes after that.
        """
        if self.latency:
            self.clock.sleep(self.latency)
        plain = {key: str(value) for key, value in (query or {}).items()}
        sent = _as_sent(body)
        asked = Asked(method, path, version, plain, x_filter, sent, token)
        fault = self.faults.strike(method, path)
        with self._lock:
            reply = self._with_fault(fault, asked, patience)
            seen = None if reply.breaks else reply.status
            named = fault.name if fault else None
            self.requests.append(Arrival(method, path, plain, x_filter, sent, seen, version, named))
        return reply

    def _with_fault(self, fault: Action | None, asked: Asked, patience: float) -> Reply:
        if fault is not None and fault.before:
            return spoiled(Reply(OK, b"", self._handler.headers(asked), before=True), fault)
        if fault is not None and fault.delays:
            self.state.jobs.later(patience + fault.seconds, lambda: self._handler.take(asked))
            return spoiled(Reply(OK, b"", self._handler.headers(asked)), fault)
        self.state.jobs.settle()
        reply = self._handler.take(asked)
        return spoiled(reply, fault) if fault is not None else reply


def _as_sent(body: object) -> Any:  # noqa: ANN401  JSON
    """Return a body as it arrives; half a surrogate pair, which no UTF-8 holds, arrives as a question mark."""
    if body is None:
        return None
    text = json.dumps(body, ensure_ascii=False)
    return cast("object", json.loads(text.encode(errors="replace")))
