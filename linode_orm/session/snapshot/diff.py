"""The difference of two snapshots, or of sessions as their accounts are now: by key, attribute by attribute."""

from __future__ import annotations

import json
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

from attrs import frozen

from linode_orm._printable import printable
from linode_orm._public import public
from linode_orm.errors import InvalidRequestError
from linode_orm.mapping.model import resource
from linode_orm.mapping.owner import SessionBase
from linode_orm.mapping.values import ABSENT
from linode_orm.session.planning.plan import Change
from linode_orm.session.snapshot.classes import ancestors, classes_of
from linode_orm.session.snapshot.file import opened
from linode_orm.session.snapshot.layout import sql_name
from linode_orm.session.snapshot.snapshot import Snapshot
from linode_orm.session.snapshot.writer import write_snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator
    from sqlite3 import Connection

    from linode_orm.mapping import Model

    Row = tuple[str, str, str]

_NAMES: Final = ("label", "domain", "name", "username", "address")


@public
@frozen
class DiffEntry:
    """One object that differs: its class, its key as it stands in paths, and its attributes with both values.

    Of an object that came or went, `changes` are all its attributes, with one value each.
    """

    model: str
    key: str
    title: str
    kind: str
    """`added`, `removed` or `changed`."""
    changes: tuple[Change, ...]

    def __str__(self) -> str:
        sign = {"added": "+", "removed": "-", "changed": "~"}[self.kind]
        head = f"{sign} {self.model} {self.key}".rstrip() + (f" {self.title!r}" if self.title else "")
        lines = [line for change in self.changes for line in change.lines()] if self.kind != "removed" else []
        return "\n".join(map(printable, [head, *(f"  {line}" for line in lines)]))

    def to_dict(self) -> dict[str, object]:
        """Return the entry as JSON can hold it."""
        changes = [_change(each) for each in self.changes]
        return {"type": self.model, "key": self.key, "title": self.title, "kind": self.kind, "changes": changes}


def _change(change: Change) -> dict[str, object]:
    """Return a change as JSON can hold it; a value that one side lacks is left out."""
    values = {"old": change.old, "new": change.new}
    present = {name: each for name, each in values.items() if each is not ABSENT}
    return {"attribute": change.name, "key": change.key, **present}


@public
@frozen
class Diff:
    """What differs between two readings; one without differences is false.

    `skipped` says what was not compared, because one side does not have it.
    """

    entries: tuple[DiffEntry, ...]
    skipped: tuple[str, ...] = ()

    def _having(self, kind: str) -> tuple[DiffEntry, ...]:
        return tuple(each for each in self.entries if each.kind == kind)

    @property
    def added(self) -> tuple[DiffEntry, ...]:
        """The objects that only the new side has."""
        return self._having("added")

    @property
    def removed(self) -> tuple[DiffEntry, ...]:
        """The objects that only the old side has."""
        return self._having("removed")

    @property
    def changed(self) -> tuple[DiffEntry, ...]:
        """The objects whose attributes differ."""
        return self._having("changed")

    def __len__(self) -> int:
        return len(self.entries)

    def __iter__(self) -> Iterator[DiffEntry]:
        return iter(self.entries)

    def __str__(self) -> str:
        left = [printable(f"not compared: {each}") for each in self.skipped]
        return "\n\n".join([*map(str, self.entries), *left, self._summary])

    @property
    def _summary(self) -> str:
        if not self.entries:
            return "nothing differs"
        return f"{len(self.added)} added, {len(self.removed)} removed, {len(self.changed)} changed"

    def __repr__(self) -> str:
        return f"<Diff: {self._summary}>"

    def _repr_html_(self) -> str:
        from linode_orm.output.html import html_table  # noqa: PLC0415  only notebooks need it

        rows = [
            (
                each.kind,
                f"{each.model} {each.key}",
                each.title,
                "; ".join(line for one in each.changes for line in one.lines()),
            )
            for each in self.entries
        ]
        return html_table(("kind", "object", "title", "attributes"), rows, title=repr(self))

    def to_dict(self) -> dict[str, object]:
        """Return the difference as JSON can hold it."""
        return {"entries": [each.to_dict() for each in self.entries], "skipped": list(self.skipped)}


@public
def diff(old: Snapshot | SessionBase, new: Snapshot | SessionBase) -> Diff:
    """Return what differs between two snapshots, or between a snapshot and an account as it is now.

    A session is read now, into a file that is deleted at the end: the classes of the other side, or those of a snapshot
    where both are sessions. Objects are the same where their keys are. Pending changes of a session do not count. What
    one side could not read is not compared, and named in `skipped`.
    """
    with _read(old, new) as one, _read(new, old) as other:
        return _compared(one, other)


