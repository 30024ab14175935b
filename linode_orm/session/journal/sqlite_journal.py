"""The SQLite journal: one file, in which an intent is on disk before its request is sent."""

from __future__ import annotations

import json
import sqlite3
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from linode_orm.session.journal.journal import Journal, all_steps
from linode_orm.session.journal.rows import damages, made_by, storable, stored_commit
from linode_orm.session.journal.sqlite_file import JournalFile, journal_errors

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from linode_orm.session.journal.journal import NewCommit, StepResult, StoredCommit
    from linode_orm.session.planning.plan import Step
    from linode_orm.wire.api_time import ApiTime

_KEPT: Final = 100
"""How many finished commits stay in the file, for `session.undo()`."""


class SqliteJournal(Journal):
    """A journal in one SQLite file, locked for this process while it is open.

    Raises `JournalError` if the file is another program's, damaged, empty, locked, or cannot be written.
    """

    def __init__(self, path: str | os.PathLike[str], *, must_exist: bool = False) -> None:
        self._file = JournalFile(path, must_exist=must_exist)
        self.path = self._file.path
        self._waiting: list[tuple[object, ...]] = []
        self._listings: dict[int, tuple[Iterable[object], str, int]] = {}

    @property
    def _connection(self) -> sqlite3.Connection:
        return self._file.connection

    # -- writing -----------------------------------------------------------------------------------------------------

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        """Commit what is written inside together with the results that wait."""
        with journal_errors(self.path):
            connection = self._connection
            # The file may have been deleted: SQLite would go on writing into it, and no process would find it.
            self._file.check_in_place()
            self._file.begin()
            try:
                yield connection
                # Results wait for the next intent, because each transaction waits for the disk and a result may be
                # lost: then the step is in doubt, and is looked for.
                written = len(self._waiting)
                connection.executemany(
                    "UPDATE steps SET status = ?, identity = ?, note = ? WHERE commit_id = ? AND number = ?",
                    self._waiting[:written],
                )
                connection.execute("COMMIT")
                del self._waiting[:written]  # outcomes that could not be written wait for the next transaction
            except BaseException:
                with suppress(sqlite3.Error):
                    connection.execute("ROLLBACK")
                raise

    def begin(self, commit: NewCommit) -> None:
        """Write a commit down before anything of it is sent."""
        rows = [(commit.id, step.number, json.dumps(step.to_dict())) for step in all_steps(commit.plan)]
        with self._transaction() as connection:
            if commit.instead is not None:
                connection.execute("UPDATE commits SET state = 'returned' WHERE id = ?", (commit.instead,))
            connection.execute(
                "INSERT INTO commits VALUES (?, ?, ?, ?, ?, ?, (SELECT id FROM journal))",
                (
                    commit.id,
                    commit.base_url,
                    commit.on_error,
                    commit.conflicts,
                    commit.state,
                    datetime.now(UTC).isoformat(),
                ),
            )
            connection.execute("INSERT INTO accounts VALUES (?, ?)", (commit.id, storable(commit.account)))
            connection.executemany("INSERT INTO steps (commit_id, number, step) VALUES (?, ?, ?)", rows)
            self._prune(connection)  # promise 27: the last ones stay

    def _prune(self, connection: sqlite3.Connection) -> None:
        # An unfinished commit is never pruned, however old it is.
        old = "SELECT id FROM commits WHERE state NOT IN ('open', 'undoing') ORDER BY began DESC, rowid DESC LIMIT -1"
        gone = connection.execute(f"{old} OFFSET {_KEPT}").fetchall()  # a number of ours
        if gone:
            connection.executemany("DELETE FROM commits WHERE id = ?", gone)

    def intend(self, name: str, steps: Sequence[Step], moment: ApiTime, there: Mapping[int, Iterable[object]]) -> None:
        """Write down that steps may be sent from now on, and the ids that are in the collections of creations.

        The first moment at which one may have been sent counts for what is looked for, the last one for how long a
        request may be running.
        """
        # A step that is sent again after a failure begins anew; one that may still run keeps its first moment and list.
        when = moment.text
        listings: list[tuple[str, int, str]] = []
        numbers = {number: self._listing(name, ids, listings) for number, ids in there.items()}
        found = [(step.number, numbers.get(step.number)) for step in steps]
        rows = [(when, when, listed, listed, name, number) for number, listed in found]
        with self._transaction() as connection:
            connection.executemany("INSERT INTO listings VALUES (?, ?, ?)", listings)
            connection.executemany(
                "INSERT OR REPLACE INTO last_tries SELECT commit_id, number, ? FROM steps "
                "WHERE commit_id = ? AND number = ? AND intent IS NOT NULL",
                [(when, name, number) for number, _ in found],
            )
            connection.executemany(
                "UPDATE steps SET intent = iif(status IN ('pending', 'failed'), ?, coalesce(intent, ?)), "
                "there = iif(status IN ('pending', 'failed'), ?, coalesce(there, ?)), status = NULL "
                "WHERE commit_id = ? AND number = ?",
                rows,
            )

    def _listing(self, name: str, ids: Iterable[object], new: list[tuple[str, int, str]]) -> int:
        """Return the number of the ids of a collection, which many steps share and which are written once."""
        known = self._listings.get(id(ids))
        # The same frozenset is handed in for every creation in a collection: by identity, since it may have thousands
        # of ids.
        if known is None or known[0] is not ids or known[1] != name:
            with journal_errors(self.path):
                ((last,),) = self._connection.execute(
                    "SELECT coalesce(max(number), 0) FROM listings WHERE commit_id = ?", (name,)
                )
            known = self._listings[id(ids)] = (ids, name, last + len(new) + 1)
            new.append((name, known[2], json.dumps([*ids])))
        return known[2]

    def settle(self, name: str, result: StepResult) -> None:
        """Write down what became of a step; it reaches the disk with the next transaction."""
        brought = {"id": result.identity, "aboard": result.inner_ids} if result.inner_ids else result.identity
        self._waiting.append((result.status, json.dumps(brought), storable(result.note), name, result.number))

    def newest(self) -> str | None:
        """Return the name of the commit that began last, None where there is none."""
        with journal_errors(self.path):
            query = "SELECT id FROM commits ORDER BY began DESC, rowid DESC LIMIT 1"
            found = self._connection.execute(query).fetchall()
        return str(found[0][0]) if found else None

    def end(self, name: str, state: str) -> None:
        """Write down the state of a commit."""
        with self._transaction() as connection:
            connection.execute("UPDATE commits SET state = ? WHERE id = ?", (state, name))
        with journal_errors(self.path):
            self._connection.execute("PRAGMA incremental_vacuum").fetchall()

    # -- reading -----------------------------------------------------------------------------------------------------

    def unfinished(self) -> list[str]:
        """Return the names of the commits that have not ended, the oldest first."""
        with journal_errors(self.path):
            rows = self._connection.execute(
                "SELECT id FROM commits WHERE state IN ('open', 'undoing') ORDER BY began, rowid"
            ).fetchall()
        return [str(row[0]) for row in rows]

    def find(self, name: str) -> StoredCommit | None:
        """Return a commit by its name, None if it is not known."""
        with journal_errors(self.path):
            found = self._connection.execute(
                "SELECT id, base_url, on_error, conflicts, state, account FROM commits "
                "LEFT JOIN accounts ON accounts.commit_id = commits.id WHERE id = ?",
                (name,),
            ).fetchone()
            rows = self._connection.execute(
                "SELECT steps.number, step, intent, moment, status, identity, note, ids FROM steps "
                "LEFT JOIN listings ON listings.commit_id = steps.commit_id AND listings.number = steps.there "
                "LEFT JOIN last_tries ON last_tries.commit_id = steps.commit_id AND last_tries.number = steps.number "
                "WHERE steps.commit_id = ? ORDER BY steps.number",
                (name,),
            ).fetchall()
        if found is None:
            return None
        with damages(self.path):
            return stored_commit(found, rows)

    def made(self, model: str) -> frozenset[object]:
        """Return the ids of the objects of a class that the commits in the file created."""
        with journal_errors(self.path):
            rows = self._connection.execute(
                "SELECT step, identity FROM steps WHERE identity <> 'null' AND instr(step, ?)",
                (f'"type": {json.dumps(model)}',),
            ).fetchall()
        with damages(self.path):
            return frozenset(each for step, identity in rows for each in made_by(json.loads(step), identity, model))

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def __str__(self) -> str:
        return str(self.path)
