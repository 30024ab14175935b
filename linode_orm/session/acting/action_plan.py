"""The plan of actions on many objects: a step an object, without any secret among its arguments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from linode_orm._secrets import is_secret_key
from linode_orm.errors import InvalidRequestError
from linode_orm.mapping.model import resource
from linode_orm.mapping.operations import check_arguments
from linode_orm.session.acting.actions import Actions, request_of
from linode_orm.session.planning.placeholders import Hidden, fill, hidden_in
from linode_orm.session.planning.plan import Key, Step, secret_name
from linode_orm.session.planning.steps import key_of, title
from linode_orm.wire.messages import Request

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from linode_orm.mapping import Model
    from linode_orm.mapping.operations import Operation
    from linode_orm.session.planning.action_terms import ActionTerms
    from linode_orm.session.waiting.job_feed import JobFeed

LASTING: Final = "what an action did cannot be undone"


class PlannedAction(NamedTuple):
    """One action on one object: its step, as plans show it, and the request with its secrets."""

    step: Step
    target: Model
    operation: Operation
    request: Request
    given: tuple[Model, ...] = ()
    """The objects among its arguments."""


def operation_for(action: object) -> Operation:
    """Return the operation of a method of a class (`Instance.reboot`); raise `TypeError` for what is none."""
    operation: Any = getattr(action, "__operation__", None)
    if operation is not None and hasattr(action, "__self__"):
        msg = f"session.act() takes the method of the class, such as Instance.reboot, not {action!r}"
        raise TypeError(msg)
    if operation is None or operation.scope != "item":
        msg = f"session.act() takes an action of a class, such as Instance.reboot, not {action!r}"
        raise TypeError(msg)
    if operation.method == "GET":
        msg = f"{operation.name}() only reads, and is no action on many objects; call it on each"
        raise InvalidRequestError(msg)
    return operation  # type: ignore[no-any-return]  # the decorator put it there


def plan_actions(
    targets: Sequence[Model],
    operation: Operation,
    arguments: Mapping[str, object],
    given: Iterable[Model],
    terms: ActionTerms,
) -> list[PlannedAction]:
    """Return the action on each object; raise what keeps one of them from being asked for it; sends nothing."""
    planned: list[PlannedAction] = []
    for number, target in enumerate(targets, 1):
        if target.__mapper__.operations.get(operation.name) is not operation:
            msg = f"{target.__describe__()} has no action {operation.name} of that class"
            raise InvalidRequestError(msg)
        Actions.check_target(target, operation)
        missing = [name for name in operation.required if name not in arguments]
        unknown = sorted(arguments.keys() - (operation.body.keys() | set(operation.required)))
        if missing or unknown:
            what = f"lacks {', '.join(missing)}" if missing else f"takes no {', '.join(unknown)}"
            msg = f"{operation.name}() {what}; give arguments={{name: value}}"
            raise TypeError(msg)
        check_arguments(target, operation.name, arguments)
        request = request_of(target, operation, arguments)
        if request.content is not None or request.query:
            msg = f"{operation.name}() cannot be run on many objects; call it on each"
            raise InvalidRequestError(msg)
        planned.append(PlannedAction(_step(number, target, request, terms), target, operation, request, tuple(given)))
    return planned


def _step(number: int, target: Model, request: Request, terms: ActionTerms) -> Step:
    body = _without_secrets(request.body, request.secret_keys, ())
    return Step(
        number=number,
        operation="action",
        token=key_of(target),
        model=target.__mapper__.name,
        title=title(target),
        method=request.method,
        path=request.path,
        version=request.version,
        parents=key_of(target).parents,
        body=body,
        secret_keys=frozenset(str(each.path[-1]) for each in hidden_in(body)),
        lasting=LASTING,
        action=terms,
    )


def _without_secrets(value: object, secret: frozenset[str], path: tuple[str | int, ...]) -> object:
    if path and isinstance(path[-1], str) and (path[-1] in secret or is_secret_key(path[-1])) and value is not None:
        return Hidden(path)
    if isinstance(value, dict):
        return {key: _without_secrets(each, secret, (*path, key)) for key, each in value.items()}
    if isinstance(value, list):
        return [_without_secrets(each, secret, (*path, at)) for at, each in enumerate(value)]
    return value


def target_of(step: Step, feed: JobFeed) -> Model:
    """Return the object of a stored action; raise `InvalidRequestError` where it names none; sends nothing."""
    key: Any = step.token
    if not isinstance(key, Key):
        msg = f"{step.title}: an action is on an object that exists"
        raise InvalidRequestError(msg)
    resource(key.model)
    return feed.reference((key.model, key.identity, key.parents))


def restored(step: Step, target: Model, operation: Operation, secrets: Mapping[str, object]) -> PlannedAction:
    """Return the action that a stored step is, with its secrets, of which none is missing."""
    body: Any = fill(step.body, lambda each: secrets[secret_name(step, each)] if isinstance(each, Hidden) else each)
    keys = step.secret_keys | operation.secret
    request = Request(
        step.method,
        step.path,
        version=step.version,
        body=body,
        secret_keys=keys,
        idempotent=operation.idempotent,
    )
    return PlannedAction(step, target, operation, request)
