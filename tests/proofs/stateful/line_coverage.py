"""Line coverage of the rooms of a session: which of their lines a run executed, and which functions it never entered."""

from __future__ import annotations

import ast
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from coverage import Coverage

import linode_orm.session as package

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Self

FOLDER = Path(package.__file__).parent


def modules_of_the_session(*names: str) -> dict[str, Path]:
    """Import these modules, so that what runs at import counts as no step of a commit; return their files by name."""
    files: dict[str, Path] = {}
    for name in names:
        (files[name],) = FOLDER.rglob(f"{name}.py")
        import_module(".".join([package.__name__, *files[name].relative_to(FOLDER).with_suffix("").parts]))
    return files


class LineCoverage:
    """The lines of some modules that are executed between `with` and its end."""

    def __init__(self, files: dict[str, Path]) -> None:
        self._files = files
        self._coverage = Coverage(data_file=None, config_file=False, include=[*map(str, files.values())])
        self._coverage.set_option("run:disable_warnings", ["already-imported", "no-data-collected"])
        self.statements: dict[str, set[int]] = {}
        self.executed: dict[str, set[int]] = {}
        self.functions: dict[str, dict[str, set[int]]] = {}

    def __enter__(self) -> Self:
        self._coverage.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._coverage.stop()
        for name, file in self._files.items():
            _, statements, _, missing, _ = self._coverage.analysis2(str(file))
            bodies = {title: lines & {*statements} for title, lines in functions(file)}
            self.functions[name] = {title: lines for title, lines in bodies.items() if lines}
            self.statements[name] = set[int]().union(*bodies.values())
            self.executed[name] = self.statements[name] - {*missing}

    def missed(self, name: str) -> list[str]:
        """Return the functions of a module of which no line was executed."""
        return [title for title, lines in self.functions[name].items() if not lines & self.executed[name]]

    @property
    def never(self) -> set[str]:
        """The functions of which no line was executed, in all modules."""
        return {title for name in self.functions for title in self.missed(name)}

    @property
    def unreached(self) -> set[str]:
        """The modules of which no line was executed."""
        return {name for name, executed in self.executed.items() if not executed}

    def table(self) -> str:
        """Return a line for each module: how much of it was executed, and which functions were not."""
        lines = [f"{'module of the commit':<20}{'lines run':>12}   never run"]
        for name, statements in self.statements.items():
            run = f"{len(self.executed[name])} of {len(statements)}"
            lines.append(f"{name:<20}{run:>12}   {', '.join(self.missed(name))}")
        return "\n".join(lines)


def functions(path: Path) -> Iterator[tuple[str, set[int]]]:
    """Return the functions of a module by qualified name, each with the lines of its body.

    The lines of a function inside another belong to the inner one alone. A lambda belongs to what contains it.
    """

    def bodies(node: ast.AST, above: tuple[str, ...]) -> Iterator[tuple[str, set[int]]]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef)):
                inside = list(bodies(child, (*above, child.name, "<locals>")))
                own = set(range(child.body[0].lineno, (child.end_lineno or child.lineno) + 1))
                yield ".".join([*above, child.name]), own.difference(*(lines for _, lines in inside))
                yield from inside
            elif isinstance(child, ast.ClassDef):
                yield from bodies(child, (*above, child.name))
            else:
                yield from bodies(child, above)

    return bodies(ast.parse(path.read_text(encoding="utf-8")), ())
