"""Makes the kept files anew, as the version that runs this writes them: `python -m tests.proofs.formats.make FOLDER`.

Everything happens on the simulator and its clock, with one worker, so that ids, order and moments are the same each
time. Only the names and dates of commits and the seconds that they took differ from run to run.
"""

from __future__ import annotations

import json
import pickle
import shutil
import sqlite3
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import linode_orm
from linode_orm import (
    Client,
    CommitError,
    ConflictError,
    DomainRecord,
    Instance,
    LinodeORMError,
    NodeBalancerNode,
    Session,
    SSHKey,
    TransportError,
    Volume,
    and_,
    inspect,
    not_,
)
from tests.proofs.formats.scene import account, edit, facts

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from linode_orm.simulator import Simulator
    from linode_orm.wire import Request, Response

CASSETTES = Path(__file__).parents[3] / "cassettes"
PROTOCOL = 4
CRASHES: Mapping[str, tuple[str, str]] = {
    "batch": ("POST", "/nodebalancers/5104001/configs/1751001/rebuild"),
    "keyless": ("POST", "/domains/8213002/records"),
    "nested": ("POST", "/vpcs"),
}
"""The request at which a commit dies, done and never answered: each leaves another kind of operation in doubt."""
WITH_LOG = frozenset({"nested"})
"""Whose log SQLite left beside the file; of the others it is merged, which keeps them small."""
REFUSED = ("POST", "/profile/sshkeys")
"""The request that the API refuses before."""


class Dying:
    """A transport whose process dies at one request: what is there then of the journal is kept."""

    def __init__(self, sim: Simulator, at: tuple[str, str], journal: Path, kept: Path) -> None:
        self._sim, self._at, self._journal, self._kept = sim, at, journal, kept
        self.writes: list[dict[str, Any]] | None = None
        self._done: list[dict[str, Any]] = []

    def send(self, request: Request, *, token: str | None, timeout: float) -> Response:
        """Send a request unless the process is dead."""
        if self.writes is not None:
            raise TransportError("dead", sent=False)
        before = len(self._sim.requests)
        response = self._sim.transport.send(request, token=token, timeout=timeout)
        self._done += written(self._sim, before)
        if (request.method, request.path) == self._at:
            self.writes = self._done
            for beside in ("", "-wal"):
                shutil.copy(f"{self._journal}{beside}", f"{self._kept}{beside}")
            raise TransportError("dead", sent=None)
        return response

    def close(self) -> None:
        """Nothing to close."""


def written(sim: Simulator, since: int) -> list[dict[str, Any]]:
    """Give the writes that were done since that request, with the second at which each was."""
    second = sim.clock.monotonic()
    return [
        {"second": second, "method": each.method, "path": each.path, "body": each.body}
        for each in sim.requests[since:]
        if each.method != "GET" and each.status == 200
    ]


def crashed(folder: Path) -> None:
    """Keep journals that a crash left open, and the writes that had been done by then."""
    for name, at in CRASHES.items():
        sim, path = account(), folder / "journal"
        sim.requests.clear()
        sim.faults.add(*REFUSED, nth=1, action=400)
        transport = Dying(sim, at, path, folder / f"crash-{name}.sqlite")
        client = Client("simulated", transport=transport, clock=sim.clock, workers=1)
        with Session(client=client, journal=path, on_error="continue", fold_tags=True) as session:
            edit(session)
            with suppress(CommitError):
                session.commit()
        assert transport.writes
        keep(folder / f"crash-{name}.json", {"writes": transport.writes})
        path.unlink()
        if name not in WITH_LOG:
            sqlite3.connect(folder / f"crash-{name}.sqlite").execute(
                "PRAGMA wal_checkpoint(TRUNCATE)"
            ).connection.close()


def finished(folder: Path) -> None:
    """Keep the journal of a commit that ended well, its name and its writes."""
    sim, path = account(), folder / "finished.sqlite"
    with Session(client=sim.client(workers=1), journal=path, fold_tags=True) as session:
        edit(session)
        before = len(sim.requests)
        report = session.commit()
    assert set(report.counts) == {"applied"}
    keep(folder / "finished.json", {"commit": report.id, "writes": written(sim, before)})


