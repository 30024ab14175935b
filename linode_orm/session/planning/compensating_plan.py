"""The compensating plan: the steps that undo what a commit did; decides and sends nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from attrs import evolve

from linode_orm.mapping.addressing import quoted
from linode_orm.mapping.masking import holds_secret
from linode_orm.mapping.model import resource
from linode_orm.mapping.values import ABSENT
from linode_orm.session.planning.holders import paths_of
from linode_orm.session.planning.ordering import Strength, Wait, settled
from linode_orm.session.planning.ordering_rules import HOLDER_RULES
from linode_orm.session.planning.placeholders import Pending, fill, fill_path
from linode_orm.session.planning.plan import Change, Key, Plan, Step, is_new

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from linode_orm.mapping import Model


def plan_compensation(
    plan: Plan, done: Collection[int], ids: Mapping[str, object], *, in_doubt: Collection[int] = ()
) -> tuple[Plan, dict[int, Step]]:
    """Return the plan that undoes the steps `done`, and for each of its steps the step that it undoes.

    The steps `in_doubt` count as done. `ids` are the ids of the objects that the commit created, by token. The order is
    reversed: a step is undone after the steps that depend on it. A batch request is undone part by part. A creation in
    doubt is not undone. `plan.lost` says what cannot be restored.
    """
    steps: list[Step] = []
    origin: dict[int, Step] = {}
    back_of: dict[int, list[int]] = {}
    lost: list[str] = []
    chosen = {*done, *in_doubt}
    needs = {part.number: step.depends_on for step in plan for part in step.whole}
    for step in reversed(plan.steps):
        for part in reversed(step.whole):
            # A creation whose id nobody knows cannot be deleted.
            if chosen.isdisjoint((step.number, part.number)) or (is_new(part.token) and part.token not in ids):
                continue
            if part.lasting:
                lost.append(f"{part.title}: {part.lasting}")
                continue
            steps.append(evolve(_inverse(part, ids), number=len(steps) + 1))
            origin[len(steps)] = part
            for number in {step.number, part.number}:
                back_of.setdefault(number, []).append(len(steps))
    waits = {number: set[int]() for number in origin}
    for number, part in origin.items():
        # The edges of the plan are turned round: what needed something is undone before it.
        for other in (each for before in needs[part.number] for each in back_of.get(before, ())):
            waits[other].add(number)
    ordered, place = _in_order(steps, origin, waits)
    return Plan(tuple(ordered), lost=tuple(lost)), {place[number - 1]: part for number, part in origin.items()}


def _in_order(
    steps: Sequence[Step], origin: Mapping[int, Step], waits: dict[int, set[int]]
) -> tuple[list[Step], dict[int, int]]:
    """Return these steps in an order in which they can be sent, and the number of each by its former place."""
    _after_what_it_is_attached_to(origin, waits)
    graph = [dict.fromkeys((other - 1 for other in waits[number]), _CERTAIN) for number in origin]
    _after_holders(origin, graph)
    place = {at: number for number, at in enumerate(settled(graph), 1)}
    numbered = (
        evolve(step, number=place[at], depends_on=tuple(sorted(place[other] for other in graph[at])))
        for at, step in enumerate(steps)
    )
    return sorted(numbered, key=lambda step: step.number), place


_CERTAIN: Final = Wait("what depends on it is undone", Strength.CERTAIN)
_GUESSED: Final = Wait("what may hold it is undone", Strength.GUESSED)


def _after_holders(origin: Mapping[int, Step], graph: Sequence[dict[int, Wait]]) -> None:
    """Delete what was created after what may hold it."""
    by_class: dict[str, list[int]] = {}
    for number, part in origin.items():
        if part.operation == "create":
            by_class.setdefault(part.model, []).append(number - 1)
    for rule in HOLDER_RULES:
        for at in by_class.get(rule.target, ()):
            body = origin[at + 1].body
            if not (isinstance(body, dict) and rule.known_by in body):
                for other in (each for name in rule.holders for each in by_class.get(name, ())):
                    graph[at].setdefault(other, _GUESSED)


def _after_what_it_is_attached_to(origin: Mapping[int, Step], waits: dict[int, set[int]]) -> None:
    """Delete what is attached to an object after it, and not before it as whatever else refers to it."""
    by_token = {part.token: number for number, part in origin.items() if is_new(part.token)}
    for number, part in origin.items():
        for path in paths_of(part.model) if number in by_token.values() else ():
            value = part.body.get(path.keys[0]) if path.is_attached and isinstance(part.body, dict) else None
            other = by_token.get(value.token, number) if isinstance(value, Pending) else number
            if other != number:
                waits[other].discard(number)
                waits[number].add(other)


def _inverse(step: Step, ids: Mapping[str, object]) -> Step:
    mapper = resource(step.model).__mapper__
    parents = tuple(ids[each.token] if isinstance(each, Pending) else each for each in step.parents)
    if is_new(step.token):
        key = Key(step.model, ids[step.token], parents)
        path = mapper.path_for(key.identity, parents)
        step = Step(0, "delete", key, step.model, _known_as(step), "DELETE", path, step.version, parents)
        return evolve(step, lasting=lasting("delete", resource(step.model), ()))
    key = cast("Key", step.token)
    # promise 29: the compensation starts from the new key
    old_key, path = key, fill_path(step.path, lambda each: quoted(ids[each.token]))
    for change in step.changes:
        if (change.name,) == mapper.id_names:
            old_key, path = key._replace(identity=change.new), mapper.path_for(change.new, parents)
    changes = tuple(evolve(each, old=_filled(each.new, ids), new=each.old) for each in step.changes)
    body: object = changes[0].new
    if step.operation == "update":
        # Also what no PUT may lack is sent with the old value, or with the one that it still has.
        required = cast("dict[str, object]", _filled(step.body, ids))
        body = required | {change.key: change.new for change in changes}
    return evolve(step, token=old_key, path=path, parents=parents, body=body, changes=changes)


def _filled(value: object, ids: Mapping[str, object]) -> object:
    return fill(value, lambda each: each.id_in(ids) if isinstance(each, Pending) else each)


def _known_as(step: Step) -> str:
    return step.title.removeprefix("new ")


def lasting(operation: str, model: type[Model], changes: Collection[Change]) -> str:
    """Return why a step cannot be undone, an empty string if it can."""
    mapper = model.__mapper__
    if operation == "delete":
        return "what is deleted cannot be brought back"
    if operation == "create":
        return "" if "delete" in mapper.verbs else f"the API cannot delete a {mapper.name}"
    secret, unread, fields = list[str](), list[str](), mapper.fields
    for each in changes:
        field = fields[each.name]
        if field.is_write_only or field.redacted or holds_secret(field, each.old):
            secret.append(each.name)
        if each.old is ABSENT:
            unread.append(each.name)
    if secret:
        return f"the old {', '.join(secret)} cannot be read"
    return f"{', '.join(unread)} was never read" if unread else ""
