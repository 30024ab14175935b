"""Proves that the declarations know what all recordings show: fields that are missing, null, or of several types."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest

from linode_orm import models
from linode_orm.mapping.any_json import AnyJSON
from linode_orm.mapping.structures import Optional, Structure
from tests.ids import short
from tests.proofs.recordings.corpus import FILE, needed
from tests.proofs.recordings.routes import Routes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from linode_orm.mapping.codecs import Codec

pytestmark = needed

FACTS = FILE.parent / "FACTS.md"
PLAIN = {"int": int, "str": str, "bool": bool, "float": float}


def section(number: int) -> list[list[str]]:
    """Give the cells of every row of the tables in one section of the facts."""
    return list(_section(number)) if FACTS.exists() else []


def _section(number: int) -> Iterator[list[str]]:
    text = FACTS.read_text(encoding="utf-8")
    part = re.search(rf"^## {number}\..*?(?=^## |\Z)", text, re.DOTALL | re.MULTILINE)
    assert part is not None
    for line in part[0].splitlines():
        if line.startswith("| `"):
            yield [cell.strip() for cell in line.strip("|").split(" | ")]


@cache
def routes() -> Routes:
    return Routes()


def mappers(path: str) -> list[Any]:
    """Give the mappers of the classes whose objects a path answers."""
    path = re.sub(r"\{service_type\}", "dbaas", re.sub(r"\{(?!service_type)\w+\}", "7", path))
    found = []
    for method in ("GET", "POST"):
        route = routes().find(method, path)
        if route is None:
            continue
        kind, what = route.route.kind, route.route.what
        name = (what.answers or "").removeprefix("list:").removeprefix("query:") if kind == "act" else ""
        model: Any = what.model if kind == "road" else getattr(models, name, None) if kind == "act" else None
        if kind == "act" and model is None:
            continue
        found.append(model.__mapper__ if model is not None else route.route.mapper)
    return found


def field_at(mapper: Any, path: str) -> Any:
    """Give the declaration of a field, nested ones too; None where there is none."""
    field = None
    for part in path.replace("[]", "").split("."):
        field = mapper.keys.get(part) if mapper else None
        if field is None:
            return None
        inner: Any = getattr(field.codec, "inner", field.codec)
        inner = getattr(inner, "item", None) or inner
        mapper = inner.cls.__mapper__ if isinstance(inner, Structure) else None
    return field


def takes_null(field: Any) -> bool:
    codec: Codec = field.codec
    return isinstance(codec, (Optional, AnyJSON)) or type(None) in codec.plain


@pytest.mark.parametrize("row", section(8), ids=lambda row: short(f"{row[0]} {row[1]}".replace("`", ""), 50))
def test_what_is_sometimes_missing(row: list[str]) -> None:
    """A field that some answers lack reads None there, or its object is read again (facts, section 8)."""
    for mapper in mappers(row[0].strip("`")):
        field = field_at(mapper, row[1].strip("`"))
        assert field is None or field.absent or field.only_on_get, f"{mapper.name}.{row[1]}"


@pytest.mark.parametrize("row", section(9), ids=lambda row: short(row[0].strip("`"), 50))
def test_what_can_be_null(row: list[str]) -> None:
    """A field that is null in some answer may be (facts, section 9)."""
    for mapper in mappers(row[0].strip("`")):
        for name in re.findall(r"`([^`]+)`", row[1]):
            field = field_at(mapper, name)
            assert field is None or takes_null(field), f"{mapper.name}.{name}"


@pytest.mark.parametrize("row", section(10), ids=lambda row: short(f"{row[0]} {row[1]}".replace("`", ""), 50))
def test_what_has_several_types(row: list[str]) -> None:
    """A field of several types takes each of them (facts, section 10)."""
    for mapper in mappers(row[0].strip("`")):
        field = field_at(mapper, row[1].strip("`"))
        assert field is not None, mapper.name
        plain = getattr(field.codec, "inner", field.codec).plain
        wanted = {PLAIN[name] for name in re.findall(r"(\w+) `", row[2])}
        assert wanted <= plain, f"{mapper.name}.{field.name} takes {plain}"
