"""The id that a body of the API names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from linode_orm.errors import ResponseError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from linode_orm.mapping.mapper import Mapper

_NOTHING: Final[dict[str, object]] = {}


def identity_in(mapper: Mapper, body: object, chosen: Mapping[str, object] = _NOTHING) -> object:
    """Return the id that a body names; raise `ResponseError` where it has none of the right type.

    `chosen` are the parts of the id that the user chose: the answer need not repeat them. Some singletons answer `{}`,
    and one answers a page; both are described in docs/api-notes.md#empty-answers-of-creates. Returns None where the API
    never tells the id.
    """
    if not isinstance(body, dict):
        msg = f"{mapper.name}: an object was expected in the API's answer, not {type(body).__name__}"
        raise ResponseError(msg)
    if not body and mapper.empty_create and not chosen:
        return None  # it exists, and the API does not tell under which id
    is_odd = not body or "data" in body
    if mapper.singleton and not is_odd and body.keys().isdisjoint(mapper.keys) and not mapper.is_whole(body):
        msg = f"{mapper.name}: the API's answer has nothing of it, but {', '.join(map(str, body)) or 'no key at all'}"
        raise ResponseError(msg)
    ids = tuple(_id_part(mapper, name, body, chosen) for name in mapper.id_names)
    return ids[0] if len(ids) == 1 else ids or None


def _id_part(mapper: Mapper, name: str, body: dict[str, Any], chosen: Mapping[str, object]) -> object:
    field = mapper.fields[name]
    value = body.get(field.key, chosen.get(name))
    if value is not None and field.codec.accepts(value):
        return mapper.id_part(name, value)
    what = "none" if value is None else f"a value of type {type(value).__name__}"
    msg = f"{mapper.name}: the API's answer has {what} as {field.key!r}, which is no id of it (the value is not shown)"
    raise ResponseError(msg)


def body_of_id(mapper: Mapper, identity: object) -> dict[str, object]:
    """Return the body of which nothing but the id is known; empty for a singleton."""
    if identity is None or not mapper.id_names:
        return {}
    ids = identity if isinstance(identity, tuple) else (identity,)
    return {mapper.fields[name].key: each for name, each in zip(mapper.id_names, ids, strict=True)}
