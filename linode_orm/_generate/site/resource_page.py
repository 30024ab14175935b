"""The page of one resource, from its declaration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from linode_orm._generate.site import diagram
from linode_orm._generate.site.action_rows import (
    ACTION_HEAD,
    VERB_HEAD,
    action_docs,
    action_rows,
    common_errors,
    is_unlinked,
    verb_errors,
    verb_rows,
)
from linode_orm._generate.site.field_rows import HEAD, rows
from linode_orm._generate.site.markdown import code, linked, slug, table, title
from linode_orm._generate.site.scripts import example
from linode_orm._generate.site.signatures import signature
from linode_orm.mapping.relations import Many

if TYPE_CHECKING:
    from collections.abc import Iterator

    from linode_orm.mapping.mapper import Mapper


def page(mapper: Mapper, referring: list[tuple[str, str]]) -> str:
    """Return the page of a resource; `referring` are the classes and relations that lead to it."""
    text = "\n".join([*_head(mapper), *_fields(mapper), *_relations(mapper, referring), *_actions(mapper)])
    has_unlinked = any(map(is_unlinked, (*verb_rows(mapper), *action_rows(mapper))))
    return f"{text}\n{_UNLINKED}\n" if has_unlinked else f"{text}\n"


_UNLINKED: Final = (
    "A request without a link has no page in the API's documentation of today. An official client or an older "
    "description names it."
)


def _head(mapper: Mapper) -> Iterator[str]:
    doc = " ".join((mapper.cls.__doc__ or "").split())
    yield from (f"# {mapper.name}", "", doc, "")
    yield f"Service: [{title(mapper.service)}](service-{slug(mapper.service.replace('_', '-'))}.md)."
    if mapper.parent:
        yield f"It belongs to a {linked(str(mapper.parent))}."
    script = example(mapper.name)
    if not script:
        yield from ("", "```python", f"from linode_orm import {mapper.name}", "```")
    yield from table(VERB_HEAD, verb_rows(mapper))
    if script:
        yield from ("## Example", "", "```python", *script.splitlines(), "```", "")
    if "create" in mapper.verbs:
        yield from ("## Create", "", "```python", *_constructor(mapper), "```", "")


def _constructor(mapper: Mapper) -> Iterator[str]:
    given = [*signature(mapper.cls).parameters.values()]
    yield f"{mapper.name}("
    if given:
        yield "    *,"
    yield from (f"    {each}," for each in given)
    yield ")"


def _fields(mapper: Mapper) -> Iterator[str]:
    found = [*rows(mapper)]
    if found:
        yield from ("## Fields", "")
        yield "The API filters by the fields that say `server`; a condition on any other field is evaluated here."
        yield from table(HEAD, found)


def _relations(mapper: Mapper, referring: list[tuple[str, str]]) -> Iterator[str]:
    if mapper.relations or referring:
        yield from ("## Relations", "")
    if mapper.relations:
        yield from diagram.drawing(mapper)
        yield ""
        lines = [
            (code(name), linked(each.target), *_kind(name, each, mapper)) for name, each in mapper.relations.items()
        ]
        yield from table(("attribute", "leads to", "how many", "known by"), lines)
    if referring:
        leading: dict[str, list[str]] = {}
        for owner, name in referring:
            leading.setdefault(owner, []).append(code(name))
        yield "These resources lead here:"
        rows_here = [(linked(owner), ", ".join(names)) for owner, names in leading.items()]
        yield from table(("resource", "by its attribute"), rows_here)


def _kind(name: str, each: object, mapper: Mapper) -> tuple[str, str]:
    if isinstance(each, Many):
        where = each.path or each.embedded or "the list below the object"
        return "many", code(where) if where != "the list below the object" else where
    via = mapper.relations[name].via  # type: ignore[union-attr]  # no Many
    return "one", code(via) if via else "the path"


def _actions(mapper: Mapper) -> Iterator[str]:
    found = [*action_rows(mapper)]
    if found:
        yield from ("## Actions", "", *action_docs(mapper))
        yield from table(ACTION_HEAD, found)
    yield from ("## Errors", "", *verb_errors(mapper), common_errors())
    yield from ("[Errors](../errors.md) says when each is raised and what to do.", "")
