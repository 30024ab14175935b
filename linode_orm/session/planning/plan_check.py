"""Checks of stored steps: whether they are whole, and whether what a step shows is what it sends."""

from __future__ import annotations

import re
from graphlib import TopologicalSorter
from typing import TYPE_CHECKING, Any, Final

from linode_orm.mapping.model import resource
from linode_orm.mapping.values import ABSENT
from linode_orm.session.planning.action_terms import check_action
from linode_orm.session.planning.batch_rules import REBUILDS, TAGGED
from linode_orm.session.planning.placeholders import Hidden, Pending, hidden_in, with_tokens
from linode_orm.session.planning.plan import Change, Key, Step, at, is_new

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from linode_orm.mapping.mapper import Mapper

    Place = tuple[str | int, ...]
    """The keys and indexes that lead to something inside a body."""

_METHODS: Final = {"create": "POST", "update": "PUT", "replace": "PUT", "delete": "DELETE", "bundle": "POST"}
_TOKEN: Final = re.compile(r"new:\d+")
_TEXTS: Final = ("operation", "model", "title", "method", "path", "version", "lasting")


def _require(is_so: object, otherwise: str) -> None:
    if not is_so:
        raise ValueError(otherwise)


# -- whole -----------------------------------------------------------------------------------------------------------


def check_whole(content: list[Any]) -> None:
    """Raise `ValueError` if a step, as JSON, names a step, an object or an attribute that does not exist."""
    everything = [*_objects(content)]
    inside = [each for each in everything if each.keys() >= {"object", "changes"}]
    steps = [each for each in inside if "depends_on" in each]
    waits = {each["number"]: each["depends_on"] for each in steps}
    others = {other for those in waits.values() for other in those}
    _require(len(waits) == len(steps) and others <= waits.keys(), "a step is not there, or there twice")
    TopologicalSorter(waits).prepare()
    made = {each["object"].get("new") for each in inside}
    missing = {each["$new"] for each in everything if "$new" in each} - made
    _require(not missing, f"no step creates {', '.join(sorted(map(str, missing)))}")
    for each in inside:
        fields = resource(each["object"]["type"]).__mapper__.fields
        unknown = [change["attribute"] for change in each["changes"] if change["attribute"] not in fields]
        _require(not unknown, f"{each['object']['type']} has no attribute {', '.join(map(repr, unknown[:1]))}")


