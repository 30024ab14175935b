"""What a program does with the API, and a transport whose answers are hostile."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from linode_orm import Client, LinodeORMError, Session, inspect, models
from linode_orm.simulator import Simulator
from linode_orm.wire import Response
from tests.models.calling import identity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from linode_orm.simulator.clock import VirtualClock
    from linode_orm.wire import Request

    Spoil = Callable[[Any], tuple[bytes, dict[str, str]] | None]

MOST = 3_000
"""After how many requests of one session it counts as one without end."""


class Unbounded(BaseException):
    """A session that sends requests without end; no library catches it."""


class Hostile:
    """A transport in front of a simulated account: `spoil` gives other bytes, and headers, for an answer, or None.

    Without an account every answer is spoilt.
    """

    def __init__(self, spoil: Spoil, sim: Simulator | None = None) -> None:
        self._inner, self._spoil, self.sent = sim and sim.transport, spoil, 0

    def send(self, request: Request, *, token: str | None, timeout: float) -> Response:
        """Answer with what is given in place of the account's answer."""
        self.sent += 1
        if self.sent > MOST:
            raise Unbounded(request.title)
        if self._inner is None:
            answer = Response(status=200, headers={}, content=b"{}", request=request)
        else:
            answer = self._inner.send(request, token=token, timeout=timeout)
        spoilt = self._spoil(json.loads(answer.content or b"{}"))
        if spoilt is None:
            return answer
        content, headers = spoilt
        status = int(headers.pop("status", answer.status))
        return Response(status=status, headers={**answer.headers, **headers}, content=content, request=request)

    def close(self) -> None:
        """Hold nothing."""


def attempt(run: Callable[[], object]) -> None:
    """Run something that may end in an error of the library, and in no other; no text of it controls a terminal."""
    try:
        run()
    except LinodeORMError as error:
        report = getattr(error, "report", "")
        shown = f"{error}{error!r}{report}"
        assert shown.replace("\n", "").isprintable(), f"control characters in {shown!r}"


def look(instance: Any) -> None:
    """Read and show everything of an object: nothing that an answer holds makes another error than the library's."""
    for name in (*instance.__mapper__.fields, *getattr(instance.__mapper__, "relations", ())):
        attempt(lambda name=name: printable(getattr(instance, name)))
    printable(instance)
    if hasattr(instance, "__identity__"):
        found = inspect(instance)
        repr((found, found.history, found.unloaded, found.absent, found.null, dir(instance)))


def printable(value: object) -> None:
    """Hold that what is shown of a value does not control a terminal."""
    shown = repr(value)
    assert shown.isprintable(), f"control characters in {shown!r}"


def account() -> Simulator:
    """Give an account with a little of everything."""
    sim = Simulator()
    sim.seed(instances=2, volumes=2, domains=1, records=2, firewalls=1, disks=1, tags=1)
    return sim


def opened(transport: Hostile, clock: VirtualClock) -> Session:
    """Open a session on a hostile API; its time is simulated, and its requests follow each other."""
    return Session(client=Client("any", transport=transport, clock=clock, deadline=5, timeout=2, workers=1))


def everyday(session: Session) -> Iterator[Callable[[], object]]:
    """Yield what programs do every day: queries of every form, commits of every form, waits and actions."""
    volume, instance = models.Volume, models.Instance
    for model in (instance, volume, models.Domain, models.Firewall, models.Event, models.Region, models.Tag):
        query = session.query(model)
        yield lambda query=query: [look(each) for each in query.all()]
        yield from (query.first, query.count, query.exists, query.limit(3).all, query.one_or_none)
    yield session.query(instance).filter(instance.created > datetime(2018, 1, 1, tzinfo=UTC)).all
    yield session.query(instance).filter(instance.tags.contains("a"), instance.label.contains("l")).all
    yield session.query(instance).filter(instance.specs.memory > 5).order_by(instance.created.desc()).all
    yield session.query(models.DomainRecord).all
    yield session.query(models.Disk).filter(models.Disk.size > 5).all
    for options in ({}, {"conflicts": "check"}, {"on_error": "undo"}, {"verify": True}, {"on_error": "continue"}):
        yield lambda options=options: commit(session, options)
    yield lambda: [each.reboot() for each in session.query(instance).limit(1)]
    yield lambda: session.wait(session.query(instance).all(), instance.status == "running", timeout=30)
    yield lambda: session.load(models.Profile).tfa_enable()
    yield lambda: look(session.account)
    yield lambda: session.client.request("GET", "/x")
    yield lambda: str(session.client.budget)


def commit(session: Session, options: dict[str, Any]) -> None:
    """Change, make and delete something, and commit; nothing is left for the next."""
    try:
        for volume in session.query(models.Volume).limit(1):
            volume.label = "w"
            volume.tags.append("t")
        for domain in session.query(models.Domain).limit(1):
            session.delete(domain)
        session.add(models.Volume(label="v", size=20, region="us-east"))
        session.add(models.Tag(label="z"))
        str(session.commit(**options))
    finally:
        session.rollback()


def declared(session: Session, model: Any) -> Iterator[Callable[[], object]]:
    """Yield what a class declares: reading one object, its list, and each of its actions."""
    mapper = model.__mapper__
    own, parents = identity(mapper)

    def reference() -> Any:
        return session._parts.owner.reference(model, own, parents, None)

    yield lambda: look(session.load(model, *([] if mapper.singleton else [own]), *parents[-1:]))
    yield lambda: [look(each) for each in session.query(model).limit(5)]
    for operation in mapper.operations.values():
        places = re.findall(r"\{(\w+)\}", operation.path)
        given = {name: "7" for name in places if name in operation.required or name not in mapper.placeholders}
        yield lambda operation=operation, given=given: show(
            session._parts.owner.act(model if operation.scope == "collection" else reference(), operation, given)
        )


def show(answer: Any) -> None:
    """Read everything that an action has answered."""
    for each in answer if isinstance(answer, list) else [answer]:
        if hasattr(type(each), "__mapper__"):
            look(each)
    if hasattr(answer, "limit"):
        answer.limit(3).all()
