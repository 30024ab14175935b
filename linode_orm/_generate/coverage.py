"""Writes docs/coverage.md: what of the API is declared, by service, and where each resource is."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE: Final = Path(__file__).parents[2] / "docs" / "coverage.md"
VERBS: Final = {"list": "GET", "get": "GET", "create": "POST", "update": "PUT", "delete": "DELETE"}
HEAD: Final = """\
# Coverage

Every operation of the API's description, and of an older one, is a verb of a resource, a collection, a field that has a
request of its own, or a method. This page is written by `nox -s models`, from the declarations; `nox -s conformance`
calls every one of them and compares what leaves with the description.

"""


def page() -> str:
    """Give the text of the page, from the declarations as they can be imported."""
    known = sorted(mappers(), key=lambda each: (each.service, each.name))
    routes = {route: mapper.service for mapper in known for route in operations(mapper)}
    by_service: dict[str, list[Any]] = defaultdict(list)
    for mapper in known:
        by_service[mapper.service].append(mapper)
    lines = ["| service | resources | operations | fields | filterable | mutable |", "|---|---|---|---|---|---|"]
    named = ((_service(route), service) for route, service in routes.items())
    counts = Counter(path if path in by_service else service for path, service in named)
    totals = [0] * 5
    for service, own in by_service.items():
        fields = [field for mapper in own for field in every(mapper)]
        row = [
            len(own),
            counts[service],
            len(fields),
            *(sum(bool(getattr(each, mark)) for each in fields) for mark in ("filterable", "mutable")),
        ]
        totals = [one + other for one, other in zip(totals, row, strict=True)]
        lines.append(f"| [{service}](#{service.replace('_', '-')}) | " + " | ".join(map(str, row)) + " |")
    lines.append("| **all** | " + " | ".join(map(str, totals)) + " |")
    sections = [line for service, own in by_service.items() for line in section(service, own)]
    return HEAD + "\n".join([*lines, *sections]) + "\n"


def section(service: str, known: list[Any]) -> Iterator[str]:
    """Give the table of one service's resources."""
    yield from (
        "",
        f"## {service.replace('_', '-')}",
        "",
        "| class | path | verbs | methods, collections |",
        "|---|---|---|---|",
    )
    for mapper in known:
        verbs = " ".join(each for each in VERBS if each in mapper.verbs)
        methods = [f"`{name}()`" for name in sorted(mapper.operations) if not name.startswith("_")]
        many = [f"`{name}`" for name, each in sorted(mapper.relations.items()) if hasattr(each, "create_key")]
        yield f"| `{mapper.name}` | `{mapper.path}` | {verbs} | {', '.join([*methods, *many])} |"


def operations(mapper: Any) -> Iterator[str]:  # noqa: ANN401  a Mapper; the package is imported where it is asked
    """Give method and nameless path of every request that a class declares."""
    for verb, method in VERBS.items():
        is_there = verb != "update" or any(each.mutable for each in mapper.fields.values())
        if verb in mapper.verbs and is_there:
            yield f"{method} {_bare(mapper.path if verb in {'list', 'create'} else mapper.item_path)}"
    for field in mapper.fields.values():
        if field.written_by:
            yield f"PUT {_bare(mapper.item_path)}/{field.written_by}"
    for relation in mapper.relations.values():
        if getattr(relation, "path", ""):
            yield f"GET {_bare(mapper.item_path)}/{relation.path}"
    for operation in mapper.operations.values():
        base = mapper.path if operation.scope == "collection" else mapper.item_path
        path = operation.path if operation.path.startswith("/") else f"{base}/{operation.path}".rstrip("/")
        yield f"{operation.method} {_bare(path)}"


def every(mapper: Any) -> Iterator[Any]:  # noqa: ANN401  a Mapper
    """Give every field of a class and of the objects inside its body."""
    for field in mapper.fields.values():
        yield field
        for nested in field.codec.nested:
            yield from every(nested.__mapper__)


def mappers() -> Iterator[Any]:
    """Give the facts of every declared class."""
    from linode_orm import models  # noqa: PLC0415  as they are once they have been written

    for name in models.INDEX:
        yield getattr(models, name).__mapper__


def _bare(path: str) -> str:
    return re.sub(r"\{\w+\}", "{}", path)


def _service(route: str) -> str:
    return route.split("/")[1].replace("-", "_")


def differs() -> bool:
    """Whether the page is not what the declarations say."""
    return not PAGE.exists() or PAGE.read_text(encoding="utf-8") != page()


def settle() -> None:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")
