"""Rows of a journal as values, and as they are stored: one that cannot be read is damage, whatever is in it."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from linode_orm.errors import JournalError
from linode_orm.session.journal.journal import StoredCommit, StoredRequest, as_sent
from linode_orm.session.planning.placeholders import is_token, value_from
from linode_orm.session.planning.plan_check import check_identity, check_types, check_whole
from linode_orm.session.planning.plan_file import from_json, step_from_dict
from linode_orm.wire.api_time import ApiTime

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

_STATES: Final = frozenset({"open", "undoing", "finished", "undone", "returned", "dropped"})
_STATUSES: Final = frozenset({"applied", "failed", "pending", "in doubt", "undone", "not undone", "apart", None})


def storable(text: str) -> str:
    """Return a text with what UTF-8 cannot hold escaped: the API may answer half a character."""
    return text.encode("utf-8", "backslashreplace").decode()


@contextmanager
def damages(path: Path) -> Iterator[None]:
    """Raise `JournalError` for whatever a row makes of the code that reads it."""
    try:
        yield
    except JournalError:
        raise
    except Exception as error:  # noqa: BLE001  a row may hold anything, and deep JSON raises no ValueError
        what = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        msg = f"{path} is damaged: a row in it cannot be read ({what}); nothing was sent: restore it from a copy"
        raise JournalError(msg) from None


def stored_commit(found: Sequence[Any], rows: Sequence[Sequence[Any]]) -> StoredCommit:
    """Return a commit from its row and those of its steps; raises one of many errors where they are damaged."""
    *texts, account = found
    name, base_url, on_error, conflicts, state = map(_text, texts)
    _check(state in _STATES, f"{state!r} is no state")
    documents = [json.loads(row[1]) for row in rows]
    inside = {part["number"] for each in documents for part in each["parts"]}
    check_whole([each for each in documents if each["number"] not in inside])
    steps = tuple(as_sent([_stored(row, document) for row, document in zip(rows, documents, strict=True)]))
    return StoredCommit(name, base_url, on_error, conflicts, state, steps, None if account is None else _text(account))


def _stored(row: Sequence[Any], document: dict[str, Any]) -> StoredRequest:
    number, _, intent, last, status, identity, note, there = row
    step = step_from_dict(document)
    check_types(step)
    _check(step.number == number, f"step {number} says that it is {step.number}")
    _check(status in _STATUSES, f"{status!r} is no status")
    found, inner_ids = _brought(identity)
    if found is not None:
        check_identity(step.model, found)
    models = {each.token: each.model for each in step.nested_creates}
    models |= {str(each.token): each.model for each in step.parts}
    for name, each in inner_ids.items():
        if name in models:
            check_identity(models[name], each)
        else:  # a value of an answer
            _check(value_from(f"{{{name}}}").token in {str(step.token), *models}, f"{name} is of no object of the step")
    ids = None if there is None else frozenset(map(_identity, json.loads(there)))
    moments = [None if each is None else ApiTime.of(each) for each in (intent, last)]
    _check(all(each is None or each.at.tzinfo is not None for each in moments), "a moment has no time zone")
    return StoredRequest(step, moments[0], status, found, _text(note or ""), inner_ids, ids, moments[1])


def _text(value: object) -> str:
    if not isinstance(value, str):
        msg = f"{type(value).__name__} is no text"
        raise TypeError(msg)
    return value


def _check(is_so: bool, otherwise: str) -> None:  # noqa: FBT001  a condition
    if not is_so:
        raise ValueError(otherwise)


def _identity(value: object) -> object:
    found = from_json(value)
    hash(found)
    return found


def _brought(identity: str | None) -> tuple[object, dict[str, object]]:
    """Give the id that a step brought, and those of its nested creates, by token."""
    found = json.loads(identity) if identity is not None else None
    if isinstance(found, dict):
        inner = found["aboard"].items()
        return _identity(found["id"]), {name: _identity(each) if is_token(name) else each for name, each in inner}
    return _identity(found), {}


def made_by(step: dict[str, Any], identity: str, model: str) -> Iterator[object]:
    """Give the ids of the objects of a class that one step made."""
    own, inner_ids = _brought(identity)
    if step["object"]["type"] == model and own is not None:
        yield own
    for inside in (*step["riders"], *step["parts"]):
        named = inside["object"]
        if named["type"] == model and named.get("new") in inner_ids:
            yield inner_ids[named["new"]]
