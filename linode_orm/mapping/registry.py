"""Where a class is found by its name, loaded when it is first named."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_index: dict[str, str] = {}
_classes: dict[str, type] = {}


def publish(index: Mapping[str, str]) -> None:
    """Say where classes live: name to `"module:Class"`."""
    _index.update(index)


def register(name: str, cls: type) -> None:
    """Make a class known by its name, as its definition does."""
    _classes[name] = cls


def names() -> Iterable[str]:
    """Give the name of every class that can be looked up."""
    return sorted(_index.keys() | _classes.keys())


def known(name: str) -> bool:
    """Whether a class of that name can be looked up."""
    return name in _classes or name in _index


def lookup(name: str) -> type:
    """Give the class of that name, importing its module where that has not happened yet; raise `LookupError`."""
    if name not in _classes:
        if name not in _index:
            msg = f"no resource is called {name!r}"
            raise LookupError(msg)
        module, _, attribute = _index[name].partition(":")
        cls = getattr(import_module(module), attribute)
        _classes.setdefault(name, cast("type", cls))
    return _classes[name]
