"""Files that a user alone may read are made exclusively, never through a link, and private where a file was there."""

from __future__ import annotations

import base64
import os
import re
import stat
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import linode_orm
from linode_orm import Instance, Session
from linode_orm import _private_files as private_files
from linode_orm.models import LKEKubeconfig
from linode_orm.simulator import Simulator

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.skipif(os.name != "posix", reason="modes and links are those of POSIX")
OPENS = re.compile(
    r"os\.open\(|\.open\(\s*[\"']w|\bopen\([^)]*[\"'][wax]b?[\"']|write_text|write_bytes|mkstemp|O_TRUNC"
)
HAVE_NO_SECRETS = {"_private_files.py", "_generate", "session/journal/sqlite_file.py", "output/", "cli/terminal.py"}
"""Where files are opened for writing: here, by the generator, of a journal its folder, to bring a name to the disk, the null
device of a closed pipe, and the files of tables, in which secrets are masked and which are as readable as their user's other files."""


def plan(place: Path) -> None:
    with Simulator() as sim, Session(client=sim.client()) as session:
        sim.seed(instances=1)
        session.query(Instance).one().label = "renamed"
        session.plan().save(place)


def kubeconfig(place: Path) -> None:
    with Simulator() as sim, Session(client=sim.client()) as session:
        file = LKEKubeconfig(session, 5)
        file.__dict__["kubeconfig"] = base64.b64encode(b"apiVersion: v1").decode()
        file.write_to(place)


def journal(place: Path) -> None:
    with Simulator() as sim, Session(client=sim.client(), journal=place):
        pass


WRITERS: list[Callable[[Path], None]] = [plan, kubeconfig, journal]
each_writer = pytest.mark.parametrize("write", WRITERS)


def mode(place: Path) -> int:
    return stat.S_IMODE(place.stat().st_mode)


@each_writer
def test_a_new_file_is_private(tmp_path: Path, write: Callable[[Path], None]) -> None:
    """Its user alone may read it, whatever the umask, and nothing else is left in the folder."""
    before = os.umask(0)
    try:
        write(tmp_path / "file")
    finally:
        os.umask(before)
    assert mode(tmp_path / "file") == 0o600
    assert {each.name for each in tmp_path.iterdir()} <= {"file", "file-wal", "file-shm"}


@each_writer
def test_a_file_that_was_there_becomes_private(tmp_path: Path, write: Callable[[Path], None]) -> None:
    """A file that everybody could read is private afterwards."""
    write(tmp_path / "file")
    (tmp_path / "file").chmod(0o644)
    write(tmp_path / "file")
    assert mode(tmp_path / "file") == 0o600


@pytest.mark.parametrize("write", [plan, kubeconfig])
def test_a_link_is_replaced(tmp_path: Path, write: Callable[[Path], None]) -> None:
    """What a link leads to stays as it is."""
    (tmp_path / "precious").write_text("precious")
    (tmp_path / "file").symlink_to(tmp_path / "precious")
    write(tmp_path / "file")
    assert (tmp_path / "precious").read_text() == "precious"
    assert not (tmp_path / "file").is_symlink()


@each_writer
def test_the_name_beside_is_never_taken(
    tmp_path: Path, write: Callable[[Path], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody who guesses the temporary name, and lays a link there, is refused, and nothing is written through it."""
    monkeypatch.setattr(private_files, "_unguessable", lambda: "guessed")
    (tmp_path / "precious").write_text("precious")
    (tmp_path / "file.guessed.new").symlink_to(tmp_path / "precious")
    with pytest.raises((OSError, linode_orm.LinodeORMError)):
        write(tmp_path / "file")
    assert (tmp_path / "precious").read_text() == "precious"
    assert not (tmp_path / "file").exists()


def test_every_file_is_written_so() -> None:
    """No module opens a file for writing by itself."""
    package = Path(linode_orm.__file__).parent
    found = {
        str(each.relative_to(package))
        for each in package.rglob("*.py")
        if OPENS.search(each.read_text(encoding="utf-8"))
    }
    assert {each for each in found if not any(each.startswith(known) for known in HAVE_NO_SECRETS)} == set()
