"""Late imports: parts of libraries that a command imports by way of others, and seldom uses.

requests imports what guesses encodings, urllib3 what speaks HTTP/2, attrs its validators, and all of them parts of the
standard library such as `zipfile`. Each stands in `sys.modules` as it always does; its code runs when one of its names
is first used.
"""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.machinery import PathFinder
from threading import RLock
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from importlib.abc import Loader
    from importlib.machinery import ModuleSpec
else:
    Loader = object  # its module is slow to import

_LATE: Final[Mapping[str, Mapping[str, str]]] = {
    "attr.converters": {},
    "attr.filters": {},
    "attr.validators": {},
    "attrs.converters": {},
    "attrs.filters": {},
    "attrs.validators": {},
    "charset_normalizer": {"__version__": "charset_normalizer.version"},
    "idna": {},
    "mimetypes": {},
    "shutil": {},
    "socks": {},
    "textwrap": {},
    "tokenize": {},
    "traceback": {},
    "urllib3.http2": {"probe": "urllib3.http2.probe"},
    "zipfile": {},
}
"""The modules, and which of their names are had from a part of them alone."""


def install() -> None:
    """Import these modules late from now on, in this process."""
    if not any(isinstance(each, _LateFinder) for each in sys.meta_path):
        sys.meta_path.insert(0, _LateFinder())


class _LateModule(ModuleType):
    """A module whose code has not run yet: it runs at the first look for one of its names."""

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  whatever the module has
        known, spec = vars(self), vars(self)["__spec__"]
        part = _LATE[spec.name].get(name)
        if part is not None:
            found = import_module(part)
            return found if part == f"{spec.name}.{name}" else getattr(found, name)
        spec.loader_state.run(self)
        if name in known:
            return known[name]
        msg = f"module {spec.name!r} has no attribute {name!r}"
        raise AttributeError(msg, name=name, obj=self)


class _Run:
    """Runs the code of a module once; a thread that comes meanwhile waits for its end."""

    def __init__(self, loader: Loader) -> None:
        self._loader, self._lock = loader, RLock()
        self._is_running = self._has_run = False

    def run(self, module: ModuleType) -> None:
        """Run the code, unless it has run, or this thread is running it."""
        with self._lock:
            if self._is_running or self._has_run:
                return
            self._is_running = True
            try:
                self._loader.exec_module(module)
            finally:
                self._is_running = False
            self._has_run = True
            module.__class__ = ModuleType


class _LateLoader(Loader):
    """Makes the module, and leaves its code to a run."""

    def __init__(self, own: Loader) -> None:
        self._own = own

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._own.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        spec: Any = module.__spec__
        module.__loader__ = spec.loader = self._own
        spec.loader_state = _Run(self._own)
        module.__class__ = _LateModule


class _LateFinder:
    """Finds the modules where they always are, and gives them a loader that waits."""

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name not in _LATE:
            return None
        spec = PathFinder.find_spec(name, path, target)
        if spec is not None and spec.loader is not None:
            spec.loader = _LateLoader(spec.loader)
        return spec
