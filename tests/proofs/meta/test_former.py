"""Pickles that name a module which has moved are read: the table of former places, and what looks into it."""

from __future__ import annotations

import importlib
import pickle
import subprocess
import sys

import pytest
from attrs import frozen

import linode_orm
from linode_orm import _former

TABLE = {
    "linode_orm.attic.chest.Project": "linode_orm.Plan",
    "linode_orm.attic.stair": "linode_orm.errors.Detail",
    "linode_orm.session.loft.Line": "linode_orm.session.planning.plan.Key",
}
LATER = """
import pickle
from linode_orm import _former
_former.MOVED.update({table!r})
print(pickle.loads({written!r}))
"""


@pytest.fixture
def moved(monkeypatch):
    """Let names have moved, and forget the former modules afterwards."""
    monkeypatch.setattr(_former, "MOVED", {**_former.MOVED, **TABLE})
    before = set(sys.modules)
    yield
    for name in set(sys.modules) - before:
        if name.startswith(("linode_orm.attic", "linode_orm.session.loft")):
            del sys.modules[name]
    for package, name in ((linode_orm, "attic"), (sys.modules["linode_orm.session"], "loft")):
        vars(package).pop(name, None)


def written(place):
    """Give the pickle of a class, as a version wrote it in which the class was there."""
    module, _, name = place.rpartition(".")
    return f"c{module}\n{name}\n.".encode()


@pytest.mark.parametrize("place", TABLE)
def test_a_former_place_is_found(moved, place):
    """A class is found by its former name, in a package that is gone, in a module of it, and in a package that stays."""
    owner, _, name = TABLE[place].rpartition(".")
    assert pickle.loads(written(place)) is getattr(importlib.import_module(owner), name)


def test_a_value_of_a_former_class(moved):
    """A value is made of the class that is there now."""
    key = pickle.loads(b"clinode_orm.session.loft\nLine\n(VVolume\nI5\n(tt\x81.")
    assert (type(key).__name__, key.model, key.identity, key.parents) == ("Key", "Volume", 5, ())


def test_a_process_that_has_imported_nothing(moved):
    """The package is all that has to be imported."""
    look = LATER.format(table=TABLE, written=written("linode_orm.attic.chest.Project"))
    ended = subprocess.run([sys.executable, "-c", look], check=True, capture_output=True, text=True)
    assert ended.stdout.strip() == "<class 'linode_orm.Plan'>"


def test_other_names_are_unknown(moved):
    """What never was there is an error as everywhere else."""
    with pytest.raises(AttributeError, match=r"'Table' on <module 'linode_orm\.attic\.chest'"):
        pickle.loads(written("linode_orm.attic.chest.Table"))
    with pytest.raises(ModuleNotFoundError, match=r"linode_orm\.attic\.cellar"):
        pickle.loads(written("linode_orm.attic.cellar.Table"))
    with pytest.raises(ModuleNotFoundError, match=r"linode_orm\.att"):
        pickle.loads(written("linode_orm.att.Table"))


def test_a_name_that_left_a_module_which_stays():
    """Such a module forwards its former names by one line."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_former, "MOVED", {"linode_orm.version.Project": "linode_orm.Plan"})
        patch.setattr("linode_orm.version.__getattr__", _former.names_of("linode_orm.version"), raising=False)
        assert pickle.loads(written("linode_orm.version.Project")) is linode_orm.Plan


@_former.formerly(riders="nested")
@frozen
class Line:
    """A value of which one attribute was renamed and one was added."""

    number: int
    nested: tuple[str, ...] = ()
    note: str = "none"


def test_a_former_name_of_an_attribute():
    """A pickle that has an attribute under its former name is read, and what it does not have takes its default."""
    former = Line.__new__(Line)
    former.__setstate__({"number": 3, "riders": ("a", "b")})
    assert former == Line(3, ("a", "b"), "none")
    assert pickle.loads(pickle.dumps(Line(4, ("c",), "x"))) == Line(4, ("c",), "x")


def test_every_former_place_leads_somewhere():
    """Each line of the table names what is there, under a name that is not there any more."""
    for place, now in _former.MOVED.items():
        owner, _, name = now.rpartition(".")
        assert pickle.loads(written(place)) is getattr(importlib.import_module(owner), name), place


def test_it_is_installed_once():
    """However often the package is imported anew, one finder stands among those of Python."""
    look = "import importlib, sys, linode_orm; importlib.reload(linode_orm); print(len(sys.meta_path))"
    found = [
        int(subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout)
        for code in (look, "import sys; print(len(sys.meta_path))")
    ]
    assert found[0] == found[1] + 1
