"""Writes every generated page of the site into the folders `resources` and `reference` of the documentation."""

from __future__ import annotations

import shutil
from collections import defaultdict
from importlib import import_module
from typing import TYPE_CHECKING, Final

from linode_orm import _PUBLIC
from linode_orm._generate.coverage import mappers
from linode_orm._generate.site import reference_page, relations_map, resource_page
from linode_orm._generate.site.markdown import linked, slug, table, title

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from linode_orm.mapping.mapper import Mapper

MODULES: Final = {
    "linode_orm.simulator": "The simulator: a stateful stand-in for the API.",
    "linode_orm.testing": "Help for the tests of programs that use linode_orm.",
    "linode_orm.mapping": "What the declarations of resources are made of.",
}
PUBLIC: Final = frozenset(_PUBLIC)
"""What can be imported from the package, beside the resources."""


def write(docs: Path) -> None:
    """Write all pages anew."""
    for folder in ("resources", "reference"):
        shutil.rmtree(docs / folder, ignore_errors=True)
    for name, text in {**resources(), **reference()}.items():
        file = docs / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")


def resources() -> dict[str, str]:
    """Return the pages of all resources, of the services and of the map, by their place."""
    known = sorted(mappers(), key=lambda each: (each.service, each.name))
    referring: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for mapper in known:
        for name, relation in mapper.relations.items():
            referring[relation.target].append((mapper.name, name))
    pages = {f"resources/{slug(each.name)}.md": resource_page.page(each, referring[each.name]) for each in known}
    services: dict[str, list[Mapper]] = defaultdict(list)
    for mapper in known:
        services[mapper.service].append(mapper)
    for service, own in services.items():
        pages[f"resources/{service_page(service)}.md"] = "\n".join(_service(service, own)) + "\n"
    pages["resources/index.md"] = "\n".join(_resources(services)) + "\n"
    pages["resources/map.md"] = "\n".join(["# Map of relations", "", _MAP, "", *relations_map.drawing(known)]) + "\n"
    return pages


_MAP: Final = (
    "Each name is a resource, and each curve a relation between two. The names stand by service, and the curves have "
    "the colour of the service that declares them. A name leads to its page, where a table says the same in words."
)


def service_page(service: str) -> str:
    """Return the name of the page of a service."""
    return f"service-{service.replace('_', '-')}"


def _service(service: str, own: list[Mapper]) -> Iterator[str]:
    yield from (f"# {title(service)}", "", f"The resources of the service *{title(service)}*.")
    yield from table(("resource", "path", "what it is"), [_line(each) for each in own])
    yield from _contents([slug(each.name) for each in own])


def _line(mapper: Mapper) -> tuple[str, str, str]:
    doc = " ".join((mapper.cls.__doc__ or "").split("\n\n")[0].split())
    return linked(mapper.name), f"`{mapper.path}`", doc


def _resources(services: dict[str, list[Mapper]]) -> Iterator[str]:
    count = sum(map(len, services.values()))
    yield from ("# Resources", "", f"Each of the {count} resources has a page, made from its declaration.")
    yield "The [map](map.md) shows how they relate."
    rows = [
        (f"[{title(name)}]({service_page(name)}.md)", ", ".join(linked(each.name) for each in own))
        for name, own in services.items()
    ]
    yield from table(("service", "resources"), rows)
    yield from _contents(["map", *(service_page(each) for each in services)])


def _contents(pages: list[str]) -> Iterator[str]:
    yield from ("```{toctree}", ":hidden:", "", *pages, "```")


def reference() -> dict[str, str]:
    """Return the pages of the public API, by their place."""
    door = import_module("linode_orm")
    names = sorted(PUBLIC)
    errors = [each for each in names if _is_error(getattr(door, each))]
    functions = [each for each in names if each not in errors and not isinstance(getattr(door, each), type)]
    pages = {
        "errors": _page("Error classes", "What each class holds.", "linode_orm", errors),
        "functions": _page("Functions", "What stands beside the classes.", "linode_orm", functions),
    }
    inner: dict[str, str] = {}
    for name in names:
        if name not in {*errors, *functions}:
            pages[slug(name)] = _page(name, "", "linode_orm", [name])
    for module, intro in MODULES.items():
        short = module.rpartition(".")[2]
        own = {f"{short}-{slug(name)}": _page(name, "", module, [name]) for name in _own_names(module)}
        links = [f"- [{_first(text)}]({name}.md)" for name, text in own.items()]
        pages[short] = "\n".join([f"# {module}", "", intro, "", *links, "", *_contents([*own])]) + "\n"
        inner |= own
    index = ["# Public API", "", _API, "", *(f"- [{_first(text)}]({name}.md)" for name, text in pages.items()), ""]
    pages["index"] = "\n".join([*index, *_contents(sorted(pages))]) + "\n"
    return {f"reference/{name}.md": text for name, text in {**pages, **inner}.items()}


_API: Final = "What can be imported from `linode_orm`, beside the [resources](../resources/index.md)."


def _page(heading: str, intro: str, module: str, names: list[str]) -> str:
    values = [getattr(import_module(module), each) for each in names]
    return reference_page.page(heading, intro, module, names, values)


def _own_names(module: str) -> list[str]:
    """Return what a module gives beside the names that the package gives too."""
    return sorted(each for each in import_module(module).__all__ if each not in PUBLIC)


def _first(text: str) -> str:
    return text.split("\n", 1)[0].removeprefix("# ")


def _is_error(value: object) -> bool:
    return isinstance(value, type) and issubclass(value, BaseException)
