"""Dependencies: which request of a commit waits for which other, and why."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final, cast

from linode_orm.errors import InvalidRequestError
from linode_orm.session.planning.deletions import created_names, order_deletions
from linode_orm.session.planning.holders import named_in, targets_of
from linode_orm.session.planning.natural_keys import enforced_key
from linode_orm.session.planning.occupancy import order_places
from linode_orm.session.planning.ordering import Cycle, Strength, settled
from linode_orm.session.planning.steps import ancestors, key_of, needed, rekeys

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from linode_orm.mapping import Model
    from linode_orm.session.planning.manual_order import ManualOrder
    from linode_orm.session.planning.plan import Key
    from linode_orm.session.planning.steps import DraftStep


_CHANGES: Final = frozenset({"update", "replace"})
"""The operations that make nothing and delete nothing: most commits have no others."""


def in_order(
    drafts: list[DraftStep],
    cascade: Mapping[Key, Key],
    below: Mapping[Key, Sequence[Model]],
    by_hand: ManualOrder | None = None,
) -> list[int]:
    """Record in each draft what it waits for, and return the order; raise `InvalidRequestError` if there is none.

    `cascade` is the cascade delete set: the key of each deleted object, with the key of the object whose request
    deletes it. `below` holds the objects that are known to be deleted with each of the latter. `by_hand` is the order
    that the user added.
    """
    changes_only = {draft.operation for draft in drafts} <= _CHANGES
    if not changes_only:
        _after_creation(drafts)
        _after_names(drafts)
    _after_siblings(drafts)
    if not changes_only:
        _after_indistinguishable(drafts)
        _after_tags(drafts)
    order_places(drafts, below)
    if cascade:
        order_deletions(drafts, cascade, below)
    if by_hand is not None and by_hand.pairs:
        by_hand.record(drafts, cascade)  # promise 48: what the user says beside what references tell
    try:
        return settled([draft.waits for draft in drafts])
    except Cycle as cycle:
        raise _refusal(drafts, cycle) from None


def _after_creation(drafts: Sequence[DraftStep]) -> None:
    """Let each request wait for the creation of the new parents and references that it needs."""
    creation = {
        id(each.instance): at
        for at, draft in enumerate(drafts)
        for each in draft.everyone()
        if each.operation == "create"
    }
    if not creation:
        return
    for at, draft in enumerate(drafts):
        for each in draft.everyone():
            for name, target in needed(each.instance) if each.operation != "delete" else ():
                if creation.get(id(target), at) != at or target is each.instance:
                    draft.wait_for(creation[id(target)], f"its {name} is created")  # promise 2a: references come first


def _after_names(drafts: Sequence[DraftStep]) -> None:
    """Create what its user names before what refers to it by name: a bucket before the key that is limited to it."""
    named = created_names(drafts)
    classes = {model for model, _ in named}
    for at, draft in enumerate(drafts) if named else ():
        for each in draft.everyone():
            name = each.instance.__mapper__.name
            if each.operation != "delete" and not classes.isdisjoint(targets_of(name)):
                for model, identity, _ in named_in(name, each.sent):
                    if named.get((model, identity), at) != at:
                        draft.wait_for(named[model, identity], f"the {model} {identity!r} is created")


def _after_siblings(drafts: Sequence[DraftStep]) -> None:
    """Send an object's own PUTs one after the other, and change its key after everything below it."""
    for at in range(1, len(drafts)):
        if drafts[at].instance is drafts[at - 1].instance:
            drafts[at].wait_for(at - 1, "its other change is made")
    # A child is found below the old key until its parent has the new one.
    renamed = {key_of(draft.instance): at for at, draft in enumerate(drafts) if rekeys(draft)}
    if renamed:
        for at, draft in enumerate(drafts):
            for above in {above for each in draft.everyone() for above in ancestors(each.instance)}:
                if above in renamed and renamed[above] != at:
                    drafts[renamed[above]].wait_for(at, "what is below its old key is done")


def _after_indistinguishable(drafts: Sequence[DraftStep]) -> None:
    """Create equal objects one after the other: one in doubt could be taken for another one."""
    last: dict[tuple[str, str], int] = {}
    for at, draft in enumerate(drafts):
        if draft.operation != "create" or enforced_key(draft.instance.__mapper__, draft.sent):
            continue
        # Equal by what is sent: nothing else can tell them apart later.
        indistinguishable = (draft.path, repr(draft.body.content))
        if indistinguishable in last:
            draft.wait_for(last[indistinguishable], "an equal object is created")
        last[indistinguishable] = at


def _after_tags(drafts: Sequence[DraftStep]) -> None:
    """Create a tag before it is put on objects, and delete it after every change that puts it on or takes it off.

    The POST of a tag that exists is refused. While the changes may fail, the old tag tells what carried it.
    """
    made = {label: at for at, draft in enumerate(drafts) if (label := _tag_of(draft, "create", "bundle")) is not None}
    gone = {label: at for at, draft in enumerate(drafts) if (label := _tag_of(draft, "delete")) is not None}
    for at, draft in enumerate(drafts) if made or gone else ():
        for change in (change for each in draft.everyone() for change in each.body.changes if change.key == "tags"):
            before, after = ({*each} if isinstance(each, list) else set() for each in (change.old, change.new))
            for label in after & made.keys():
                if made[label] != at:
                    draft.wait_for(made[label], f"the tag {label!r} is made", Strength.LIKELY)
            for label in (before | after) & gone.keys():
                drafts[gone[label]].wait_for(at, f"the tags of {draft.instance.__describe__()} are changed")


def _tag_of(draft: DraftStep, *operations: str) -> object:
    """Return the label of the tag that a request is about."""
    if draft.operation not in operations:
        return None
    if draft.operation == "create":
        return draft.sent.get("label") if draft.instance.__mapper__.name == "Tag" else None
    key = cast("Key", draft.token)
    return key.identity if key.model == "Tag" else None


def _refusal(drafts: Sequence[DraftStep], cycle: Cycle) -> InvalidRequestError:
    around = [*cycle.nodes, cycle.nodes[0]]
    links = [
        f"{drafts[one].instance!r} waits until {drafts[one].waits[other].why} ({drafts[other].instance!r})"
        for one, other in pairwise(around)
    ]
    advice = "give one of them another value first and commit in two steps"
    return InvalidRequestError(f"these changes cannot be put in an order: {'; '.join(links)}; {advice}")
