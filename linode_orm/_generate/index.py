"""The index: where each class lives, and the package's door."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from linode_orm._generate.resources import Resource

_HEAD = '''\
"""Every resource of the API by its name; a module is imported when its class is first named."""

from importlib import import_module
from typing import TYPE_CHECKING

from linode_orm.mapping.registry import publish
from linode_orm.models._index import ALIASES as ALIASES
from linode_orm.models._index import INDEX as INDEX

if TYPE_CHECKING:
'''

_TAIL = '''

publish(INDEX)


def __getattr__(name: str) -> object:
    """Give a class by its name."""
    place = INDEX.get(ALIASES.get(name, name))
    if place is None:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    module, _, attribute = place.partition(":")
    cls = getattr(import_module(module), attribute)
    globals()[name] = cls
    return cls


def __dir__() -> list[str]:
    return sorted({*globals(), *INDEX, *ALIASES})
'''


def door(resources: Iterable[Resource], aliases: dict[str, str]) -> str:
    """Give the text of `models/__init__.py`."""
    ordered = sorted(resources, key=lambda each: each.name)
    lines = [f"    from {each.place} import {each.name} as {each.name}" for each in ordered]
    lines += ["", *(f"    {alias} = {name}" for alias, name in aliases.items())]
    public = [each.name for each in ordered] + list(aliases)
    # written out, so that type checkers and programs import the same by a star
    lines += ["", "__all__ = [", *(f'    "{name}",' for name in public), "]"]
    return _HEAD + "\n".join(lines) + _TAIL


def index(resources: Iterable[Resource], aliases: dict[str, str]) -> str:
    """Give the text of `models/_index.py`."""
    ordered = sorted(resources, key=lambda each: each.name)
    return "\n".join(
        [
            '"""Where each resource of the API is declared."""',
            "",
            "INDEX = {",
            *(f'    "{each.name}": "{each.place}:{each.name}",' for each in ordered),
            "}",
            '"""Class name to module and class."""',
            "",
            "ALIASES = {",
            *(f'    "{alias}": "{name}",' for alias, name in aliases.items()),
            "}",
            '"""Other names of classes."""',
            "",
        ]
    )


def service_door(title: str) -> str:
    """Give the text of a service's `__init__.py`."""
    return f'"""Resources of the API\'s {title} service."""\n'
