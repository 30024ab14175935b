"""Secrets of a plan that no session holds: they are given by name, and checked before anything is sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, cast

from linode_orm._suggestions import closest
from linode_orm.errors import InvalidRequestError
from linode_orm.mapping.model import resource
from linode_orm.mapping.relations import Many
from linode_orm.mapping.values import WrongType
from linode_orm.session.planning.placeholders import hidden_in
from linode_orm.session.planning.plan import secret_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from linode_orm.mapping import Model
    from linode_orm.mapping.codecs import Codec
    from linode_orm.session.planning.placeholders import Hidden
    from linode_orm.session.planning.plan import Plan, Step

Given = Mapping[str, object]
"""Secrets by the names that `plan.secrets` tells: texts, and documents as values, or as JSON."""

_VERBS: Final = {"create": "create", "update": "update", "replace": "update"}


def secrets_for(plan: Plan, given: Given | None, *, may_lack: bool = False) -> dict[str, object]:
    """Return the secrets as bodies hold them; raise `InvalidRequestError` if one is unknown or of a wrong type.

    A missing secret is refused too, unless the plan `may_lack` some. No message shows a value.
    """
    wanted = check_names(plan, given, may_lack=may_lack)
    return {name: _encoded(name, value, *wanted[name]) for name, value in (given or {}).items()}


def check_names(plan: Plan, given: Given | None, *, may_lack: bool = False) -> dict[str, tuple[Step, Hidden]]:
    """Return the secrets of a plan by their names; raise `InvalidRequestError` if one is unknown, or is missing."""
    wanted = {secret_name(step, hidden): (step, hidden) for step in plan for hidden in hidden_in(step.body)}
    if given is not None and not isinstance(given, Mapping):
        _refuse(f"secrets={{name: value}} expected, not {type(given).__name__}", wanted)
    names = dict(given or {})
    unknown = sorted(str(name) for name in names if name not in wanted)
    if unknown:
        near = [each for name in unknown if (each := closest(name, wanted)) is not None]
        meant = f" (did you mean {', '.join(near)}?)" if near else ""
        _refuse(f"the plan has no secrets {', '.join(unknown)}{meant}", wanted)
    missing = sorted(wanted.keys() - names.keys())
    if missing and not may_lack:
        _refuse(f"the plan needs the secrets {', '.join(missing)}", wanted)
    return wanted


def _refuse(why: str, wanted: Mapping[str, object]) -> None:
    those = ", ".join(sorted(wanted)) or "none"
    msg = f"{why}; nothing was sent: give secrets={{name: value}} for {those}"
    raise InvalidRequestError(msg)


def _encoded(name: str, value: object, step: Step, hidden: Hidden) -> object:
    """Return one secret as JSON."""
    codec = _codec_of(step, hidden)
    if codec is None:
        return value
    # A document is given on a command line as text; one that is declared as text stays as it is.
    if isinstance(value, str):
        value = _document(name, value, codec)
    try:
        return codec.trim(codec.operand(value), _VERBS[step.operation])
    except (WrongType, TypeError, ValueError, AttributeError):
        what = type(value).__name__
        msg = f"the secret {name}: {codec.text} expected, and the {what} that was given is none; nothing was sent"
    raise InvalidRequestError(msg)  # outside, for what went wrong may show the value


def _document(name: str, text: str, codec: Codec) -> object:
    try:
        return codec.parse(text)
    except (ValueError, RecursionError):
        msg = f"the secret {name}: {codec.text} expected, and the text that was given is no JSON; nothing was sent"
    raise InvalidRequestError(msg)


def _codec_of(step: Step, hidden: Hidden) -> Codec | None:
    """Return the codec of the value behind a placeholder; None if nothing declares it."""
    nested = [each for each in step.nested_creates if hidden.path[: len(each.place)] == each.place]
    # The longest place: a nested create in a nested create begins with the keys of the outer one.
    nearest = max(nested, key=lambda each: len(each.place), default=None)
    model, above = (step.model, 0) if nearest is None else (nearest.model, len(nearest.place))
    return _inside(resource(model), hidden.path[above:])


def _inside(model: type[Model], path: Sequence[str | int]) -> Codec | None:
    key, *rest = path
    field = model.__mapper__.keys.get(str(key))
    if field is not None:
        return _below(field.codec, rest)
    children = [
        each
        for each in model.__mapper__.relations.values()
        if isinstance(each, Many) and each.create_key == key and len(rest) > 1
    ]
    return _inside(cast("type[Model]", children[0].model), rest[1:]) if children else None


def _below(codec: Codec, path: Sequence[str | int]) -> Codec | None:
    found: Codec | None = codec
    for key in path:
        found = found.inside(key) if found is not None else None
    return found
