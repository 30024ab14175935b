"""Holds the state of objects to `linode_orm.mapping`: everybody else reads it by `state_of` and changes it by verbs."""

from __future__ import annotations

import ast

import pytest

from linode_orm.mapping.state import Origin, State, Status
from linode_orm.mapping.transient import DETACHED
from tests.places import ROOT

PACKAGE = ROOT / "linode_orm"
# the generator has no objects: it reads the description of the API
INSIDE = {PACKAGE / "mapping", PACKAGE / "_generate"}
OUTSIDE = sorted(path for path in PACKAGE.rglob("*.py") if INSIDE.isdisjoint(path.parents))
# the values of an exception are no state of an object
ERRORS = PACKAGE / "errors.py"


def ids(path):
    """Name a module by its path in the package."""
    return str(path.relative_to(PACKAGE).with_suffix(""))


def touches(path):
    """Give the places where a module reaches into an object, by line."""
    wanted = {"__state__"} if path == ERRORS else {"__state__", "__dict__"}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Attribute) and node.attr in wanted:
            yield node.lineno, node.attr
        if isinstance(node, ast.Constant) and node.value in wanted:
            yield node.lineno, node.value
        if isinstance(node, (ast.Assign, ast.AugAssign, ast.AnnAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            parts = [part for each in targets for part in (each.elts if isinstance(each, ast.Tuple) else [each])]
            yield from ((node.lineno, ast.unparse(part)) for part in parts if is_state_field(part))


def is_state_field(target):
    """Whether an assignment goes to an attribute of a state."""
    return isinstance(target, ast.Attribute) and (
        ast.unparse(target.value).startswith("state_of(") or ast.unparse(target.value) == "state"
    )


@pytest.mark.parametrize("path", OUTSIDE, ids=ids)
def test_state_is_private(path):
    """No module outside of `mapping` names `__state__` or an instance's `__dict__`, or assigns a field of a state."""
    assert list(touches(path)) == []


def test_the_check_sees_what_it_looks_for(tmp_path):
    """A module that does what is forbidden is found out."""
    path = tmp_path / "bad.py"
    path.write_text("x.__state__.raw = y.__dict__\nstate.loaded, z = 1, 2\nstate_of(x).identity += 1\nf('__state__')\n")
    assert sorted(touches(path)) == [
        (1, "__dict__"),
        (1, "__state__"),
        (2, "state.loaded"),
        (3, "state_of(x).identity"),
        (4, "__state__"),
    ]


def test_shared_values_are_read_only():
    """A value that other objects may share cannot be assigned: its verbs copy the origin."""
    state = State({}, 5, Origin(DETACHED, (), Status.DETACHED))
    with pytest.raises(AttributeError):
        state.status = Status.PERSISTENT


def test_origins_are_copied_on_write():
    """A change of one object's state leaves those of its page alone, and a change to the same value copies nothing."""
    shared = Origin(DETACHED, (1,), Status.PERSISTENT)
    one, other = State({}, 5, shared), State({}, 6, shared)
    one.mark_deleted()
    assert (one.status, other.status, one.parents) == (Status.DELETED, Status.PERSISTENT, (1,))
    other.unmark_deleted()
    assert other.origin is shared
