"""The file of a snapshot: written beside its place and put there whole, opened for reading alone."""

from __future__ import annotations

import os
import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING

from linode_orm._private_files import create_beside, sync
from linode_orm.errors import InvalidRequestError
from linode_orm.session.snapshot.layout import ABOUT, APPLICATION, FORMAT, READ

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def new_file(place: Path) -> Iterator[sqlite3.Connection]:
    """Yield the connection to a new file; at a clean end it stands at `place`, on the disk, for its user alone."""
    beside, handle = create_beside(place)
    os.close(handle)
    try:
        connection = sqlite3.connect(beside, isolation_level=None)
        try:
            # nobody reads the file before it is whole, so that no journal of SQLite's has to keep it readable
            connection.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; BEGIN;")
            connection.execute(f"PRAGMA application_id={APPLICATION}")
            connection.execute(f"PRAGMA user_version={FORMAT}")
            for statement in ABOUT.strip().split("\n"):
                connection.execute(statement)
            yield connection
            connection.execute("COMMIT")
        finally:
            connection.close()
        sync(beside)
        beside.replace(place)
    finally:
        beside.unlink(missing_ok=True)


def opened(path: Path) -> sqlite3.Connection:
    """Return a connection that reads a snapshot, for any thread; raise `InvalidRequestError` for another file."""
    if not path.is_file():
        msg = f"{path}: there is no such snapshot"
        raise InvalidRequestError(msg)
    connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, check_same_thread=False)
    try:
        (application,) = connection.execute("PRAGMA application_id").fetchone()
        (form,) = connection.execute("PRAGMA user_version").fetchone()
    except sqlite3.DatabaseError:
        application, form = 0, 0
    if application == APPLICATION and form in READ:
        return connection
    connection.close()
    what = (
        f"was made by another version (form {form})" if application == APPLICATION else "is no snapshot of linode_orm"
    )
    msg = f"{path} {what}; this version reads the forms {', '.join(map(str, sorted(READ)))}"
    raise InvalidRequestError(msg)
