"""Trees of fields: what one resource's requests and answers hold, joined."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from linode_orm._generate.description import Key, Operation

OBJECT, ARRAY = "object", "array"


@dataclass
class Node:
    """One field, or the body itself: its type, its marks, and the fields inside it."""

    name: str = ""
    type: str = ""
    items: str = ""
    children: dict[str, Node] = field(default_factory=dict)
    answered: bool = False
    createable: bool = False
    mutable: bool = False
    required: bool = False
    put_required: bool = False
    nullable: bool = False
    null_in_answers: bool = False
    """Nullable because an answer had null there; a request need not take it."""
    filterable: bool = False
    format: str = ""
    datetime: bool = False
    enum: list[str] = field(default_factory=list)
    default: object = None
    refers: str = ""
    normal: str = ""
    refers_to: str = ""
    """The class that comes and goes of which the field holds an id, where no relation says so."""
    volatile: bool = False
    unordered: bool = False
    ordered: bool = False
    redacted: bool = False
    secret: bool = False
    deprecated: bool = False
    only_on_get: bool = False
    merged: bool = False
    initial: bool = False
    """It says what an object is made from; the object may be something else by now."""
    absent: str = ""
    unique: str = ""
    changed_by: str = ""
    changed_as: str = ""
    written_by: str = ""
    rows_of: str = ""
    """Which resource the objects of a list are."""
    doc: str = ""
    behind: tuple[str, int] = ("", 0)
    """Which field it is written behind, and its place there; fields without it are ordered by name."""

    @property
    def order(self) -> tuple[bool, str, int]:
        """What objects sort their fields by: identity and label first, the others by name."""
        above, place = self.behind
        return self.name not in {"id", "label"}, above or self.name, place

    @property
    def write_only(self) -> bool:
        """Whether a body takes the field and no answer has it."""
        return not self.answered and (self.createable or self.mutable)

    def walk(self, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Node]]:
        """Give every field below this one with the path that leads to it."""
        for name, child in self.children.items():
            yield (*path, name), child
            yield from child.walk((*path, name))

    def at(self, path: Iterable[str]) -> Node | None:
        """Give the field at a path, or None."""
        node: Node | None = self
        for name in path:
            node = node.children.get(name) if node is not None else None
        return node

    def make(self, path: Iterable[str]) -> Node:
        """Give the field at a path, made where it is missing."""
        node = self
        for name in path:
            node = node.children.setdefault(name, Node(name))
        return node


def grow(verbs: dict[str, Operation]) -> Node:
    """Join what the requests and answers of one resource's verbs say into one tree."""
    root = Node(type=OBJECT)
    for verb in ("get", "list", "create", "update"):
        operation = verbs.get(verb)
        if operation is None:
            continue
        for key in operation.answer:
            _answer(root, key, filterable=verb == "list" or "list" not in verbs)
        for key in operation.request:
            _request(root, key, verb)
    for _, node in root.walk():
        if node.children:
            node.type, node.items = (ARRAY, OBJECT) if node.type == ARRAY else (OBJECT, "")
    return root


def arguments(operation: Operation) -> Node:
    """Give the body of an action as a tree."""
    root = Node(type=OBJECT)
    for key in operation.request:
        _request(root, key, "create")
    return root


def answered(operation: Operation) -> Node:
    """Give the answer of an action as a tree."""
    root = Node(type=OBJECT)
    for key in operation.answer:
        _answer(root, key, filterable=False)
    for _, node in root.walk():
        if node.children:
            node.type, node.items = (ARRAY, OBJECT) if node.type == ARRAY else (OBJECT, "")
    return root


def _answer(root: Node, key: Key, *, filterable: bool) -> None:
    node = root.make(key.path)
    if not node.answered:
        node.type, node.items = key.type, key.items
    node.filterable = node.filterable or (key.filterable and filterable)
    for end in range(1, len(key.path) + 1):
        above = root.at(key.path[:end])
        if above is not None:
            above.answered = True
    for steps in range(key.depth):
        above = root.at(key.path[: -1 - steps])
        if above is not None and above is not root:
            above.type = ARRAY


def _request(root: Node, key: Key, verb: str) -> None:
    node = root.make(key.path)
    if not node.answered and not (node.type and key.type == OBJECT):
        node.type, node.items = key.type, key.items
    if key.is_list and not node.answered:
        node.type = ARRAY
    node.nullable = node.nullable or key.nullable
    node.format = node.format or key.format
    if key.read_only:
        return
    if verb == "create":
        node.required = key.required
    else:
        node.put_required = key.required
    for end in range(1, len(key.path) + 1):
        above = root.at(key.path[:end])
        if above is not None:
            above.createable = above.createable or verb == "create"
            above.mutable = above.mutable or verb == "update"
