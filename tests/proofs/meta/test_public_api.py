"""Holds the check of the stability policy: it sees what goes away of public names, and nothing else."""

from __future__ import annotations

import importlib.util
import sys

import pytest

from tests.places import ROOT

griffe = pytest.importorskip("griffe", reason="a development tool")
DOOR = "from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    from small_package.rooms import Thing as Thing\n"


@pytest.fixture(scope="module")
def check():
    """Load the script that `nox -s api` runs."""
    found = importlib.util.spec_from_file_location("public_api", ROOT / ".ci" / "public_api.py")
    module = importlib.util.module_from_spec(found)
    sys.modules["public_api"] = module
    found.loader.exec_module(module)
    yield module
    del sys.modules["public_api"]


def package(folder, rooms):
    """Write a package with the doors of the real one, and load it as the check does."""
    root = folder / "small_package"
    for name in ("simulator", "testing", "mapping", "models"):
        (root / name).mkdir(parents=True)
        (root / name / "__init__.py").write_text("")
    (root / "__init__.py").write_text(DOOR)
    (root / "rooms.py").write_text(rooms)
    return griffe.load("small_package", search_paths=[folder], resolve_aliases=False, force_inspection=False)


OLD = "class Thing:\n    def go(self, a, b=1): ...\n    def _own(self, a): ...\n\nclass Inner:\n    def go(self, a): ...\n"


@pytest.mark.parametrize(
    ("new", "count"),
    [
        (OLD, 0),
        (OLD.replace("go(self, a, b=1)", "go(self, a)"), 1),
        (OLD.replace("go(self, a, b=1)", "went(self, a, b=1)"), 1),
        (OLD.replace("go(self, a, b=1)", "go(self, a, b=1, c=2)"), 0),
        (OLD.replace("_own(self, a)", "_own(self)"), 0),
        (OLD.replace("class Inner:\n    def go(self, a): ...\n", ""), 0),
    ],
)
def test_what_went_away(check, tmp_path, new, count):
    """A method, an argument or a default of a public class that went away is found; what is private is not."""
    assert len(check.gone(package(tmp_path / "old", OLD), package(tmp_path / "new", new))) == count
