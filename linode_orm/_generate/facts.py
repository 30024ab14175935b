"""Reads what people keep about the API beside its description, and lays it over the trees of fields."""

from __future__ import annotations

import re
import tomllib
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from linode_orm._generate.tree import ARRAY, OBJECT, Node

if TYPE_CHECKING:
    from collections.abc import Iterable

_DOT: Final = re.compile(r"(?<!\\)\.")
FOLDER: Final = Path(__file__).parent / "facts"

LISTS: Final = {
    "nullable": "nullable",
    "datetime": "datetime",
    "volatile": "volatile",
    "unordered": "unordered",
    "ordered": "ordered",
    "redacted": "redacted",
    "secret": "secret",
    "deprecated": "deprecated",
    "only_on_get": "only_on_get",
    "merged": "merged",
    "filterable": "filterable",
    "answered": "answered",
    "create": "createable",
    "update": "mutable",
    "required": "required",
    "required_on_update": "put_required",
}
"""Facts that are a list of fields, and the mark that they put on each; `-name` takes it off."""

TABLES: Final = {
    "refers": "refers",
    "normal": "normal",
    "enum": "enum",
    "format": "format",
    "default": "default",
    "absent": "absent",
    "unique": "unique",
    "changed_by": "changed_by",
    "written_by": "written_by",
    "docs": "doc",
}
"""Facts that are a table of field and value."""

OTHERS: Final = frozenset(
    {
        "path", "item", "id", "parent", "doc", "module", "version", "envelope", "page_size", "reference_data",
        "empty_create", "singleton", "base", "deprecated_resource", "type", "gone", "names", "classes", "collections",
        "actions", "added", "why", "relations", "values", "exports", "no_verbs", "class_docs", "roads", "by_hand",
        "parent_keys", "flat", "read_by", "like", "changed_as", "shapes", "named_in",
    }
)  # fmt: skip
"""Facts that are about the resource, or that name things."""


