"""Validation of bodies: types, required fields and limits, with reasons like the API's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from linode_orm.mapping.json_types import field_problems
from linode_orm.simulator import limits
from linode_orm.simulator.argument_types import problem
from linode_orm.simulator.errors import Refused, bad
from linode_orm.simulator.schema import template

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from linode_orm.mapping.fields import Kind
    from linode_orm.simulator.account_state import AccountState
    from linode_orm.simulator.schema import Action, Resource

    Fields = Mapping[str, Kind[Any]]


def body_of(raw: object) -> dict[str, Any]:
    """Return a body as a dict; no body at all is an empty one (docs/api-notes.md#empty-bodies)."""
    if raw is None:
        return {}
    if not isinstance(raw, dict):
        raise bad("Invalid JSON")
    return raw


def check(state: AccountState, resource: Resource, body: Mapping[str, Any], verb: str) -> None:
    """Refuse a body that lacks what is required, or holds values of other types or outside of limits, all at once."""
    wrong = [*_missing(resource.fields, body, verb), *_mistyped(state, resource.name, resource.fields, body, verb)]
    if verb == "create":
        wrong += _mistyped_children(state, resource, body, "")
    if state.limits:
        known = {key for _, key in wrong}
        found = limits.problems(resource.name, body, guesses=state.guesses)
        wrong += [each for each in found if each[1] not in known]
    if wrong:
        raise Refused(*wrong)


def check_part(state: AccountState, name: str, fields: Fields, body: Mapping[str, Any]) -> None:
    """Refuse the body of a PUT that is the whole value of one field."""
    wrong = [*_missing(fields, body, "update"), *_mistyped(state, name, fields, body, "update")]
    if state.limits and isinstance(body.get("rules"), dict):
        wrong += limits.rule_problems(body["rules"])
    if wrong:
        raise Refused(*wrong)


def check_action(state: AccountState, action: Action, body: Mapping[str, Any]) -> None:
    """Refuse the body of an action that lacks what is required, or holds values of other types or outside of limits."""
    wrong = [(f"{key} is required", key) for key in action.required if body.get(key) is None]
    wrong += _mistyped_arguments(action, body) or _mistyped_copy(state, action, body)
    if state.limits and not wrong:
        wrong += limits.action_problems(f"{action.method} {template(action.path)}", body)
    if wrong:
        raise Refused(*wrong)


def check_arguments(action: Action, body: Mapping[str, Any]) -> None:
    """Refuse the body of an action that holds values of other types; what it lacks is no matter."""
    wrong = _mistyped_arguments(action, body)
    if wrong:
        raise Refused(*wrong)


def _mistyped_arguments(action: Action, body: Mapping[str, Any]) -> list[tuple[str, str]]:
    found = ((problem(hint, body.get(key)), key) for key, hint in action.hints.items())
    return [(reason, key) for reason, key in found if reason]


def _mistyped_copy(state: AccountState, action: Action, body: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Hold the objects that an action changes in a copy against the fields of the class that it answers."""
    answered = state.store.resources.get(action.answers or "")
    if answered is None:
        return []
    wholes = {key for key, hint in action.hints.items() if "Mapping" in hint and isinstance(body.get(key), dict)}
    fields = [(key, answered.fields[key]) for key in wholes & answered.fields.keys()]
    return [
        each for key, field in fields for each in field_problems(field, body[key], key, choices=False, strict=False)
    ]


def _mistyped_children(
    state: AccountState, resource: Resource, body: Mapping[str, Any], above: str
) -> Iterable[tuple[str, str]]:
    """Hold the nested creates in the body of a POST against their classes, at any depth."""
    for alternate_path in resource.alternate_paths:
        key, target = alternate_path.create_key, state.store.resources.get(alternate_path.target)
        given = body.get(key) if key else None
        if not isinstance(given, list) or target is None or target.parent != resource.name:
            continue
        for at, each in enumerate(given):
            place = f"{above}{key}[{at}]"
            if not isinstance(each, dict):
                yield "Must be of type Object", place
                continue
            for reason, where in _mistyped(state, target.name, target.fields, each, "create"):
                yield reason, f"{place}.{where}"
            yield from _mistyped_children(state, target, each, f"{place}.")


def _missing(fields: Fields, body: Mapping[str, Any], verb: str) -> Iterable[tuple[str, str]]:
    for key, field in fields.items():
        needed = field.required if verb == "create" else field.put_required
        if needed and body.get(key) is None:
            yield f"{key} is required", key


def _mistyped(
    state: AccountState, name: str, fields: Fields, body: Mapping[str, Any], verb: str
) -> Iterable[tuple[str, str]]:
    open_keys = limits.OPEN_CHOICES.get(name, frozenset())
    for key, value in body.items():
        field = fields.get(key)
        if field is None or not field.takes(verb):
            continue
        for reason, where in field_problems(field, value, key, choices=state.limits, strict=state.guesses):
            if not (reason.startswith("Must be one of") and where.rpartition(".")[2] in open_keys):
                yield reason, where
