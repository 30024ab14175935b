"""Waiting, on the simulator with simulated time: what is sent, when it ends, and what it leaves behind."""

from __future__ import annotations

import json

import pytest

from linode_orm import (
    Database,
    Disk,
    Forbidden,
    Image,
    Instance,
    InvalidRequestError,
    LKENode,
    LKENodePool,
    ObjectGone,
    Region,
    Session,
    Token,
    UnknownValue,
    Volume,
    WaitTimeout,
    and_,
    not_,
    or_,
)
from linode_orm.mapping.state import Status
from linode_orm.session.waiting.bulk_refresh import groups_of
from linode_orm.simulator import Simulator

LIST = "GET /linode/instances"
EVENTS = "GET /account/events"
HEADER = 8_000
"""Servers refuse header lines from here on."""


@pytest.fixture
def sim():
    """Give an account whose jobs take a while."""
    with Simulator(job_seconds=30) as simulator:
        yield simulator


@pytest.fixture
def session(sim):
    """Open a session."""
    with Session(client=sim.client()) as opened:
        yield opened


@pytest.fixture
def sent(sim):
    """Give a function that tells what arrived since it was last asked."""
    seen = [0]

    def since():
        lines = sim.requests.lines[seen[0] :]
        seen[0] = len(sim.requests)
        return lines

    return since


@pytest.fixture
def pauses(sim, monkeypatch):
    """Give the list of the pauses that are made."""
    made, sleep = [], sim.clock.sleep
    monkeypatch.setattr(sim.clock, "sleep", lambda seconds: (made.append(seconds), sleep(seconds)))
    return made


def machines(sim, session, count, status="offline"):
    """Seed Linodes in a state, and read them in one list."""
    sim.seed(instances=[{"label": f"m{at:04}", "status": status} for at in range(count)])
    return session.query(Instance).order_by(Instance.label).all()


def later(sim, seconds, path, **fields):
    """Change an object behind everybody's back after some simulated seconds."""
    sim.state.jobs.later(seconds, lambda: sim.change(path, **fields))


def path(instance):
    """Give where an object lives."""
    return instance.__mapper__.path_for(instance.__state__.identity, instance.__state__.parents)


# -- what is sent ------------------------------------------------------------------------------------------------------


def test_fifty_in_one_request_a_round(sim, session, sent, pauses):
    """Fifty booting Linodes cost one request a round; afterwards their states are fresh, and read at none."""
    found = machines(sim, session, 50)
    for each in found:
        each.boot()
    sent()
    began = sim.clock.monotonic()
    session.wait(found, Instance.status == "running", timeout=300)
    lines = sent()
    assert set(lines) == {LIST, EVENTS}
    assert lines[:3] == [LIST] * 3
    assert len(lines) <= len(pauses) + 1 + 1, "one a round, and one more where an event told"
    assert lines.count(EVENTS) < lines.count(LIST)
    assert sim.clock.monotonic() - began < 30 + 10
    assert {each.status for each in found} == {"running"}
    assert sent() == []


def test_all_are_fresh_at_the_end(sim, session, sent):
    """What was there early is read along in the same list: at the end everything is fresh."""
    found = machines(sim, session, 3)
    for at, each in enumerate(found):
        later(sim, 1 + 40 * at, path(each), status="running")
    session.wait(found, Instance.status == "running", timeout=300)
    assert sim.clock.monotonic() > 60
    sent()
    assert [each.status for each in found] == ["running"] * 3
    assert sent() == []


def test_the_list_is_filtered_by_id(sim, session):
    """Only what is waited for comes back, though the account holds more."""
    found = machines(sim, session, 40)[:3]
    for each in found:
        each.boot()
    session.wait(found, Instance.status == "running")
    asked = [each.x_filter for each in sim.requests if each.path == "/linode/instances"][1:]
    ids = {"+or": [{"id": each.id} for each in found]}
    assert asked
    assert all(each == ids for each in asked)


