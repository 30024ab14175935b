"""Counts the rooms of a session, their floors, and which of them import another."""

from __future__ import annotations

import ast
from functools import cache

from tests.places import ROOT

SESSION = ROOT / "linode_orm" / "session"
ROOMS, FLOORS, IMPORTS = 14, 8, 45


def named(node):
    """Give the modules and names that an import names."""
    if isinstance(node, ast.Import):
        return [each.name for each in node.names]
    if isinstance(node, ast.ImportFrom) and node.module:
        return [f"{node.module}.{each.name}" for each in node.names]
    return []


def room_of(name):
    """Give the room of a session that a dotted name stands in: a folder of it, or a module beside them."""
    parts = name.split(".")
    if parts[:2] != ["linode_orm", "session"] or len(parts) < 3:
        return None
    is_room = (SESSION / parts[2]).is_dir() or (SESSION / f"{parts[2]}.py").is_file()
    return parts[2] if is_room else None


@cache
def imports():
    """Give the rooms that each room imports, for types as well."""
    found = {}
    for path in SESSION.rglob("*.py"):
        room = room_of(".".join(path.relative_to(ROOT).with_suffix("").parts))
        if room is not None and room != "__init__":
            names = [name for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) for name in named(node)]
            found.setdefault(room, set()).update({room_of(name) for name in names} - {room, None})
    return found


@cache
def floor(room):
    """Give the floor of a room: one above the highest that it imports."""
    return 1 + max((floor(each) for each in imports()[room]), default=0)


def test_rooms():
    """A session has at most fourteen rooms on eight floors, and 45 imports among them."""
    assert 10 <= len(imports()) <= ROOMS
    assert max(map(floor, imports())) <= FLOORS
    assert 20 < sum(map(len, imports().values())) <= IMPORTS


def test_the_page_names_them():
    """`docs/architecture.md` names each room with its floor, and their numbers."""
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    for room in imports():
        assert f"| {floor(room)} | `session/{room}/` |" in page
    assert len(imports()) == 12
    assert sum(map(len, imports().values())) == 44
    assert "twelve rooms on eight floors, with 44 imports among them" in page
