"""Goals: the condition that each object of a wait is to meet, by its class."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linode_orm.errors import InvalidRequestError
from linode_orm.mapping.expressions import And, Expression, and_, leaves
from linode_orm.mapping.operators import Comparison
from linode_orm.mapping.relation_conditions import ListedObject, deep_leaves
from linode_orm.mapping.state import state_of
from linode_orm.mapping.values import not_among
from linode_orm.session.query.evaluate import check_model
from linode_orm.session.query.planner import never
from linode_orm.session.query.routes import follows_relations

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from linode_orm.mapping import Model


class Goal:
    """The condition that the objects of one class are to meet."""

    def __init__(self, model: type[Model], condition: Expression) -> None:
        self.condition = condition
        check_model(model, condition)
        self.follows_relations = follows_relations(condition)
        """Whether other lists are read to tell whether it is met, so that news of the objects are not enough."""
        comparisons = [each for each in leaves(condition) if isinstance(each, (Comparison, ListedObject))]
        # a message must not show a value that answers mask
        shown_ = (each.attribute for each in comparisons if not any(part.redacted for part in each.attribute.path))
        self._attributes = list({str(each): each for each in shown_}.values())
        self.names = frozenset(each.attribute.path[0].name for each in comparisons)
        """The attributes that the condition asks for."""
        self.needs_get = any(each.attribute.path[0].only_on_get for each in comparisons)

    def seen(self, instance: Model) -> str:
        """Return the values of the attributes that the condition asks for, as a message shows them."""
        return ", ".join(f"{attribute} = {_value(instance, attribute.keys)!r}" for attribute in self._attributes)


def _value(instance: Model, keys: Iterable[str]) -> object:
    value: object = state_of(instance).body
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def goals_of(models: Iterable[type[Model]], conditions: Sequence[Expression]) -> dict[type[Model], Goal]:
    """Return the goal of each class: the conditions that are about it, and'ed.

    Raises `InvalidRequestError` for a class without a condition, and for a condition that is about none of the classes,
    is never true, or asks for what no answer of the API shows.
    """
    for each in conditions:
        _check(each)
    whole = and_(*conditions)
    parts = whole.parts if isinstance(whole, And) else (whole,)
    fitting = {model: [part for part in parts if _is_about(part, model)] for model in models}
    for model, fit in fitting.items():
        if parts and not fit:
            msg = f"no condition is about {model.__name__}, which is among the objects; got {whole}"
            raise InvalidRequestError(msg)
    for part in parts:
        if fitting and not any(part in fit for fit in fitting.values()):
            msg = f"the condition {part} is about none of the objects ({', '.join(each.__name__ for each in fitting)})"
            raise InvalidRequestError(msg)
    return {model: Goal(model, and_(*fit)) for model, fit in fitting.items()}


def _check(condition: object) -> None:
    if not isinstance(condition, Expression):
        msg = f"a condition such as Instance.status == 'running' is needed, of the class, not {condition!r}"
        raise TypeError(msg)
    if never(condition):
        msg = f"{condition} is never true: there is nothing to wait for"
        raise InvalidRequestError(msg)
    for leaf in deep_leaves(condition):
        if isinstance(leaf, Comparison) and leaf.unknown:
            why = not_among(leaf.unknown, leaf.attribute.field.known_values)
            msg = f"{leaf}: {why}; it would be waited for in vain"
            raise InvalidRequestError(msg)
        if isinstance(leaf, Comparison) and any(each.is_write_only for each in leaf.attribute.path):
            msg = f"{leaf}: no answer of the API shows {leaf.attribute}; wait for something that it shows"
            raise InvalidRequestError(msg)


def _is_about(part: Expression, model: type[Model]) -> bool:
    about = (getattr(getattr(leaf, "attribute", leaf), "model", model) for leaf in leaves(part))
    return all(issubclass(model, each) for each in about)
