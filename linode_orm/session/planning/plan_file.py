"""Plan files: a plan as JSON on disk, to be reviewed and applied by another process."""

from __future__ import annotations

import json
import os
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Never, cast

from linode_orm._private_files import write_private
from linode_orm.errors import InvalidRequestError
from linode_orm.mapping.model import resource
from linode_orm.mapping.values import ABSENT
from linode_orm.session.loading.account import account_of
from linode_orm.session.planning.action_terms import ActionTerms
from linode_orm.session.planning.natural_keys import listings_before
from linode_orm.session.planning.placeholders import Hidden, Pending, PendingName, value_from
from linode_orm.session.planning.plan import FORMAT, Change, Key, NestedCreate, Plan, Source, Step
from linode_orm.session.planning.plan_check import check_agreement, check_types, check_whole
from linode_orm.version import VERSION
from linode_orm.wire.api_time import ApiTime

if TYPE_CHECKING:
    from linode_orm.wire.client import Client

_KIND: Final = "linode_orm plan"


def save(plan: Plan, path: str | os.PathLike[str]) -> None:
    """Write a plan to a file that its user alone may read; the file appears whole or not at all."""
    session = plan.source.session if plan.source is not None else None
    if session is None:
        msg = "only a plan that a session made can be saved: session.plan() or session.undo(id)"
        raise InvalidRequestError(msg)
    if plan.refusals:
        msg = "\n".join(["the plan is refused, and was not saved:", *(f"  {each}" for each in plan.refusals)])
        raise InvalidRequestError(msg)
    client: Client = cast("Any", session).client
    account = account_of(client)
    content = {
        "kind": _KIND,
        "version": VERSION,
        "account": account,
        "made": ApiTime.now(client).text,
        "protected_tags": sorted(plan.source.protected) if plan.source is not None else [],
        "secrets": list(plan.secrets),
        **plan.to_dict(),
    }
    place = Path(path)
    text = json.dumps(content | {"checksum": _checksum(content)}, indent=2) + "\n"
    write_private(place, text.encode())


def load(path: str | os.PathLike[str]) -> Plan:
    """Read a plan; raise `InvalidRequestError` if the file is none, was edited, or is of another version."""
    content = _content(path)
    if content.get("kind") != _KIND:
        _refuse(path, "is no plan of linode_orm")
    if content.get("format") is True or content.get("format") != FORMAT or content.get("version") != VERSION:
        theirs = f"version {content.get('version')}, form {content.get('format')}"
        _refuse(path, f"was made by another version ({theirs}); this is version {VERSION}, form {FORMAT}")
    if content.pop("checksum", None) != _checksum(content):
        _refuse(path, "was changed since it was saved; make a new plan instead")
    try:
        check_whole(content["steps"])
        steps = tuple(step_from_dict(each) for each in content["steps"])
        for step in steps:
            check_types(step)
            check_agreement(step)  # promise 28c: nothing is sent that is not shown
        lookups = listings_before(steps)
        made, account, protected = content.get("made", ""), content["account"], frozenset(content["protected_tags"])
        if made:
            ApiTime.of(made)
        source = Source(None, account, protected, os.path.realpath(path), made)
        return Plan(steps, lookups, tuple(content["lost"]), content["least_time"], source)
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError) as error:
        _refuse(path, f"is damaged ({type(error).__name__}: {error})")


def _content(path: str | os.PathLike[str]) -> dict[str, Any]:
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        _refuse(path, f"cannot be read ({error})")
    if not text.strip():
        _refuse(path, "is empty")
    try:
        content = json.loads(text, object_pairs_hook=_once, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        _refuse(path, f"is no JSON ({error})")
    if not isinstance(content, dict):
        _refuse(path, "is no plan of linode_orm")
    return cast("dict[str, Any]", content)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse a key that stands twice in one object: a reader of the file may have seen the other value."""
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        msg = f"{next(name for name in names if names.count(name) > 1)!r} stands twice in one object"
        raise ValueError(msg)
    return found


def _no_number(text: str) -> Never:
    msg = f"{text} is none of its numbers"
    raise ValueError(msg)


def _refuse(path: str | os.PathLike[str], why: str) -> Never:
    msg = f"the plan file {os.fspath(path)} {why}; nothing was sent"
    raise InvalidRequestError(msg)


def _checksum(content: dict[str, Any]) -> str:
    return sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def step_from_dict(content: dict[str, Any]) -> Step:
    """Return the step that `Step.to_dict` wrote."""
    named = content["object"]
    mapper = resource(named["type"]).__mapper__
    token = (
        named["new"] if "new" in named else Key(named["model"], from_json(named["identity"]), _ids(named["parents"]))
    )
    return Step(
        number=content["number"],
        operation=content["operation"],
        token=token,
        model=mapper.name,
        title=named["title"],
        method=content["method"],
        path=content["path"],
        version=content["version"],
        parents=_ids(content["parents"]),
        body=_opened(content["body"]),
        changes=tuple(_change(each) for each in content["changes"]),
        secret_keys=frozenset(content["secret_keys"]),
        depends_on=tuple(content["depends_on"]),
        in_doubt=content["in_doubt"],
        lasting=content["lasting"],
        nested_creates=tuple(_nested_create(each) for each in content["riders"]),
        parts=tuple(step_from_dict(each) for each in content["parts"]),
        looks=tuple(content["looks"]),
        seen=tuple(content.get("seen", {}).items()),
        action=ActionTerms.from_dict(content.get("action")),
    )


def _nested_create(content: dict[str, Any]) -> NestedCreate:
    named = content["object"]
    return NestedCreate(
        token=named["new"],
        model=resource(named["type"]).__mapper__.name,
        title=named["title"],
        place=tuple(content["place"]),
        path=content["path"],
        parents=_ids(content["parents"]),
        changes=tuple(_change(each) for each in content["changes"]),
        is_answered=content["answered"],
        is_needed=content.get("needed", True),
    )


def _change(content: dict[str, Any]) -> Change:
    old = _opened(content["old"]) if "old" in content else ABSENT
    assigned = tuple(tuple(each) for each in content.get("assigned", ()))
    is_set_edit = content.get("set_edit", False)
    return Change(content["attribute"], content["key"], old, _opened(content["new"]), is_set_edit, assigned)


def _ids(content: list[Any]) -> tuple[object, ...]:
    return tuple(from_json(_opened(each)) for each in content)


def from_json(identity: object) -> object:
    """Return an id as keys hold it: a tuple if it has several parts."""
    return tuple(identity) if isinstance(identity, list) else identity


def _opened(value: Any) -> Any:  # noqa: ANN401  JSON
    """Return a value of a body, with placeholders in it."""
    if isinstance(value, dict):
        if value.keys() == {"$later"}:
            return value_from(value["$later"])
        if "$new" in value:
            return (PendingName if value.get("$text") is True else Pending)(value["$new"])
        if value.keys() == {"$secret"}:
            return Hidden(tuple(value["$secret"]))
        return {key.removeprefix("$"): _opened(each) for key, each in value.items()}
    return [_opened(each) for each in value] if isinstance(value, list) else value
