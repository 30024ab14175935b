"""Modules that are imported when they are first used: the names of a package's door, and modules inside of functions.

What a script does not use is not imported, and not compiled where no bytecode is kept.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def door(package: str, places: Mapping[str, str]) -> Callable[[str], object]:
    """Return the `__getattr__` of a package: it gives each name out of its module, which it imports then.

    `places` says in which module each name stands.
    """

    def give(name: str) -> object:
        place = places.get(name)
        if place is None:
            msg = f"module {package!r} has no attribute {name!r}"
            raise AttributeError(msg)
        value: object = getattr(import_module(place), name)
        setattr(import_module(package), name, value)  # the next time it is found without a call
        return value

    return give


class Later:
    """Stands for a module, and imports it when one of its names is first used.

    The module that holds it names what it stands for to type checkers, by an import of its own under `TYPE_CHECKING`;
    so import-linter sees the import as well.
    """

    def __init__(self, module: str) -> None:
        self.__module = module

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  whatever the module has
        value = getattr(import_module(self.__module), name)
        setattr(self, name, value)  # the next time it is found without a call
        return value
