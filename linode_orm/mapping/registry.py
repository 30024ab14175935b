"""Where a class is found by its name, loaded when it is first named."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final, cast

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

SHIPPED: Final = "linode_orm.models"
"""The module that publishes the index of the API's resources; a name, because `mapping` imports no model."""

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
    import_module(SHIPPED)
    return sorted(_index.keys() | _classes.keys())


def known(name: str) -> type | None:
    """Give the class of that name, None where there is none."""
    if name not in _classes and name not in _index:
        import_module(SHIPPED)
    return lookup(name) if name in _classes or name in _index else None


def lookup(name: str) -> type:
    """Give the class of that name, importing its module where that has not happened yet; raise `LookupError`.

    A resource of the API is found in every process. A class of a user's own is found once its module is imported.
    """
    if name not in _classes:
        _classes.setdefault(name, _loaded(name))
    return _classes[name]


def _loaded(name: str) -> type:
    """Import the class of that name from where the index says that it lives."""
    if name not in _index:
        import_module(SHIPPED)
    if name not in _index:
        msg = f"no resource is called {name!r}; a class of your own is known once its module is imported"
        raise LookupError(msg)
    module, _, attribute = _index[name].partition(":")
    return cast("type", getattr(import_module(module), attribute))
