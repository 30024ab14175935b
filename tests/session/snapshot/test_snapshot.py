"""A snapshot has what the token may read, answers the same queries offline, and two of them are compared by key."""

from __future__ import annotations

import json
import sqlite3
import stat
import tracemalloc

import pytest

from linode_orm import (
    Backup,
    Client,
    Disk,
    Domain,
    DomainRecord,
    Event,
    Firewall,
    Forbidden,
    Instance,
    InvalidRequestError,
    IPAddress,
    NodeBalancerNode,
    PartialResult,
    Region,
    Session,
    Snapshot,
    Unauthorized,
    User,
    Volume,
    asdict,
    diff,
    models,
    or_,
)
from linode_orm.mapping.registry import lookup
from linode_orm.mapping.state import state_of
from linode_orm.session.query.columns import default_columns
from linode_orm.session.snapshot import layout
from linode_orm.session.snapshot.classes import can_be_read, classes_of
from linode_orm.session.snapshot.layout import layout_of, sql_name
from linode_orm.simulator import Simulator
from linode_orm.wire import Response
from tests.proofs.secrets.planting import MARK, Planter, answered

ALL = [lookup(name) for name in models.INDEX]
READABLE = [each for each in ALL if can_be_read(each)]


@pytest.fixture
def simulator():
    """Give a simulated account with a few of everything."""
    with Simulator() as simulator:
        simulator.populate(12)
        yield simulator


@pytest.fixture
def session(simulator):
    """Give a session on it."""
    with Session(client=simulator.client()) as session:
        yield session


@pytest.fixture
def snapshot(session, tmp_path):
    """Give a snapshot of the whole account."""
    return session.snapshot(tmp_path / "account.sqlite")


@pytest.fixture
def offline(snapshot):
    """Give a session over it."""
    with Session(client=snapshot.client()) as session:
        yield session


def ids(found):
    """Give the keys of objects."""
    return [state_of(each).key for each in found]