def test_one_object_by_its_own_get(sim, session, sent):
    """A single object costs its own GET a round, events in between."""
    (machine,) = machines(sim, session, 1)
    machine.boot()
    sent()
    machine.wait_until(Instance.status == "running", timeout=60)
    assert set(sent()) == {f"GET {path(machine)}", EVENTS}
    assert machine.status == "running"
    assert sent() == []


def test_what_is_there_already_costs_one_look(sim, session, sent):
    """A condition that is true at once costs one request; no object and no wait cost none."""
    found = machines(sim, session, 5, status="running")
    sent()
    session.wait([*found, found[0]], Instance.status == "running", timeout=0)
    assert sent() == [LIST]
    session.wait([], Instance.status == "running")
    assert sent() == []


def test_pauses_grow(sim, session, pauses):
    """Pauses begin at one second, grow to ten, and end with the time that is given."""
    (machine,) = machines(sim, session, 1)
    with pytest.raises(WaitTimeout):
        machine.wait_until(Instance.status == "running", timeout=60)
    assert pauses == pytest.approx([1, 1.5, 2.25, 3.375, 5.0625, 7.59375, 10, 10, 10, 9.21875])


@pytest.mark.slow
def test_many_ids_in_several_filters(sim, session, sent):
    """Two thousand objects are read by a few lists whose filters fit into a header."""
    found = machines(sim, session, 2_000)
    before = len(sim.requests)
    session.wait(found, Instance.status == "offline", timeout=0)
    looks = sim.requests[before:]
    assert {each.path for each in looks} == {"/linode/instances"}
    assert len(looks) == 6
    assert max(len(json.dumps(each.x_filter)) for each in looks) < HEADER
    assert sum(len(each.x_filter["+or"]) for each in looks) == 2_000


def test_gets_of_a_long_list_follow_events(sim, session, sent):
    """Where objects are read one by one, events take the place of all their GETs too."""
    sim.seed(volumes=1_400)
    found = session.query(Volume).order_by(Volume.id).all()
    few = [found[0], found[1_398]]
    for each in few:
        sim.change(path(each), status="resizing")
        later(sim, 70, path(each), status="active")
    sent()
    session.wait(few, Volume.status == "active")
    lines = sent()
    gets = [f"GET {path(each)}" for each in few]
    first = {"GET /volumes", gets[1]}  # what is asked for at once arrives in any order
    assert (set(lines[:2]), lines[2:4], set(lines[4:6])) == (first, [EVENTS, EVENTS], {*gets})


def test_several_classes_follow_events(sim, session, sent, pauses):
    """With several classes one list of events takes the place of all lists, but for each third round."""
    hosts = machines(sim, session, 5)
    volumes = [Volume(label=f"v{at}", size=20, region="us-east") for at in range(5)]
    session.add_all(volumes)
    session.commit()
    for each in hosts:
        each.boot()
    sent()
    session.wait([*hosts, *volumes], Instance.status == "running", Volume.status == "active", timeout=300)
    lines, rounds = sent(), len(pauses) + 1
    lists = {LIST, "GET /volumes"}  # both are asked for at once, and arrive in any order
    assert (set(lines[:2]), lines[2:4], set(lines[4:6]), lines[6]) == (lists, [EVENTS, EVENTS], lists, EVENTS)
    assert len(lines) < 2 * rounds - 2
    assert {each.status for each in hosts} == {"running"}
    assert {each.status for each in volumes} == {"active"}
    assert sent() == []


def lists_by_round(lines):
    """Give the lists that each look at the events led to; those of a round arrive in any order."""
    rounds = [set()]
    for line in lines:
        if line == EVENTS:
            rounds.append(set())
        else:
            rounds[-1].add(line)
    return rounds


