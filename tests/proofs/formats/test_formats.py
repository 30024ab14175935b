"""What an earlier version wrote is read: pickles, journals, a plan file and a cassette, kept beside this module.

Nothing but public names is used here, so that these tests outlive every move inside the package. `make.py` says how the
files were made, `today/made.json` by which version.
"""

from __future__ import annotations

import json
import pickle
import shutil
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from linode_orm import Client, DomainRecord, Instance, Plan, Session, Snapshot, Volume, diff, or_, recover
from linode_orm.simulator import VirtualClock
from linode_orm.testing import recorder
from tests.proofs.formats.make import CRASHES
from tests.proofs.formats.scene import PASSWORD, account, facts, rebuilt

KEPT = Path(__file__).parent / "today"
PICKLES = sorted(path.stem for path in (KEPT / "pickles").glob("*.pickle"))
SECRETS = {"new:13.root_pass": PASSWORD}
LOST = {"/nodebalancers/*/configs/*/nodes": "n3", "/volumes": "old", "/domains/*/records": "b"}
"""What the commit deletes, by its list: no way back brings it back."""
LOAD = """
import pickle, sys
from pathlib import Path
for name in sys.argv[1:]:
    print(type(pickle.loads(Path(name).read_bytes())).__name__)
"""


def shown(name):
    """Give the facts beside a kept file."""
    return json.loads((KEPT / f"{name}.json").read_text(encoding="utf-8"))


def loaded(name):
    """Read a kept pickle."""
    return pickle.loads((KEPT / "pickles" / f"{name}.pickle").read_bytes())


def copied(name, folder):
    """Give a copy of a kept journal, with the log beside it."""
    for beside in ("", "-wal"):
        if (KEPT / f"{name}.sqlite{beside}").exists():
            shutil.copy(KEPT / f"{name}.sqlite{beside}", folder / f"journal{beside}")
    return folder / "journal"


def difference(seen, wanted):
    """Give the rows that are lost, and those that are there too often."""
    lost, doubled = [], []
    for where, rows in wanted.items():
        lost += [f"{where} {each}" for each in (Counter(rows) - Counter(seen[where])).elements()]
        doubled += [f"{where} {each}" for each in (Counter(seen[where]) - Counter(rows)).elements()]
    return lost, doubled


def without_lost(rows, lists=LOST):
    """Give the account as it was before, without what was deleted."""
    return {
        where: [each for each in those if where not in lists or f'"{lists[where]}"' not in each]
        for where, those in rows.items()
    }