class TestFile:
    """The file, as other programs see it."""

    def test_a_table_a_class(self, session, snapshot):
        """Each class has a table with typed columns, the key and the body, which SQLite reads without this library."""
        database = sqlite3.connect(snapshot.path)
        rows = database.execute('SELECT label, region, "specs.memory", created, _key, _body FROM Instance').fetchall()
        instances = session.query(Instance).all()
        assert [row[0] for row in rows] == [each.label for each in instances]
        assert [(row[1], row[2]) for row in rows] == [(each.region_id, each.specs.memory) for each in instances]
        assert [row[3] for row in rows] == [f"{each.created:%Y-%m-%d %H:%M:%S}" for each in instances]
        assert [row[4] for row in rows] == [str(each.id) for each in instances]
        assert [json.loads(row[5]) for row in rows] == [asdict(each, raw=True) for each in instances]
        kinds = {name: kind for _, name, kind, *_ in database.execute("PRAGMA table_info(Instance)")}
        assert (kinds["id"], kinds["label"], kinds["created"], kinds["watchdog_enabled"]) == (
            "INTEGER", "TEXT", "TIMESTAMP", "INTEGER",
        )  # fmt: skip
        (below,) = database.execute(
            "SELECT count(*) FROM Disk JOIN Instance ON Disk._parents = Instance._key"
        ).fetchone()
        assert below == session.query(Disk).count()
        database.close()

    def test_what_it_says_of_itself(self, simulator, snapshot):
        """It knows its account and time, its form and how many objects it has; a copy of the value reads the file."""
        assert snapshot.account.startswith("account ")
        assert snapshot.made == simulator.clock.now()
        assert snapshot.counts["Instance"] == 12
        assert snapshot.skipped == ()
        assert "objects" in repr(snapshot)
        assert "Instance" in snapshot._repr_html_()
        assert Snapshot(str(snapshot.path)).counts == snapshot.counts

    def test_it_is_private_and_whole(self, session, tmp_path):
        """Its user alone may read it; a reading that fails leaves nothing, and the former file as it was."""
        place = tmp_path / "account.sqlite"
        place.write_text("before")
        place.chmod(0o644)
        with pytest.raises(ZeroDivisionError):
            session.snapshot(place, [Instance], progress=lambda *_: 1 / 0)
        assert place.read_text() == "before"
        assert [each.name for each in tmp_path.iterdir()] == ["account.sqlite"]
        session.snapshot(place, [Instance])
        assert stat.S_IMODE(place.stat().st_mode) == 0o600
        assert [each.name for each in tmp_path.iterdir()] == ["account.sqlite"]

    def test_what_is_left_out(self, snapshot):
        """Time series, public catalogues and credentials are left out, unless they are named."""
        assert not {"Event", "Region", "Type", "Kernel", "InstanceStats", "LKEKubeconfig"} & set(snapshot.models)
        assert {"Account", "Profile", "Disk", "NodeBalancerNode", "Tag"} <= set(snapshot.models)

    def test_named_classes(self, simulator, session, tmp_path):
        """Named classes come with their parents, in few requests."""
        before = len(simulator.requests)
        some = session.snapshot(tmp_path / "some.sqlite", [Disk, Region, Event])
        assert set(some.models) == {"Instance", "Disk", "Region", "Event"}
        assert len(simulator.requests) - before == 1 + 3 + 12

    def test_wrong_classes(self, session, tmp_path):
        """What no list gives is refused before anything is sent."""
        for wrong, words in [(int, "resource class"), (lookup("ObjectStorageObjectACL"), "cannot be in a snapshot")]:
            with pytest.raises(InvalidRequestError, match=words):
                session.snapshot(tmp_path / "x", [wrong])
        assert [*tmp_path.iterdir()] == []

    @pytest.mark.parametrize("content", [b"", b"no database", b"SQLite format 3\x00" + b"x" * 5000])
    def test_another_file(self, tmp_path, content):
        """A file that is no snapshot is refused, and so is one that is not there."""
        (tmp_path / "x").write_bytes(content)
        with pytest.raises(InvalidRequestError, match="no snapshot"):
            Snapshot(tmp_path / "x")
        with pytest.raises(InvalidRequestError, match="no such snapshot"):
            Snapshot(tmp_path / "y")

    def test_a_later_form(self, snapshot):
        """A snapshot of a form that this version does not read is refused by its number."""
        database = sqlite3.connect(snapshot.path)
        database.execute(f"PRAGMA user_version={layout.FORMAT + 1}")
        database.commit()
        database.close()
        with pytest.raises(InvalidRequestError, match=f"form {layout.FORMAT + 1}"):
            Snapshot(snapshot.path)

    def test_progress(self, session, tmp_path):
        """Progress is told list by list, with how many are done and known."""
        entries = []
        session.snapshot(tmp_path / "x", [Disk], progress=lambda *each: entries.append(each))
        assert [(done, total) for _, done, total in entries] == [(1, 1), *((at, 13) for at in range(2, 14))]
        assert entries[0][0] == ("GET /linode/instances", "read", "12 rows")

    def test_strange_values(self, tmp_path):
        """Numbers beyond 64 bits, half surrogate pairs, nulls and wrong types are written and read back."""
        odd = [
            {"id": 2**70, "label": "\ud800 ☃", "created": "yesterday", "specs": 5},
            {"id": 1, "label": None, "watchdog_enabled": 1, "unknown": {"api_key": "x"}},
        ]
        with Session(client=Client("t", transport=Canned({"/linode/instances": odd}), budget=None)) as session:
            snapshot = session.snapshot(tmp_path / "x", [Instance])
        with Session(client=snapshot.client()) as again:
            first, second = (asdict(each, raw=True) for each in again.query(Instance))
        assert first == odd[0]
        assert second == {**odd[1], "unknown": {"api_key": "***"}}


class Canned:
    """A transport that answers each path with rows, and every other one with a refusal."""

    def __init__(self, rows, status=403):
        self.rows = rows
        self.status = status

    def send(self, request, *, token, timeout):
        """Answer a page."""
        del token, timeout
        rows = self.rows.get(request.path)
        if rows is None:
            return Response(self.status, {}, b'{"errors": [{"reason": "Unauthorized"}]}', request)
        body = {"data": rows, "page": 1, "pages": 1, "results": len(rows)} if isinstance(rows, list) else rows
        return Response(200, {}, json.dumps(body).encode(), request)

    def close(self):
        """Nothing to close."""


