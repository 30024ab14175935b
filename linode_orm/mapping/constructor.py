"""The signature of a class: what `help()`, notebooks and editors show of the call that makes a new object."""

from __future__ import annotations

from inspect import Parameter, Signature
from typing import TYPE_CHECKING, Any

from linode_orm.mapping.relations import Many

if TYPE_CHECKING:
    from collections.abc import Iterator

    from linode_orm.mapping.mapper import Mapper


class _Text(str):
    """An annotation or a default that is shown as it is written, without quotes."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


_LEFT_OUT = _Text("...")
_KEYWORD = Parameter.KEYWORD_ONLY


def signature_of(mapper: Mapper) -> Signature:
    """Return the signature of a class as a person types it: keywords, the required ones first.

    A class whose objects the API alone makes takes a session and an id.
    """
    if mapper.path and "create" not in mapper.verbs:
        return Signature(list(_key(mapper)))
    given = list(_keywords(mapper))
    return Signature(sorted(given, key=lambda each: each.default is _LEFT_OUT))


def _keywords(mapper: Mapper) -> Iterator[Parameter]:
    if mapper.path and mapper.parent and mapper.placeholders:
        yield _keyword(mapper.parent_attribute or "", f"{mapper.parent} | int | str", is_required=False)
    for name, field in mapper.fields.items():
        if not (field.createable or (field.mutable and not mapper.path)):
            continue
        # children that are given as plain values may be appended as objects instead
        required = field.required and bool(mapper.path) and not (field.is_write_only and field.codec.nested)
        relation = mapper.relation_names.get(name)
        if relation is None:
            yield _keyword(name, field.text.replace("TagList", "Iterable[str]"), is_required=required)
            continue
        target = mapper.relations[relation].target
        is_bare = name != field.key  # the API's own name is the relation's
        yield _keyword(relation, f"{target} | {field.text}", is_required=required and is_bare)
        if not is_bare:
            yield _keyword(name, field.text, is_required=False)
    for name, each in mapper.relations.items():
        if isinstance(each, Many) and each.create_key:
            yield _keyword(name, f"Sequence[{each.target}]", is_required=False)


def _keyword(name: str, text: str, *, is_required: bool) -> Parameter:
    default: Any = Parameter.empty if is_required else _LEFT_OUT
    return Parameter(name, _KEYWORD, default=default, annotation=_Text(text))


def _key(mapper: Mapper) -> Iterator[Parameter]:
    """Yield the session, the id and the parent by which a reference to an existing object is made."""
    names = [name for name in mapper.id_names if name in mapper.fields]
    names = ["id"] if names[1:] else names
    names += ["parent"] if mapper.parent and mapper.placeholders else []
    yield Parameter("session", Parameter.POSITIONAL_ONLY, annotation=_Text("Session"))
    for name in names:
        other = f"{mapper.parent} | int | str" if name == "parent" else "tuple[int | str, ...]"
        text = mapper.fields[name].text if name in mapper.fields else other
        yield Parameter(name, Parameter.POSITIONAL_ONLY, annotation=_Text(text))
