"""Functions by their names, on a worker."""

from __future__ import annotations

from functools import reduce
from importlib import import_module
from typing import TYPE_CHECKING, Any

from linode_orm.fleet_errors import FleetError

if TYPE_CHECKING:
    from collections.abc import Callable


def imported(name: str) -> Callable[..., Any]:
    """Return the function of that name, `"module:name"`; raise `FleetError` where this worker has none."""
    module, _, path = name.partition(":")
    try:
        found: Any = reduce(getattr, path.split("."), import_module(module))
    except (ImportError, AttributeError, ValueError) as error:
        msg = f"this worker cannot import {name}: {error}; the function must stand in a module that workers have"
        raise FleetError(msg) from error
    if not callable(found):
        msg = f"{name} is no function"
        raise FleetError(msg)
    return found  # type: ignore[no-any-return]  # whatever it returns