def accounts(folder: Path) -> None:
    """Keep what is in the account before and after the changes."""
    sim = account()
    before = facts(sim)
    with Session(client=sim.client(workers=1)) as session:
        edit(session)
        session.commit()
    keep(folder / "account.json", {"before": before, "after": facts(sim)})


def planned(folder: Path) -> None:
    """Keep a plan file."""
    with Session(client=account().client(workers=1), fold_tags=True) as session:
        edit(session)
        session.plan().save(folder / "plan.json")


def snapshotted(folder: Path) -> None:
    """Keep a snapshot of the account before the changes."""
    with Session(client=account().client(workers=1)) as session:
        session.snapshot(folder / "snapshot.db", [Instance, DomainRecord, Volume, NodeBalancerNode, SSHKey])


def pickled(folder: Path) -> None:
    """Keep a pickle of each kind of public value."""
    folder.mkdir()
    for name, value in values().items():
        (folder / f"{name}.pickle").write_bytes(pickle.dumps(value, protocol=PROTOCOL))


def values() -> dict[str, object]:
    """Give a public value of each kind that can be pickled."""
    sim = account()
    with Session(client=sim.client(workers=1), fold_tags=True, on_error="continue") as session:
        web = session.query(Instance).filter(Instance.label == "web").one()
        found: dict[str, object] = {"instance": web, "nested": web.alerts, "reference": web.region}
        found["expression"] = and_(Instance.label.startswith("w"), not_(Instance.tags.contains("dev")))
        found["order"] = Instance.created.desc()
        edit(session)
        plan = session.plan()
        found |= {"plan": plan, "step": plan[0], "inspection": inspect(web), "history": inspect(web).history}
        found["new"] = Volume(label="v", region="us-east", size=20, tags=["a"])
        sim.faults.add(*REFUSED, nth=1, action=400)
        sim.faults.add("DELETE", "/volumes/*", nth=None, action="reset_after")
        error = caught(session.commit)
        found |= {"commit_error": error, "report": error.report, "entry": error.failed[0]}  # type: ignore[attr-defined]  # a CommitError
        found["api_error"] = caught(lambda: session.load(Instance, 1))
        found["wait_timeout"] = caught(lambda: session.wait([web], Instance.status == "offline", timeout=5))
    found["transport_error"] = TransportError("GET /volumes: no reply within 30 s", sent=None, tries=2)
    found["conflict_error"] = conflict()
    return found


def caught(action: Callable[[], object]) -> LinodeORMError:
    """Give the error that a call raises."""
    try:
        action()
    except LinodeORMError as error:
        return error
    raise AssertionError


def conflict() -> LinodeORMError:
    """Give the error of a commit that meets a change made elsewhere."""
    sim = account()
    with Session(client=sim.client(workers=1), conflicts="check") as session:
        volume = session.query(Volume).filter(Volume.label == "data").one()
        volume.label = "mine"
        sim.change(f"/volumes/{volume.id}", label="theirs")
        error = caught(session.commit)
    assert isinstance(error, ConflictError)
    return error


def keep(path: Path, content: dict[str, Any]) -> None:
    """Write facts beside the files that they are about."""
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


def main(folder: Path) -> None:
    """Make every file in a new folder."""
    folder.mkdir(parents=True)
    crashed(folder)
    finished(folder)
    accounts(folder)
    planned(folder)
    snapshotted(folder)
    pickled(folder / "pickles")
    shutil.copy(CASSETTES / "edit_many.yaml", folder / "cassette.yaml")
    form = json.loads((folder / "plan.json").read_text(encoding="utf-8"))["format"]
    keep(folder / "made.json", {"version": linode_orm.__version__, "format": form, "pickle_protocol": PROTOCOL})


if __name__ == "__main__":
    main(Path(sys.argv[1]))