class TestOffline:
    """Sessions over a snapshot."""

    @pytest.mark.parametrize(
        "ask",
        [
            lambda s: s.query(Instance),
            lambda s: s.query(Instance).filter(Instance.region == "us-east"),
            lambda s: s.query(Instance).filter(or_(Instance.label.contains("B-"), Instance.tags.contains("prod"))),
            lambda s: s.query(Instance).filter(
                Instance.id.in_([1064001, 1064003]), Instance.created > Instance_created()
            ),
            lambda s: s.query(Instance).order_by(Instance.created.desc()).limit(3),
            lambda s: s.query(Instance).order_by(Instance.label.desc()).offset(1).limit(2),
            lambda s: s.query(Disk).filter(Disk.size > 1000),
            lambda s: s.query(Volume).filter(Volume.linode_id.is_(None)),
            lambda s: s.query(Domain).filter(Domain.domain == "EXAMPLE.com"),
            lambda s: s.query(DomainRecord).filter(DomainRecord.type != "A"),
            lambda s: s.query(NodeBalancerNode),
            lambda s: s.query(Backup),
            lambda s: s.query(IPAddress),
            lambda s: s.query(User),
        ],
    )
    def test_the_same_answers(self, session, offline, ask):
        """The same query gives the same objects in the same order, counts included."""
        assert ids(ask(offline)) == ids(ask(session))
        assert ask(offline).count() == ask(session).count()

    def test_objects_relations_and_tables(self, session, offline):
        """Objects, their children and references, and tables are read from the file."""
        live, here = session.query(Instance).first(), offline.query(Instance).first()
        assert asdict(here) == asdict(live)
        assert ids(here.disks) == ids(live.disks)
        assert ids(here.volumes) == ids(live.volumes)
        assert offline.account.email == session.account.email
        assert offline.load(Disk, here.disks[0].id, here).label == here.disks[0].label
        assert offline.get(Instance, 5) is None
        assert list(offline.query(Volume).table(Volume.linode.label)) == list(
            session.query(Volume).table(Volume.linode.label)
        )

    def test_nothing_is_written(self, snapshot, offline):
        """Writes and actions are refused, and the file stays as it is."""
        before = snapshot.path.read_bytes()
        instance = offline.query(Instance).first()
        instance.label = "other"
        for write in (offline.commit, instance.reboot, instance.save, offline.query(Volume).first().delete):
            with pytest.raises(InvalidRequestError, match="read-only"):
                write()
        assert snapshot.path.read_bytes() == before

    def test_what_it_does_not_have(self, offline):
        """What was left out is refused by name, not answered as empty."""
        with pytest.raises(InvalidRequestError, match="has nothing of it"):
            offline.query(Region).all()
        with pytest.raises(InvalidRequestError, match="has nothing of it"):
            _ = offline.query(Instance).first().region.label

    def test_refused_lists_are_refused_again(self, simulator, session, tmp_path):
        """A list that the token could not read is named, refused again offline, and the rest is there."""
        first = session.query(Instance).first()
        simulator.faults.add("GET", f"/linode/instances/{first.id}/disks", 1, 403)
        simulator.faults.add("GET", "/networking/firewalls", 1, 401)
        snapshot = session.snapshot(tmp_path / "x", [Disk, Firewall])
        assert [(each.model, each.path, each.status) for each in snapshot.skipped] == [
            ("Firewall", "/networking/firewalls", 401), ("Disk", f"/linode/instances/{first.id}/disks", 403),
        ]  # fmt: skip
        with Session(client=snapshot.client()) as offline:
            with pytest.raises(Unauthorized):
                offline.query(Firewall).all()
            query = offline.query(Disk)
            with pytest.warns(PartialResult):
                found = query.all()
            assert [each.path for each in query.skipped] == [f"/linode/instances/{first.id}/disks"]
            assert first.id not in {each.instance.id for each in found}
            assert len(found) == 22

    def test_a_refused_list_at_another_path(self, simulator, session, tmp_path):
        """The volumes of a Linode are refused, and not empty, where the list of all volumes was."""
        simulator.faults.add("GET", "/volumes", 1, 403)
        snapshot = session.snapshot(tmp_path / "x", [Instance, Volume])
        with Session(client=snapshot.client()) as offline, pytest.raises(Forbidden):
            list(offline.query(Instance).first().volumes)

    def test_a_restricted_token(self, tmp_path):
        """A token that may read one list gives a snapshot of that; one that may read nothing raises its error."""
        rows = {"/domains": [{"id": 1, "domain": "a.example", "type": "master"}]}
        with Session(client=Client("t", transport=Canned(rows, 401), budget=None)) as session:
            snapshot = session.snapshot(tmp_path / "x")
        assert snapshot.account == "no account"
        assert [name for name, count in snapshot.counts.items() if count] == ["Domain"]
        assert {each.status for each in snapshot.skipped} == {401}
        with Session(client=Client("t", transport=Canned({}), budget=None)) as session, pytest.raises(Forbidden):
            session.snapshot(tmp_path / "y")
        assert [each.name for each in tmp_path.iterdir()] == ["x"]


def Instance_created():  # noqa: N802  a value that is made when the test runs
    """Give a time between those of the instances."""
    from datetime import UTC, datetime

    return datetime(2025, 12, 25, tzinfo=UTC)


