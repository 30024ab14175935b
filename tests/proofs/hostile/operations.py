"""What a program does with the API, each call on an API whose answers are hostile."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from linode_orm import Client, Session, inspect, models
from linode_orm.simulator import Simulator
from linode_orm.wire import Response

if TYPE_CHECKING:
    from collections.abc import Callable

    from linode_orm.wire import Request

MOST = 3_000
"""After how many requests one call counts as one without end."""


class Unbounded(BaseException):
    """A call that sends requests without end; no library catches it."""


class Hostile:
    """A transport in front of a simulated account: `spoil` may give other bytes, and headers, for an answer."""

    def __init__(self, sim: Simulator, spoil: Callable[[Any], tuple[bytes, dict[str, str]] | None]) -> None:
        self._inner, self._spoil, self.sent = sim.transport, spoil, 0

    def send(self, request: Request, *, token: str | None, timeout: float) -> Response:
        """Answer as the simulator does, or with what is given in its place."""
        self.sent += 1
        if self.sent > MOST:
            raise Unbounded(request.title)
        answer = self._inner.send(request, token=token, timeout=timeout)
        try:
            body = json.loads(answer.content)
        except ValueError:
            body = None
        spoilt = self._spoil(body)
        if spoilt is None:
            return answer
        content, headers = spoilt
        status = int(headers.pop("status", answer.status))
        headers = {**answer.headers, "date": "Tue, 02 Jan 2018 03:04:05 GMT", **headers}
        return Response(status=status, headers=headers, content=content, request=request, elapsed=0.0)

    def close(self) -> None:
        """Let nothing go."""


def look(instance: Any) -> None:
    """Read everything of an object that is read without a request of its own, in every way."""
    mapper = type(instance).__mapper__
    for name in [*mapper.fields, *mapper.relations]:
        try:
            value = getattr(instance, name)
            repr(value)
            if isinstance(value, (list, tuple)):
                [repr(each) for each in value]
        except models_errors():
            continue
    repr(instance), str(instance), dir(instance), repr(inspect(instance))
    found = inspect(instance)
    repr((found.history, found.unloaded, found.absent, found.null, found.state))


def models_errors() -> type[Exception]:
    """Return the base of what the library may raise."""
    from linode_orm import LinodeORMError

    return LinodeORMError


def queries(session: Session) -> None:
    """Read lists in every way."""
    for model in (
        models.Instance,
        models.Volume,
        models.Domain,
        models.Firewall,
        models.Event,
        models.Region,
        models.Tag,
    ):
        for ask in (
            lambda query: [look(each) for each in query.all()], lambda query: query.first(), lambda query: query.count(),
            lambda query: query.exists(), lambda query: query.limit(3).all(), lambda query: query.one_or_none(),
        ):  # fmt: skip
            attempt(lambda ask=ask, model=model: ask(session.query(model)))
    for ask in (
        lambda: session.query(models.Instance).filter(models.Instance.created > datetime(2018, 1, 1, tzinfo=UTC)).all(),
        lambda: session.query(models.Instance).filter(models.Instance.tags.contains("a"), models.Instance.label.contains("l")).all(),
        lambda: session.query(models.Instance).filter(models.Instance.specs.memory > 5, models.Instance.status == "x").all(),
        lambda: session.query(models.Instance).order_by(models.Instance.created.desc(), models.Instance.label).all(),
        lambda: session.query(models.DomainRecord).all(),
        lambda: session.query(models.Disk).filter(models.Disk.size > 5).all(),
    ):  # fmt: skip
        attempt(ask)


def writes(session: Session) -> None:
    """Change objects, wait for them, and call actions."""

    def changed() -> None:
        instance = next(iter(session.query(models.Instance)), None)
        if instance is None:
            return
        instance.tags.append("x")
        instance.label = "y"
        session.add(models.Volume(label="v", size=20, region="us-east"))
        session.add(models.Tag(label="z"))
        try:
            repr(session.commit())
        except models_errors() as error:
            repr(getattr(error, "report", "")), str(getattr(error, "report", ""))
            session.rollback()
            raise

    for run in (
        changed,
        lambda: changed_with(session, conflicts="check"),
        lambda: changed_with(session, on_error="undo"),
        lambda: changed_with(session, verify=True),
        lambda: [each.reboot() for each in [session.query(models.Instance).first()] if each is not None],
        lambda: session.wait(session.query(models.Instance).all(), models.Instance.status == "running", timeout=30),
        lambda: session.load(models.Profile).tfa_enable(),
        lambda: look(session.account),
        lambda: session.client.request("GET", "/x"),
        lambda: session.client.budget and str(session.client.budget),
    ):
        attempt(run)
        session.rollback()


def changed_with(session: Session, **options: Any) -> None:
    """Commit a change with these options."""
    volume = next(iter(session.query(models.Volume)), None)
    if volume is None:
        return
    volume.label = "w"
    volume.tags.append("t")
    session.commit(**options)


FAILED: list[str] = []


def attempt(run: Callable[[], object]) -> None:
    """Run something that may end in an error of the library, and no other; every text of the error is made."""
    try:
        run()
    except models_errors() as error:
        shown = f"{error}{error!r}"
        if not shown.replace("\n", "").isprintable():
            msg = f"control characters in {shown!r}"
            raise AssertionError(msg) from error


def account() -> Simulator:
    """Give an account with a little of everything."""
    sim = Simulator()
    sim.seed(instances=2, volumes=2, domains=1, records=2, firewalls=1, disks=1, tags=1)
    return sim


def opened(sim: Simulator, spoil: Callable[[Any], tuple[bytes, dict[str, str]] | None]) -> Session:
    """Open a session on a hostile API; its time is simulated."""
    return Session(
        client=Client("any", transport=Hostile(sim, spoil), clock=sim.clock, deadline=5, timeout=2, workers=1)
    )
