"""`asdict`: objects and nested values as plain JSON, without secrets and without a request."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import deepcopy
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast, overload

from linode_orm._public import public
from linode_orm._secrets import is_secret
from linode_orm.mapping.edits import in_json
from linode_orm.mapping.masking import stripped_body
from linode_orm.mapping.query import Query
from linode_orm.mapping.record import Record, encode
from linode_orm.mapping.state import State
from linode_orm.output.cells import iso

if TYPE_CHECKING:
    from linode_orm.mapping.mapper import Mapper
    from linode_orm.mapping.protocols import FieldFacts
    from linode_orm.mapping.values import JSON

    Body = dict[str, object]


@overload
def asdict(value: Record, /, *, raw: bool = False) -> dict[str, JSON]: ...
@overload
def asdict(value: Iterable[object], /, *, raw: bool = False) -> list[JSON]: ...
@public
def asdict(value: object, /, *, raw: bool = False) -> object:
    """Return an object, a nested value or a list of them as plain JSON, in the API's names; sends nothing.

    It has the pending values, and neither secrets nor what is not loaded. Datetimes are ISO 8601 with `Z`. With `raw`,
    it is the last body as it came, with the secrets in it masked. Raises `TypeError` for what is none of these.
    """
    if isinstance(value, Record):
        return _raw_body(value) if raw else _plain_body(value)
    is_loaded: Any = getattr(value, "__is_loaded__", None)
    if isinstance(value, Query) or (is_loaded is not None and not is_loaded()):
        msg = f"asdict() sends nothing, and {value!r} is not read yet: take asdict(query.all()), or len() of it first"
        raise TypeError(msg)
    if isinstance(value, Mapping):
        return {str(key): _inside(each, raw=raw) for key, each in value.items() if not is_secret(key, each)}
    if isinstance(value, Iterable) and not isinstance(value, (str, bytes)):
        return [_inside(each, raw=raw) for each in value]
    msg = f"asdict() takes an object, a nested value or a list of them, not {value!r}"
    raise TypeError(msg)


def _inside(value: object, *, raw: bool) -> object:
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, (Record, Iterable)):
        return asdict(value, raw=raw)
    return str(value)


def shown_body(mapper: Mapper, body: Body) -> Body:
    """Return a body of an answer as plain JSON to be shown: secrets masked, datetimes in ISO 8601 with `Z`."""
    fields: Mapping[str, FieldFacts] = mapper.keys
    masked: Body = mapper.masker(body)
    return {
        key: fields[key].codec.bare.exported(each) if each is not None and key in fields else each
        for key, each in masked.items()
    }


def _raw_body(record: Record) -> Body:
    masked: Body = record.__mapper__.masker(record.__state__.raw)
    return deepcopy(masked)


def _plain_body(record: Record) -> Body:
    fields: Mapping[str, FieldFacts] = record.__mapper__.keys
    body = _with_edits(record) if isinstance(record.__state__, State) else encode(record)
    shown = stripped_body(fields, cast("Body", _json(body)))
    return {
        key: fields[key].codec.bare.exported(each) if each is not None and key in fields else each
        for key, each in shown.items()
    }


def _with_edits(record: Record) -> Body:
    """Return the last body of an object with its pending values; reading its attributes might send a request."""
    state, fields = record.__state__, record.__mapper__.fields
    body: Body = dict(state.raw)
    for name in state.edits or ():
        field = fields[name]
        body[field.key] = in_json(field.codec, record.__dict__.get(name))
    return body


def _json(value: object) -> object:
    """Return a value with what JSON has no form for as text, and objects in it by their ids."""
    if isinstance(value, Mapping):
        return {str(key): _json(each) for key, each in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_json(each) for each in value]
    if isinstance(value, Record):
        identity = getattr(value, "__identity__", None)
        return None if isinstance(identity, Record) else identity
    return value if value is None or isinstance(value, (str, int, float)) else str(value)