class TestPickles:
    """Values that an earlier version pickled."""

    def test_they_are_read_where_nothing_was_imported(self):
        """A process that has imported nothing of the library reads each of them."""
        files = [str(KEPT / "pickles" / f"{name}.pickle") for name in PICKLES]
        read = subprocess.run([sys.executable, "-c", LOAD, *files], check=True, capture_output=True, text=True)
        assert read.stdout.split() == [type(loaded(name)).__name__ for name in PICKLES]

    def test_each_is_looked_at(self):
        """No pickle lies there that no test reads."""
        assert [name for name in PICKLES if not hasattr(self, f"test_{name}")] == []

    def test_instance(self):
        """An object arrives detached with its values."""
        web = loaded("instance")
        assert (type(web), web.id, web.label, web.region_id) == (Instance, 1064001, "web", "us-east")
        assert (web.tags, web.alerts.cpu, web.status) == (["prod"], 50, "running")
        assert web.created == datetime(2025, 12, 30, 22, 59, tzinfo=UTC)

    def test_reference(self):
        """A reference that was never loaded keeps its key."""
        region = loaded("reference")
        assert (type(region).__name__, region.id) == ("Region", "us-east")

    def test_new(self):
        """A new object keeps what it was given."""
        volume = loaded("new")
        assert (type(volume), volume.label, volume.size, volume.tags) == (Volume, "v", 20, ["a"])

    def test_nested(self):
        """A nested value equals one with the same attributes."""
        alerts = loaded("nested")
        kind = type(loaded("instance").alerts)
        assert alerts == kind(
            cpu=50, io=10000, network_in=10, network_out=10, system_alerts=[], transfer_quota=80, user_alerts=[]
        )

    def test_history(self):
        """A pending change keeps what was seen, what is there and what was written."""
        change = loaded("history")["alerts"]
        assert (change.base.cpu, change.theirs.cpu, change.mine.cpu) == (90, 90, 50)

    def test_inspection(self):
        """An inspection arrives with its object."""
        seen = loaded("inspection")
        assert (seen.object.id, seen.state) == (1064001, "detached")

    def test_expression(self):
        """A condition says and finds what it did."""
        condition = loaded("expression")
        assert str(condition) == "and_(Instance.label.startswith('w'), not_(Instance.tags.contains('dev')))"
        with Session(client=account().client()) as session:
            assert [each.label for each in session.query(Instance).filter(condition)] == ["web"]

    def test_order(self):
        """An order sorts as it did."""
        order = loaded("order")
        assert str(order) == "Instance.created.desc()"
        with Session(client=account().client()) as session:
            assert session.query(Instance).order_by(order, Instance.label.desc()).first().label == "web"

    def test_plan(self):
        """A plan is equal to the one in the plan file, and is applied."""
        plan = loaded("plan")
        assert plan == Plan.load(KEPT / "plan.json")
        sim = account()
        plan.apply(sim.client(), secrets=SECRETS)
        assert difference(facts(sim), shown("account")["after"]) == ([], [])

    def test_step(self):
        """A step is equal to that of the plan file."""
        assert loaded("step") == Plan.load(KEPT / "plan.json")[0]

    @pytest.mark.parametrize("name", ["report", "commit_error"])
    def test_report(self, name):
        """A report keeps each operation with its step, object, error and what became of it."""
        report = getattr(loaded(name), "report", None) or loaded(name)
        assert report.counts == {"applied": 13, "failed": 1, "in doubt": 1, "pending": 1}
        plan = Plan.load(KEPT / "plan.json")
        assert [(entry.step.method, entry.step.path, entry.step.changes) for entry in report] == [
            (step.method, step.path, step.changes) for step in plan
        ]

    def test_commit_error(self):
        """The error of a commit keeps its lists."""
        error = loaded("commit_error")
        assert [entry.operation for entry in error.failed] == ["POST /profile/sshkeys"]
        assert [entry.operation for entry in error.in_doubt] == ["DELETE /volumes/6416002"]
        assert [entry.operation for entry in error.pending] == ["POST /volumes"]
        assert str(error).startswith("commit not complete: 13 applied, 1 failed, 1 in doubt, 1 pending")

    def test_entry(self):
        """What became of one operation keeps the API's error."""
        entry = loaded("entry")
        assert (entry.operation, entry.status, entry.tries) == ("POST /profile/sshkeys", "failed", 1)
        assert (entry.object.label, type(entry.error).__name__, entry.error.status) == ("ci", "BadRequest", 400)

    def test_api_error(self):
        """An answer of the API keeps its status, its reasons and the request."""
        error = loaded("api_error")
        assert (type(error).__name__, error.status, error.tries) == ("NotFound", 404, 1)
        assert (error.request.method, error.request.path) == ("GET", "/linode/instances/1")
        assert [(each.reason, each.field) for each in error.errors] == [("Not found", None)]

    def test_transport_error(self):
        """A lost answer keeps what is known of the request."""
        error = loaded("transport_error")
        assert (str(error), error.sent, error.tries) == ("GET /volumes: no reply within 30 s", None, 2)

    def test_conflict_error(self):
        """A conflict keeps the three values and their object."""
        error = loaded("conflict_error")
        assert (error.attribute, error.base, error.theirs, error.mine) == ("label", "data", "theirs", "mine")
        assert (type(error.object), error.object.id) == (Volume, 6416001)

    def test_wait_timeout(self):
        """A wait that did not end keeps the objects that it waited for."""
        error = loaded("wait_timeout")
        assert [each.id for each in error.waiting] == [1064001]
        assert error.reached == ()


