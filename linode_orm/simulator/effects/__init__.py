"""Effects: what a request changes beyond the object that it names, in a module or a few for each service."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules


def load() -> None:
    """Register the effects of every service."""
    for module in iter_modules(__path__):
        import_module(f"{__name__}.{module.name}")
