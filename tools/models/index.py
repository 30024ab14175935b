"""The index: where each class lives, and the package's door."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tools.models.resources import Resource

_HEAD = '''\
"""Every resource of the API by its name; a module is imported when its class is first named."""

from importlib import import_module
from typing import TYPE_CHECKING

from linode_orm.mapping.registry import publish

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
    by_name = {each.name: each for each in ordered}
    lines += [f"    from {by_name[name].place} import {name} as {alias}" for alias, name in aliases.items()]
    names = sorted([*(each.name for each in ordered), *aliases])
    index = [f'    "{each.name}": "{each.place}:{each.name}",' for each in ordered]
    return "\n".join(
        [
            _HEAD + "\n".join(lines),
            "",
            "__all__ = [",
            *(f'    "{name}",' for name in names),
            "]",
            "",
            "INDEX = {",
            *index,
            "}",
            '"""Class name to module and class."""',
            "",
            "ALIASES = {",
            *(f'    "{alias}": "{name}",' for alias, name in aliases.items()),
            "}",
            '"""Other names of classes."""',
            _TAIL,
        ]
    )


def service_door(title: str) -> str:
    """Give the text of a service's `__init__.py`."""
    return f'"""Resources of the API\'s {title} service."""\n'
