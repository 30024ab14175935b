"""Syncs: the members of a collection, or the matches of a query, become exactly the wanted objects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, cast

from linode_orm.errors import InvalidRequestError
from linode_orm.mapping import Model
from linode_orm.mapping.record import changes as changes_of
from linode_orm.mapping.record import edits_of, encoded_value, pending_reference
from linode_orm.mapping.state import state_of
from linode_orm.mapping.sync_result import SyncResult
from linode_orm.session.declaring.declaring import check
from linode_orm.session.declaring.keys import few, natural_key, refuse_twice, scope_of
from linode_orm.session.declaring.matches import Matches, matched
from linode_orm.session.declaring.wanted import checked
from linode_orm.session.query.evaluate import compile_condition
from linode_orm.session.query.routes import follows_relations

if TYPE_CHECKING:
    from collections.abc import Iterable

    from linode_orm.mapping import Expression
    from linode_orm.mapping.query import Query
    from linode_orm.mapping.sync_result import Members, SyncOptions
    from linode_orm.session.declaring.declaring import Declaring, Pair
    from linode_orm.session.declaring.keys import Key, NaturalKey
    from linode_orm.session.planning.changes import Changes
    from linode_orm.session.query.runner import QueryRunner

M = TypeVar("M", bound=Model)

_CALL = "sync()"


class Syncing:
    """Lets what is there become what is wanted."""

    def __init__(self, changes: Changes, runner: QueryRunner, declaring: Declaring) -> None:
        self._changes = changes
        self._matches = Matches(changes, runner)
        self._declaring = declaring

    def _wanted(self, model: type, given: Iterable[M], parent: Model | None) -> list[M]:
        """Return the wanted objects of a class; those of a collection lie below its parent."""
        wanted = checked(given, _CALL, mine=self._changes.new)
        _check_classes(model, wanted)
        if parent is not None:
            for each in wanted:
                other = state_of(each).pending_parent
                if (other is not None and other is not parent) or (other is None and state_of(each).parents):
                    _check_parent(each, parent)
                each.__adopt_parent__(parent)
        return wanted

    def query(self, query: Query[M], given: Iterable[M], options: SyncOptions) -> SyncResult[M]:
        """Let the matches of a query become the wanted objects; 1 list, and another for keys that it does not show."""
        _check_query(query, options)
        wanted = self._wanted(query.model, given, None)
        _place_below(wanted, query)
        inside = self._declaring.settle_references(wanted)
        natural = natural_key(cast("type[Model]", query.model), options.key)
        keyed = _keyed(natural, wanted)
        there = cast("list[Model]", list(query))
        query.__check_whole__("sync()", partial=options.partial)
        if query.condition is None:
            there += [each for each in self._changes.new.values() if _is_within(query, each, keyed)]
        found = matched(natural, keyed, there)
        self._check_outside(query, natural, {known: each for known, each in keyed.items() if known not in found}, there)
        _check_condition(query.condition, keyed, found)
        removable = there if options.delete else []
        return cast("SyncResult[M]", self._apply(natural, keyed, found, removable, inside, query.condition))

    def members(self, collection: Members, given: Iterable[M], options: SyncOptions) -> SyncResult[M]:
        """Let the children of an object become the wanted objects; sends what reading the children sends."""
        _check_deletes(collection.model, options)
        wanted = self._wanted(collection.model, given, collection.parent)
        inside = self._declaring.settle_references(wanted)
        natural = natural_key(collection.model, options.key)
        keyed = _keyed(natural, wanted)
        parent = state_of(collection.parent)
        scope = id(collection.parent) if parent.is_new else (*parent.key,)
        others = [*collection.read(), *self._matches.pending(natural, scope, wanted)]
        found = matched(natural, keyed, others)
        removable = others if options.delete else []
        return cast("SyncResult[M]", self._apply(natural, keyed, found, removable, inside))

    def _check_outside(self, query: Query[Any], key: NaturalKey, missing: dict[Key, Model], there: list[Model]) -> None:
        """Raise `InvalidRequestError` where an object has a wanted key that is no match of the query."""
        if query.condition is None:
            return
        matched = {id(each) for each in there}
        taken: list[str] = []
        for scope in {scope_of(each) for each in missing.values()}:
            within = {known: each for known, each in missing.items() if scope_of(each) == scope}
            others = [*self._matches.listed(key, scope, within), *self._matches.pending(key, scope, within.values())]
            outside = (each for each in others if id(each) not in matched and key.of(each) in within)
            taken += [f"{each!r} has the {key.shown(each)}, and is no match of {query!r}" for each in outside]
        if taken:
            raise InvalidRequestError(few(taken))

    def _apply(  # noqa: PLR0913, PLR0917  what was compared
        self,
        key: NaturalKey,
        keyed: dict[Key, Model],
        found: dict[Key, Model],
        there: list[Model],
        inside: list[Pair],
        condition: Expression | None = None,
    ) -> SyncResult[Model]:
        check([*inside, *((each, found.get(known), key) for known, each in keyed.items())])
        for each, other, its_key in inside:
            self._declaring.apply(each, other, its_key)
        kept = {id(each) for each in found.values()}
        added: list[Model] = []
        changed: list[Model] = []
        unchanged: list[Model] = []
        removed = [each for each in there if id(each) not in kept]
        for known, wanted in keyed.items():
            other = found.get(known)
            self._declaring.apply(wanted, other, key)
            now = wanted if other is None else other
            (added if state_of(now).is_new else changed if changes_of(now) else unchanged).append(now)
        for each in removed:
            self._changes.delete(each, condition)
        return SyncResult(tuple(added), tuple(changed), tuple(removed), tuple(unchanged))


def _keyed(key: NaturalKey, wanted: Iterable[Model]) -> dict[Key, Model]:
    pairs = [(key.of_wanted(each), each) for each in wanted]
    refuse_twice(key, pairs)
    return dict(pairs)


def _check_parent(wanted: Model, parent: Model) -> None:
    here = (*state_of(parent).key,)
    if state_of(parent).is_new or scope_of(wanted) != here:
        msg = f"{wanted!r} belongs to another {parent.__mapper__.name} than {parent!r}, whose collection is synced"
        raise InvalidRequestError(msg)


def _check_classes(model: type, wanted: Iterable[Model]) -> None:
    for each in wanted:
        if not isinstance(each, model):
            msg = f"{_CALL} takes objects of {model.__name__}, not {each!r}"
            raise InvalidRequestError(msg)


def _check_query(query: Query[Any], options: SyncOptions) -> None:
    if query.limited is not None or query.passed:
        msg = f"{query!r} is a part of what it matches, and sync() is about all of it; leave out limit and offset"
        raise InvalidRequestError(msg)
    if query.path is not None:
        msg = f"GET {query.path} lists objects that exist without it; sync() is about what a query of their class finds"
        raise InvalidRequestError(msg)
    _check_deletes(query.model, options)


def _check_deletes(model: type, options: SyncOptions) -> None:
    mapper = cast("type[Model]", model).__mapper__
    if options.delete and "delete" not in mapper.verbs:
        msg = f"the API cannot delete a {mapper.name}; sync(..., delete=False) adds and changes alone"
        raise InvalidRequestError(msg)


def _place_below(wanted: Iterable[Model], query: Query[Any]) -> None:
    """Let wanted objects lie below the parent whose children a query is about; refuse those of another one."""
    above = query.parents or ()
    if not above:
        return
    first, *more = above
    for each in wanted:
        if state_of(each).pending_parent is None and not state_of(each).parents:
            each.__adopt_parent__(above if more else first)
        elif scope_of(each) != query.parents:
            msg = f"{each!r} belongs to another parent than the one whose children {query!r} is about"
            raise InvalidRequestError(msg)


def _is_within(query: Query[Any], new: Model, keyed: dict[Key, Model]) -> bool:
    """Whether a pending object will be one of the matches of a query without a condition."""
    is_wanted = any(new is each for each in keyed.values())
    return type(new) is query.model and not is_wanted and query.parents in {None, scope_of(new)}


def _check_condition(condition: Expression | None, keyed: dict[Key, Model], found: dict[Key, Model]) -> None:
    """Raise `InvalidRequestError` where a wanted object would be no match of the query, as far as that is known."""
    if condition is None or follows_relations(condition):
        return
    outside: list[str] = []
    for known, wanted in keyed.items():
        holds = compile_condition(type(wanted), condition)
        scope = scope_of(wanted)
        # below a new parent nothing is known of what the condition asks of the parent
        if isinstance(scope, tuple) and holds(_as_wanted(wanted, found.get(known)), scope) is False:
            outside.append(repr(wanted))
    if outside:
        msg = f"{few(outside)} would be no match of the query, whose condition is {condition}"
        raise InvalidRequestError(msg)


def _as_wanted(wanted: Model, found: Model | None) -> dict[str, Any]:
    """Return the body that an object would have; what refers to new objects is left out."""
    body: dict[str, Any] = dict(state_of(found).body) if found is not None else {}
    for name in edits_of(wanted):
        field = wanted.__mapper__.fields[name]
        if pending_reference(wanted, name) is not None:
            body.pop(field.key, None)
        elif not field.is_write_only:
            body[field.key] = field.codec.trim(encoded_value(wanted, name), "create")
    return body
