"""A commit of every kind of change, and processes that end in the middle of it."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from linode_orm.errors import CommitError, TransportError
from tests.session.fake_api import Barrel, Crane, Dock, FakeApi, Hook, Session

if TYPE_CHECKING:
    from collections.abc import Callable

WRITES = 8
"""How many writes the commit has."""


def dock_of(session: Session, identity: int = 5, **values: object) -> Dock:
    body = {"id": identity, "label": f"dock{identity}", "place": "x", "tags": ["p"], **values}
    session.api.seed(f"/docks/{identity}", dict(body))
    return session.loaded(Dock, dict(body))


def mixed(session: Session) -> None:
    """Make changes of every kind."""
    for identity in (1, 2, 3):
        dock_of(session, identity).tags.add("edge")
    session.delete(dock_of(session, 4))
    dock = session.add(Dock(label="new", place="x", root_pass="hunter2-hunter2"))
    crane = Crane(label="c")
    crane.dock = dock
    session.add(crane)
    hook = Hook(load=3)
    hook.crane = crane
    session.add_all([hook, Barrel(name="b")])


SECRETS = {"new:1.root_pass": "hunter2-hunter2"}


def wanted() -> dict[str, object]:
    """Return the account that the mixed commit is to make, ids aside."""
    api = FakeApi(workers=1)
    session = Session(api)
    mixed(session)
    session.commit()
    return shape(api)


def shape(api: FakeApi) -> dict[str, object]:
    rows: dict[str, list[object]] = {}
    names = {path.rpartition("/")[2]: body.get("label", body.get("name")) for path, body in api.objects.items()}
    for path, body in api.objects.items():
        row = {key: value for key, value in body.items() if key not in {"id", "created", "dock_id"}}
        above = [names.get(part, part) for part in path.split("/")[1:-1]]
        row["dock"] = names.get(str(body.get("dock_id")))
        rows.setdefault("/".join(map(str, above)), []).append(row)
    return {path: sorted(those, key=repr) for path, those in rows.items()}


def kill(session: Session, path, *, at: int, after: bool, **options: object) -> None:
    """Commit until the process ends, before or after the n-th write took effect; keep the file as it is then."""

    def commit() -> None:
        with pytest.raises(CommitError):
            session.commit(**options)
        session.close()

    die(commit, session.api, path, at=at, after=after)


def die(run: Callable[[], object], api: FakeApi, path, *, at: int, after: bool) -> bool:
    """Run until the process ends, before or after the n-th write took effect; return whether it came so far.

    The journal is then as it was at that moment.
    """
    copy, count = path.with_name("copy"), [0]

    def fault(request):
        if request.method == "GET" and count[0] <= at:
            return None
        count[0] += 1
        if count[0] < at:
            return None
        if count[0] == at:
            snapshot(path, copy)
            return gone if after else gone(None)
        raise TransportError("dead", sent=False)

    def gone(_):
        raise TransportError("dead", sent=False)

    api.fault = fault
    run()
    api.fault = lambda _: None
    if count[0] < at:
        return False
    for name in ("", "-wal", "-journal"):
        path.with_name(path.name + name).unlink(missing_ok=True)
        if copy.with_name(copy.name + name).exists():
            shutil.move(copy.with_name(copy.name + name), path.with_name(path.name + name))
    return True


def snapshot(path, copy) -> None:
    for name in ("", "-wal", "-journal"):
        source = path.with_name(path.name + name)
        if source.exists():
            shutil.copy(source, copy.with_name(copy.name + name))
