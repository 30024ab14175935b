"""The table of a resource's fields: type, null, who changes them, and what the server does with them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from linode_orm._generate.site.markdown import code, linked
from linode_orm._generate.site.meanings import meaning
from linode_orm.models import INDEX

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from linode_orm.mapping.mapper import Mapper

HEAD: Final = ("field", "type", "null", "who changes it", "filter", "meaning and notes")
_FIRST: Final = re.compile(r"^\**[a-z]")
_LITERAL: Final = re.compile(r"Literal\[([^\]]*)\](?: \| str)?")


def rows(
    mapper: Mapper, prefix: str = "", seen: tuple[str, ...] = (), resource: str | None = None
) -> Iterator[tuple[str, ...]]:
    """Yield a row for each field, and for the fields of the values inside it; `resource` has the meanings of all."""
    owner = resource or mapper.name
    for name, field in mapper.fields.items():
        relation = mapper.relation_names.get(name)
        yield (
            code(f"{prefix}{name}"),
            code(_type(field)),
            _null(field),
            _who(field, is_nested=bool(prefix)),
            "server" if field.filterable else "",
            " ".join([*_meaning(owner, prefix + name), *_sentence(_notes(field, relation, mapper))]),
        )
        for nested in field.codec.nested:
            if nested.__name__ not in seen:
                ending = "[]." if "list[" in field.text else "."
                yield from rows(nested.__mapper__, f"{prefix}{name}{ending}", (*seen, nested.__name__), owner)


def _meaning(resource: str, name: str) -> Iterator[str]:
    text = meaning(resource, name)
    if text:
        yield text


def _sentence(notes: Iterable[str]) -> Iterator[str]:
    """Yield the notes as one sentence; nothing where there is none."""
    text = "; ".join(notes)
    if text:
        yield f"{_FIRST.sub(lambda found: found[0].upper(), text)}."


def _type(field: Any) -> str:  # noqa: ANN401  a Kind of any value
    text = _LITERAL.sub("str", field.text).removesuffix(" | None")
    return text.replace("str | str", "str")


def _null(field: Any) -> str:  # noqa: ANN401  a Kind of any value
    if field.is_write_only:
        return "takes null" if field.codec.allows_null else ""
    said = ["may be null"] if field.nullable else []
    return " or ".join([*said, *(["absent"] if field.absent else [])])


def _who(field: Any, *, is_nested: bool) -> str:  # noqa: ANN401  a Kind of any value
    actions = " or ".join(code(f"{each.strip()}()") for each in field.changed_by.split(",") if each)
    if field.is_read_only:
        who = "the API"
    elif field.is_write_only:
        who = "you, in requests only"
    elif field.mutable:
        who = "you" if field.createable or is_nested else "you, once it exists"
    elif field.createable:
        who = "you, at creation"
    else:
        who = "the API"
    return f"{who}; then {actions}" if actions else who


def _notes(field: Any, relation: str | None, mapper: Mapper) -> Iterator[str]:  # noqa: ANN401  a Kind of any value
    known = [each for each in field.known_values if isinstance(each, str)]
    if field.required:
        yield "**required**"
    if relation:
        target = mapper.relations[relation].target
        yield f"id of `{relation}`, a {linked(target)}"
    elif field.refers in INDEX:
        yield f"names a {linked(field.refers)}"
    if field.key != field.name:
        yield f"`{field.key}` in JSON"
    if known:
        yield "one of " + ", ".join(code(each) for each in known)
    yield from (text for mark, text in _MARKS.items() if getattr(field, mark))
    if field.default is not None:
        yield f"default {code(str(field.default))}"
    if field.format:
        yield f"format {field.format}"
    if field.written_by:
        yield f"has a request of its own, `PUT .../{field.written_by}`"


_MARKS: Final = {
    "volatile": "**volatile**: read again when it is old",
    "unique": "unique",
    "is_secret": "secret: never shown",
    "redacted": "masked after the first answer",
    "unordered": "a set: order means nothing",
    "only_on_get": "not in lists",
    "put_required": "every PUT has it",
    "deprecated": "deprecated by the API",
}
