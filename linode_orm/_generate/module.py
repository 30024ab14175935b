"""Modules: the text of the file in which a resource is declared."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Final

from linode_orm._generate.actions import method_lines
from linode_orm._generate.declare import WIDTH, Declaration, line
from linode_orm._generate.names import attribute, snake
from linode_orm._generate.types import bracket, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from linode_orm._generate.resources import Action, Resource

LARGEST: Final = 250
"""How many lines a file may have."""

HEAD: Final = 45
"""How many of them its imports may take."""

METHODS: Final = 20
"""How many methods a class may have."""
_MAPPING: Final = (
    "JSON", "UNSET", "Field", "Fixed", "Many", "Model", "Nested", "One", "ReadOnly", "Secret", "SessionBase", "TagList",
    "Unset", "WriteOnly", "act", "operation",
)  # fmt: skip
_TYPING_ONLY: Final = frozenset({"JSON", "SessionBase", "TagList", "Unset"})
_LATE: Final = (("Job", "linode_orm.models._jobs"), ("Query", "linode_orm.mapping.query"))
"""What only annotations name, and no script that declares a model need import."""
_ALL_VERBS: Final = ("list", "get", "create", "update", "delete")


class Module:
    """The file of one resource; its nested classes may stand in a file of their own."""

    def __init__(self, resource: Resource, known: dict[str, Resource]) -> None:
        self._resource = resource
        self._known = known
        self._declaration = Declaration(resource, known)
        self._nested = [list(self._nested_class(name)) for name in self._declaration.classes.nodes]
        list(self._model("Model"))
        self._methods(self._actions())

    def files(self) -> Iterator[tuple[str, str]]:
        """Give the name and text of each file, without the suffix."""
        name, nested = self._resource.module, [text for each in self._nested for text in ("", "", *each)]
        base, actions = str(self._resource.facts.get("base", "Model")), self._methods(self._actions())
        whole = [*self._model(base), *actions]
        if _length(nested) + _length(whole) < LARGEST - HEAD:
            yield name, self._text(self._doc(), [*nested, "", "", *whole])
            return
        if nested:
            yield f"{name}_types", self._text(f'"""The objects inside the body of {self._a_name()}."""', nested)
        if _length(whole) < LARGEST - HEAD:
            yield name, self._text(self._doc(), ["", "", *whole])
            return
        yield from self._action_files(base)
        yield name, self._text(self._doc(), ["", "", *self._model(f"{self._resource.name}Actions")])

    def _action_files(self, base: str) -> Iterator[tuple[str, str]]:
        """Give the file of the actions, and one of those on parts of the object where all would be too many."""
        name, whose, of_parts = self._resource.module, self._a_name(), self._on_parts()
        if of_parts:
            parts = sorted({_first(each) for each in of_parts})
            doc = f"What can be asked of the parts of {whose}: {', '.join(parts)}."
            head = self._head(f"{self._resource.name}PartActions", base, doc)
            yield f"{name}_part_actions", self._text(f'"""{doc}"""', ["", "", *head, *self._methods(of_parts)[1:]])
            base = f"{self._resource.name}PartActions"
        doc = f"What can be asked of {whose}."
        own = [each for each in self._actions() if each not in of_parts]
        head = self._head(f"{self._resource.name}Actions", base, doc)
        yield f"{name}_actions", self._text(f'"""{doc}"""', ["", "", *head, *self._methods(own)[1:]])

    @staticmethod
    def _head(name: str, base: str, doc: str) -> list[str]:
        return [f"class {name}({base}):", f'    """{doc}"""', ""]

    def _on_parts(self) -> list[Action]:
        """Give the actions whose paths lead to the same part as another one's, such as `ips/{address}`.

        Empty where one class can hold all actions.
        """
        actions = self._actions()
        shared = Counter(map(_first, actions))
        on_parts = [each for each in actions if _first(each) and shared[_first(each)] > 1]
        return on_parts if len(actions) > METHODS else []

    def _doc(self) -> str:
        return f'"""{self._resource.name}: {_small(self._resource.doc)}"""'

    def _a_name(self) -> str:
        return f"{'an' if self._resource.name[0] in 'AEIO' else 'a'} {self._resource.name}"

    def _text(self, doc: str, body: list[str]) -> str:
        used = [name for name in _MAPPING if _names(name, body)]
        made = {name for text in body for name in re.findall(r"^class (\w+)", text)}
        head = [doc, "", "from __future__ import annotations", ""]
        if _names("datetime", body):
            head += ["from datetime import datetime"]
        typing = [name for name in ("TYPE_CHECKING", "Literal", "overload") if _names(name, body)]
        abstract = [name for name in ("Iterable", "Mapping", "Sequence") if _names(name, body)]
        targets = sorted(
            each
            for each in {*self._declaration.targets, self._resource.name}
            if _names(each, body) and each not in made
        )
        kinds = [(name, place) for name, place in _LATE if _names(name, body)]
        if (abstract or targets or kinds) and "TYPE_CHECKING" not in typing:
            typing.insert(0, "TYPE_CHECKING")
        if typing:
            head += [f"from typing import {', '.join(typing)}"]
        base = self._resource.facts.get("base")
        if base and _names(str(base), body):
            head += ["", f"from linode_orm.models.{self._resource.service}._extra import {base}"]
        head += ["", f"from linode_orm.mapping import {', '.join(used)}", *self._beside(body)]
        if abstract or targets or kinds:
            head += ["", "if TYPE_CHECKING:"]
            head += [f"    from collections.abc import {', '.join(abstract)}", ""] if abstract else []
            head += [f"    from {place} import {name}" for name, place in kinds]
            head += [f"    from {self._known[each].place} import {each}" for each in targets]
        return "\n".join([*head, *body]) + "\n"

    def _beside(self, body: list[str]) -> Iterator[str]:
        """Give the imports from this resource's other files, of what they declare and this body names."""
        made = {each for text in body for each in re.findall(r"^class (\w+)", text)}
        place = f"linode_orm.models.{self._resource.service}.{self._resource.module}"
        names = [each for each in self._declaration.classes.nodes if _names(each, body)]
        if names and not made.intersection(names):
            yield f"from {place}_types import {', '.join(sorted(names))}"
        for suffix in ("Actions", "PartActions"):
            mixin = f"{self._resource.name}{suffix}"
            if mixin not in made and _names(mixin, body):
                yield f"from {place}_{snake(suffix)} import {mixin}"

    # ------------------------------------------------------------ classes

    def _nested_class(self, name: str) -> Iterator[str]:
        classes = self._declaration.classes
        node, hidden = classes.nodes[name], classes.hidden[name]
        yield f"class {name}(Nested):"
        yield f'    """{self._nested_doc(name)}"""'
        yield ""
        path = classes.path_of[name]
        for key, child in sorted(node.children.items(), key=lambda item: item[1].order):
            inner = classes.of(child, (*path, key), hidden=hidden or child.write_only)
            raw = attribute(key)
            yield f"    {line(raw, key, child, bracket(child, inner), createable=True, hidden=hidden)}"

    def _nested_doc(self, name: str) -> str:
        docs = self._resource.facts.get("class_docs", {})
        action = next(
            (each for each in self._resource.actions if self._declaration.answers.get(each.key) == name), None
        )
        if action is not None:
            return str(docs.get(name) or f"What `{action.name}()` of {self._a_name()} answers.")
        path = ".".join(self._declaration.classes.path_of[name])
        return str(docs.get(name) or f"What stands under `{path}` of {self._a_name()}.")

    def _model(self, base: str) -> Iterator[str]:
        resource, declaration = self._resource, self._declaration
        yield f"class {resource.name}({', '.join([base, *self._keywords()])}):"
        yield f'    """{resource.doc}"""'
        yield ""
        yield from (f"    {text}" for text in declaration.field_lines())
        yield from (f"    {text}" for text in declaration.relation_lines())
        yield from (f"    {text}" for text in declaration.road_lines())
        yield from (f"    {text}" if text else "" for text in self._constructor())

    def _actions(self) -> list[Action]:
        return [each for each in self._resource.actions if not self._declaration.list_of(each)]

    def _methods(self, actions: Iterable[Action]) -> list[str]:
        lines = [text for each in actions for text in method_lines(self._declaration, each)]
        return [f"    {text}" if text else "" for text in lines]

    def _keywords(self) -> Iterator[str]:
        resource = self._resource
        yield f"path={quoted(resource.path)}"
        if resource.singleton:
            yield "id=None"
        elif resource.id_attributes != ("id",):
            ids = resource.id_attributes
            yield f"id={quoted(ids[0])}" if len(ids) == 1 else f"id=({', '.join(map(quoted, ids))})"
        default = resource.path + "".join(f"/{{{each}}}" for each in resource.id_attributes)
        if not resource.singleton and resource.item_template != default:
            yield f"item={quoted(resource.item_template)}"
        yield from self._special()

    def _special(self) -> Iterator[str]:
        resource, facts = self._resource, self._resource.facts
        if resource.parent is not None:
            yield f"parent={quoted(resource.parent.name)}"
        verbs = tuple(each for each in _ALL_VERBS if each in resource.verbs)
        if verbs != (("get", "update") if resource.singleton else _ALL_VERBS):
            yield f"verbs={quoted(' '.join(verbs))}"
        if facts.get("parent_keys"):
            yield f"parent_keys=({', '.join(map(quoted, facts['parent_keys']))},)"
        for name in ("envelope", "page_size", "reference_data", "empty_create", "read_by"):
            if name in facts:
                yield f"{name}={quoted(facts[name]) if facts[name] != 'none' else 'None'}"
        if resource.version != "v4":
            yield f"version={quoted(resource.version)}"
        if facts.get("deprecated_resource"):
            yield "deprecated=True"

    def _constructor(self) -> Iterator[str]:
        declaration = self._declaration
        lazy = f"def __init__({declaration.key_text()}) -> None: ..."
        yield ""
        yield "if TYPE_CHECKING:"
        yield ""
        if "create" not in self._resource.verbs:
            yield f"    {lazy}"
            return
        arguments = declaration.new_arguments()
        yield "    @overload"
        yield f"    {lazy}"
        yield "    @overload"
        yield f"    def __init__({', '.join(['self', *(['*', *arguments] if arguments else [])])}) -> None: ..."
        yield "    def __init__(self, *args: object, **values: object) -> None: ..."


def _length(lines: list[str]) -> int:
    """Give how many lines these will be once each argument of a long one has its own."""
    return sum(1 if len(each) <= WIDTH else each.count(", ") + 4 for each in lines)


def _first(action: Action) -> str:
    """Return the first part of an action's path below the object, empty for a path of its own."""
    return action.path.partition("/")[0]


def _small(text: str) -> str:
    return text[:1].lower() + text[1:] if text[1:2].islower() or text[1:2] == " " else text


def _names(name: str, lines: Iterable[str]) -> bool:
    pattern = re.compile(rf"(?<![\w.\"]){re.escape(name)}(?![\w\"])")
    return any(pattern.search(text) for text in lines if not text.lstrip().startswith('"""'))
