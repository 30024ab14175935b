"""Batching: several changes go in one POST if the API takes them and that is fewer requests; sends nothing."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Final, cast

from attrs import evolve

from linode_orm.mapping.model import resource
from linode_orm.mapping.state import state_of
from linode_orm.session.planning.batch_rules import REBUILDS, TAGGED
from linode_orm.session.planning.placeholders import Pending
from linode_orm.session.planning.plan import Key, Step
from linode_orm.session.planning.steps import DraftStep, key_of, title

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from linode_orm.mapping import Model
    from linode_orm.session.planning.batch_rules import Rebuild

    Find = Callable[[type[Model], object, tuple[object, ...]], Model | None]

_AROUND: Final = 4
"""How many requests a rebuild is: the parent and its children are read, it is sent, the children are read again."""


class BatchStep(DraftStep):
    """The draft of one POST in place of several requests."""

    __slots__ = ("looks", "parts", "title")

    def __init__(  # noqa: PLR0913, PLR0917  the facts of one request
        self, token: Key, instance: Model, path: str, title: str, looks: tuple[str, ...], parts: Sequence[DraftStep]
    ) -> None:
        super().__init__("bundle", instance, token, path, token.parents)
        self.title, self.looks, self.parts = title, looks, parts

    def everyone(self) -> tuple[DraftStep, ...]:
        """Return the drafts that it replaces, with those nested in them."""
        return tuple(each for part in self.parts for each in part.everyone())

    def step(self, number: int, depends_on: tuple[int, ...]) -> Step:
        """Return the step of the plan; its parts get their numbers from `number_parts`."""
        parts = tuple(part.step(0, ()) for part in self.parts)
        token = cast("Key", self.token)
        return Step(
            number=number,
            operation="bundle",
            token=token,
            model=token.model,
            title=self.title,
            method="POST",
            path=self.path,
            version=resource(token.model).__mapper__.version,
            parents=self.parents,
            depends_on=depends_on,
            lasting="; ".join(dict.fromkeys(part.lasting for part in parts if part.lasting)),
            parts=parts,
            looks=self.looks,
        )


def batch(
    drafts: list[DraftStep], find: Find, alone: Callable[[Model], bool], *, rebuilds: bool, tags: bool
) -> list[DraftStep]:
    """Return the drafts with the changes of one parent's children as its rebuild, and each new tag as one POST.

    `find` returns the object with a key if the session has it. `alone` says that the requests of an object stay its
    own: it may exist already, or it is ordered by hand.
    """
    made = [*_rebuilds(drafts, find, alone)] if rebuilds else []
    made += _taggings([each for each in drafts if not alone(each.instance)]) if tags else ()
    gone = {id(part): each for each in made for part in each.parts}
    if not gone:
        return drafts
    placed: dict[int, DraftStep] = {}
    for draft in drafts:
        instead = gone.get(id(draft), draft)
        placed.setdefault(id(instead), instead)
    return [*placed.values()]


# -- rebuilds --------------------------------------------------------------------------------------------------------


def _rebuilds(drafts: Iterable[DraftStep], find: Find, alone: Callable[[Model], bool]) -> Iterator[BatchStep]:
    groups: dict[tuple[str, tuple[object, ...]], list[DraftStep]] = {}
    for draft in drafts:
        name = draft.instance.__mapper__.name
        if name in REBUILDS:
            groups.setdefault((name, draft.parents), []).append(draft)
    if not groups:
        return  # as in most plans
    updates = (each for each in drafts if each.operation == "update")
    own = {each.token: each for each in updates if each.instance.__mapper__.name not in REBUILDS}
    for (name, parents), group in groups.items():
        rebuild = REBUILDS[name]
        parent = None if _is_new(parents) else find(resource(rebuild.parent), parents[-1], parents[:-1])
        if parent is None or any(alone(each.instance) for each in group):
            continue
        # The rebuild writes the parent as well: its own update goes with it, if it takes every key.
        mine = own.get(key_of(parent))
        parts = group if mine is None or not mine.sent.keys() <= {*rebuild.own} else [mine, *group]
        # Fewer changes are cheaper one by one than with the reads around the rebuild.
        if _fits(rebuild, parent, parts, group) and len(parts) > _AROUND:
            yield _rebuild(rebuild, parent, parts, len(group))


def _is_new(parents: tuple[object, ...]) -> bool:
    return any(isinstance(each, Pending) for each in parents)


def _fits(rebuild: Rebuild, parent: Model, parts: Iterable[DraftStep], children: Iterable[DraftStep]) -> bool:
    """Whether the parent can be rebuilt, as it is and as it will be, with these changes of its children."""
    for key, allowed in rebuild.only.items():
        will = [part.sent[key] for part in parts if part.instance is parent and key in part.sent]
        if not {state_of(parent).body.get(key), *will} <= allowed:
            return False
    return all(
        part.sent.keys() <= rebuild.takes
        and not part.nested
        and not any(state_of(part.instance).body.get(key) for key in rebuild.unless)
        for part in children
    )


def _rebuild(rebuild: Rebuild, parent: Model, parts: Sequence[DraftStep], changes: int) -> BatchStep:
    state, mapper = state_of(parent), parent.__mapper__
    path = mapper.path_for(state.identity, state.parents)
    below = f"{path}/{rebuild.key}"
    named = f"{title(parent)}: {changes} changes of its {rebuild.key}"
    return BatchStep(key_of(parent), parent, f"{path}/{rebuild.action}", named, (path, below, below), parts)


# -- tags ------------------------------------------------------------------------------------------------------------


def _taggings(drafts: Sequence[DraftStep]) -> Iterator[BatchStep]:
    """Yield a POST for each tag that is put on several objects of which nothing else changes."""
    once: dict[int, int] = {}
    for draft in drafts:
        once[id(draft.instance)] = once.get(id(draft.instance), 0) + 1
    groups: dict[str, list[DraftStep]] = {}
    for draft in drafts:
        label = _new_tag(draft)
        if label is not None and once[id(draft.instance)] == 1:
            groups.setdefault(label, []).append(draft)
    for label, group in groups.items():
        if len(group) > 1:
            key = Key("Tag", label, ())
            yield BatchStep(key, group[0].instance, "/tags", f"Tag {label!r} on {len(group)} objects", (), group)


def _new_tag(draft: DraftStep) -> str | None:
    """Return the only tag that a draft adds, if it does nothing else."""
    if draft.operation != "update" or draft.instance.__mapper__.name not in TAGGED or len(draft.body.changes) != 1:
        return None
    (change,) = draft.body.changes
    # A list that was assigned whole may remove tags, which this POST cannot.
    if change.key != "tags" or not change.is_set_edit:
        return None
    old, new = change.old, change.new
    if not isinstance(old, list) or not isinstance(new, list) or not {*old} <= {*new}:
        return None
    more = {*new} - {*old}
    return str(more.pop()) if len(more) == 1 else None


def number_parts(steps: Iterable[Step]) -> list[Step]:
    """Return the steps with the parts of batch requests numbered after all steps."""
    numbered = [*steps]
    # Behind all steps, because a part becomes a step of its own when its batch request is split.
    spare = count(len(numbered) + 1)
    for at, step in enumerate(numbered):
        if step.parts:
            numbered[at] = evolve(step, parts=tuple(evolve(part, number=next(spare)) for part in step.parts))
    return numbered
