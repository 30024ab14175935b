"""Actions: the method that a person calls for a request beside a resource's verbs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from linode_orm._generate.names import attribute
from linode_orm._generate.tree import ARRAY, OBJECT
from linode_orm._generate.types import SCALARS, bracket, quoted
from linode_orm._secrets import is_secret_key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from linode_orm._generate.declare import Declaration
    from linode_orm._generate.resources import Action
    from linode_orm._generate.tree import Node


NUMBERS: Final = frozenset({"year", "month", "version"})
"""Parts of paths that are numbers; ids of other resources and addresses are texts."""


@dataclass
class Argument:
    """One argument: its name, the key of the body that it fills, and its type."""

    name: str
    key: str
    text: str
    required: bool
    is_model: bool

    @property
    def signature(self) -> str:
        """The argument as it stands in the method's head."""
        return f"{self.name}: {self.text}" if self.required else f"{self.name}: {self.text} | Unset = UNSET"


def method_lines(declaration: Declaration, action: Action) -> Iterator[str]:
    """Give the lines of one method."""
    arguments = sorted(_arguments(declaration, action), key=lambda each: (not each.required, not each.is_model))
    answers = str(action.facts.get("answers", ""))
    gives = declaration.answers.get(action.key, "")
    result = gives or ("Job" if action.job and not answers else _result(declaration, answers))
    renamed = {each.name: each.key for each in arguments if each.key not in {each.name, each.name.removesuffix("_")}}
    marks = [quoted(action.method), quoted(action.path)]
    marks += [f"answers={quoted(answers)}"] if answers else []
    marks += ['scope="collection"'] if action.scope == "collection" else []
    pairs = ", ".join(f"{quoted(name)}: {quoted(key)}" for name, key in renamed.items())
    marks += [f"body={{{pairs}}}"] if pairs else []
    marks += ["idempotent=True"] if action.facts.get("idempotent") else []
    marks += [f"gives={gives}"] if gives else []
    if action.version != declaration.resource.version:
        marks.append(f"version={quoted(action.version)}")
    marks += [f"event={quoted(action.event)}"] if action.event else []
    marks += [f"job={quoted(action.job)}"] if action.job else []
    children = sorted(action.body.children.items())
    secret = [quoted(key) for key, node in children if node.secret and node.createable and not is_secret_key(key)]
    marks += [f"secret=[{', '.join(secret)}]"] if secret else []
    in_place = [each for each in arguments if each.required and each.is_model]
    named = [each for each in arguments if each not in in_place]
    head = ["cls", "session: SessionBase", "/"] if action.scope == "collection" else ["self"]
    head += [each.signature for each in in_place]
    head += ["*", *(each.signature for each in named)] if named else []
    target = "cls" if action.scope == "collection" else "self"
    call = [target, quoted(action.name), *(["locals()"] if arguments or action.scope == "collection" else [])]
    yield ""
    if action.scope == "collection":
        yield "@classmethod"
    yield f"@operation({', '.join(marks)})"
    yield f"def {action.name}({', '.join(head)}) -> {result}:"
    yield f'    """{action.doc}"""'
    yield f"    {'return ' if result != 'None' else ''}act({', '.join(call)})"


def _result(declaration: Declaration, answers: str) -> str:
    if not answers:
        return "None"
    if answers in {"value", "bytes", "strings"}:
        return {"value": "JSON", "strings": "list[str]"}.get(answers, answers)
    if answers.startswith("query:"):
        return f"Query[{declaration.seen(answers.removeprefix('query:'))}]"
    name = declaration.seen(answers.removeprefix("list:"))
    return f"list[{name}]" if answers.startswith("list:") else name


def _arguments(declaration: Declaration, action: Action) -> Iterator[Argument]:
    for name in action.path_arguments:
        yield Argument(attribute(name), name, "int" if name in NUMBERS else "str", required=True, is_model=False)
    for key, node in sorted(action.body.children.items()):
        if node.createable:
            yield _argument(declaration, action, key, node)
        if key in action.facts.get("also", ()):
            yield Argument(attribute(key), key, _or_none(_plain(node), node), required=False, is_model=False)


def _argument(declaration: Declaration, action: Action, key: str, node: Node) -> Argument:
    target = declaration.known.get(node.refers)
    given = action.facts.get("arguments", {}).get(key)
    name = attribute(given or key)
    is_list = node.type == ARRAY
    scalar = node.items if is_list else node.type
    if target is not None and scalar in {"integer", "string"} and target.name != "Tag":
        own = declaration.seen(target.name)
        kind = SCALARS[scalar]
        text = f"Sequence[{own} | {kind}]" if is_list else f"{own} | {kind}"
        name = attribute(given or _without_id(key, is_list=is_list))
        return Argument(name, key, _or_none(text, node), node.required, is_model=not is_list)
    return Argument(name, key, _or_none(_plain(node), node), node.required, is_model=False)


def _without_id(key: str, *, is_list: bool) -> str:
    return f"{key.removesuffix('_ids')}s" if is_list and key.endswith("_ids") else key.removesuffix("_id")


def _or_none(text: str, node: Node) -> str:
    return f"{text} | None" if node.nullable and not text.endswith("None") else text


def _plain(node: Node) -> str:
    if node.type == ARRAY and (node.children or node.items in {OBJECT, "any", "json", ""}):
        return "Sequence[Mapping[str, object]]"
    if node.type == OBJECT or node.children:
        return "Mapping[str, object]"
    if node.type == ARRAY:
        return f"Sequence[{SCALARS.get(node.items, 'object')}]"
    return bracket(node, "").removesuffix(" | None")
