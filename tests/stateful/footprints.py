"""Footprints: which lines of the commit a run has been on, and which of its functions it never met."""

from __future__ import annotations

import inspect
import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import linode_orm.session as package

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import CodeType, FrameType, ModuleType
    from typing import Any, Self

FOLDER = Path(package.__file__).parent


def room(name: str) -> str:
    """Give the whole name of a module of a session, whichever room it is in."""
    (path,) = FOLDER.rglob(f"{name}.py")
    return ".".join([package.__name__, *path.relative_to(FOLDER).with_suffix("").parts])


class Footprints:
    """Follows this thread through some modules of a session, between `with` and its end."""

    def __init__(self, *names: str) -> None:
        modules = {name: import_module(room(name)) for name in names}
        self.steps = {name: dict(functions(module)) for name, module in modules.items()}
        self.seen: dict[str, set[int]] = {str(module.__file__): set() for module in modules.values()}
        self.files = {name: str(module.__file__) for name, module in modules.items()}

    def __enter__(self) -> Self:
        self._before = sys.gettrace()
        sys.settrace(self._enter)
        return self

    def __exit__(self, *_: object) -> None:
        sys.settrace(self._before)

    def _enter(self, frame: FrameType, event: str, arg: object) -> Any:
        seen = self.seen.get(frame.f_code.co_filename)
        if seen is None:
            return None

        def follow(frame: FrameType, event: str, arg: object) -> Any:
            seen.add(frame.f_lineno)
            return follow

        return follow

    def missed(self, name: str) -> list[str]:
        """Give the functions of a module of which no line was run."""
        return [title for title, numbers in self.steps[name].items() if not numbers & self.seen[self.files[name]]]

    @property
    def never(self) -> set[str]:
        """The functions of which no line was run, in all modules."""
        return {title for name in self.steps for title in self.missed(name)}

    @property
    def unreached(self) -> set[str]:
        """The modules of which nothing was run."""
        return {name for name, steps in self.steps.items() if len(self.missed(name)) == len(steps)}

    def table(self) -> str:
        """Give a line for each module: how much of it was run, and what was not."""
        lines = [f"{'step of the commit':<20}{'lines run':>12}   never run"]
        for name, steps in self.steps.items():
            here = set[int]().union(*steps.values())
            run = f"{len(here & self.seen[self.files[name]])} of {len(here)}"
            lines.append(f"{name:<20}{run:>12}   {', '.join(self.missed(name))}")
        return "\n".join(lines)


def functions(module: ModuleType) -> Iterator[tuple[str, set[int]]]:
    """Give the functions of a module that do something, with the lines of their bodies."""
    protocols = {name for name, each in vars(module).items() if getattr(each, "_is_protocol", False)}
    path = Path(str(module.__file__))
    waiting: list[CodeType] = [compile(path.read_text(encoding="utf-8"), str(path), "exec")]
    while waiting:
        code = waiting.pop(0)
        waiting += [each for each in code.co_consts if hasattr(each, "co_lines")]
        if not code.co_flags & inspect.CO_NEWLOCALS or code.co_name.startswith("<"):
            continue  # a module, or no step of its own
        if code.co_qualname.partition(".")[0] in protocols:
            continue
        lines = {line for _, _, line in code.co_lines() if line is not None and line != code.co_firstlineno}
        if lines:
            yield code.co_qualname, lines