def test_events_say_which_list_to_read(sim, session, sent):
    """Of several lists only the one is read that an event speaks of."""
    hosts = machines(sim, session, 2)
    volumes = [Volume(label=f"v{at}", size=20, region="us-east") for at in range(2)]
    session.add_all(volumes)
    sim.job_seconds = 80
    session.commit()
    sim.clock.advance(40)
    for each in hosts:
        each.boot()
    sent()
    session.wait([*hosts, *volumes], Instance.status == "running", Volume.status == "active", timeout=300)
    rounds = lists_by_round(sent())
    alone = [at for at, lists in enumerate(rounds) if lists == {"GET /volumes"}]
    assert len(alone) == 1, "the volumes were ready first"
    assert all(lists <= {LIST} for lists in rounds[alone[0] + 1 :])
    assert {LIST} in rounds[alone[0] + 1 :]


def test_one_condition_for_several_classes(sim, session):
    """Conditions joined by `and_` are parted by class."""
    (host,) = machines(sim, session, 1, status="running")
    sim.seed(volumes=[{"label": "v", "status": "active"}])
    volume = session.query(Volume).one()
    session.wait([host, volume], and_(Instance.status == "running", Volume.status == "active"), timeout=0)


def test_children_by_parent(sim, session, sent):
    """Children of several parents cost one list for each parent."""
    sim.seed(instances=2, disks=3)
    disks = session.query(Disk).all()
    for each in disks:
        sim.change(path(each), status="not ready")
        later(sim, 2, path(each), status="ready")
    sent()
    session.wait(disks, Disk.status == "ready")
    lines = [line for line in sent() if line != EVENTS]
    lists = {f"GET /linode/instances/{each.instance.id}/disks" for each in disks}
    assert set(lines) == lists
    assert len(lists) == 2


def test_no_filter_by_id_takes_the_cheaper_road(sim, session, sent):
    """Where the server cannot filter by id, a short list is read whole, and of a long one only what is waited for."""
    sim.seed(volumes=1_400)
    found = session.query(Volume).order_by(Volume.id).all()
    few = [found[0], found[1_398]]
    for each in few:
        sim.change(path(each), status="resizing")
        later(sim, 3, path(each), status="active")
    sent()
    session.wait(few, Volume.status == "active")
    first, second, *rest = (line for line in sent() if line != EVENTS)
    assert (first, second) == ("GET /volumes", f"GET {path(few[1])}")
    assert {*rest[:2]} == {f"GET {path(each)}" for each in few}  # side by side
    session.wait(found[:600], Volume.status == "active")
    lines = sent()
    assert {*lines} == {"GET /volumes"}
    # the last of three pages, asked for ahead, is given up where the first two have brought everything before it is sent
    assert 2 <= len(lines) <= 3


def test_a_short_list_is_read_whole(sim, session, sent):
    """Images cannot be filtered by id: their list costs one request for any number of them."""
    sim.seed(images=[{"label": f"i{at}"} for at in range(4)])
    found = session.query(Image).filter(Image.is_public == False).all()  # noqa: E712  an expression
    sent()
    session.wait(found, Image.status == "available", timeout=0)
    assert sent() == ["GET /images"]


def test_a_class_without_a_list(sim, session, sent):
    """What has no list of its own is read one by one."""
    del sim
    node = LKENode(session, "1-2", 3)
    with pytest.raises(ObjectGone, match="LKENode 3, 1-2 does not exist"):
        node.wait_until(LKENode.status == "ready")
    assert sent() == ["GET /lke/clusters/3/nodes/1-2"]


def test_children_hear_of_their_parent(sim, session, sent):
    """An event about a Linode is news for its disks: their list is read in the same round."""
    sim.seed(instances=1, disks=2)
    disks = session.query(Disk).all()
    for each in disks:
        sim.change(path(each), status="not ready")
        later(sim, 28, path(each), status="ready")
    host = sim._call(path(disks[0].instance)).item
    sim.state.jobs.later(28, lambda: sim.state.events.add("disk_update", host))
    sent()
    session.wait(disks, Disk.status == "ready")
    assert sent()[-2:] == [EVENTS, f"GET {path(disks[0].instance)}/disks"]
    assert sim.clock.monotonic() < 32