def _objects(value: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401  JSON
    """Yield every object inside a value, at any depth."""
    waiting = [value]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            yield value
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value


def check_types(step: Step) -> None:
    """Raise `ValueError` if a value of a step is of another type than its code has."""
    for name in _TEXTS:
        _require(isinstance(getattr(step, name), str), f"the {name} of a step is no text")
    _require(step.operation in _METHODS or step.operation == "action", f"{step.operation!r} is no operation")
    _require((step.operation == "action") == (step.action is not None), "only an action says how it is run")
    for number in (step.number, *step.depends_on):
        _require(type(number) is int and number > 0, f"{number!r} is no number of a step")
    _check_token(step)
    _require(all(isinstance(each, str) for each in (*step.looks, *step.secret_keys)), "a path or a key is no text")
    changes = (*step.changes, *(each for nested in step.nested_creates for each in nested.changes))
    _require({type(each) for _, each in step.seen} <= {int}, "a checksum is no number")
    _require({type(each) for change in changes for each in (change.name, change.key)} <= {str}, "a change has no name")
    _check_ids(step.parents)
    for nested in step.nested_creates:
        _require(nested.place, "a nested creation has no place")
        _check_ids(nested.parents)
        _require({type(key) for key in nested.place} <= {int, str}, "a place is none")
    for part in step.parts:
        _require(step.operation == "bundle" and not part.parts, "only a batch request has parts, which have none")
        check_types(part)


def _check_token(step: Step) -> None:
    if isinstance(step.token, Key):
        check_identity(step.model, step.token.identity)
        _check_ids(step.token.parents)
    else:
        _require(_TOKEN.fullmatch(step.token), f"{step.token!r} names no new object")
    _require(is_new(step.token) == (step.operation == "create"), f"{step.title}: only a creation is of a new object")


def check_identity(model: str, identity: object) -> None:
    """Raise `ValueError` if something is no id of an object of a class: it has as many parts as the class says."""
    _check_ids([identity])
    count = len(resource(model).__mapper__.id_names)
    parts = len(identity) if isinstance(identity, tuple) else min(count, 1)
    _require(parts == count, f"{identity!r} is no id of a {model}")


def _check_ids(ids: Iterable[object]) -> None:
    for each in ids:
        parts = each if isinstance(each, tuple) else (each,)
        is_id = all(part is None or isinstance(part, (str, int, Pending)) for part in parts)
        _require(is_id, f"{type(each).__name__} is no id")


# -- in agreement ----------------------------------------------------------------------------------------------------


def check_agreement(step: Step) -> None:
    """Raise `ValueError` if method, path, body, operation and changes of a step do not belong together.

    Whoever reads a plan sees the changes; nothing else may be sent.
    """
    mapper = resource(step.model).__mapper__
    if step.operation == "action":
        check_action(step)
        _check_places(step.body, ())
        return
    _require(step.method == _METHODS[step.operation], f"{step.title}: a {step.operation} is no {step.method}")
    _require(step.version == mapper.version, f"{step.title}: {step.version} is not the version of its API")
    if isinstance(step.token, Key):
        is_same = (step.token.model, step.token.parents) == (mapper.name, step.parents)
        _require(is_same or step.operation == "bundle", f"{step.title}: its key is of another object")
    if step.operation == "bundle":
        _check_batch(step)
        return
    _require(len(step.parents) == mapper.parent_count, f"{step.title}: it has other parents")
    _require(not step.looks, f"{step.title}: only a batch request reads something around it")
    _require(step.path == path_of(step), f"{step.title}: {step.path} is not its path")
    _check_changes(mapper, step.changes, step.title)
    _CHECKS[step.operation](step, mapper)
    _check_places(step.body, (step.changes[0].key,) if step.operation == "replace" else ())
    names = {str(each.path[-1]) for each in hidden_in(step.body)}
    _require(names <= step.secret_keys, f"{step.title}: a secret in its body is not marked as one")


def path_of(step: Step) -> str:
    """Return the path that a step has by its operation and its object, with tokens for ids that are not known yet."""
    mapper = resource(step.model).__mapper__
    if isinstance(step.token, str):
        return with_tokens(mapper.collection_path(step.parents), step.parents)
    path = mapper.path_for(step.token.identity, step.token.parents)
    if step.operation == "replace":
        path = f"{path}/{mapper.fields[step.changes[0].name].written_by}"
    return path


def _check_changes(mapper: Mapper, changes: Iterable[Change], title: str) -> None:
    for change in changes:
        field = mapper.fields.get(change.name)
        _require(field is not None and field.key == change.key, f"{title}: {change.name} is not sent as {change.key}")


def _check_creation(step: Step, mapper: Mapper) -> None:
    _check_made(step, mapper, step.changes, (), step.title)
    for nested in step.nested_creates:
        inner = resource(nested.model).__mapper__
        path = with_tokens(inner.collection_path(nested.parents), nested.parents)
        _require(nested.path == path, f"{nested.title}: {nested.path} is not its path")
        _check_changes(inner, nested.changes, nested.title)
        _check_made(step, inner, nested.changes, nested.place, nested.title)


def _check_made(step: Step, mapper: Mapper, changes: Collection[Change], place: Place, title: str) -> None:
    """Check that what creates one object is shown whole, be it the body of a POST or stand in one."""
    found: Any = at(step.body, place)
    _check_shown(found, changes, title)
    children: dict[object, set[object]] = {}
    for each in step.nested_creates:
        if each.place[: len(place)] == place and len(each.place) == len(place) + 2:
            children.setdefault(each.place[-2], set()).add(each.place[-1])
    more = found.keys() - {change.key for change in changes} - children.keys() - mapper.create_keys.keys()
    _require(not more, f"{title}: {', '.join(sorted(map(str, more)))} is sent, and not shown")
    for key, places in children.items():
        _require(places == {*range(len(found[key]))}, f"{title}: what it creates under {key} is not what is shown")


def _check_update(step: Step, mapper: Mapper) -> None:
    body = step.body
    _require(isinstance(body, dict) and step.changes, f"{step.title}: an update changes something")
    shown = {change.key: change for change in step.changes}
    sent: Mapping[str, object] = body if isinstance(body, dict) else {}
    more = sent.keys() - shown.keys() - {field.key for field in mapper.required_in_updates}
    _require(not more, f"{step.title}: {', '.join(sorted(map(str, more)))} is sent, and not shown")
    for key, change in shown.items():
        field = mapper.fields[change.name]
        allowed = [change.new]
        if field.merged:
            allowed.append(field.codec.only_changed(change.new, change.old))
        _require(
            key in sent and sent[key] in allowed, f"{step.title}: {change.name} is sent otherwise than it is shown"
        )


def _check_replacement(step: Step, mapper: Mapper) -> None:
    is_one = len(step.changes) == 1 and mapper.fields[step.changes[0].name].written_by
    _require(is_one and step.body == step.changes[0].new, f"{step.title}: what is sent is not what is shown")


def _check_deletion(step: Step, _: Mapper) -> None:
    is_bare = step.body is None and not step.changes and not step.nested_creates
    _require(is_bare, f"{step.title}: a deletion sends nothing")


_CHECKS: Final = {
    "create": _check_creation,
    "update": _check_update,
    "replace": _check_replacement,
    "delete": _check_deletion,
}


def _check_shown(body: object, changes: Collection[Change], title: str) -> None:
    """Check that the attributes are sent as they are shown; of a secret that there is one."""
    for change in changes:
        is_sent = isinstance(body, dict) and change.key in body and _masked(body[change.key]) == _masked(change.new)
        _require(is_sent and change.old is ABSENT, f"{title}: {change.name} is sent otherwise than it is shown")


def _masked(value: object) -> object:
    if isinstance(value, Hidden):
        return Hidden(())
    if isinstance(value, dict):
        return {key: _masked(each) for key, each in value.items()}
    return [_masked(each) for each in value] if isinstance(value, list) else value


def _check_places(value: object, place: Place) -> None:
    """Check that each secret stands in its own place, so that it is sent nowhere else."""
    if isinstance(value, Hidden):
        _require(value.path == place, "a secret stands in another place than its own")
    elif isinstance(value, (dict, list)):
        for key, each in value.items() if isinstance(value, dict) else enumerate(value):
            _check_places(each, (*place, key))


def _check_batch(step: Step) -> None:
    """Check that a batch request goes where its parts are taken together, and that each of them agrees."""
    for part in step.parts:
        check_agreement(part)
    _require(step.parts and step.body is None, f"{step.title}: a batch request is made of its parts when it is sent")
    token = step.token if isinstance(step.token, Key) else Key("", None, ())
    _require(step.parents == token.parents, f"{step.title}: its key is of another object")
    is_right = _is_tagging(step, token) if step.model == "Tag" else _is_rebuild(step, token)
    _require(is_right, f"{step.title}: {step.path} does not make its parts")


def _is_tagging(step: Step, token: Key) -> bool:
    """Whether a POST puts one tag on the objects of its parts, and nothing else."""
    for part in step.parts:
        change = part.changes[0] if len(part.changes) == 1 else Change("", "", [], [])
        old, new = change.old, change.new
        adds = (
            isinstance(old, list) and isinstance(new, list) and {*new} - {*old} == {token.identity} and {*old} < {*new}
        )
        if part.model not in TAGGED or part.operation != "update" or change.key != "tags" or not adds:
            return False
    return (token, step.path, step.looks) == (Key("Tag", token.identity, ()), "/tags", ())


def _is_rebuild(step: Step, token: Key) -> bool:
    """Whether a POST rebuilds a parent with the changes of its parts."""
    path = resource(step.model).__mapper__.path_for(token.identity, token.parents)
    for name, rebuild in REBUILDS.items():
        if rebuild.parent != step.model or step.path != f"{path}/{rebuild.action}":
            continue
        below, within = f"{path}/{rebuild.key}", (*token.parents, token.identity)
        fits = all(part.token == token or (part.model == name and part.parents == within) for part in step.parts)
        return fits and step.looks == (path, below, below) and token.model == step.model
    return False
