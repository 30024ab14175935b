"""The line coverage by which the commit machine is judged sees what was run, and names what was not."""

from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING

from tests.proofs.stateful.line_coverage import LineCoverage

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType

SOURCE = '''
from typing import Protocol


class Able(Protocol):
    def do(self) -> None:
        """Nothing to run."""


class Doer:
    def do(self, things):
        def inside():
            return 1

        if things:
            return inside
        return [each for each in things]

    def never(self):
        return lambda: 1
'''


def load(folder: Path) -> ModuleType:
    """Write the sample module and import it."""
    path = folder / "sample.py"
    path.write_text(SOURCE, encoding="utf-8")
    spec = importlib.util.spec_from_file_location("sample", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_functions_that_were_not_run_are_named(tmp_path):
    """A method, and a function inside one, are named unless one of their lines was executed."""
    doer = load(tmp_path).Doer()
    with LineCoverage({"sample": tmp_path / "sample.py"}) as coverage:
        doer.do([1])
    assert coverage.never == {"Doer.do.<locals>.inside", "Doer.never"}
    assert coverage.unreached == set()
    assert len(coverage.executed["sample"]) == 3
    assert "3 of 6" in coverage.table()


def test_a_module_of_which_nothing_was_run(tmp_path):
    """A module is unreached if no function of it was run, although it was imported."""
    load(tmp_path)
    with LineCoverage({"sample": tmp_path / "sample.py"}) as coverage:
        pass
    assert coverage.unreached == {"sample"}
    assert "Able.do" not in coverage.never
