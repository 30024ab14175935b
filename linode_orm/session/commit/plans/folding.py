"""Folding: new objects ride in the POST of their new parent where it takes them; decides and sends nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linode_orm.session.commit.plans.drafts import needed, parent_of
from linode_orm.session.commit.plans.rides import RIDES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from linode_orm.mapping import Model
    from linode_orm.session.commit.plans.drafts import Draft
    from linode_orm.session.commit.plans.rides import Ride


def fold(drafts: list[Draft], *, everything: bool) -> list[Draft]:
    """Give the drafts that are left when every child rides that can; without `everything`, only those that have to.

    A child rides where its parent is created by the same plan, the parent's POST takes all that was set on it, nothing
    that it refers to is created by that same POST or needs it, and it can be told from its siblings afterwards.
    """
    creation = {id(draft.instance): draft for draft in drafts if draft.operation == "create"}
    children = [draft for draft in creation.values() if draft.instance.__mapper__.above]
    folding = _Folding(creation)
    gone = {id(child) for child in sorted(children, key=_depth, reverse=True) if folding.board(child, everything)}
    return [draft for draft in drafts if id(draft) not in gone] if gone else drafts


def _depth(draft: Draft) -> int:
    return draft.instance.__mapper__.above


class _Folding:
    def __init__(self, creation: Mapping[int, Draft]) -> None:
        self._creation = creation
        self._carrier: dict[int, Draft] = {}
        self._lists: dict[tuple[int, str], dict[str, list[Draft]]] = {}

    def board(self, child: Draft, everything: bool) -> bool:  # noqa: FBT001  an option of its caller
        """Let a child ride where it can; say whether it does."""
        above = parent_of(child.instance)
        parent = self._creation.get(id(above)) if above is not None else None
        if parent is None or child.in_doubt:
            return False
        ride = RIDES.get((parent.instance.__mapper__.name, child.instance.__mapper__.name))
        if ride is None or not (everything or ride.is_required) or not self._takes(parent, child, ride):
            return False
        if self._needs(child, parent):
            return False
        siblings, hidden = self._lists.setdefault((id(parent), ride.key), {}), repr(_hidden(child))
        others = (other for text, group in siblings.items() if text != hidden for other in group)
        if not all(_can_be_told(child, other, ride) for other in others):
            return False
        parent.take_aboard(child, ride.key, is_answered=ride.is_answered)  # promise 32b: children ride
        siblings.setdefault(hidden, []).append(child)
        self._carrier[id(child.instance)] = parent
        return True

    def _takes(self, parent: Draft, child: Draft, ride: Ride) -> bool:
        """Whether the parent's POST takes the child as it is; a list that its user wrote stays his own."""
        is_ours = ride.key not in parent.sent or (id(parent), ride.key) in self._lists
        fits = all(parent.sent.get(key) != value for key, value in ride.unless.items())
        return is_ours and fits and child.sent.keys() <= ride.takes

    def _needs(self, child: Draft, parent: Draft) -> bool:
        """Whether anything that a child refers to is created together with its parent, or after it."""
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

    def _needed(self, draft: Draft, beside: str = "") -> Iterable[Draft]:
        """Give the requests that a draft, and what rides in it, has to wait for; its own relation `beside` left out."""
        for each in draft.everyone():
            for name, target in needed(each.instance):
                found = self._root(target)
                if found is not None and found is not draft and not (each is draft and name == beside):
                    yield found

    def _root(self, target: Model) -> Draft | None:
        """Give the request that creates an object."""
        found = self._creation.get(id(target))
        while found is not None and id(found.instance) in self._carrier:
            found = self._carrier[id(found.instance)]
        return found


def _can_be_told(one: Draft, other: Draft, ride: Ride) -> bool:
    """Whether rows tell two siblings apart that differ in what no row shows."""
    mine, theirs = one.sent, other.sent
    if _kinds(mine, ride) != _kinds(theirs, ride):
        return True
    both = mine.keys() & theirs.keys() - _hidden(one).keys()
    return any(mine[key] != theirs[key] for key in both if isinstance(mine[key], (str, int)))


def _kinds(sent: Mapping[str, object], ride: Ride) -> set[str]:
    return {key for key in ride.kinds if sent.get(key) is not None}


def _hidden(draft: Draft) -> dict[str, object]:
    """Give what of a body no row of the API shows: secrets, and children."""
    keys = draft.instance.__mapper__.keys
    return {
        key: value
        for key, value in draft.sent.items()
        if key not in keys or keys[key].kind == "secret" or keys[key].redacted
    }
