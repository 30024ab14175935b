"""A commit whose answers are odd, or whose machine has a clock that jumps, on the fake API with faults."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

import pytest

from linode_orm.errors import CommitError, LinodeORMError, ResponseError, TransportError
from linode_orm.mapping.state import Status
from tests.proofs.stateful.faulty_api import FaultyApi, lost
from tests.session.fake_api import Barrel, Dock, Gate, Limits, Pass, Rule, Sailor, Session

SEEDS = {
    "/docks/1": {"id": 1, "label": "one", "place": "x", "tags": [], "limits": {"cpu": 1, "io": 1}},
    "/docks/2": {"id": 2, "label": "two", "place": "x", "tags": [], "limits": {"cpu": 1, "io": 1}},
    "/barrels/1": {"id": 1, "name": "keg", "created": "2025-01-01T00:00:00"},
    "/sailors/ann": {"nick": "ann", "rank": "r"},
    "/sailors/zoe": {"nick": "zoe", "rank": "r"},
}
MODELS = {"docks": Dock, "barrels": Barrel, "sailors": Sailor}
WRITES = {
    "keyed": lambda session, _: session.add(Dock(label="new", place="x", tags=[], limits=Limits(cpu=1, io=1))),
    "unkeyed": lambda session, _: session.add(Barrel(name="keg")),
    "chosen key": lambda session, _: session.add(Sailor(nick="bob", rank="r")),
    "no answer": lambda session, _: session.add(Pass(id="p")),
    "update": lambda _, held: setattr(held["/docks/1"], "label", "new"),
    "new key": lambda _, held: setattr(held["/sailors/ann"], "nick", "bob"),
    "part": lambda _, held: held["/docks/1"].rules.inbound.append(Rule(action="R")),
    "delete": lambda session, held: session.delete(held["/docks/1"]),
}
NEIGHBOUR = {"unkeyed": "/barrels/1", "chosen key": "/sailors/zoe", "new key": "/sailors/zoe"}
ODD = {
    "null": b"null",
    "list": b"[]",
    "text": b'"ok"',
    "rows": b'{"data": [], "page": 1, "pages": 1, "results": 0}',
    "another": None,
    "stranger": b'{"id": 70, "label": "strange", "name": "strange", "nick": "strange"}',
}


@pytest.fixture
def api():
    api = FaultyApi()
    for path, body in SEEDS.items():
        api.seed(path, dict(body))
    api.objects["/docks/1"]["rules"] = {"inbound": [], "version": 1}
    return api


def opened(api: FaultyApi, **options: object) -> tuple[Session, dict[str, object]]:
    session = Session(api, **options)
    held = {path: session.loaded(MODELS[path.split("/")[1]], dict(body)) for path, body in api.objects.items()}
    return session, held


def wished(what: str) -> FaultyApi:
    """Return the account's objects after a commit without faults."""
    clear_faults = FaultyApi()
    for path, body in SEEDS.items():
        clear_faults.seed(path, dict(body))
    clear_faults.objects["/docks/1"]["rules"] = {"inbound": [], "version": 1}
    session, held = opened(clear_faults)
    WRITES[what](session, held)
    session.commit()
    return clear_faults


@pytest.mark.parametrize("conflicts", ["check", "ignore"])
@pytest.mark.parametrize("first", ["", "lost"], ids=["first", "after a lost one"])
@pytest.mark.parametrize("where", ["write", "read"])
@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("what", WRITES)
def test_odd_answers(api, what, odd, where, first, conflicts):  # noqa: PLR0917  a matrix
    """An answer of 200 that is no object, or another one, is never taken for it; a second commit ends it all."""
    session, held = opened(api, conflicts=conflicts)
    first_ones, odd_ones = [first] * bool(first), [odd]

    def fault(request):
        is_write = request.method != "GET"
        if is_write and first_ones and first_ones.pop():
            return lose
        if is_write == (where == "write") and odd_ones:
            content = ODD[odd_ones.pop()]
            neighbour = dict(api.objects[NEIGHBOUR.get(what, "/docks/2")])
            return lambda _: neighbour if content is None else content
        return None

    def lose(_):
        raise lost(sent=True)

    api.fault = fault
    WRITES[what](session, held)
    try:
        session.commit()
    except LinodeORMError:
        api.settle()
        session.commit()
    assert api.rows() == wished(what).rows()
    assert (session.new, session.dirty, session.deleted) == ((), (), ())
    agrees(api, session)
    assert held["/sailors/ann"].nick == ("bob" if what == "new key" else "ann")
    detached = [path for path, each in held.items() if each.__state__.status is Status.DETACHED]
    assert detached == (["/docks/1"] if what == "delete" else [])