class TestDiff:
    """What differs between two."""

    def test_what_was_done(self, simulator, session, snapshot, tmp_path):
        """Objects that came, went and changed are told by key, attribute by attribute; a session is read now."""
        changed, gone = session.query(Instance).first(), session.query(Domain).first()
        label = changed.label
        changed.label = "renamed"
        changed.tags.append("new")
        changed.alerts.cpu = 55
        session.add(Volume(label="fresh", size=20, region="us-east"))
        session.delete(gone)
        session.commit()
        found = diff(snapshot, session)
        assert [(each.model, each.key) for each in found.removed if each.model == "Domain"] == [
            ("Domain", str(gone.id))
        ]
        assert [each.title for each in found.added if each.model == "Volume"] == ["fresh"]
        (entry,) = (each for each in found.changed if each.model == "Instance")
        assert {each.name: (each.old, each.new) for each in entry.changes}["label"] == (label, "renamed")
        shown = str(found)
        assert f'~ Instance {changed.id} \'renamed\'\n  label: "{label}" -> "renamed"' in shown
        assert "alerts.cpu: 90 -> 55" in shown
        assert "tags: +new" in shown
        assert shown.endswith(f"{len(found.added)} added, {len(found.removed)} removed, {len(found.changed)} changed")
        json.dumps(found.to_dict())
        assert "renamed" in found._repr_html_()
        later = session.snapshot(tmp_path / "later")
        assert len(diff(snapshot, later)) == len(found)
        back = diff(later, snapshot)
        assert (len(back.added), len(back.removed)) == (len(found.removed), len(found.added))

    def test_nothing(self, session, snapshot):
        """Two readings of the same account differ in nothing, and a pending change is none."""
        session.query(Instance).first().label = "pending"
        found = diff(snapshot, session)
        assert not found
        assert str(found) == "nothing differs"
        assert not diff(snapshot, snapshot)

    def test_the_order_of_a_set_is_no_change(self, simulator, session, snapshot, tmp_path):
        """Tags in another order are the same tags."""
        first = next(each for each in session.query(Instance) if len(each.tags) > 1)
        simulator.change(f"/linode/instances/{first.id}", tags=[*reversed(first.tags)])
        assert not diff(snapshot, session)

    def test_what_one_side_lacks_is_not_compared(self, simulator, session, snapshot, tmp_path):
        """A class or list that one side does not have is named, and none of its objects came or went."""
        first = session.query(Instance).first()
        simulator.faults.add("GET", f"/linode/instances/{first.id}/disks", 1, 403)
        some = session.snapshot(tmp_path / "some", [Disk])
        found = diff(snapshot, some)
        assert not found
        assert any(f"/linode/instances/{first.id}/disks" in each for each in found.skipped)
        assert "Volume: only one side has it" in found.skipped

    def test_a_parent_that_was_refused(self, simulator, session, snapshot):
        """Where the list of the parents was refused, no child went."""
        simulator.faults.add("GET", "/linode/instances", 1, 403)
        assert not diff(snapshot, session)

    def test_wrong_sides(self, snapshot):
        """Something else is refused by name."""
        with pytest.raises(InvalidRequestError, match="takes snapshots and sessions"):
            diff(snapshot, "path")


@pytest.mark.parametrize("model", READABLE, ids=[each.__name__ for each in READABLE])
def test_every_class(model, tmp_path):
    """Every class that can be read has a table; a body full of secrets goes into it masked and comes back the same."""
    planter = Planter()
    body = answered(planter, model)
    made = layout_of(model)
    database = sqlite3.connect(":memory:")
    database.execute(made.definition)
    for statement in made.indexes:
        database.execute(statement)
    parents = tuple(str(at) for at in range(model.__mapper__.parent_count))
    database.executemany(made.insertion, made.rows(parents, [5], [body]))
    (row,) = database.execute(f"SELECT * FROM {sql_name(made.name)}").fetchall()
    assert MARK not in repr(row)
    assert json.loads(row[-1]).keys() == body.keys()
    assert len(row) == len(default_columns(model)) + 3
    database.close()


def test_names_of_tables():
    """No two classes have one table, also for a database that knows no case."""
    names = [each.__name__.lower() for each in classes_of(READABLE)]
    assert len(set(names)) == len(names)


def test_memory_does_not_grow(tmp_path):
    """A list of ten times the rows takes hardly more memory."""

    class Long:
        def __init__(self, count):
            self.count = count
            self.rows = [{"id": at, "label": f"v{at}", "size": 20, "tags": ["a"] * 20} for at in range(1, count + 1)]

        def send(self, request, *, token, timeout):
            if request.path != "/volumes":
                return Response(403, {}, b"{}", request)
            page, size = int(request.query.get("page", 1)), int(request.query.get("page_size", 100))
            rows, pages = self.rows[(page - 1) * size : page * size], -(-self.count // size)
            body = {"data": rows, "page": page, "pages": pages, "results": self.count}
            return Response(200, {}, json.dumps(body).encode(), request)

        def close(self):
            pass

    peaks = []
    for count in (2_000, 20_000):
        with Session(client=Client("t", transport=Long(count), budget=None)) as session:
            session.snapshot(tmp_path / "warm", [Volume])
            tracemalloc.start()
            session.snapshot(tmp_path / "x", [Volume])
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
    assert peaks[1] < 1.3 * peaks[0]
