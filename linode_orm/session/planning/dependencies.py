"""Dependencies: which request of a commit waits for which other, and why."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final, cast

from linode_orm.errors import InvalidRequestError
from linode_orm.mapping.model import resource
from linode_orm.mapping.state import state_of
from linode_orm.mapping.values import ABSENT
from linode_orm.session.planning.natural_keys import enforced_key
from linode_orm.session.planning.ordering import Cycle, ordered
from linode_orm.session.planning.steps import DraftStep, claims, frees, key_of, needed, references, rekeys

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from linode_orm.mapping import Model
    from linode_orm.session.planning.plan import Key

_SOFT: Final = "perhaps "
"""How reasons begin that are dropped where they would leave no order."""
_FEW: Final = 1000


def in_order(drafts: list[DraftStep], cascade: Mapping[Key, Key]) -> list[int]:
    """Record in each draft what it waits for, and return the order; raise `InvalidRequestError` if there is none.

    `cascade` is the cascade delete set: the key of each deleted object, with the key of the object whose request
    deletes it.
    """
    _after_creation(drafts)
    _after_siblings(drafts)
    _after_indistinguishable(drafts)
    _after_tags(drafts)
    _unique(drafts)
    if cascade:
        _before_deletion(drafts, cascade)
    try:
        return ordered([draft.waits for draft in drafts])
    except Cycle:
        for draft in drafts:
            # A guess never closes a cycle: an order that may be refused by the API is better than none.
            draft.waits = {other: why for other, why in draft.waits.items() if not why.startswith(_SOFT)}
    try:
        return ordered([draft.waits for draft in drafts])
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
                    # promise 2a: what is referred to comes first
                    draft.waits[creation[id(target)]] = f"its {name} is created"


def _after_siblings(drafts: Sequence[DraftStep]) -> None:
    """Send an object's own PUTs one after the other, and change its key after everything below it."""
    for at in range(1, len(drafts)):
        if drafts[at].instance is drafts[at - 1].instance:
            drafts[at].waits[at - 1] = "its other change is made"
    # A child is found below the old key until its parent has the new one.
    renamed = {key_of(draft.instance): at for at, draft in enumerate(drafts) if rekeys(draft)}
    if renamed:
        for at, draft in enumerate(drafts):
            for above in {above for each in draft.everyone() for above in ancestors(each.instance)}:
                if above in renamed and renamed[above] != at:
                    drafts[renamed[above]].waits[at] = "what is below its old key is done"


def _after_indistinguishable(drafts: Sequence[DraftStep]) -> None:
    """Create equal objects one after the other: one in doubt could be taken for another one."""
    last: dict[tuple[str, str], int] = {}
    for at, draft in enumerate(drafts):
        if draft.operation != "create" or enforced_key(draft.instance.__mapper__, draft.sent):
            continue
        # Equal by what is sent: nothing else can tell them apart later.
        indistinguishable = (draft.path, repr(draft.body.content))
        if indistinguishable in last:
            draft.waits[last[indistinguishable]] = "an equal object is created"
        last[indistinguishable] = at


def _after_tags(drafts: Sequence[DraftStep]) -> None:
    """Create a tag before it is put on objects: the POST of a tag that exists is refused."""
    made = {cast("Key", draft.token).identity: at for at, draft in enumerate(drafts) if _makes_tag(draft)}
    if not made:
        return
    for draft in drafts:
        if not _makes_tag(draft):
            for change in (change for each in draft.everyone() for change in each.body.changes if change.key == "tags"):
                for label in set(change.new) & made.keys() if isinstance(change.new, list) else ():
                    draft.waits.setdefault(made[label], f"{_SOFT}the tag {label!r} is made")


def _makes_tag(draft: DraftStep) -> bool:
    return draft.operation == "bundle" and cast("Key", draft.token).model == "Tag"


def ancestors(instance: Model) -> Iterator[Key]:
    """Yield the keys of the parents of an object, from the nearest out."""
    mapper, chain = instance.__mapper__, state_of(instance).parents
    key = key_of(instance)
    while mapper.parent is not None and chain:
        mapper = resource(str(mapper.parent)).__mapper__
        if mapper.singleton:
            key = key._replace(model=mapper.name, identity=None, parents=chain)
        else:
            chain, own = chain[:-1], chain[-1]
            key = key._replace(model=mapper.name, identity=own, parents=chain)
        yield key


def _unique(drafts: Sequence[DraftStep]) -> None:
    """Free a unique value before it is taken; refuse two objects that take the same value."""
    takers: dict[tuple[object, ...], int] = {}
    who: dict[tuple[object, ...], Model] = {}
    for at, draft in enumerate(drafts):
        for claim, instance in claims(draft):
            # Two objects of one commit cannot have one value, in whatever order they are sent.
            if claim in takers:
                other = who[claim]
                msg = f"{other!r} and {instance!r} both want the {claim[2]} {claim[3]!r}, which must be unique"
                raise InvalidRequestError(msg)
            takers[claim], who[claim] = at, instance
    if not takers:
        return
    unknown: list[tuple[tuple[object, ...], int]] = []
    for at, draft in enumerate(drafts):
        for freed in frees(draft):
            if freed[-1] is ABSENT:
                unknown.append((freed[:-1], at))
            elif takers.get(freed, at) != at:
                drafts[takers[freed]].waits[at] = f"the {freed[2]} {freed[3]!r} is free"
    # Each of them may have any of the values. Beyond a million guesses the API is left to refuse.
    if len(unknown) * len(takers) <= _FEW * _FEW:
        _perhaps_unique(drafts, takers, unknown)


def _perhaps_unique(
    drafts: Sequence[DraftStep],
    takers: Mapping[tuple[object, ...], int],
    unknown: Sequence[tuple[tuple[object, ...], int]],
) -> None:
    """Delete objects that were never read before a unique value is taken that they may have."""
    for scope, at in unknown:
        for claim, taker in takers.items():
            if claim[:-1] == scope and taker != at:
                drafts[taker].waits.setdefault(at, f"{_SOFT}the {claim[2]} {claim[3]!r} is free")


def _before_deletion(drafts: Sequence[DraftStep], cascade: Mapping[Key, Key]) -> None:
    """Change what refers to an object before the object is deleted; delete what is attached to it after it."""
    deletion = {
        each.token: at for at, draft in enumerate(drafts) for each in draft.everyone() if each.operation == "delete"
    }
    by_id = {(key.model, key.identity): deletion[cascade_root] for key, cascade_root in cascade.items()}
    for at, draft in enumerate(drafts):
        soft = _SOFT if draft.operation == "delete" else ""
        for model, identity, hangs in references(draft):
            # Not the object itself: the request that deletes it, which may be that of its parent.
            cascade_root = by_id.get((model, identity), at)
            if cascade_root != at and hangs and draft.operation == "delete":
                draft.waits.setdefault(cascade_root, f"{_SOFT}it hangs on nothing")
            elif cascade_root != at:
                drafts[cascade_root].waits.setdefault(
                    at, f"{soft}{draft.instance.__describe__()} no longer refers to it"
                )


def _refusal(drafts: Sequence[DraftStep], cycle: Cycle) -> InvalidRequestError:
    around = [*cycle.nodes, cycle.nodes[0]]
    links = [
        f"{drafts[one].instance!r} waits until {drafts[one].waits[other]} ({drafts[other].instance!r})"
        for one, other in pairwise(around)
    ]
    advice = "give one of them another value first and commit in two steps"
    return InvalidRequestError(f"these changes cannot be put in an order: {'; '.join(links)}; {advice}")
