"""The file of a journal: whatever lies at its place, and beside it, is told from a journal, and is left as it is."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest

from linode_orm import JournalError, Session, Volume, recover
from linode_orm.session.journal.sqlite_file import JournalFile
from linode_orm.simulator import Simulator

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def sim() -> Iterator[Simulator]:
    with Simulator() as simulator:
        simulator.seed(volumes=30)
        yield simulator


def tag(session: Session, tag: str) -> None:
    for volume in session.query(Volume):
        volume.tags.add(tag)


def journal(sim: Simulator, path: Path, *, copy: Path | None = None) -> Path:
    """Make a journal with one commit; `copy` gets what its files are in the middle of it."""

    def keep(entry: object, done: int, total: int) -> None:
        if done == 5 and copy is not None:
            for beside in ("", "-wal"):
                shutil.copy(f"{path}{beside}", f"{copy}{beside}")

    with Session(client=sim.client(budget=None), journal=path) as session:
        tag(session, path.name)
        session.commit(progress=keep)
    return path


def contents(folder: Path) -> dict[str, bytes]:
    return {each.name: each.read_bytes() for each in folder.iterdir() if each.is_file()}


def refused(sim: Simulator, path: Path | str, says: str, *, on_recovery: str | None = None) -> None:
    """Whoever opens the file is told why not; nothing is sent."""
    client = sim.client(budget=None)
    sim.requests.clear()
    with pytest.raises(JournalError, match=says):
        Session(client=client, journal=path)
    with pytest.raises(JournalError, match=on_recovery or says):
        recover(path, client=client)
    assert not sim.requests


def test_a_log_of_another_journal_beside_it(sim, tmp_path):
    """SQLite would mix it in: whoever restores a journal from a copy, and leaves the log of the lost one, is told."""
    folder = tmp_path / "folder"
    folder.mkdir()
    journal(sim, tmp_path / "other", copy=tmp_path / "copied")
    shutil.copy(journal(sim, tmp_path / "mine"), folder / "mine")
    shutil.copy(tmp_path / "copied-wal", folder / "mine-wal")
    before = contents(folder)
    refused(sim, folder / "mine", "mine-wal beside it is of another journal")
    assert contents(folder) == before
    (folder / "mine-wal").unlink()
    assert not recover(folder / "mine", client=sim.client())


def test_a_damaged_one_with_its_log(sim, tmp_path):
    """What is refused is not changed, though SQLite merges the log when it closes a file."""
    folder = tmp_path / "folder"
    folder.mkdir()
    journal(sim, tmp_path / "other", copy=folder / "mine")
    content = (folder / "mine").read_bytes()
    (folder / "mine").write_bytes(content[:4096] + bytes(4096) + content[8192:])
    before = contents(folder)
    refused(sim, folder / "mine", "damaged|malformed")
    assert contents(folder) == before


def test_one_that_a_crash_left_is_no_other(sim, tmp_path):
    """The log of the same journal belongs to it; nothing is left beside it afterwards."""
    folder = tmp_path / "folder"
    folder.mkdir()
    journal(sim, tmp_path / "other", copy=folder / "mine")
    assert recover(folder / "mine", client=sim.client()).counts == {"applied": 30}
    assert [*contents(folder)] == ["mine"]


def test_one_whose_process_died_as_it_began_to_write(tmp_path):
    """A process that dies before its first transaction is whole leaves a journal that opens any number of times."""
    file = JournalFile(tmp_path / "journal", must_exist=False)
    file.begin()
    left = tmp_path / "left"
    left.mkdir()
    for name in ("journal", "journal-wal"):
        shutil.copy(tmp_path / name, left / name)
    file.close()
    for _ in range(3):
        assert len(recover(left / "journal", client=Simulator().client())) == 0


def test_a_log_without_a_journal(sim, tmp_path):
    """A new journal does not begin with what an old one left."""
    journal(sim, tmp_path / "other", copy=tmp_path / "mine")
    (tmp_path / "mine").unlink()
    before = contents(tmp_path)
    refused(sim, tmp_path / "mine", "mine-wal is left of a journal", on_recovery="no such journal")
    assert contents(tmp_path) == before


@pytest.mark.parametrize("how", ["deleted", "replaced"])
def test_one_that_goes_away_while_it_is_used(sim, tmp_path, how):
    """What would be written where nobody finds it is not sent."""
    path = tmp_path / "mine"
    journal(sim, tmp_path / "other")
    with Session(client=sim.client(budget=None), journal=path) as session:
        tag(session, "a")
        sim.requests.clear()
        path.unlink()
        if how == "replaced":
            shutil.move(tmp_path / "other", path)
        with pytest.raises(JournalError, match="mine was deleted or replaced") as caught:
            session.commit()
        assert "is not sent" in str(caught.value)
        assert not sim.requests.writes
        assert len(session.dirty) == 30


def test_links(sim, tmp_path):
    """A link is followed, also to a place where nothing is yet; one that leads to itself is refused."""
    (tmp_path / "link").symlink_to(tmp_path / "place")
    journal(sim, tmp_path / "link")
    assert (tmp_path / "link").is_symlink()
    assert not recover(tmp_path / "place", client=sim.client())
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    refused(sim, tmp_path / "loop", "loop is a link that leads nowhere", on_recovery="no such journal")


@pytest.mark.parametrize("name", [":memory:", "file:mine?mode=ro", "with space%20 and #"])
def test_names_that_sqlite_reads_otherwise(sim, tmp_path, monkeypatch, name):
    """A name is the name of a file."""
    monkeypatch.chdir(tmp_path)
    path = type(tmp_path)(name)
    journal(sim, path, copy=tmp_path / "copy")
    assert (tmp_path / name).stat().st_size
    shutil.move(tmp_path / "copy", path)
    shutil.move(tmp_path / "copy-wal", f"{path}-wal")
    assert recover(name, client=sim.client()).counts == {"applied": 30}


def test_places_where_no_file_can_be(sim, tmp_path):
    """Each is said in words."""
    (tmp_path / "file").write_text("x")
    nowhere = "there is no such journal"
    refused(sim, tmp_path / "no folder" / "mine", "cannot be read and written", on_recovery=nowhere)
    refused(sim, tmp_path / "file" / "mine", "cannot be used.*Not a directory", on_recovery=nowhere)
    refused(sim, tmp_path / ("n" * 300), "cannot be used.*too long")
    refused(sim, f"{tmp_path}/a\0b", "cannot be used.*null")
    os.mkfifo(tmp_path / "pipe")
    refused(sim, tmp_path / "pipe", "is no file on a disk")
    assert contents(tmp_path) == {"file": b"x"}


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_one_that_may_not_be_written(sim, tmp_path):
    """It is said before anything is sent."""
    path = journal(sim, tmp_path / "mine")
    path.chmod(0o400)
    refused(sim, path, "cannot be read and written")


def test_who_may_not_write_gets_an_error(sim, tmp_path, monkeypatch):
    """SQLite calls a lock that it cannot take an I/O error."""
    path = journal(sim, tmp_path / "mine")
    monkeypatch.setattr(os, "access", lambda *_, **__: False)
    monkeypatch.setattr(os, "supports_effective_ids", {os.access})
    refused(sim, path, r"cannot be read and written \(not by this user\)")