@contextmanager
def _read(side: Snapshot | SessionBase, other: Snapshot | SessionBase) -> Iterator[Snapshot]:
    if isinstance(side, Snapshot):
        yield side
        return
    if not isinstance(side, SessionBase):
        msg = f"diff() takes snapshots and sessions, not {side!r}"
        raise InvalidRequestError(msg)
    models: list[type[Model]] | None = [*map(resource, other.models)] if isinstance(other, Snapshot) else None
    with TemporaryDirectory(prefix="linode_orm-") as folder:
        path = Path(folder) / "now.sqlite"
        client: Any = getattr(side, "client", None)
        write_snapshot(client, path, classes_of(models), None)
        yield Snapshot(path)


def _compared(old: Snapshot, new: Snapshot) -> Diff:
    comparison = _Comparison(old, new)
    one, other = opened(old.path), opened(new.path)
    try:
        both = [name for name in new.models if name in old.models]
        entries = [each for name in both for each in comparison.entries(resource(name), one, other)]
    finally:
        one.close()
        other.close()
    lonely = sorted({*old.models} ^ {*new.models})
    skipped = [*(f"{name}: only one side has it" for name in lonely), *comparison.skipped]
    return Diff(tuple(entries), tuple(skipped))


class _Comparison:
    """Compares the rows of two files class by class, without the places that one of them lacks."""

    def __init__(self, old: Snapshot, new: Snapshot) -> None:
        refused = [*old.skipped, *new.skipped]
        self._places = {(each.model, each.parents) for each in refused}
        self.skipped = list(dict.fromkeys(str(each) for each in refused))

    def entries(self, model: type[Model], old: Connection, new: Connection) -> Iterator[DiffEntry]:
        """Yield what differs of one class, in the order of the keys."""
        for one, other in _paired(_rows(model, old), _rows(model, new)):
            row = one or other
            if row is None or self._is_missing(model, row[1]):
                continue
            if one is None or other is None or one[2] != other[2]:
                entry = _entry(model, row[0], one and json.loads(one[2]), other and json.loads(other[2]))
                if entry is not None:
                    yield entry

    def _is_missing(self, model: type[Model], parents: str) -> bool:
        """Whether one side could not read the list of an object, or one above it."""
        if (model.__name__, parents) in self._places:
            return True
        segments, depth = parents.split("/") if parents else [], 0
        for above in ancestors(model):
            if (above.__name__, "/".join(segments[:depth])) in self._places:
                return True
            depth += len(above.__mapper__.id_names)
        return False


def _rows(model: type[Model], connection: Connection) -> Iterator[Row]:
    """Yield key, parents and body; what has no id is named by its content."""
    table = sql_name(model.__name__)
    yield from connection.execute(f"SELECT coalesce(_key, _body) AS name, _parents, _body FROM {table} ORDER BY name")  # noqa: S608  a quoted name


def _paired(old: Iterator[Row], new: Iterator[Row]) -> Iterator[tuple[Row | None, Row | None]]:
    """Yield the rows of both sides with the same key together; both come in the order of their keys."""
    one, other = next(old, None), next(new, None)
    while one is not None or other is not None:
        if other is None or (one is not None and one[0] < other[0]):
            yield one, None
            one = next(old, None)
        elif one is None or other[0] < one[0]:
            yield None, other
            other = next(new, None)
        else:
            yield one, other
            one, other = next(old, None), next(new, None)


def _entry(model: type[Model], key: str, old: dict[str, Any] | None, new: dict[str, Any] | None) -> DiffEntry | None:
    body = new or old or {}
    title = next((body[name] for name in _NAMES if isinstance(body.get(name), str)), "")
    kind = "added" if old is None else "removed" if new is None else "changed"
    changes = tuple(_changes(model, old or {}, new or {}))
    if kind == "changed" and not changes:
        return None
    return DiffEntry(model.__name__, "" if key.startswith("{") else key, title, kind, changes)


def _changes(model: type[Model], old: dict[str, Any], new: dict[str, Any]) -> Iterator[Change]:
    keys = model.__mapper__.keys
    for key in [*old, *(key for key in new if key not in old)]:
        before, after = old.get(key, ABSENT), new.get(key, ABSENT)
        if before == after and type(before) is type(after):
            continue
        field = keys.get(key)
        is_known = field is not None and ABSENT not in (before, after)
        if is_known and field is not None and field.codec.same(before, after):
            continue
        yield Change(field.name if field is not None else key, key, before, after)