@pytest.mark.parametrize(
    ("model", "count", "pages", "road"),
    [
        (Instance, 1, 1, ("items", 1)),
        (Instance, 2, 1, ("ids", 1)),
        (Volume, 2, 1, ("list", 1)),
        (Volume, 2, 3, ("items", 2)),
        (Volume, 5, 3, ("list", 3)),
        (LKENode, 4, 1, ("items", 4)),
        (Database, 1, 1, ("list", 1)),
        (Database, 1, 3, ("list", 3)),
        (Region, 3, 1, ("list", 1)),
    ],
)
def test_roads(model, count, pages, road):
    """The road to objects is the one with the fewest requests of those that show what is looked at."""
    objects = [model.__bare__(at, (), None, Status.PERSISTENT) for at in range(count)]
    (group,) = groups_of(objects, needs_get=frozenset())
    group.pages = pages
    assert (group.strategy, group.cost) == road
    (group,) = groups_of(objects, needs_get=frozenset([model]))
    assert group.strategy == ("items" if "get" in model.__mapper__.verbs else "list")


def test_what_lists_lack_needs_a_get(sim, session, sent, monkeypatch):
    """Where the condition looks at what only an object's own GET shows, each is read by its own."""
    found = machines(sim, session, 3)
    monkeypatch.setattr(Instance.__mapper__.fields["status"], "only_on_get", True)
    sent()
    session.wait(found, Instance.status == "offline", timeout=0)
    assert sorted(sent()) == sorted(f"GET {path(each)}" for each in found)
    session.wait(found, Instance.label.startswith("m"), timeout=0)
    assert sent() == [LIST]


# -- how it ends -------------------------------------------------------------------------------------------------------


def test_timeout_parts_the_objects(sim, session):
    """After the time is over the error tells who is there and who is not, and what was last seen."""
    found = machines(sim, session, 3)
    later(sim, 5, path(found[1]), status="running")
    began = sim.clock.monotonic()
    with pytest.raises(WaitTimeout, match=r"2 of 3 objects are not there after 20 s") as caught:
        session.wait(found, Instance.status == "running", timeout=20)
    assert sim.clock.monotonic() - began == pytest.approx(20)
    assert caught.value.reached == (found[1],)
    assert caught.value.waiting == (found[0], found[2])
    assert f"Instance {found[0].id}: Instance.status = 'offline'" in str(caught.value)


def test_the_last_look_is_at_the_end(sim, session):
    """What comes true in the last second is seen."""
    (machine,) = machines(sim, session, 1)
    later(sim, 19.9, path(machine), status="running")
    machine.wait_until(Instance.status == "running", timeout=20)


def test_the_last_round_looks(sim, session, sent):
    """The round at the end of the time looks at the objects, though it was the turn of the events."""
    found = machines(sim, session, 2)
    sent()
    with pytest.raises(WaitTimeout):
        session.wait(found, Instance.status == "running", timeout=4)
    assert sent() == [LIST] * 4


def test_a_slow_round_is_not_the_last(sim, session, sent):
    """Where the time ends while events are asked for, the objects are looked at once more."""
    (machine,) = machines(sim, session, 1)
    sim.latency = 1
    later(sim, 9, path(machine), status="running")
    sent()
    machine.wait_until(Instance.status == "running", timeout=8)
    assert sent()[-2:] == [EVENTS, f"GET {path(machine)}"]


def test_no_message_shows_a_secret(sim, session):
    """What the API shows only once is not in the message of a wait for it."""
    token = session.query(Token).first() or Token(label="t", scopes="*")
    if token.__state__.is_new:
        session.add(token)
        session.commit()
    with pytest.raises(WaitTimeout) as caught:
        session.wait(token, Token.token == "other", timeout=0)
    shown = sim.read(path(token))["token"]
    assert token.token not in str(caught.value)
    assert shown not in str(caught.value)


