"""Checks of stored steps: method, path, body and shown changes have to be what the operation on its object makes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from linode_orm.mapping.model import resource
from linode_orm.mapping.values import ABSENT
from linode_orm.session.planning.batch_rules import REBUILDS
from linode_orm.session.planning.placeholders import Hidden, Pending
from linode_orm.session.planning.plan import Key
from linode_orm.session.planning.steps import collection_path

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from linode_orm.mapping.mapper import Mapper
    from linode_orm.session.planning.plan import Change, NestedCreate, Step

_METHODS: Final = {"create": "POST", "bundle": "POST", "update": "PUT", "replace": "PUT", "delete": "DELETE"}


def check_step(step: Step) -> None:
    """Raise `ValueError` where what a step sends is not what it shows."""
    for problem in _problems(step):
        msg = f"step {step.number} ({step.title}): {problem}"
        raise ValueError(msg)


def _problems(step: Step) -> Iterator[str]:
    mapper = resource(step.model).__mapper__
    if step.method != _METHODS.get(step.operation):
        yield f"{step.method} is not the method of a {step.operation}"
    elif step.version != mapper.version:
        yield f"{step.version} is not its version of the API"
    elif step.path not in _paths(step, mapper):
        yield f"{step.path} is not the path of a {step.operation}"
    elif isinstance(step.token, Key) and (step.token.model != step.model or step.token.parents != step.parents):
        yield "its key is not that of its object"
    for change in step.changes:
        if mapper.fields[change.name].key != change.key:
            yield f"{change.name} is not sent as {change.key}"
    yield from _body_problems(step, mapper)
    yield from _misplaced(step.body, (step.changes[0].key,) if step.operation == "replace" and step.changes else ())
    for part in step.parts:
        yield from _problems(part)


def _paths(step: Step, mapper: Mapper) -> tuple[str, ...]:
    """Return the paths that the request of a step may have."""
    if step.operation == "create":
        return (collection_path(mapper, step.parents),) if not isinstance(step.token, Key) else ()
    if not isinstance(step.token, Key):
        return ()
    if step.operation == "bundle" and step.model == "Tag":
        return (mapper.path,)
    path = mapper.path_for(step.token.identity, step.token.parents)
    if step.operation == "bundle":
        return tuple(f"{path}/{rebuild.action}" for rebuild in REBUILDS.values() if rebuild.parent == step.model)
    if step.operation == "replace":
        return tuple(f"{path}/{mapper.fields[change.name].written_by}" for change in step.changes)
    return (path,)


def _body_problems(step: Step, mapper: Mapper) -> Iterator[str]:
    if step.operation in {"delete", "bundle"}:
        if step.body is not None or step.changes or step.nested_creates:
            yield f"a {step.operation} has no body and no changes of its own"
    elif step.operation == "replace":
        if len(step.changes) != 1 or step.body != step.changes[0].new:
            yield "its body is not what its change shows"
    elif not isinstance(step.body, dict):
        yield "its body is no object"
    elif step.operation == "create":
        yield from _create_problems(step.body, mapper, step.changes, step.nested_creates, ())
    else:
        yield from _update_problems(step.body, mapper, step.changes)


def _update_problems(body: dict[str, Any], mapper: Mapper, changes: Iterable[Change]) -> Iterator[str]:
    shown = {change.key: change for change in changes}
    always = {field.key for field in mapper.required_in_updates}
    for key in shown.keys() - body.keys():
        yield f"its change of {key} is not sent"
    for key, value in body.items():
        if key not in shown:
            if key not in always:
                yield f"{key} is sent, and no change shows it"
            continue
        change = shown[key]
        old = None if change.old is ABSENT else change.old
        codec = mapper.keys[key].codec
        if value not in (change.new, codec.only_changed(change.new, old)):
            yield f"{key} is sent otherwise than its change shows"


def _create_problems(
    body: Mapping[str, Any],
    mapper: Mapper,
    changes: Iterable[Change],
    nested: Iterable[NestedCreate],
    above: tuple[str | int, ...],
) -> Iterator[str]:
    """Yield what is wrong with an object in the body of a POST, and with the children that are nested in it."""
    shown = {change.key: change.new for change in changes}
    own = [each for each in nested if each.place[: len(above)] == above and len(each.place) == len(above) + 2]
    lists = {str(each.place[len(above)]) for each in own}
    for key in shown.keys() - body.keys():
        yield f"its {key} is not sent"
    for key, value in body.items():
        if key in shown and value != shown[key]:
            yield f"{key} is sent otherwise than it is shown"
        elif key not in shown and key not in lists and key not in mapper.create_keys:
            yield f"{key} is sent, and not shown"
    for key in lists:
        places = {each.place[-1]: each for each in own if each.place[len(above)] == key}
        children = body.get(key)
        if not isinstance(children, list) or places.keys() != set(range(len(children))):
            yield f"what is nested under {key} is not what is shown"
            continue
        for at, child in enumerate(children):
            each = places[at]
            inner = resource(each.model).__mapper__
            if not isinstance(child, dict) or each.path != collection_path(inner, each.parents):
                yield f"{each.title} is not sent as it is shown"
            else:
                yield from _create_problems(child, inner, each.changes, nested, each.place)


def _misplaced(value: Any, path: tuple[str | int, ...]) -> Iterator[str]:  # noqa: ANN401  JSON
    """Yield the secrets that stand elsewhere than where they belong."""
    if isinstance(value, Hidden):
        if value.path != path:
            yield "a secret stands in another place than its own"
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from _misplaced(each, (*path, key))
    elif isinstance(value, list):
        for at, each in enumerate(value):
            yield from _misplaced(each, (*path, at))
    elif isinstance(value, Pending) and not value.token:
        yield "a placeholder names no object"