class TestJournals:
    """Journals that an earlier version wrote."""

    @pytest.mark.parametrize("name", CRASHES)
    def test_what_a_crash_left_is_completed(self, name, tmp_path):
        """What was in doubt is settled and the rest is sent: nothing is lost, nothing doubled, and no more is to do."""
        sim, path = rebuilt(shown(f"crash-{name}")["writes"]), copied(f"crash-{name}", tmp_path)
        report = recover(path, client=sim.client(), secrets=SECRETS)
        assert report.counts == {"applied": 16}
        assert difference(facts(sim), shown("account")["after"]) == ([], [])
        sim.requests.clear()
        assert len(recover(path, client=sim.client())) == 0
        assert sim.requests.writes == []

    @pytest.mark.parametrize("name", CRASHES)
    def test_what_a_crash_left_is_taken_back(self, name, tmp_path):
        """With `undo` the account is as before, without the node that was deleted."""
        sim, path = rebuilt(shown(f"crash-{name}")["writes"]), copied(f"crash-{name}", tmp_path)
        report = recover(path, client=sim.client(), undo=True)
        assert set(report.counts) == {"undone", "not undone", "pending"}
        nodes = "/nodebalancers/*/configs/*/nodes"
        wanted = without_lost(shown("account")["before"], {nodes: LOST[nodes]})
        assert difference(facts(sim), wanted) == ([], [])

    def test_a_finished_commit_is_undone(self, tmp_path):
        """`session.undo()` knows a commit of the journal, and its plan puts back all but what was deleted."""
        kept = shown("finished")
        sim, path = rebuilt(kept["writes"]), copied("finished", tmp_path)
        with Session(client=sim.client(), journal=path) as session:
            plan = session.undo(kept["commit"])
            assert len(plan.lost) == len(LOST)
            plan.apply(sim.client())
        assert difference(facts(sim), without_lost(shown("account")["before"])) == ([], [])


def test_plan_file(tmp_path):
    """A plan file is read with its order, its secrets and what is made inside other requests, and is applied."""
    plan = Plan.load(shutil.copy(KEPT / "plan.json", tmp_path))  # whoever applies it leaves a mark beside it
    assert Counter(step.operation for step in plan) == {"create": 8, "update": 4, "delete": 2, "bundle": 2}
    assert plan.secrets == tuple(SECRETS)
    sim = account()
    report = plan.apply(sim.client(), secrets=SECRETS)
    assert report.counts == {"applied": len(plan)}
    assert difference(facts(sim), shown("account")["after"]) == ([], [])


def test_snapshot():
    """A snapshot is read, answers queries, and is compared with the account as it is today."""
    snapshot = Snapshot(KEPT / "snapshot.db")
    assert snapshot.counts["Instance"] == 5
    with snapshot.client() as client, Session(client=client) as session:
        web = session.query(Instance).filter(Instance.label == "web").one()
        assert (web.tags, web.region_id) == (["prod"], "us-east")
        assert session.query(DomainRecord).count() == 2
    with Session(client=account().client()) as session:
        assert not diff(snapshot, session)


@pytest.mark.parametrize("name", ["cassette.yaml", "cassette-1.yaml"])
def test_cassette(name):
    """A cassette answers the requests that it was recorded from, of this format and of the one before, vcrpy's own."""
    player = recorder(KEPT).use_cassette(name)
    client = Client("replayed", base_url="http://127.0.0.1:9", workers=1, clock=VirtualClock())
    with player as played, client, Session(client=client, conflicts="ignore") as session:
        found = session.query(Instance).filter(or_(Instance.label.contains("db"), Instance.tags.contains("dev"))).all()
        for each in found:
            each.tags.add("edge")
        assert len(session.commit().applied) == len(found) > 0
        assert played.all_played


def test_the_files_say_their_format():
    """The files are of the version and of the format that is written beside them."""
    made = shown("made")
    plan = shown("plan")
    assert (plan["version"], plan["format"]) == (made["version"], made["format"])
    for path in KEPT.glob("*.sqlite"):
        # the number stands in the header, at byte 60
        assert int.from_bytes(path.read_bytes()[60:64], "big") == made["format"]
    assert {(KEPT / "pickles" / f"{name}.pickle").read_bytes()[1] for name in PICKLES} == {made["pickle_protocol"]}
