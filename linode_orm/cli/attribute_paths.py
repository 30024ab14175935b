"""Attributes as a command names them: `label`, `specs.memory`, `linode.label`; no other name of Python is reached."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from linode_orm._suggestions import suggestion
from linode_orm.mapping.class_references import Reference
from linode_orm.mapping.nested_attributes import NestedAttribute
from linode_orm.mapping.reached import Reached
from linode_orm.mapping.relations import Many

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class UnknownNameError(LookupError):
    """A name that a class does not have; `place` is which of the given names it is."""

    def __init__(self, text: str, place: int) -> None:
        super().__init__(text)
        self.text = text
        self.place = place


def attribute_at(model: type, names: Sequence[str], *, crosses: bool = False) -> Any:  # noqa: ANN401  what stands at the class
    """Return what stands in conditions for an attribute; `crosses` leads over references, as columns of tables do.

    Raises `UnknownNameError` for names that there are not, with a suggestion.
    """
    mapper: Any = getattr(model, "__mapper__")  # noqa: B009  a Model or a Nested
    known = getattr(mapper, "attributes", None) or mapper.fields
    if names[0] not in known:
        raise UnknownNameError(unknown(f"{model.__name__} has no attribute", names[0], known), 0)
    found: Any = getattr(model, names[0])
    for place, name in enumerate(names[1:], 1):
        found = _step(found, name, place, crosses=crosses)
    return found


def _step(current: Any, name: str, place: int, *, crosses: bool) -> Any:  # noqa: ANN401  what stands at the class
    if isinstance(current, NestedAttribute):
        fields = current.field.codec.fields
        if name in fields or any(each.key == name for each in fields.values()):
            return current[name]
        raise UnknownNameError(unknown(f"{_shown(current)} has no attribute", name, fields), place)
    if isinstance(current, (Reference, Reached)) and crosses and not name.startswith("_"):
        return _reached(current, name, place)
    if isinstance(current, (Reference, Many)):
        relation = current.relation if isinstance(current, Reference) else current
        target: Any = relation.model.__mapper__  # type: ignore[attr-defined]  # a Model
        if name not in target.attributes:
            raise UnknownNameError(unknown(f"{target.name} has no attribute", name, target.attributes), place)
        if crosses:
            text = f"{relation.name} is a collection, and no column of a table"
        else:
            text = f"{relation.name} leads to {target.name}; write {relation.name}.{relation.quantifier}({name} == ...)"
        raise UnknownNameError(text, place)
    text = f"{_shown(current)} is one value, and has no attribute {name!r}"
    raise UnknownNameError(text, place)


def _reached(current: Any, name: str, place: int) -> Any:  # noqa: ANN401  a reference, and a column behind it
    """Return the column of what a reference leads to."""
    relations = current.relations if isinstance(current, Reached) else (current.relation,)
    if isinstance(current, Reached) and current.path:
        fields = current.path[-1].codec.fields
    else:
        fields = relations[-1].model.__mapper__.attributes
    if name not in fields:
        raise UnknownNameError(unknown(f"{_shown(current)} has no attribute", name, fields), place)
    try:
        # not by `getattr` of the reference, whose own methods come first
        return type(current).__getattr__(current, name)
    except AttributeError as error:
        raise UnknownNameError(str(error), place) from None


def _shown(attribute: object) -> str:
    """Return an attribute as a command names it, without its class."""
    return str(attribute).partition(".")[2] or str(attribute)


def unknown(what: str, name: str, known: Iterable[str]) -> str:
    """Return the message for a name that there is not, with what comes closest."""
    public = [each for each in known if not each.startswith("_")]
    near = suggestion(name, public)
    hint = near or (f"; it has {', '.join(public[:8])}" if public else "")
    return f"{what} {name!r}{hint}{', …' if not near and len(public) > 8 else ''}"  # noqa: PLR2004  as above
