"""The ids that a commit created so far, and the steps that waited for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from linode_orm.mapping.addressing import quoted
from linode_orm.session.planning.placeholders import Pending, fill, fill_path

if TYPE_CHECKING:
    from collections.abc import Mapping

    from linode_orm.session.planning.plan import Step


class CreatedIds:
    """The ids of the objects that a commit created, by token; it fills them into steps and leaves secrets out."""

    def __init__(self, by_token: Mapping[str, object]) -> None:
        self.by_token = dict(by_token)

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
