"""Proves that every field that the description calls settable can be sent: recordings that are not here will use it."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from linode_orm import models
from tests.proofs.recordings.corpus import FILE
from tests.proofs.recordings.figures import note
from tests.proofs.recordings.routes import Routes
from tests.proofs.recordings.writing import sent

if TYPE_CHECKING:
    from collections.abc import Iterator

DESCRIPTION = FILE.parents[1] / "spec" / "resources.json"
pytestmark = pytest.mark.skipif(not DESCRIPTION.exists(), reason="the description as data is not on this machine")

PLAIN = {"integer": 7, "string": "seven", "boolean": True, "number": 1.5}
MARK = {"create": "createable", "update": "mutable"}
MAPS = {"labels"}
"""Maps, which the description calls texts (TestLKENodePool_CreateWithLabelsAndTaints#3)."""

OBJECTS = {"details": {"path": "logs"}}
"""Objects, which the description calls texts (TestLogStream_Create_TwoDestinations#6)."""

Facts = dict[str, Any]


def sample(name: str, facts: Facts, verb: str) -> Any:
    """Give a value as the description describes it, objects with everything that may be set in them."""
    inside = facts.get("nested") or {}
    nested = {key: sample(key, each, verb) for key, each in inside.items() if each.get(MARK[verb])}
    if name in MAPS:
        return {"a": "b"}
    if name in OBJECTS and facts["type"] == "string":
        return OBJECTS[name]
    if facts.get("datetime"):
        return "2018-01-02T03:04:05"
    if facts["type"] == "array":
        if inside and not nested:  # objects of which nothing can be set are named by their ids
            return [PLAIN[inside["id"]["type"]]] if "id" in inside else []
        return [nested] if nested else [PLAIN.get(facts.get("items", "string"), "seven")]
    if facts["type"] == "object":
        return nested or {"a": "b"}
    return (facts.get("enum") or [PLAIN.get(facts["type"], "seven")])[0]


def writes() -> Iterator[tuple[str, dict[str, Any]]]:
    """Give a write for each settable field of each described resource: with a value, and null where that may be."""
    for described in json.loads(DESCRIPTION.read_text(encoding="utf-8"))["resources"]:
        name, fields = described["resource"], described["fields"]
        mapper = getattr(models, name).__mapper__ if name in models.INDEX else None
        for verb, method in (("create", "POST"), ("update", "PUT")):
            if mapper is None or verb not in mapper.verbs:
                continue
            needed = "required_on_create" if verb == "create" else "required_on_update"
            always = {
                key: sample(key, each, verb)
                for key, each in fields.items()
                if each.get(needed) and each.get(MARK[verb])
            }
            path = re.sub(r"\{\w+\}", "7", mapper.path if verb == "create" else mapper.item_path)
            for key, each in fields.items():
                if each.get(MARK[verb]):
                    for value in [sample(key, each, verb), *([None] if each.get("nullable") else [])]:
                        body = {**always, key: value}
                        yield (
                            f"{name}.{key}",
                            {"method": method, "path": path, "request": body, "status": 400, "response": {}},
                        )


def wrong(line: dict[str, Any], routes: Routes) -> str:
    """Say why a body cannot be sent; empty where it can."""
    found = routes.find(line["method"], line["path"])
    if found is None or found.route.kind == "act":
        return f"another operation is declared there: {found and found.route.path}"
    try:
        recorder = sent(line, found)
    except Exception as error:  # noqa: BLE001  whatever it is, it is listed
        return f"{type(error).__name__}: {error}"[:200]
    same = recorder.writes == [(line["method"], line["path"], line["request"])]
    return "" if same else f"{recorder.writes} is sent, not {line['request']}"[:400]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::linode_orm.UnknownValue")  # the values that are sent are made up
def test_every_settable_field_can_be_sent():
    """At least 99 % of the bodies with one described field, null too, are sent as they are."""
    routes = Routes()
    tried = list(writes())
    rest = [f"{field}: {why}" for field, line in tried for why in [wrong(line, routes)] if why]
    figure = note("bodies with one described field each", len(tried), rest)
    assert figure.total > 600
    assert figure.share >= 0.99, figure