class Facts:
    """The facts of every service, checked for words that no part of the generator knows.

    What fits nothing in the description is refused; where that is not `strict`, it is written down as a misfit.
    """

    def __init__(self, folder: Path = FOLDER, *, strict: bool = True) -> None:
        self._strict = strict
        self.misfits: list[str] = []
        self.common: dict[str, Any] = tomllib.loads((folder / "_common.toml").read_text(encoding="utf-8"))
        events = folder / "_events.toml"
        self._events: dict[str, Any] = tomllib.loads(events.read_text(encoding="utf-8")) if events.exists() else {}
        self._laid: set[str] = set()
        nullable = folder / "_nullable.toml"
        self.nullable: dict[str, Any] = tomllib.loads(nullable.read_text(encoding="utf-8")) if nullable.exists() else {}
        self.services: dict[str, dict[str, Any]] = {}
        for file in sorted(folder.glob("[!_]*.toml")):
            self.services[file.stem] = tomllib.loads(file.read_text(encoding="utf-8"))
        for service, resources in self.services.items():
            for name, facts in resources.items():
                if name != "service":
                    self._check(f"{service}.toml [{name}]", facts)
                    for path, shapes in facts.get("shapes", {}).items():
                        for shape in shapes:
                            _add(facts, self.common["shapes"][shape], path)

    @staticmethod
    def _check(where: str, facts: dict[str, Any]) -> None:
        unknown = facts.keys() - LISTS.keys() - TABLES.keys() - OTHERS
        if unknown:
            msg = f"{where}: no fact is called {', '.join(sorted(unknown))}"
            raise ValueError(msg)

    def event(self, method: str, path: str) -> str:
        """Give the action of the event that tells of a request; empty where none is known."""
        route = f"{method} {path}"
        self._laid.add(route)
        return str(self._events.get(route, {}).get("event", ""))

    def job(self, method: str, path: str) -> str:
        """Give the state that ends the job which a request starts; empty where it starts none."""
        return str(self._events.get(f"{method} {path}", {}).get("job", ""))

    def check_events(self, found: dict[str, Any]) -> None:
        """Refuse events of requests that are no action, and names that no event has."""
        unknown = self._events.keys() - self._laid
        if unknown:
            self._refuse(f"_events.toml: no action is called {', '.join(sorted(unknown))}")
        names = set(found["Event"].body.children["action"].enum) if "Event" in found else set()
        unknown = {own["event"] for own in self._events.values() if "event" in own} - names
        if unknown:
            self._refuse(f"_events.toml: no event has the action {', '.join(sorted(unknown))}")

    def lay(self, body: Node, facts: dict[str, Any], where: str) -> None:
        """Put on a tree what is known beyond the description."""
        self._prune(body, facts, where)
        for path, text in facts.get("type", {}).items():
            node = body.make(split(path))
            node.type, node.items = parse(text)
        self._lay_common(body)
        for fact, mark in LISTS.items():
            for path in facts.get(fact, ()):
                self._find(body, path.removeprefix("-"), where).__dict__[mark] = not path.startswith("-")
        for fact, mark in TABLES.items():
            for path, value in facts.get(fact, {}).items():
                self._find(body, path, where).__dict__[mark] = value
        self._lay_forms(body)
        for path, own in facts.get("like", {}).items():
            self._repeat(body, path, own, where)
        for _, node in body.walk():
            if node.children and node.type not in {OBJECT, ARRAY}:
                node.type = OBJECT

    def lay_nullable(self, name: str, body: Node) -> None:
        """Mark what other sources say is null sometimes; a list that is null reads as an empty one: no mark."""
        for path in self.nullable.get(name, {}):
            node = self._find(body, path, f"_nullable.toml [{name}]")
            if not node.nullable and node.type not in {ARRAY, "map"}:
                node.nullable = node.null_in_answers = True

    def _repeat(self, body: Node, path: str, own: dict[str, Any], where: str) -> None:
        """Put fields that are as another one behind it: under `names`, with `absent` where a body may lack them."""
        outer, model = self._find(body, ".".join(split(path)[:-1]), where), self._find(body, path, where)
        for at, name in enumerate(own["names"], 1):
            absent = own.get("absent", model.absent)
            outer.children[name] = replace(deepcopy(model), name=name, absent=absent, behind=(model.name, at))

    def _lay_common(self, body: Node) -> None:
        for _, node in body.walk():
            if node.name in self.common["datetime"] and node.type == "string":
                node.datetime = True
            if node.name in self.common["volatile"] and node.answered:
                node.volatile = True
            if node.name in self.common["unordered"] and node.type == ARRAY:
                node.unordered = True
            if node.name.endswith(tuple(self.common["secret"])) and node.type in {"string", OBJECT, "map"}:
                node.secret = True
            node.refers = self.common["refers"].get(node.name, "")

    def _lay_forms(self, body: Node) -> None:
        """Mark how the API writes what requests take, by the end of the path, where nothing was said of the field."""
        for path, node in body.walk():
            if (node.createable or node.mutable) and not node.children:
                where = ".".join(("", *path))
                forms = (form for end, form in self.common.get("normal", {}).items() if where.endswith(f".{end}"))
                node.normal = node.normal or next(forms, "")
                if where.endswith(tuple(f".{end}" for end in self.common.get("sets", ()))) and node.type == ARRAY:
                    node.unordered = True

    def lay_arguments(self, body: Node, own: dict[str, Any], where: str) -> None:
        """Put on the body of an action what is known beyond the description."""
        for path in own.get("gone", ()):
            body.children.pop(path, None)
        self._lay_common(body)
        self._lay_forms(body)
        for path, text in own.get("type", {}).items():
            node = body.make(split(path))
            node.type, node.items = parse(text)
            node.createable = True
        for path, value in own.get("refers", {}).items():
            self._find(body, path, where).refers = value
        for path in own.get("required", ()):
            self._find(body, path.removeprefix("-"), where).required = not path.startswith("-")

    def lay_answer(self, answer: Node, own: dict[str, Any], where: str) -> None:
        """Put on the answer of an action what is known beyond the description; a value grows old in no session."""
        self.lay(answer, own.get("answer", {}), where)
        for _, node in answer.walk():
            node.volatile = False

    def _prune(self, body: Node, facts: dict[str, Any], where: str) -> None:
        """Take away what is not there, and what stands elsewhere."""
        for path in facts.get("flat", ()):
            self._flatten(body, path, where)
        for path in facts.get("gone", ()):
            above = body.at(split(path)[:-1])
            if above is None or above.children.pop(split(path)[-1], None) is None:
                msg = f"{where}: {path} is said to be gone, and the description does not have it either"
                self._refuse(msg)

    def _flatten(self, body: Node, path: str, where: str) -> None:
        """Let what a field holds stand beside it under keys with a dot, for its name is the beginning of theirs."""
        *above, name = split(path)
        outer, folded = self._find(body, ".".join(above), where), self._find(body, path, where)
        outer.children.pop(name, None)
        for key, node in folded.children.items():
            node.name = f"{name}.{key}"
            other = outer.children.setdefault(node.name, node)
            if other is not node:
                other.answered, other.children = True, node.children

    def _find(self, body: Node, path: str, where: str) -> Node:
        node = body.at(split(path))
        if node is None:
            self._refuse(f"{where}: no field is called {path}")
            return Node()  # whatever is said of it is lost
        return node

    def _refuse(self, misfit: str) -> None:
        if self._strict:
            raise ValueError(misfit)
        if misfit not in self.misfits:
            self.misfits.append(misfit)


def _add(facts: dict[str, Any], shape: dict[str, Any], path: str) -> None:
    """Add the facts of an object that stands in several resources to those of one, below a path."""
    for word, own in shape.items():
        if isinstance(own, list):
            for each in ("create", "update") if word == "sent" else (word,):
                facts[each] = [*facts.get(each, ()), *(f"{path}.{name}" for name in own)]
        else:
            below = {f"{path}.{name}" if name else path: value for name, value in own.items()}
            facts[word] = below | facts.get(word, {})


def parse(text: str) -> tuple[str, str]:
    """Read a type as the facts write it: `integer`, `list of string`, `list of list of number`, `map of string`."""
    if text.startswith("list of "):
        return ARRAY, text.removeprefix("list of ")
    if text.startswith("map of "):
        return "map", text.removeprefix("map of ")
    return text, ""


def join(path: Iterable[str]) -> str:
    """Give the keys that lead to a field as facts write them."""
    return ".".join(part.replace(".", "\\.") for part in path)


def split(path: str) -> list[str]:
    """Give the keys that lead to a field; a dot inside a key stands behind a backslash."""
    return [part.replace("\\.", ".") for part in _DOT.split(path)]
