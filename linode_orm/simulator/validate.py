"""Validation of bodies: types and required fields, with reasons like the API's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from linode_orm.mapping.json_types import field_problems
from linode_orm.simulator.argument_types import problem
from linode_orm.simulator.errors import Refused, bad

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from linode_orm.mapping.fields import Kind
    from linode_orm.simulator.schema import Action

    Fields = Mapping[str, Kind[Any]]


def body_of(raw: object) -> dict[str, Any]:
    """Return a body as a dict; no body at all is an empty one (docs/api-notes.md#empty-bodies)."""
    if raw is None:
        return {}
    if not isinstance(raw, dict):
        raise bad("Invalid JSON")
    return raw


def check(fields: Fields, body: Mapping[str, Any], verb: str, *, strict: bool = False) -> None:
    """Refuse a body that lacks what is required or holds values of other types, all reasons at once."""
    wrong = [*_missing(fields, body, verb), *_mistyped(fields, body, verb, strict=strict)]
    if wrong:
        raise Refused(*wrong)


def check_action(action: Action, body: Mapping[str, Any]) -> None:
    """Refuse the body of an action that lacks what is required or holds values of other types."""
    wrong = [(f"{key} is required", key) for key in action.required if body.get(key) is None]
    wrong += _mistyped_arguments(action, body)
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


def _missing(fields: Fields, body: Mapping[str, Any], verb: str) -> Iterable[tuple[str, str]]:
    for key, field in fields.items():
        needed = field.required if verb == "create" else field.put_required
        if needed and body.get(key) is None:
            yield f"{key} is required", key


def _mistyped(fields: Fields, body: Mapping[str, Any], verb: str, *, strict: bool) -> Iterable[tuple[str, str]]:
    for key, value in body.items():
        field = fields.get(key)
        if field is not None and field.takes(verb):
            yield from field_problems(field, value, key, strict=strict)