def test_reached_once_is_enough(sim, session):
    """An object that was there counts, though it leaves that state again."""
    found = machines(sim, session, 2)
    later(sim, 0.5, path(found[0]), status="running")
    later(sim, 4, path(found[0]), status="offline")
    later(sim, 12, path(found[1]), status="running")
    session.wait(found, Instance.status == "running", timeout=60)
    assert [each.status for each in found] == ["offline", "running"]


def test_any_condition(sim, session):
    """Conditions may be of any kind that a filter may be."""
    found = machines(sim, session, 2)
    later(sim, 3, path(found[0]), status="booting", label="changed")
    later(sim, 3, path(found[1]), tags=["ready"])
    wanted = or_(not_(Instance.status == "offline"), Instance.tags.contains("ready"))
    session.wait(found, wanted, timeout=30)


def test_pending_changes_stay(sim, session):
    """A wait brings newer values and leaves what is not committed as it is."""
    (first, second) = machines(sim, session, 2)
    first.label, first.tags = "mine", ["edge"]
    later(sim, 3, path(first), status="running", group="theirs")
    later(sim, 3, path(second), status="running")
    session.wait([first, second], Instance.status == "running")
    assert (first.label, first.group, list(first.tags)) == ("mine", "theirs", ["edge"])
    assert session.dirty == (first,)
    (step,) = session.plan()
    assert step.body == {"label": "mine", "tags": ["edge"]}


def test_a_session_that_refuses_implicit_requests_waits(sim):
    """`lazy="raise"` and `strict_filters` refuse accidents, not a wait; a ttl of 0 or none changes nothing of it."""
    for options in ({"lazy": "raise"}, {"strict_filters": True}, {"volatile_ttl": 0.0}, {"volatile_ttl": None}):
        with Session(client=sim.client(), **options) as session:
            found = [Instance(session, each["id"]) for each in sim.seed(instances=2)["instances"]]
            for each in found:
                sim.change(path(each), status="offline")
                later(sim, 20, path(each), status="running")
            session.wait(found, Instance.status == "running", timeout=60)


def test_ctrl_c_leaves_the_session(sim, session, sent):
    """Ctrl-C ends a wait, and the session goes on with everything that is pending."""
    found = machines(sim, session, 3)
    found[0].label = "kept"

    def interrupted(*_):
        raise KeyboardInterrupt

    sim.state.jobs.later(4, interrupted)
    with pytest.raises(KeyboardInterrupt):
        session.wait(found, Instance.status == "running")
    sent()
    assert session.dirty == (found[0],)
    session.commit()
    assert sent() == [f"PUT {path(found[0])}"]


@pytest.mark.parametrize("fault", [503, 429, "reset_before", "html502", "timeout_before"])
@pytest.mark.parametrize("count", [1, 3])
def test_trouble_passes(sim, session, fault, count):
    """A wait outlasts failures that pass, longer than a single request does."""
    found = machines(sim, session, count)
    for each in found:
        later(sim, 100, path(each), status="running")
    sim.faults.add("GET", "/linode/instances*", range(1, 40), fault)
    session.wait(found, Instance.status == "running", timeout=3_000)
    assert any(each.fault for each in sim.requests)


def test_trouble_that_stays_is_named(sim, session):
    """A wait that saw nothing to the end says why, and holds the error as its cause."""
    found = machines(sim, session, 2)
    sim.faults.add("GET", "/linode/instances*", None, 503)
    with pytest.raises(WaitTimeout, match=r"the last look failed: .*503") as caught:
        session.wait(found, Instance.status == "running", timeout=30)
    assert caught.value.waiting == tuple(found)
    assert caught.value.__cause__ is not None


# -- what is refused before anything is sent ---------------------------------------------------------------------------


