"""A journal in another store is one class: lines of JSON carry a commit, a crash and its recovery."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest

from linode_orm import recover
from linode_orm.errors import CommitError, InvalidRequestError, TransportError
from linode_orm.session.journal.journal import (
    Journal,
    NewCommit,
    StepResult,
    StoredCommit,
    StoredRequest,
    all_steps,
    as_sent,
)
from linode_orm.session.planning.plan_file import step_from_dict
from linode_orm.wire.api_time import ApiTime
from tests.session.fake_api import Barrel, Cargo, Crane, Dock, FakeApi, Session

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from linode_orm import Step


class JsonLines(Journal):
    """Appends a line for each thing that happens to a commit; reads all of them to say what became of it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def _write(self, name: str, what: str, **facts: Any) -> None:
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"commit": name, "what": what, **facts}) + "\n")
            file.flush()
            os.fsync(file.fileno())

    def begin(self, commit: NewCommit) -> None:
        if commit.instead is not None:
            self.end(commit.instead, "returned")
        facts = {"base_url": commit.base_url, "on_error": commit.on_error, "conflicts": commit.conflicts}
        self._write(commit.id, "begin", **facts, steps=[step.to_dict() for step in all_steps(commit.plan)])
        self.end(commit.id, commit.state)

    def intend(self, name: str, steps: Sequence[Step], moment: ApiTime, there: Mapping[int, Iterable[object]]) -> None:
        listed = {number: [*ids] for number, ids in there.items()}
        self._write(name, "intend", numbers=[step.number for step in steps], moment=moment.text, there=listed)

    def settle(self, name: str, result: StepResult) -> None:
        self._write(name, "settle", **{**result._asdict(), "inner_ids": dict(result.inner_ids)})

    def end(self, name: str, state: str) -> None:
        self._write(name, "end", state=state)

    def unfinished(self) -> list[str]:
        states = {line["commit"]: line["state"] for line in self._lines() if line["what"] == "end"}
        return [name for name, state in states.items() if state in {"open", "undoing"}]

    def find(self, name: str) -> StoredCommit | None:
        lines = [line for line in self._lines() if line["commit"] == name]
        if not lines:
            return None
        steps = {
            step["number"]: StoredRequest(step_from_dict(step), None, None, None, "", {}) for step in lines[0]["steps"]
        }
        for line in lines[1:]:
            if line["what"] == "intend":
                for number in line["numbers"]:
                    ids = line["there"].get(str(number))
                    steps[number] = steps[number]._replace(
                        intent=steps[number].intent or ApiTime.of(line["moment"]),
                        there=steps[number].there if ids is None else frozenset(ids),
                        status=None,
                    )
            elif line["what"] == "settle":
                facts = {key: line[key] for key in ("status", "identity", "note", "inner_ids")}
                steps[line["number"]] = steps[line["number"]]._replace(**facts)
        state = [line["state"] for line in lines if line["what"] == "end"][-1]
        head = (lines[0][key] for key in ("base_url", "on_error", "conflicts"))
        return StoredCommit(name, *head, state, tuple(as_sent([*steps.values()])))

    def close(self) -> None:
        """Nothing is held."""

    def _lines(self) -> Iterator[Any]:
        text = self._path.read_text(encoding="utf-8") if self._path.exists() else ""
        return map(json.loads, text.splitlines())

    def __str__(self) -> str:
        return str(self._path)


def family(session: Session) -> None:
    """Make two docks with a crane each, a barrel, and a piece of cargo that only its list tells apart."""
    for label in "ab":
        dock = session.add(Dock(label=label, place="x"))
        crane = Crane(label="c")
        crane.dock = dock
        session.add(crane)
    session.add(Barrel(name="b"))
    session.add(Cargo(name="box", weight=1))


def shape(api: FakeApi) -> list[str]:
    return sorted(str(body.get("label", body.get("name"))) for body in api.objects.values())


def crash(api: FakeApi, path: Path, at: int) -> None:
    """Commit until the process ends after the n-th write took effect; keep the file as it is then."""
    session, count, kept = Session(api, journal=JsonLines(path)), [0], [""]
    family(session)

    def gone(_: object) -> object:
        raise TransportError("dead")

    def fault(request):
        if request.method != "GET" or count[0] >= at:
            count[0] += 1
        if count[0] == at and not kept[0]:
            # Another thread may be writing a line: a reader can see part of it.
            kept[0] = "".join(line for line in path.read_text(encoding="utf-8").splitlines(True) if line.endswith("\n"))
            return gone
        if count[0] > at:
            raise TransportError("dead", sent=False)
        return None

    api.fault = fault
    with pytest.raises(CommitError):
        session.commit()
    session.close()
    api.fault = lambda _: None
    path.write_text(kept[0], encoding="utf-8")


def test_a_commit(tmp_path):
    """A commit with such a journal ends in it, and can be undone from it."""
    api, journal = FakeApi(), JsonLines(tmp_path / "lines")
    session = Session(api, journal=journal)
    family(session)
    report = session.commit()
    assert journal.unfinished() == []
    assert [each.model for each in session.undo(report.id)] == ["Cargo", "Barrel", "Crane", "Dock", "Crane", "Dock"]


@pytest.mark.parametrize("undo", [False, True])
@pytest.mark.parametrize("at", [1, 3, 6])
def test_a_crash_and_its_recovery(tmp_path, at, undo):
    """What a process left behind in it is completed, or undone, and nothing is made twice."""
    api, path = FakeApi(workers=1), tmp_path / "lines"
    crash(api, path, at)
    session = Session(api, journal=JsonLines(path))
    session.add(Barrel(name="z"))
    with pytest.raises(InvalidRequestError, match=r"lines holds a commit that was not finished"):
        session.commit()
    recover(JsonLines(path), client=api.client, undo=undo)
    assert shape(api) == ([] if undo else ["a", "b", "b", "box", "c", "c"])
    assert JsonLines(path).unfinished() == []
