"""The store: the rows of the account by collection and parents, in the order in which they were made."""

from __future__ import annotations

import json
from itertools import count
from typing import TYPE_CHECKING, Any
from zlib import crc32

from linode_orm.simulator.schema import template

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from linode_orm.simulator.schema import Resource

Body = dict[str, Any]


def encode(value: object) -> bytes:
    """Return a value as the API sends it."""
    return json.dumps(value, separators=(", ", ": "), ensure_ascii=False).encode()


class Row:
    """One object: its body as a GET answers it, its hidden values, and its encoded form while that is current.

    The body is never changed in place; `change` puts another in its place, so that the encoded form is
    current as long as the body is the same object.
    """

    __slots__ = ("_encoded", "_listed", "_of", "body", "gone", "hidden", "key", "parents", "resource", "table")

    def __init__(self, resource: Resource, parents: tuple[str, ...], key: str, body: Body, hidden: Body) -> None:
        self.resource = resource
        self.parents = parents
        self.key = key
        self.body = body
        self.hidden = hidden
        self.gone = False
        self.table: Table | None = None
        self._of: Body | None = None
        self._encoded = b""
        self._listed = b""

    def change(self, **fields: object) -> None:
        """Give the row other values."""
        old, self.body = self.body, {**self.body, **fields}
        if self.table is not None:
            self.table.follow(self, old)

    def encoded(self, *, listed: bool = False) -> bytes:
        """Return the body in JSON, as a GET answers it or as a list holds it."""
        if self._of is not self.body:
            self._of = self.body
            self._encoded = encode(self.body)
            without = self.resource.list_only_without
            shown = {key: value for key, value in self.body.items() if key not in without} if without else None
            self._listed = self._encoded if shown is None else encode(shown)
        return self._listed if listed else self._encoded

    @property
    def id(self) -> Any:  # noqa: ANN401  an id of any type
        """The identity as the body has it; a tuple where it is composite."""
        keys = self.resource.id_keys
        return self.body[keys[0]] if len(keys) == 1 else tuple(self.body[key] for key in keys)

    @property
    def chain(self) -> tuple[str, ...]:
        """The ids from the outermost parent in, the row's own last."""
        return self.parents if self.resource.singleton else (*self.parents, *self.key.split("\0"))


class Table:
    """The rows of one collection below one parent, and the index of their unique values."""

    __slots__ = ("_holders", "parents", "resource", "rows")

    def __init__(self, resource: Resource, parents: tuple[str, ...]) -> None:
        self.resource = resource
        self.parents = parents
        self.rows: dict[str, Row] = {}
        self._holders: dict[tuple[str, object], set[Row]] = {}

    def add(self, row: Row) -> None:
        """Add a row at the end, or in the place of the one that has its key."""
        before = self.rows.get(row.key)
        if before is not None:
            self._forget(before)
        self.rows[row.key] = row
        row.table = self
        self.follow(row, {})

    def remove(self, row: Row) -> None:
        """Remove a row."""
        if self.rows.get(row.key) is row:
            del self.rows[row.key]
        self._forget(row)

    def _forget(self, row: Row) -> None:
        for key in self.resource.unique_keys:
            self._holders.get(_held(key, row.body), set()).discard(row)
        row.table = None

    def clear(self) -> list[Row]:
        """Remove all rows, and return them."""
        gone = list(self.rows.values())
        for row in gone:
            self.remove(row)
        return gone

    def follow(self, row: Row, old: Body) -> None:
        """Update the index after the values of a row have changed."""
        for key in self.resource.unique_keys:
            was, now = _held(key, old), _held(key, row.body)
            if was != now or not old:
                self._holders.get(was, set()).discard(row)
                self._holders.setdefault(now, set()).add(row)

    def holders(self, key: str, value: object) -> set[Row]:
        """Return the rows that have a value under a key whose values have to be unique."""
        return self._holders.get(_held(key, {key: value}), set())


def _held(key: str, body: Body) -> tuple[str, object]:
    value = body.get(key)
    return key, value if isinstance(value, (str, int, float, type(None))) else encode(value)


