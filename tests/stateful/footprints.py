"""Footprints: which lines of the commit a run has been on, and which of its functions it never met."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import linode_orm.session.commit as package

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import CodeType, FrameType
    from typing import Any, Self

FOLDER = Path(package.__file__).parent


class Footprints:
    """Follows this thread through some modules of the commit, between `with` and its end."""

    def __init__(self, *modules: str) -> None:
        self.files = {str(FOLDER / f"{name}.py"): name for name in modules}
        self.seen: dict[str, set[int]] = {file: set() for file in self.files}

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

        seen.add(frame.f_lineno)
        return follow

    def table(self) -> str:
        """Give a line for each module: how much of it was run, and what was not."""
        lines = [f"{'step of the commit':<20}{'lines run':>12}   never run"]
        for file, name in self.files.items():
            run = total = 0
            missed: list[str] = []
            for title, numbers in functions(Path(file)):
                here = numbers & self.seen[file]
                run, total = run + len(here), total + len(numbers)
                missed += [title] if not here else []
            lines.append(f"{name:<20}{f'{run} of {total}':>12}   {', '.join(missed)}")
        return "\n".join(lines)


def functions(path: Path) -> Iterator[tuple[str, set[int]]]:
    """Give the functions of a module, with the lines of their bodies."""
    waiting: list[CodeType] = [compile(path.read_text(encoding="utf-8"), str(path), "exec")]
    while waiting:
        code = waiting.pop(0)
        inner = [each for each in code.co_consts if hasattr(each, "co_lines")]
        waiting += inner
        if code.co_flags & 0x2:  # a function, and no module or class
            lines = {line for _, _, line in code.co_lines() if line is not None and line != code.co_firstlineno}
            if lines and not code.co_name.startswith("<"):
                yield code.co_qualname, lines