def agrees(api: FaultyApi, session: Session) -> None:
    """The session shows what the account holds."""
    for instance in [*session._parts.identity_map]:
        model = type(instance)
        body = api.objects[f"{model.__mapper__.path}/{instance.__state__.identity}"]
        for name in {"label", "name", "nick", "rank", "tags"} & body.keys():
            assert getattr(instance, name) == body[name]


@pytest.mark.parametrize("hours", [-24, -1, 1, 24])
@pytest.mark.parametrize("asked", [True, False], ids=["after an answer", "at the first request"])
@pytest.mark.parametrize("at", [0, 1], ids=["before", "meanwhile"])
def test_a_clock_that_jumps(api, hours, asked, at):
    """A creation that was done is found though the clock of this machine is moved; none is taken that is older."""
    clock = api.jumps
    session, _ = opened(api)
    if asked:
        session.load(Barrel, 1)
    api.clock.sleep(3600)
    api.seed("/barrels/2", {"id": 2, "name": "keg", "created": api.clock.now().strftime("%Y-%m-%dT%H:%M:%S")})
    api.clock.sleep(3)
    if not at:
        clock.off = timedelta(hours=hours)

    def fault(request):
        if request.method != "POST" or (clock.off and at):
            return None
        clock.off = timedelta(hours=hours)
        api.fault = api.meet
        return lose

    def lose(_):
        raise lost(sent=True)

    api.fault = fault
    keg = session.add(Barrel(name="keg"))
    with suppress(CommitError):
        session.commit()
    api.settle()
    with suppress(CommitError):
        session.commit()
    made = [path for path in api.objects if path.startswith("/barrels/") and path not in {"/barrels/1", "/barrels/2"}]
    assert len(made) == 1
    if asked:
        assert made == [f"/barrels/{keg.id}"]


@pytest.mark.parametrize("there", [True, False], ids=["done", "not done"])
def test_what_others_made_when_it_was_over_is_not_taken_for_it(api, there):
    """Nothing that was made after the last request had ended can come of it."""
    session, _ = opened(api)
    keg = session.add(Barrel(name="keg"))
    api.writes = ["reset after" if there else "reset before", *["reset before"] * 3]
    api.reads = ["refused"]
    with suppress(CommitError):
        session.commit()
    api.clear_faults()
    api.settle()
    moment = api.clock.now().strftime("%Y-%m-%dT%H:%M:%S")
    api.seed("/barrels/50", {"id": 50, "name": "keg", "created": moment})
    api.clock.sleep(5)
    api.writes = ["reset before"]
    session.commit()
    assert keg.id not in {1, 50}
    assert sum(path.startswith("/barrels/") for path in api.objects) == 3


def test_the_key_that_a_deletion_in_doubt_frees(api):
    """A deletion that takes effect late does not take the next one of that key along."""
    session, held = opened(api)
    session.delete(held["/sailors/ann"])
    api.writes = ["later", "refused"]
    with suppress(CommitError):
        session.commit()
    api.clear_faults()
    session.commit()
    session.add(Sailor(nick="ann", rank="new"))
    session.commit()
    api.settle()
    assert api.objects["/sailors/ann"]["rank"] == "new"


def test_a_singleton_that_is_answered_with_nothing(api):
    """An object without an id is told by what it has: an answer with nothing of it leaves the old values known."""
    session = Session(api, conflicts="check")
    api.seed("/gate", {"open": False})
    gate = session.loaded(Gate, {"open": False})
    gate.open = True
    api.fault = lambda request: (lambda _: b'{"errors": []}') if request.method == "GET" else None
    with pytest.raises(ResponseError, match="nothing of it"):
        session.commit()
    api.fault = api.meet
    report = session.commit()
    assert not session.undo(report.id).lost


@pytest.mark.parametrize("rank", ["r", "other"])
def test_a_key_that_is_still_taken_by_what_is_to_be_deleted(api, rank):
    """One that is saved before its key is free is not taken for the old one, and made when it is."""
    session, held = opened(api)
    session.delete(held["/sailors/ann"])
    ann = session.add(Sailor(nick="ann", rank=rank))
    api.writes = ["reset before"]
    with pytest.raises(TransportError):
        ann.save()
    api.clear_faults()
    api.settle()
    session.commit()
    assert api.sent[-2:] == ["DELETE /sailors/ann", "POST /sailors"]
    assert api.objects["/sailors/ann"] == {"nick": "ann", "rank": rank}
