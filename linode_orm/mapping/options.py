"""Options of queries: values that say how the relations of the objects are loaded."""

from __future__ import annotations

from typing import Any

from attrs import frozen

from linode_orm._public import public


@public
@frozen(eq=False)
class Option:
    """How the relations of a query's objects are loaded."""

    kind: str
    path: tuple[object, ...]
    """Relations, each of the objects that the one before it reaches."""


def check_option(model: type, option: object) -> None:
    """Raise `TypeError` for what is no option, and for a relation that the objects reached so far do not have."""
    if not isinstance(option, Option):
        msg = f"options() takes selectin(...) and raiseload(), not {option!r}"
        raise TypeError(msg)
    reached: list[Any] = [model]
    path: tuple[Any, ...] = option.path  # relations, whose module is above this one
    for relation in path:
        if not any(relation in each.__mapper__.relations.values() for each in reached):
            msg = f"selectin(): {relation.owner.__name__}.{relation.name} is no relation of {model.__name__}"
            raise TypeError(msg if len(reached) == 1 else f"{msg}, nor of what is loaded before it")
        reached.append(relation.model)
