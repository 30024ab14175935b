"""Relation answers: which objects have a relation that leads to what a condition asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from linode_orm.errors import ApiError
from linode_orm.mapping.expressions import or_
from linode_orm.mapping.identity import identity_in
from linode_orm.mapping.model import resource
from linode_orm.mapping.relations import Many
from linode_orm.mapping.values import Unreadable
from linode_orm.session.query.evaluate import ASKED, UNREAD, some
from linode_orm.session.query.planner import filters_for
from linode_orm.session.query.relation_lists import path_of
from linode_orm.session.query.routes import embedding, owners_of, route_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from linode_orm.mapping import Model
    from linode_orm.mapping.expressions import Expression
    from linode_orm.mapping.relation_conditions import RelatedObject
    from linode_orm.mapping.relations import One
    from linode_orm.session.loading.lists.xfilter import Payload
    from linode_orm.session.query.evaluate import Test, Value
    from linode_orm.session.query.relation_lists import Pages, RelationLists
    from linode_orm.session.query.routes import Key, Owners, Parents

    Body = dict[str, Any]
    Row = tuple[Parents, Body]
    Verdict = tuple[Value, ...]
    """The value of each condition on one relation."""
    Verdicts = Callable[[type[Model], Sequence[RelatedObject], Sequence[Row]], list[Verdict]]


class RelationAnswers:
    """What is known of one relation: for each key, the value of every condition that was put on it.

    A test whose key is not known asks for it, and `read` reads what was asked for together. `verdicts` evaluates the
    conditions on rows of the objects that the relation leads to.
    """

    def __init__(self, relation: One[Any] | Many[Any], lists: RelationLists, verdicts: Verdicts) -> None:
        self._relation = relation
        self._route = route_of(relation)
        self._lists = lists
        self._verdicts_of = verdicts
        self._leaves: list[RelatedObject] = []
        self._known: dict[Key, Verdict] = {}
        self._asked: dict[Key, None] = {}
        self._otherwise: Callable[[Key], Verdict] | None = None
        """Gives the verdict for every other key, once a list of all objects was read, or refused."""

    def test_of(self, leaf: RelatedObject) -> Test:
        """Return the test of one condition on the relation."""
        if leaf not in self._leaves:
            self._leaves.append(leaf)
        at, key_of = self._leaves.index(leaf), self._route.key

        def test(body: Any, parents: Parents) -> Value:  # noqa: ANN401  a raw body
            key = key_of(body, parents)
            if key is None:
                return False
            if isinstance(key, Unreadable):
                return None
            verdict = self._known.get(key)
            if verdict is None:
                if self._otherwise is None:
                    self._asked[key] = None
                    return ASKED
                verdict = self._otherwise(key)
            return verdict[at]

        return test

    def read(self) -> None:
        """Read the lists that tell of the keys that were asked for."""
        keys, self._asked = list(self._asked), {}
        if not keys:
            return
        if isinstance(self._relation, Many):
            self._read_collections(self._relation, keys)
        elif self._route.kind == "each":
            self._read_children(keys)
        elif self._route.kind == "parents":
            self._read_inside_parents(keys)
        else:
            self._read_targets([key[0] for key in keys])
        if self._otherwise is None:
            for key in keys:
                self._known.setdefault(key, self._all(value=False))

    # -- verdicts ----------------------------------------------------------------------------------------------------

    def _all(self, *, value: Value) -> Verdict:
        return (value,) * len(self._leaves)

    def _verdicts(self, rows: Sequence[Row]) -> list[Verdict]:
        return self._verdicts_of(self._route.target, self._leaves, rows)

    def take(self, rows: Sequence[Row]) -> None:
        """Take rows of the objects that the relation leads to."""
        mapper = self._route.target.__mapper__
        for (parents, body), verdict in zip(rows, self._verdicts(rows), strict=True):
            self._known[*parents, identity_in(mapper, body)] = verdict

    def _add(self, key: Key, verdict: Verdict) -> None:
        """Let one more object count for a key: one that meets a condition is enough."""
        self._known[key] = _joined(self._known.get(key), verdict)

    def _settle(self, *, value: Value) -> None:
        """Give every key that is not known one value."""
        verdict = self._all(value=value)
        self._otherwise = lambda _: verdict

    def _filter(self) -> Payload:
        """Return the X-Filter for what meets one of the conditions, in a list of the class; empty where it is none."""
        conditions = [leaf.condition for leaf in self._leaves]
        if None in conditions:
            return {}
        filters = filters_for(self._route.target, or_(*cast("list[Expression]", conditions)))
        return filters[0] if len(filters) == 1 else {}

    # -- to one ------------------------------------------------------------------------------------------------------

    def _read_targets(self, ids: list[object]) -> None:
        """Read the objects with some ids by the list of their class."""
        target = self._route.target
        try:
            pages, is_whole = self._lists.with_ids(target, ids, self._filter())
            for rows in pages:
                self.take([((), row) for row in rows])
        except ApiError as error:
            if self._lists.is_refused(error, target.__mapper__.path, None):
                self._settle(value=UNREAD)
            return
        if is_whole:
            self._settle(value=False)

    def _read_inside_parents(self, keys: list[Key]) -> None:
        """Read the parents of the objects by their list, whose rows hold the objects."""
        mapper = self._route.target.__mapper__
        inside, parent = embedding(mapper), resource(str(mapper.parent))
        assert inside is not None  # noqa: S101  the route says so
        try:
            pages, is_whole = self._lists.with_ids(parent, list(dict.fromkeys(key[0] for key in keys)), {})
            for row in (row for rows in pages for row in rows):
                above, children = (identity_in(parent.__mapper__, row),), row.get(inside.embedded)
                self.take([(above, each) for each in (children if isinstance(children, list) else ())])
        except ApiError as error:
            if self._lists.is_refused(error, parent.__mapper__.path, None):
                self._settle(value=UNREAD)
            return
        if is_whole:
            self._settle(value=False)

    def _read_children(self, keys: list[Key]) -> None:
        """Read the objects by the lists below their parents."""
        target, x_filter = self._route.target, self._filter()
        mapper = target.__mapper__
        above = list(dict.fromkeys(key[:-1] for key in keys))
        for parents, pages in zip(above, self._lists.below(target, above, x_filter), strict=True):
            try:
                for rows in pages:
                    self.take([(parents, row) for row in rows])
            except ApiError as error:
                path = mapper.collection_path(parents)
                if self._lists.is_refused(error, path, resource(str(mapper.parent)), parents):
                    for key in keys:
                        if key[:-1] == parents:
                            self._known.setdefault(key, self._all(value=UNREAD))

    # -- to many -----------------------------------------------------------------------------------------------------

    def _read_collections(self, relation: Many[Any], keys: list[Key]) -> None:
        """Read the collections of some owners: by the list of all objects, or each where that takes fewer requests."""
        owners = owners_of(relation)
        if owners is not None and len(keys) > 1 and self._read_whole(owners, len(keys) - 1):
            return
        if relation.path:
            lists = self._lists.at_path(relation, keys)
        else:
            lists = self._lists.below(self._route.target, keys, self._filter())
        for key, pages in zip(keys, lists, strict=True):
            try:
                self._read_collection(relation, key, pages)
            except ApiError as error:
                if self._lists.is_refused(error, path_of(relation, key), cast("type[Model]", relation.owner), key):
                    self._add(key, self._all(value=UNREAD))

    def _read_collection(self, relation: Many[Any], key: Key, pages: Pages) -> None:
        """Read the collection of one owner, until every condition is met."""
        mapper = self._route.target.__mapper__
        for rows in pages:
            if not relation.path:
                below: list[Row] = [(key, row) for row in rows]
            else:
                below = [(mapper.parents_in(row) if mapper.parent_keys else (), row) for row in rows]
            for verdict in self._verdicts(below):
                self._add(key, verdict)
            if set(self._known.get(key, ())) == {True}:
                return

    def _read_whole(self, owners: Owners, most: int) -> bool:
        """Read the list of all objects, whose rows tell whose they are; return False where it is too long."""
        target = self._route.target
        found: dict[object, Verdict] = {}
        try:
            pages = self._lists.whole(target, self._filter(), most)
            if pages is None:
                return False
            for rows in pages:
                for row, verdict in zip(rows, self._verdicts([((), row) for row in rows]), strict=True):
                    for owner in owners(row):
                        found[owner] = _joined(found.get(owner), verdict)
        except ApiError as error:
            if self._lists.is_refused(error, target.__mapper__.path, None):
                self._settle(value=UNREAD)
            return True
        nothing = self._all(value=False)
        self._otherwise = lambda key: found.get(key[-1], nothing)
        return True


def _joined(one: Verdict | None, other: Verdict) -> Verdict:
    return other if one is None else tuple(some(pair) for pair in zip(one, other, strict=True))
