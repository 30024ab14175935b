"""Holds an answer against the schema of its operation: keys, and types of JSON."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.simulator.driver import Described

TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
    "map": (dict,),
}


def differences(operation: Described, body: Any) -> Iterator[str]:
    """Give the keys of the schema that an answer lacks, and its values of other types."""
    response, envelope = operation["response"], operation["envelope"]
    if envelope in {"empty", "binary"} or not response:
        return
    rows = [body] if envelope == "data" and "data" in response else held(envelope, body)
    if envelope == "object" and operation.get("envelope_key") and isinstance(body, dict):
        rows = body.get(operation["envelope_key"])
    if rows is None:
        yield f"no {envelope}"
    elif not rows:
        yield "empty"
    else:
        yield from _object(response, "", rows[0])


def held(envelope: str, body: Any) -> list[Any] | None:
    """Take what a schema describes out of its envelope; None where that is another one."""
    if envelope == "object":
        return [body]
    if envelope == "array":
        return body if isinstance(body, list) else None
    keys = {"data", "page", "pages", "results"} if envelope == "page" else {"data"}
    return body["data"] if isinstance(body, dict) and keys <= body.keys() else None


def _object(response: Mapping[str, Described], prefix: str, value: Any) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{prefix or 'body'} is no object"
        return
    for key, facts in response.items():
        name = key.removeprefix(prefix)
        if not key.startswith(prefix) or re.search(r"[.\[{]", name):
            continue
        if name not in value:
            yield f"{key} is missing"
        elif value[name] is not None:
            yield from _value(response, key, facts, value[name])


def _value(response: Mapping[str, Described], key: str, facts: Described, value: Any) -> Iterator[str]:
    kind = facts.get("type")
    wanted = tuple(each for one in str(kind).split("|") for each in TYPES.get(one, ()))
    if wanted and (not isinstance(value, wanted) or (isinstance(value, bool) and bool not in wanted)):
        yield f"{key} is {type(value).__name__} for {kind}"
    elif isinstance(value, dict):
        yield from _object(response, f"{key}.", value)
    elif isinstance(value, list) and value and any(each.startswith(f"{key}[].") for each in response):
        yield from _object(response, f"{key}[].", value[0])
