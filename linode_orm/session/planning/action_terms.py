"""Action terms: how actions on many objects are run, as their plans, plan files and journals hold it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, Self

from attrs import frozen

from linode_orm.mapping.model import resource

if TYPE_CHECKING:
    from linode_orm.mapping.operations import Operation
    from linode_orm.session.planning.plan import Step

_PLACEHOLDER: Final = re.compile(r"\\\{\w+\\\}")


@frozen
class ActionTerms:
    """The action that a step is, and the arguments of `session.act` that say how all steps of its plan are run.

    `until` is the condition as text: it can be shown, and not be carried on with. `given` are the paths of the objects
    among the arguments: an event may name one of them instead of the object that was acted on.
    """

    name: str
    at_once: int | None = None
    timeout: float = 300.0
    max_failed: int = 0
    until: str = ""
    given: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, object]:
        """Return the terms as JSON can hold them."""
        return {
            "name": self.name,
            "at_once": self.at_once,
            "timeout": self.timeout,
            "max_failed": self.max_failed,
            "until": self.until,
            "given": list(self.given),
        }

    @classmethod
    def from_dict(cls, content: dict[str, Any] | None) -> Self | None:
        """Return the terms that `to_dict` wrote; raise `ValueError` for others."""
        if content is None:
            return None
        terms: Any = cls(**{**content, "given": tuple(content.get("given", ()))})
        whole = (terms.max_failed, 1 if terms.at_once is None else terms.at_once)
        is_right = all(type(each) is int and each >= 0 for each in whole) and whole[1] > 0
        is_right = is_right and isinstance(terms.timeout, (int, float)) and terms.timeout >= 0
        if (
            not is_right
            or not isinstance(terms.name, str)
            or not {type(each) for each in (terms.until, *terms.given)} <= {str}
        ):
            msg = f"{content!r} does not say how actions are run"
            raise ValueError(msg)
        return terms  # type: ignore[no-any-return]  # its values are looked at as what a file may hold


def operation_of(step: Step) -> Operation:
    """Return the action that a step is; raise `ValueError` where its class has none of that name."""
    terms = step.action
    found = resource(step.model).__mapper__.operations.get(terms.name) if terms is not None else None
    if found is None or found.scope != "item":
        msg = f"{step.title}: a {step.model} has no such action"
        raise ValueError(msg)
    return found


def check_action(step: Step) -> None:
    """Raise `ValueError` if method, path and body of a step are not those of its action on its object."""
    operation, mapper = operation_of(step), resource(step.model).__mapper__
    version = operation.version or mapper.version
    if (step.method, step.version) != (operation.method, version) or isinstance(step.token, str):
        msg = f"{step.title}: {step.method} {step.path} is not how it is asked for {operation.name}"
        raise ValueError(msg)
    above = mapper.path_for(step.token.identity, step.token.parents)
    path = operation.path if operation.path.startswith("/") else f"{above}/{operation.path}".rstrip("/")
    if not re.fullmatch(_PLACEHOLDER.sub("[^/]+", re.escape(path)), step.path):
        msg = f"{step.title}: {step.path} is not the path of its {operation.name}"
        raise ValueError(msg)
    keys = set(step.body) if isinstance(step.body, dict) else set()
    if step.changes or not keys <= set(operation.body.values()):
        msg = f"{step.title}: its {operation.name} sends what that does not take"
        raise ValueError(msg)
