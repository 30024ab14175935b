"""Nested attributes: what stands in conditions for the attributes of objects inside a body."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from linode_orm._unknown_names import refuse
from linode_orm.mapping.operators import Attribute

if TYPE_CHECKING:
    from linode_orm.mapping.protocols import FieldFacts


class NestedAttribute(Attribute[Any]):
    """An attribute whose values are objects with declared fields: `Event.entity`, and so `Event.entity.id`."""

    __slots__ = ()

    def __getattr__(self, name: str) -> Attribute[Any]:
        field = self.field.codec.fields.get(name)
        if field is None:
            refuse(self, "attribute", name, self.field.codec.fields)
        return nested_attribute(self.model, (*self.path, field))

    def __getitem__(self, name: str) -> Attribute[Any]:
        """Return the attribute inside of it by its key: `NodeBalancer.transfer["in"]` is named like an operator."""
        fields = self.field.codec.fields
        field = fields.get(name) or next((each for each in fields.values() if each.key == name), None)
        if field is None:
            refuse(self, "attribute", str(name), fields)
        return nested_attribute(self.model, (*self.path, field))


def nested_attribute(model: type, path: tuple[FieldFacts, ...]) -> Attribute[object]:
    """Return the attribute at the end of a path of fields."""
    return (NestedAttribute if path[-1].codec.fields else Attribute)(model, path)
