"""Factories: the typed signatures by which tests make objects of a simulated account; stubs alone, run by nobody."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from linode_orm._generate.declare import Declaration
from linode_orm._generate.module import Module
from linode_orm._generate.names import camel, snake
from linode_orm._generate.types import bracket, taken

if TYPE_CHECKING:
    from collections.abc import Iterator

    from linode_orm._generate.resources import Resource

_NESTED: Final = re.compile(r"^class (\w+)\(Nested\)", re.MULTILINE)
_NAME: Final = re.compile(r"(?<![\w\"'])[A-Za-z_]\w*(?![\w\"'])")
_ELSEWHERE: Final = {
    "datetime": "datetime", "Literal": "typing", "Iterable": "collections.abc", "Mapping": "collections.abc",
    "Sequence": "collections.abc", "JSON": "linode_orm.mapping",
}  # fmt: skip


def factory_stubs(resources: dict[str, Resource]) -> Iterator[tuple[str, str]]:
    """Give the path, without its suffix, and the text of each stub: one a service, and one for all of them."""
    places = {**_ELSEWHERE, **{each.name: each.place for each in resources.values()}, **_nested_places(resources)}
    services = sorted({each.service for each in resources.values() if _is_made(each)})
    for service in services:
        body = [f"class {_class(service)}:", *(f"    {each}" for each in _methods(service, resources))]
        yield f"{service}/_factories", _text([*_imports(body, places), "", *body])
    bases = ", ".join(map(_class, services))
    imports = [f"from linode_orm.models.{each}._factories import {_class(each)}" for each in services]
    yield "_factories", _text([*imports, "", f"class TypedFactories({bases}): ..."])


def _is_made(resource: Resource) -> bool:
    """Whether a class has objects that can be made: a singleton is there, and some lie below what is no object."""
    return not resource.singleton and (resource.parent is not None or "{" not in resource.path)


def _class(service: str) -> str:
    return f"{camel(service)}Factories"


def _text(lines: list[str]) -> str:
    return "\n".join(lines) + "\n"


def _nested_places(resources: dict[str, Resource]) -> dict[str, str]:
    """Give the module of each nested class."""
    return {
        name: f"linode_orm.models.{resource.service}.{file}"
        for resource in resources.values()
        for file, text in Module(resource, resources).files()
        for name in _NESTED.findall(text)
    }


def _imports(body: list[str], places: dict[str, str]) -> Iterator[str]:
    used = {name for line in body for name in _NAME.findall(line)}
    yield from (f"from {places[name]} import {name}" for name in sorted(used & places.keys()))


def _methods(service: str, resources: dict[str, Resource]) -> Iterator[str]:
    for resource in sorted(resources.values(), key=lambda each: each.name):
        if resource.service == service and _is_made(resource):
            arguments = ", ".join(["self", "*", *(f"{each} = ..." for each in _arguments(resource, resources))])
            yield f"def {resource.module}({arguments}) -> {resource.name}: ..."


def _arguments(resource: Resource, resources: dict[str, Resource]) -> Iterator[str]:
    """Give an argument for the parent and for each field of an answer, whoever may change it."""
    declaration = Declaration(resource, resources)
    if resource.parent is not None:
        yield f"{snake(resource.parent.name)}: {declaration.parent_text()}"
    for key, node in declaration.fields():
        if node.write_only:
            continue
        raw = resource.attribute_of(key)
        nested = declaration.classes.of(node, (key,), hidden=False)
        text = taken(bracket(node, nested))
        if nested:
            text = re.sub(rf"\b{nested}\b", f"{nested} | Mapping[str, object]", text, count=1)
        reference = declaration.reference(key, node)
        if reference is not None:
            yield f"{reference.relation}: {reference.target} | {text}"
        yield f"{raw}: {text}"
