"""Relation conditions: whether a relation, or a list inside the body, leads to an object that meets a condition."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import frozen

from linode_orm.errors import InvalidRequestError
from linode_orm.mapping.expressions import Expression, check_conditions, leaves
from linode_orm.mapping.registry import lookup

if TYPE_CHECKING:
    from collections.abc import Iterator


@frozen(eq=False)
class RelatedObject(Expression):
    """Whether a relation of an object leads to one that meets a condition: `has` and `any`.

    It is true or false, never unknown: an object whose condition is unknown does not meet it. Without a condition any
    object will do. `model` is the class of the object that has the relation.
    """

    model: type
    declared: Any
    """The relation, of the attribute that declares it; `relation_of` gives it with its type."""
    condition: Expression | None = None

    def __str__(self) -> str:
        return f"{self.model.__name__}.{self.declared.name}.{self.declared.quantifier}({_shown(self.condition)})"

    __repr__ = __str__


@frozen(eq=False)
class ListedObject(Expression):
    """Whether a list of objects inside the body has one that meets a condition: `LKENodePool.nodes.any(...)`."""

    attribute: Any
    condition: Expression | None = None

    def __str__(self) -> str:
        return f"{self.attribute}.any({_shown(self.condition)})"

    __repr__ = __str__


def _shown(condition: Expression | None) -> str:
    return "" if condition is None else str(condition)


def related(model: type, relation: Any, condition: Expression | None) -> RelatedObject:  # noqa: ANN401  see the class
    """Make a condition on what a relation leads to.

    Raises `TypeError` for what is no condition, and `InvalidRequestError` for one about another class and for a
    relation that no answer of the API shows.
    """
    made = RelatedObject(model, relation, condition)
    if relation.is_hidden(model):
        others = (each for each in model.__mapper__.relations.values() if each.quantifier == "any")  # type: ignore[attr-defined]  # a Model
        other = next((each for each in others if each.target == relation.target), None)
        instead = f"; {other}.any(...) asks for the same" if other is not None else ""
        msg = f"{made}: no answer of the API shows {model.__name__}.{relation.name}{instead}"
        raise InvalidRequestError(msg)
    if condition is not None:
        check_conditions((condition,), f"{model.__name__}.{relation.name}.{relation.quantifier}")
        check_about(condition, relation.model, f"{model.__name__}.{relation.name} leads to {relation.target}")
    return made


def listed(attribute: Any, condition: Expression | None) -> ListedObject:  # noqa: ANN401  an attribute
    """Make a condition on the objects of a list inside the body.

    It is written on the class that the list is declared with, or on the resource that the objects are. Raises
    `TypeError` for a list without objects and for what is no condition, and `InvalidRequestError` for a condition about
    another class, or about what such an object does not show.
    """
    classes = attribute.field.codec.bare.nested
    if not attribute.field.codec.bare.holds_rows:
        msg = f"{attribute}.any() needs a list of objects, and the attribute is {attribute.field.codec.text}"
        raise TypeError(msg)
    if condition is None:
        return ListedObject(attribute)
    check_conditions((condition,), f"{attribute}.any")
    (declared,) = classes
    rows_of = attribute.field.rows_of
    models = {leaf_model(leaf) for leaf in leaves(condition)}
    if rows_of and any(issubclass(lookup(rows_of), each) for each in models if each is not None):
        check_about(condition, lookup(rows_of), f"{attribute} lists {rows_of}")
        _check_shown(condition, declared, attribute)
    else:
        also = f", or those of {rows_of}" if rows_of else ""
        check_about(condition, declared, f"{attribute} lists {declared.__name__}{also}")
    return ListedObject(attribute, condition)


def _check_shown(condition: Expression, declared: type, attribute: object) -> None:
    """Raise `InvalidRequestError` for an attribute of a resource that a row of a list does not have."""
    keys = declared.__mapper__.keys  # type: ignore[attr-defined]  # a Nested
    for leaf in leaves(condition):
        asked = getattr(leaf, "attribute", None)
        if asked is not None and asked.path[0].key not in keys:
            shown = ", ".join(field.name for field in keys.values())
            msg = f"{leaf}: what {attribute} lists shows only {shown}"
            raise InvalidRequestError(msg)


def leaf_model(leaf: Expression) -> type | None:
    """Return the class that a leaf of a condition is about."""
    return getattr(getattr(leaf, "attribute", leaf), "model", None)


def check_about(condition: Expression, model: type, what: str) -> None:
    """Raise `InvalidRequestError` for a condition on attributes of another class than `model`."""
    for leaf in leaves(condition):
        about = leaf_model(leaf)
        if about is not None and not issubclass(model, about):
            msg = (
                f"the condition {leaf} is about {about.__name__}, and {what} objects; "
                f"filter by attributes of {model.__name__}"
            )
            raise InvalidRequestError(msg)


def deep_leaves(condition: Expression) -> Iterator[Expression]:
    """Yield every leaf of a condition, and those of the conditions inside of them."""
    for leaf in leaves(condition):
        yield leaf
        if isinstance(leaf, (RelatedObject, ListedObject)) and leaf.condition is not None:
            yield from deep_leaves(leaf.condition)
