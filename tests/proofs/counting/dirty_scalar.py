"""Counts the functions that one dirty scalar runs through: `python -m tests.proofs.counting.dirty_scalar [--tree FILE]`.

A session on the simulator holds one loaded Linode. What is counted begins at `instance.label = "x"` and ends where
`session.commit()` returns, in all threads. Functions of the package count, by their code; those of the simulator, and what it
calls, do not. Nor do constructors, since attrs makes some of them and others are written. Comprehensions belong to the function that they stand in, and a generator is
called once, however often it is resumed, so that the figure does not depend on the version of Python.
"""

from __future__ import annotations

import argparse
import inspect
import sys
import threading
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import linode_orm
from linode_orm import Instance, Session
from linode_orm.simulator import Simulator

if TYPE_CHECKING:
    from types import CodeType, FrameType
    from typing import Self

PACKAGE = Path(linode_orm.__file__).parent
SIMULATOR = PACKAGE / "simulator"
UNCOUNTED = frozenset({"<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>", "__init__"})


class Call(NamedTuple):
    """One call: the name of its thread, how deep it is among the calls that count, and what was called."""

    thread: str
    depth: int
    module: str
    function: str


class Counting:
    """Takes down the calls of a `with` block, in their order."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self._threads = threading.local()
        self._generators: set[FrameType] = set()
        self._kinds: dict[CodeType, str] = {}

    def __enter__(self) -> Self:
        threading.setprofile(self._take)
        sys.setprofile(self._take)
        return self

    def __exit__(self, *_: object) -> None:
        sys.setprofile(None)
        threading.setprofile(None)

    @property
    def functions(self) -> Counter[tuple[str, str]]:
        """How often each function was called."""
        return Counter((call.module, call.function) for call in self.calls)

    @property
    def modules(self) -> set[str]:
        """The modules of these functions."""
        return {call.module for call in self.calls}

    def _take(self, frame: FrameType, event: str, _: Any) -> None:
        if event not in {"call", "return"}:
            return
        stack = vars(self._threads).setdefault("stack", [])
        if event == "return":
            if stack and stack[-1][0] is frame:
                stack.pop()
            return
        is_inside = bool(stack) and stack[-1][1] == "simulator"
        kind = "simulator" if is_inside else self._kind(frame.f_code)
        if kind == "other":
            return
        depth = len(stack)
        stack.append((frame, kind))
        if kind == "ours" and frame not in self._generators:
            if frame.f_code.co_flags & inspect.CO_GENERATOR:
                self._generators.add(frame)
            where = ".".join(Path(frame.f_code.co_filename).relative_to(PACKAGE.parent).with_suffix("").parts)
            self.calls.append(Call(threading.current_thread().name, depth, where, frame.f_code.co_qualname))

    def _kind(self, code: CodeType) -> str:
        """Say whose a function is: `ours`, `simulator` or `other`."""
        if code not in self._kinds:
            path = Path(code.co_filename)
            ours = "simulator" if SIMULATOR in path.parents else "ours"
            self._kinds[code] = ours if PACKAGE in path.parents and code.co_name not in UNCOUNTED else "other"
        return self._kinds[code]


def counted() -> Counting:
    """Count one dirty scalar, after another one has let everything be imported that is imported on the way."""
    for label in ("first", "second"):
        with Simulator() as sim:
            (row,) = sim.seed(instances=1)["instances"]
            with Session(client=sim.client()) as session:
                instance = session.load(Instance, row["id"])
                with Counting() as counting:
                    instance.label = label
                    session.commit()
                assert not session.dirty
                assert sim.requests.writes.lines == [f"PUT /linode/instances/{row['id']}"]
    return counting


def tree(counting: Counting) -> str:
    """Give the calls as a tree, those of each thread by themselves."""
    lines = []
    for thread in dict.fromkeys(call.thread for call in counting.calls):
        lines.append(thread)
        lines += [
            f"{'  ' * (call.depth + 1)}{call.function}  ({call.module.removeprefix('linode_orm.')})"
            for call in counting.calls
            if call.thread == thread
        ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description="count the functions that one dirty scalar runs through")
    parser.add_argument("--tree", type=Path, metavar="FILE", help="write the calls there, in their order")
    chosen = parser.parse_args()
    counting = counted()
    print(f"linode_orm {linode_orm.__version__}, Python {sys.version.split()[0]}")
    print(f"calls {len(counting.calls)}, functions {len(counting.functions)}, modules {len(counting.modules)}")
    if chosen.tree is not None:
        chosen.tree.write_text(tree(counting), encoding="utf-8")


if __name__ == "__main__":
    main()
