"""Holds declarations against a second opinion: the resources derived from the API's descriptions."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.places import SHARED

if TYPE_CHECKING:
    from collections.abc import Iterator

FILE = SHARED / "spec" / "resources.json"
needed = pytest.mark.skipif(not FILE.exists(), reason="the description as data is not on this machine")

SCALARS = {"integer": {"int", "float"}, "string": {"str"}, "boolean": {"bool"}, "number": {"float"}}


def resources() -> dict[str, dict[str, Any]]:
    """Give every described resource by name."""
    return {each["resource"]: each for each in json.loads(FILE.read_text(encoding="utf-8"))["resources"]}


def bare(path: str) -> str:
    return re.sub(r"\{\w+\}", "{}", path)


def differences(mapper: Any, described: dict[str, Any]) -> Iterator[str]:
    """Give everything in which a declaration differs from the description: `field: what`."""
    if not mapper.singleton and bare(mapper.path) != bare(described["collection_path"] or ""):
        yield f"path: {mapper.path}"
    is_known = mapper.id_names or mapper.singleton
    if described["item_path"] and is_known and bare(mapper.item_path) != bare(described["item_path"]):
        yield f"item: {mapper.item_path}"
    if mapper.verbs != set(described["verbs"]):
        yield f"verbs: {sorted(mapper.verbs)} for {sorted(described['verbs'])}"
    embedded = {
        key
        for each in mapper.relations.values()
        for key in (getattr(each, "embedded", ""), getattr(each, "create_key", ""))
        if key
    }
    for key, facts in described["fields"].items():
        if key not in embedded:
            yield from _field(mapper.keys.get(key), key, facts, creates="create" in mapper.verbs)


def _field(field: Any, where: str, facts: dict[str, Any], *, creates: bool, nested: bool = False) -> Iterator[str]:
    if field is None:
        yield f"{where}: not declared"
        return
    yield from (f"{where}: {name} {have}" for name, have, said in _marks(field, facts, creates, nested) if have != said)
    if facts.get("volatile") and not field.volatile and not field.is_write_only:
        yield f"{where}: not volatile"
    if facts.get("nullable") and "None" not in field.text and "JSON" not in field.text:
        yield f"{where}: not nullable"
    if not _fits(field.text, facts):
        yield f"{where}: {field.text} for {facts.get('type')}"
    inner = getattr(field.codec, "inner", field.codec)
    inner = getattr(inner, "item", None) or inner
    keys = getattr(getattr(inner, "cls", None), "__mapper__", None)
    if field.written_by:
        return  # a resource of its own describes what its path takes
    known = keys.keys if keys else {}
    for key, each in unfolded(known, facts.get("nested") or {}):
        yield from _field(known.get(key), f"{where}.{key}", each, creates=creates, nested=True)


def unfolded(known: Any, described: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Give what is described inside an object; what is declared under keys with a dot, as answers have it, one by one."""
    for key, each in described.items():
        inner = each.get("nested") or {}
        if key not in known and any(f"{key}.{name}" in known for name in inner):
            yield from ((f"{key}.{name}", below) for name, below in inner.items())
        else:
            yield key, each


def _marks(field: Any, facts: dict[str, Any], creates: bool, nested: bool) -> Iterator[tuple[str, bool, bool]]:
    """Give each mark with what is declared and what is described."""
    yield "filterable", bool(field.filterable), bool(facts.get("filterable"))
    yield "mutable", bool(field.mutable), bool(facts.get("mutable") or field.written_by)
    yield "required", bool(field.required), bool(facts.get("required_on_create"))
    if not nested:
        yield "write_only", field.is_write_only, bool(facts.get("write_only"))
    if creates and not nested:
        yield "createable", bool(field.createable), bool(facts.get("createable"))


def count(fields: dict[str, Any]) -> int:
    """Count described fields, nested ones too."""
    return sum(1 + count(each.get("nested") or {}) for each in fields.values())


def _fits(text: str, facts: dict[str, Any]) -> bool:
    """Whether an annotation is of a described type."""
    kind = facts.get("type")
    if text.startswith("TagList"):
        return kind == "array"
    if kind == "array":
        return text.startswith("list[") or "JSON" in text
    if kind == "object":
        return not text.startswith("list[") and not any(text.startswith(each) for each in ("int", "bool", "str "))
    if facts.get("datetime"):
        return text.startswith("datetime")
    plain = set(re.findall(r"\b(?:int|str|bool|float|datetime|JSON)\b", text))
    return (
        bool(plain & (SCALARS.get(str(kind), set()) | {"JSON"}))
        or "Literal" in text
        or ("datetime" in plain and kind == "string")
    )
