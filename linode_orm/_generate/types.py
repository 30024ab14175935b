"""Types: what stands in the brackets of a field, and what an argument takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from linode_orm._generate.tree import ARRAY, OBJECT

if TYPE_CHECKING:
    from linode_orm._generate.tree import Node

SCALARS: Final = {
    "integer": "int", "string": "str", "boolean": "bool", "number": "float", "any": "JSON", "json": "JSON",
}  # fmt: skip


LONGEST_ENUM: Final = 40
"""How many values an annotation lists; the names of events are too many to be read there."""


def bracket(node: Node, nested: str) -> str:
    """Give the text in a field's brackets; `nested` is the class of the objects inside, if there is one."""
    text = _plain(node, nested)
    return f"{text} | None" if (node.nullable or node.absent) and text != "JSON" else text


def _plain(node: Node, nested: str) -> str:
    if node.type == ARRAY:
        if node.refers == "Tag":
            return "TagList"
        return f"list[{nested or _items(node)}]"
    if node.type == "map":
        return f"dict[str, {nested or SCALARS.get(node.items, node.items or 'JSON')}]"
    if node.type == OBJECT:
        return nested or "dict[str, JSON]"
    return _scalar(node, node.type)


def _items(node: Node) -> str:
    if node.items.startswith("list of "):
        return f"list[{SCALARS[node.items.removeprefix('list of ')]}]"
    return "dict[str, JSON]" if node.items == OBJECT else _scalar(node, node.items)


def _scalar(node: Node, kind: str) -> str:
    if node.datetime:
        return "datetime"
    if 0 < len(node.enum) <= LONGEST_ENUM:
        return f"Literal[{', '.join(quoted(each) for each in node.enum)}] | str"
    return " | ".join(SCALARS.get(each.strip(), "JSON") for each in (kind or "any").split("|"))


def quoted(value: object) -> str:
    """Give a literal as this project writes it, in double quotes."""
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return repr(value)


def taken(text: str) -> str:
    """Give what an argument takes where a field holds `text`: any sequence for a list."""
    end = " | None" if text.endswith(" | None") else ""
    text = text.removesuffix(" | None")
    if text == "TagList":
        return f"Iterable[str]{end}"
    if text.startswith("list["):
        return f"Sequence[{text.removeprefix('list[')}{end}"
    return f"{text}{end}"
