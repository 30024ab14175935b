"""Gives public classes and functions the module name `linode_orm`, wherever they are defined."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final, ForwardRef, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

_DOOR: Final = "linode_orm"


def public(value: T) -> T:
    """Name a class or a function after the package, so that its pickles are still read when its module has moved.

    The package must give it under its name.
    """
    return _named(value, _DOOR)


def public_in(door: str) -> Callable[[T], T]:
    """Name a class or a function after a room, as `public` does after the package; the room must give it."""
    return partial(_named, door=door)


def _named(value: T, door: str) -> T:
    place = value.__module__
    # typing looks annotations up in the module that a class names; these say where their names are known
    annotations: dict[str, object] = vars(value).get("__annotations__", {}) if isinstance(value, type) else {}
    for name, each in annotations.items():
        text = each.__forward_arg__ if isinstance(each, ForwardRef) else each
        if isinstance(text, str):
            annotations[name] = ForwardRef(text, is_argument=False, module=place, is_class=True)
    value.__module__ = door
    return value
