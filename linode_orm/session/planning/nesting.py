"""Nesting: new children are created inside the POST of their new parent; decides and sends nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linode_orm.session.planning.nesting_rules import NESTING_RULES
from linode_orm.session.planning.steps import needed, parent_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from linode_orm.mapping import Model
    from linode_orm.session.planning.nesting_rules import NestingRule
    from linode_orm.session.planning.steps import DraftStep


def nest(drafts: list[DraftStep], *, by_hand: Callable[[Model], bool], everything: bool) -> list[DraftStep]:
    """Return the drafts that remain when children are nested; without `everything`, only those that must be.

    A child is nested if the same plan creates its parent, and the parent's POST takes every attribute that was set on
    it. Nothing that it refers to may be created by that POST or after it. It must be recognizable among its siblings
    afterwards. What is ordered `by_hand` is nested only where nothing else creates it.
    """
    creation = {id(draft.instance): draft for draft in drafts if draft.operation == "create"}
    if not creation:
        return drafts
    children = [draft for draft in creation.values() if draft.instance.__mapper__.parent_count]
    nesting = _Nesting(creation, by_hand)
    gone = {
        id(child) for child in sorted(children, key=_depth, reverse=True) if nesting.nest_in_parent(child, everything)
    }
    return [draft for draft in drafts if id(draft) not in gone] if gone else drafts


def _depth(draft: DraftStep) -> int:
    return draft.instance.__mapper__.parent_count


class _Nesting:
    def __init__(self, creation: Mapping[int, DraftStep], by_hand: Callable[[Model], bool]) -> None:
        self._creation, self._by_hand = creation, by_hand
        self._outer: dict[int, DraftStep] = {}
        self._lists: dict[tuple[int, str], dict[str, list[DraftStep]]] = {}

    def nest_in_parent(self, child: DraftStep, everything: bool) -> bool:  # noqa: FBT001  an option of its caller
        """Nest a child in its parent if that can be; return whether it was."""
        above = parent_of(child.instance)
        parent = self._creation.get(id(above)) if above is not None else None
        if parent is None or child.in_doubt:
            return False
        rule = NESTING_RULES.get((parent.instance.__mapper__.name, child.instance.__mapper__.name))
        if rule is None or not self._takes(parent, child, rule):
            return False
        if not rule.is_required and (not everything or self._by_hand(child.instance)):
            return False
        # The parent's POST would wait for something that waits for the parent.
        if self._needs(child, parent):
            return False
        siblings, hidden = self._lists.setdefault((id(parent), rule.key), {}), repr(_hidden(child))
        # Siblings that differ only in what no row shows, such as a password, could be matched the wrong way round.
        others = (other for text, group in siblings.items() if text != hidden for other in group)
        if not all(_is_distinguishable(child, other, rule) for other in others):
            return False
        parent.nest(child, rule.key, is_answered=rule.is_answered)  # promise 32b: children are nested
        siblings.setdefault(hidden, []).append(child)
        self._outer[id(child.instance)] = parent
        return True

    def _takes(self, parent: DraftStep, child: DraftStep, rule: NestingRule) -> bool:
        """Whether the parent's POST takes the child as it is; a list that the user assigned is left alone."""
        # A list that the user wrote into the body is his: nothing is appended to it.
        is_ours = rule.key not in parent.sent or (id(parent), rule.key) in self._lists
        fits = all(parent.sent.get(key) != value for key, value in rule.unless.items())
        return is_ours and fits and child.sent.keys() <= rule.takes

    def _needs(self, child: DraftStep, parent: DraftStep) -> bool:
        """Whether anything that a child refers to is created with its parent, or after it."""
        seen = {id(child)}
        waiting = list(self._needed(child, beside=str(child.instance.__mapper__.parent_attribute)))
        while waiting:
            draft = waiting.pop()
            if draft is parent:
                return True
            if id(draft) not in seen:
                seen.add(id(draft))
                waiting += self._needed(draft)
        return False

    def _needed(self, draft: DraftStep, beside: str = "") -> Iterable[DraftStep]:
        """Yield the drafts that a draft and those nested in it wait for, without its own relation `beside`."""
        for each in draft.everyone():
            for name, target in needed(each.instance):
                found = self._root(target)
                if found is not None and found is not draft and not (each is draft and name == beside):
                    yield found

    def _root(self, target: Model) -> DraftStep | None:
        """Return the draft whose request creates an object."""
        found = self._creation.get(id(target))
        while found is not None and id(found.instance) in self._outer:
            found = self._outer[id(found.instance)]
        return found


def _is_distinguishable(one: DraftStep, other: DraftStep, rule: NestingRule) -> bool:
    """Whether the rows of the API tell two siblings apart that differ in what no row shows."""
    mine, theirs = one.sent, other.sent
    if _kinds(mine, rule) != _kinds(theirs, rule):
        return True
    both = mine.keys() & theirs.keys() - _hidden(one).keys()
    return any(mine[key] != theirs[key] for key in both if isinstance(mine[key], (str, int)))


def _kinds(sent: Mapping[str, object], rule: NestingRule) -> set[str]:
    return {key for key in rule.kinds if sent.get(key) is not None}


def _hidden(draft: DraftStep) -> dict[str, object]:
    """Return the part of a body that no row of the API shows: secrets, and children."""
    keys = draft.instance.__mapper__.keys
    return {
        key: value
        for key, value in draft.sent.items()
        if key not in keys or keys[key].is_write_only or keys[key].redacted
    }
