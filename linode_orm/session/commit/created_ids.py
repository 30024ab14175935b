"""The ids that a commit created so far, and the steps that waited for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from attrs import evolve

from linode_orm.mapping.addressing import quoted
from linode_orm.mapping.answer_places import value_at
from linode_orm.mapping.values import ABSENT
from linode_orm.session.planning.placeholders import Pending, fill, fill_path, values_wanted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from linode_orm.session.planning.placeholders import PendingValue
    from linode_orm.session.planning.plan import Plan, Step


def answer_values(plan: Plan) -> dict[str, set[PendingValue]]:
    """Return the values of answers that the steps of a plan need, by the token of what is created."""
    if not any(step.operation in _CREATING for step in plan):
        return {}
    return values_wanted(part.body for step in plan for part in step.whole)


def learn_values(
    ids: dict[str, object], wanted: Mapping[str, Iterable[PendingValue]], token: str, body: object
) -> dict[str, object]:
    """Put the values that steps need of the answer which created an object beside its id; return them."""
    created = CreatedIds(ids, wanted)
    created.learn(token, body)
    values = created.values_of(token)
    ids |= values
    return values


_CREATING: Final = frozenset({"create", "bundle"})


class CreatedIds:
    """The ids of the objects that a commit created, by token; it fills them into steps and leaves secrets out.

    `wanted` are the values of their answers that steps need, which stand beside the ids under their names.
    """

    def __init__(self, by_token: Mapping[str, object], wanted: Mapping[str, Iterable[PendingValue]]) -> None:
        self.by_token = dict(by_token)
        self.wanted = wanted

    def learn(self, token: str, body: object) -> None:
        """Keep the values that steps need of the answer which created an object."""
        for each in self.wanted.get(token, ()):
            value = value_at(body, each.place)
            if value is not ABSENT:
                self.by_token[each.name] = value

    def values_of(self, token: str) -> dict[str, object]:
        """Return the values that were kept of an object's answer, by their names."""
        names = [each.name for each in self.wanted.get(token, ())]
        return {name: self.by_token[name] for name in names if name in self.by_token}

    def parents_of(self, step: Step) -> tuple[object, ...]:
        """Return the ids of the parents of a step's object."""
        return tuple(self.by_token[each.token] if isinstance(each, Pending) else each for each in step.parents)

    def path_of(self, step: Step) -> str:
        """Return the path of a step, quoted."""
        if "{" not in step.path:
            return step.path
        return fill_path(step.path, lambda each: quoted(self.by_token[each.token]))

    def filled(self, body: object) -> object:
        """Return a body with the ids in it."""
        return fill(body, lambda each: each.id_in(self.by_token) if isinstance(each, Pending) else each)

    def whole(self, step: Step) -> Step:
        """Return a batch request with the ids in all of its parts."""
        parts = (
            evolve(part, body=self.filled(part.body), path=self.path_of(part), parents=self.parents_of(part))
            for part in step.parts
        )
        return evolve(step, parts=tuple(parts))