class Store:
    """All tables, and which of them stand below which object."""

    def __init__(self, resources: Iterable[Resource]) -> None:
        self.resources = {resource.name: resource for resource in resources}
        self._by_template = {resource.template: resource for resource in self.resources.values()}
        self.whose = ""
        """Whose profile is read: the name of a user, or nothing for the account's owner."""
        self._tables: dict[tuple[str, tuple[str, ...]], Table] = {}
        self._below: dict[tuple[str, tuple[str, ...]], list[Table]] = {}
        self._named: dict[str, list[Table]] = {name: [] for name in self.resources}
        # makes the rows of a class when they are first read
        self.awaited: dict[str, Callable[[], None]] = {}
        # by name, so that ids stay what they were when a resource is added
        self._ids = {name: count((crc32(name.encode()) % 9_000 + 1_000) * 1_000 + 1) for name in self.resources}

    def _name(self, resource: Resource) -> str:
        """Return under which name the tables of a resource are kept: every user has a profile."""
        is_personal = self.whose and resource.path.startswith("/profile")
        return f"{resource.name} of {self.whose}" if is_personal else resource.name

    def _await(self, name: str) -> None:
        if name in self.awaited:
            self.awaited.pop(name)()

    def collection(self, path: str) -> Resource | None:
        """Return the resource whose collection has that path, parameters nameless."""
        return self._by_template.get(template(path))

    def table(self, resource: Resource, parents: tuple[str, ...] = ()) -> Table:
        """Return the table of a collection, an empty one if it has no rows yet."""
        self._await(resource.name)
        name = self._name(resource)
        found = self._tables.get((name, parents))
        if found is None:
            found = self._tables[name, parents] = Table(resource, parents)
            self._named.setdefault(resource.name, []).append(found)
            above, chain = self.parent_of(resource, parents)
            while above is not None:
                self._below.setdefault((above.name, chain), []).append(found)
                above, chain = self.parent_of(above, chain[: above.depth])
        return found

    def parent_of(self, resource: Resource, parents: tuple[str, ...]) -> tuple[Resource | None, tuple[str, ...]]:
        """Return the resource of the direct parent and the chain that names it."""
        return (self.resources.get(resource.parent), parents) if resource.parent else (None, ())

    def find(self, resource: Resource, chain: tuple[str, ...]) -> Row | None:
        """Return the row with these ids, from the outermost parent in."""
        self._await(resource.name)
        parents, key = chain[: resource.depth], "\0".join(chain[resource.depth :])
        table = self._tables.get((self._name(resource), parents))
        return table.rows.get(key) if table is not None else None

    def rows(self, name: str) -> Iterator[Row]:
        """Yield every object of a class, below any parent."""
        self._await(name)
        for table in self._named.get(name, ()):
            yield from tuple(table.rows.values())

    def number_of(self, name: str) -> int:
        """Return how many objects of a class there are, below any parent."""
        self._await(name)
        return sum(len(table.rows) for table in self._named.get(name, ()))

    def get(self, name: str, identity: object) -> Row | None:
        """Return the object of a class that has no parent, by its id; None where there is none."""
        resource = self.resources.get(name)
        return self.find(resource, (str(identity),)) if resource is not None else None

    def new_id(self, name: str) -> int:
        """Return an id that no object of the class has had."""
        return next(self._ids.setdefault(name, count(1)))

    def share_ids(self, ids: dict[str, count[int]]) -> None:
        """Count the ids of new rows with other stores, so that no two rows of any of them have one id."""
        for name, each in self._ids.items():
            ids.setdefault(name, each)
        self._ids = ids

    def put(self, row: Row) -> Row:
        """Add a new row at the end of its collection."""
        self.table(row.resource, row.parents).add(row)
        return row

    def under(self, row: Row) -> list[Row]:
        """Return every object below one, at any depth."""
        return [each for table in self._below.get((row.resource.name, row.chain), ()) for each in table.rows.values()]

    def drop(self, row: Row) -> list[Row]:
        """Remove a row and everything below it; return all that was removed."""
        self.table(row.resource, row.parents).remove(row)
        row.gone = True
        went: list[Row] = []
        for table in self._below.pop((row.resource.name, row.chain), ()):
            went += table.clear()
        for each in went:
            each.gone = True
        return went

    def rename(self, row: Row, key: str) -> None:
        """Give a row another key in its place; the rows below it follow."""
        table, old = self.table(row.resource, row.parents), row.chain
        table.rows = {(key if each is row else name): each for name, each in table.rows.items()}
        row.key = key
        at = len(old) - 1
        for below in self._below.pop((row.resource.name, old), []):
            self._tables.pop((below.resource.name, below.parents))
            self._named[below.resource.name].remove(below)
            moved = self.table(below.resource, (*below.parents[:at], key, *below.parents[at + 1 :]))
            for each in below.clear():
                each.parents = moved.parents
                moved.add(each)
