"""Nested classes: which objects inside bodies get a class, and what it is called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linode_orm._generate.names import camel, singular
from linode_orm._generate.tree import ARRAY

if TYPE_CHECKING:
    from linode_orm._generate.tree import Node

Shape = tuple[object, ...]


class Classes:
    """The nested classes of one resource, outermost first; equal objects share one."""

    def __init__(self, resource: str, names: dict[str, str], reserved: set[str]) -> None:
        self._resource = resource
        self._reserved = reserved
        self._names = names
        self._by_shape: dict[Shape, str] = {}
        self.nodes: dict[str, Node] = {}
        self.sharing: dict[str, list[Node]] = {}
        self.writable: dict[str, bool] = {}
        self.hidden: dict[str, bool] = {}
        self.path_of: dict[str, tuple[str, ...]] = {}

    def of(self, node: Node, path: tuple[str, ...], *, hidden: bool, prefix: str = "") -> str:
        """Give the class of the objects that a field holds, made on first sight; empty where it holds none."""
        if not node.children:
            return ""
        given = self._names.get(".".join(path))
        shape = (hidden, _shape(node))
        name = given or self._by_shape.get(shape) or self._invent(node, path, prefix)
        self.sharing.setdefault(name, []).append(node)
        if name in self.nodes:
            if given:
                _join(self.nodes[name], node)
            return name
        self._by_shape[shape] = name
        self.nodes[name] = node
        self.path_of[name] = path
        self.hidden[name] = hidden
        self.writable[name] = node.createable or node.mutable
        for key, child in node.children.items():
            self.of(child, (*path, key), hidden=hidden or child.write_only)
        return name

    def answer(self, node: Node, name: str) -> str:
        """Make the class of a value that an action answers."""
        self._by_shape[(False, _shape(node))] = name
        self.nodes[name], self.path_of[name] = node, ()
        self.hidden[name] = self.writable[name] = False
        for key, child in node.children.items():
            self.of(child, (key,), hidden=False, prefix=name.removeprefix(self._resource))
        return name

    def _invent(self, node: Node, path: tuple[str, ...], prefix: str) -> str:
        words = [camel(part) for part in path[:-1]]
        last = singular(path[-1]) if node.type == ARRAY else path[-1]
        name = f"{self._resource}{prefix}{''.join(words)}{camel(last)}"
        return f"{name}Body" if name in self._reserved else name


def _shape(node: Node) -> Shape:
    return tuple(
        (
            *(name, each.type, each.items, each.answered, each.createable, each.mutable, each.nullable),
            *(bool(each.absent), tuple(map(str, each.enum)), each.datetime, each.volatile, each.required),
            *(each.format, each.filterable, _shape(each)),
        )
        for name, each in sorted(node.children.items())
    )  # fmt: skip


def _join(one: Node, other: Node) -> None:
    """Let a class that two fields share know what each of them knows."""
    for name, child in other.children.items():
        mine = one.children.setdefault(name, child)
        if mine is child:
            continue
        for mark in ("answered", "createable", "mutable", "nullable", "filterable", "volatile"):
            setattr(mine, mark, getattr(mine, mark) or getattr(child, mark))
        mine.absent = mine.absent or child.absent
        mine.enum = mine.enum or child.enum
        _join(mine, child)
