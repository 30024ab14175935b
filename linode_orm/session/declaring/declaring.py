"""Upserts and syncs: wanted objects become pending changes of those that exist, or pending new ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar, cast

from linode_orm.errors import InvalidRequestError
from linode_orm.mapping import Model
from linode_orm.mapping.state import Status, state_of
from linode_orm.session.declaring.differences import assign, problems
from linode_orm.session.declaring.keys import Key, NaturalKey, few, natural_key, refuse_twice, scope_of
from linode_orm.session.declaring.matches import Matches, matched
from linode_orm.session.declaring.wanted import checked, settle, targets, with_new_ones
from linode_orm.session.planning.nesting_rules import is_made_with_parent

if TYPE_CHECKING:
    from collections.abc import Container, Hashable, Iterable, Sequence

    from linode_orm.session.planning.changes import Changes
    from linode_orm.session.query.runner import QueryRunner

    Pair = tuple[Model, Model | None, NaturalKey]
    """A wanted object, the one that exists, and the key by which it was found."""

M = TypeVar("M", bound=Model)


class Declaring:
    """Compares wanted objects with those of the account; reads one list for each class and parent."""

    def __init__(self, changes: Changes, runner: QueryRunner) -> None:
        self._changes = changes
        self._matches = Matches(changes, runner)

    def upsert(self, wanted: Iterable[M], given_key: object, call: str) -> list[M]:
        """Return for each wanted object the one that exists, with its values as changes, or itself, pending.

        Everything is compared before anything is changed.
        """
        asked = checked(wanted, call, mine=self._changes.new)
        pairs, answers = self._compared(with_new_ones(asked), given_key, {type(each) for each in asked})
        check(pairs)  # promise 43: everything is compared before anything is pending
        for each, there, key in pairs:
            self.apply(each, there, key)
        return [cast("M", answers[id(each)]) for each in asked]

    def settle_references(self, wanted: Sequence[Model]) -> list[Pair]:
        """Let wanted objects refer to what exists of the new objects that they refer to; return these, compared."""
        own = {id(each) for each in wanted}
        others = [each for each in with_new_ones(wanted) if id(each) not in own]
        if not others:
            return []
        pairs, answers = self._compared(others, None, set())
        for each in wanted:
            settle(each, answers)
        return pairs

    def _compared(
        self, wanted: Iterable[Model], given_key: object, own: Container[type[Model]]
    ) -> tuple[list[Pair], dict[int, Model]]:
        """Return wanted objects with what exists of them, and the answer for each by its `id()`.

        The key that was given holds for the classes `own`. What is only referred to, and has no key, is new.
        """
        pairs: list[Pair] = []
        answers: dict[int, Model] = {}
        wanted = [*wanted]
        parents = {id(state_of(each).pending_parent) for each in wanted}
        for model, group in _groups(wanted):
            for each in group:
                settle(each, answers)
            if model not in own and not model.__mapper__.natural_key and parents.isdisjoint(map(id, group)):
                continue
            key = natural_key(model, given_key if model in own else None)
            found = self._found(key, group)  # promise 42a: what is there is found, and not made again
            pairs += [(each, found.get(id(each)), key) for each in group]
            answers |= {id(each): found.get(id(each), each) for each in group}
        return pairs, answers

    def _found(self, key: NaturalKey, group: list[Model]) -> dict[int, Model]:
        """Return what exists of wanted objects of one class, by the `id()` of each."""
        keyed = [(key.of_wanted(each), each) for each in group]
        refuse_twice(key, keyed)
        found: dict[int, Model] = {}
        for scope, within in _by_scope(keyed).items():
            _refuse_pending(key, within, self._matches.pending(key, scope, group))
            there = self._matches.listed(key, scope, within)
            found |= {id(within[known]): each for known, each in matched(key, within, there).items()}
        return found

    def apply(self, wanted: Model, found: Model | None, key: NaturalKey) -> None:
        """Make a wanted object pending, or give its values to the one that exists."""
        if found is None:
            self._changes.add(wanted)
            return
        if id(wanted) in self._changes.new:
            self._changes.expunge(wanted)
        if state_of(found).status is Status.DELETED:
            self._changes.add(found)
        assign(self._changes, found, wanted, key)


def check(pairs: Iterable[Pair]) -> None:
    """Raise `InvalidRequestError` where an object cannot become what is wanted, naming every attribute."""
    wrong: list[str] = []
    for wanted, found, _ in pairs:
        if found is not None:
            wrong += problems(found, wanted)
        elif "create" not in wanted.__mapper__.verbs and not is_made_with_parent(wanted):
            wrong.append(f"{wanted!r} does not exist, and the API cannot create one")
        elif len(state_of(wanted).parents) != wanted.__mapper__.parent_count and not isinstance(
            state_of(wanted).pending_parent, Model
        ):
            wrong.append(f"{wanted!r} needs its parent: assign .{wanted.__mapper__.parent_attribute}")
    if wrong:
        raise InvalidRequestError(few(wrong))


def _groups(wanted: Iterable[Model]) -> list[tuple[type[Model], list[Model]]]:
    """Return objects by class; a class comes after those to whose wanted objects its own refer.

    The objects come each after those that it refers to.
    """
    groups: dict[type[Model], list[Model]] = {}
    depths: dict[int, int] = {}
    for each in wanted:
        groups.setdefault(type(each), []).append(each)
        depths[id(each)] = 1 + max((depths.get(id(target), 0) for target in targets(each)), default=0)
    return sorted(groups.items(), key=lambda group: max(depths[id(each)] for each in group[1]))


def _by_scope(keyed: Iterable[tuple[Key, Model]]) -> dict[Hashable, dict[Key, Model]]:
    scopes: dict[Hashable, dict[Key, Model]] = {}
    for key, each in keyed:
        scopes.setdefault(scope_of(each), {})[key] = each
    return scopes


def _refuse_pending(key: NaturalKey, wanted: dict[Key, Model], pending: Iterable[Model]) -> None:
    """Raise `InvalidRequestError` where an object that is pending has the key of a wanted one."""
    twice = [
        f"{each!r} is pending and has the {key.shown(each)} of {wanted[known]!r}"
        for each in pending
        if (known := key.of(each)) in wanted
    ]
    if twice:
        raise InvalidRequestError(few(twice))