def test_refusals(sim, session, sent):
    """What makes no sense is refused before any request, with what to do."""
    (machine,) = machines(sim, session, 1)
    new = Instance(label="new", region="us-east", type="g6-nanode-1")
    session.add(new)
    with Session(client=session.client) as elsewhere:
        theirs = Instance(elsewhere, machine.id)
        sent()
        refused = [
            (new, Instance.status == "running", "not created yet"),
            (theirs, Instance.status == "running", "not in this session"),
            (machine, Volume.status == "active", "no condition is about Instance"),
            (machine, and_(Instance.status == "running", Volume.status == "active"), "about none of the objects"),
            (machine, or_(Instance.status == "running", Volume.status == "active"), "no condition is about"),
            (machine, Instance.id.in_([]), "never true"),
            (machine, Instance.root_pass == "secret", "no answer of the API shows"),
        ]
        for objects, condition, words in refused:
            with pytest.raises(InvalidRequestError, match=words):
                session.wait(objects, condition)
    with pytest.raises(TypeError, match="a condition such as"):
        session.wait(machine, machine.label == "x")
    with pytest.raises(TypeError, match="progress is True"):
        session.wait(machine, Instance.status == "running", progress="yes")
    assert sent() == []


class TestReachingFurther:
    def pool(self, sim, session):
        """Make a cluster with a pool of three nodes, which become ready a job later."""
        (cluster,) = sim.seed(clusters=1)["clusters"]
        made = sim.add(f"/lke/clusters/{cluster['id']}/pools", type="g6-standard-1", count=3)
        return session.load(LKENodePool, made["id"], cluster["id"])

    def test_lists_inside_a_body(self, sim, session, sent):
        """That all nodes of a pool are ready is waited for by the pool alone, with events in between."""
        pool = self.pool(sim, session)
        assert {node.status for node in pool.nodes} == {"not_ready"}
        sent()
        session.wait(pool, LKENodePool.nodes.any(), not_(LKENodePool.nodes.any(LKENode.status != "ready")))
        assert {node.status for node in pool.nodes} == {"ready"}
        assert {line.rsplit("/", 1)[-1] for line in sent()} <= {str(pool.id), "events"}

    def test_a_relation(self, sim, session, sent):
        """What volumes hang on is read in each round, in one list for all of them, and no round asks for events alone."""
        hosts = sim.seed(instances=2)["instances"]
        sim.change(f"/linode/instances/{hosts[0]['id']}", status="offline")
        sim.seed(volumes=[{"label": f"v{each['id']}", "linode_id": each["id"]} for each in hosts])
        volumes, runs = session.query(Volume).all(), Volume.linode.has(Instance.status == "running")
        sent()
        with pytest.raises(WaitTimeout, match="1 of 2 objects"):
            session.wait(volumes, runs, timeout=3)
        lines = sent()
        assert set(lines[:2]) == {"GET /volumes", LIST}
        assert EVENTS not in lines
        assert not any(line.startswith(f"{LIST}/") for line in lines)
        sim.change(f"/linode/instances/{hosts[0]['id']}", status="running")
        session.wait(volumes, runs, timeout=3)

    def test_a_value_inside_that_there_is_not(self, sim, session, sent):
        """A literal that is not among the documented values is refused inside of a condition, too."""
        pool = self.pool(sim, session)
        sent()
        with pytest.warns(UnknownValue):
            condition = LKENodePool.nodes.any(LKENode.status == "redy")
        with pytest.raises(InvalidRequestError, match="'redy' is not among the known values"):
            session.wait(pool, condition)
        assert sent() == []

    def test_a_list_that_is_refused(self, sim, session):
        """A relation whose list is refused is an error of the wait: it would be waited for in vain."""
        (host,) = sim.seed(instances=1)["instances"]
        sim.seed(volumes=[{"label": "v", "linode_id": host["id"]}])
        (volume,) = session.query(Volume).all()
        sim.faults.add("GET", "/linode/instances", None, 403)
        with pytest.raises(Forbidden):
            session.wait(volume, Volume.linode.has(Instance.status == "running"))
