"""The recorded interactions with the real API, and which declared resource each of them is about."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import unquote

import pytest

from linode_orm import models

if TYPE_CHECKING:
    from collections.abc import Iterator

    from linode_orm.mapping import Model

FILE = Path(__file__).parents[3] / "shared" / "recordings" / "open.jsonl.gz"
needed = pytest.mark.skipif(not FILE.exists(), reason="the recordings are not on this machine")

Line = dict[str, Any]


def lines() -> list[Line]:
    """Give every recorded interaction, in order."""
    with gzip.open(FILE, "rt", encoding="utf-8") as stream:
        return [json.loads(line) for line in stream]


def name(line: Line) -> str:
    """Give the name under which notes and facts speak of an interaction."""
    return f"{line['cassette']}#{line['index']}"


class Place(NamedTuple):
    """What a path is to a resource: the ids of the parents, and the object's own where it is an item."""

    model: type[Model]
    parents: tuple[object, ...]
    identity: object
    is_item: bool


class Atlas:
    """Finds the declared resource that a path belongs to; literal segments before parameters."""

    def __init__(self) -> None:
        self._patterns: list[tuple[int, re.Pattern[str], type[Model], bool]] = []
        for known in models.INDEX:
            model: type[Model] = getattr(models, known)
            mapper = model.__mapper__
            if not mapper.singleton:
                self._add(mapper.path, model, is_item=False)
            self._add(mapper.item_path, model, is_item=True)
        self._patterns.sort(key=lambda each: each[0])

    def _add(self, path: str, model: type[Model], *, is_item: bool) -> None:
        parts = re.split(r"\{(\w+)\}", path)
        pattern = "".join(re.escape(part) if at % 2 == 0 else "([^/]+)" for at, part in enumerate(parts))
        self._patterns.append((len(parts), re.compile(pattern + "$"), model, is_item))

    def find(self, path: str) -> Place | None:
        """Give what a recorded path is; None where no resource is declared there."""
        for _, pattern, model, is_item in self._patterns:
            match = pattern.match(path)
            if match is None:
                continue
            ids = [unquote(each) for each in match.groups()]
            mapper = model.__mapper__
            above, own = ids[: len(mapper.placeholders)], ids[len(mapper.placeholders) :]
            try:
                identity = mapper.identity(own[0] if len(own) == 1 else tuple(own)) if own else None
                parents = mapper.check_parents(tuple(above)) if above else ()
            except Exception:  # noqa: BLE001  a word where an id would be: another resource
                continue
            return Place(model, parents, identity, is_item)
        return None


def bodies(atlas: Atlas) -> Iterator[tuple[Line, Place, dict[str, Any]]]:
    """Give every object in a recorded answer to a GET of a declared resource."""
    for line in lines():
        if line["method"] != "GET" or line["status"] != 200:
            continue
        place = atlas.find(line["path"])
        if place is None:
            continue
        verb = "get" if place.is_item else "list"
        if verb not in place.model.__mapper__.verbs:
            continue
        for row in [line["response"]] if place.is_item else rows(place.model, line["response"]):
            yield line, place, row


def rows(model: type[Model], answer: Any) -> list[dict[str, Any]]:
    """Take the rows out of a recorded list."""
    envelope = model.__mapper__.envelope
    if envelope.startswith("rows:"):
        found: list[dict[str, Any]] = []
        for path in envelope.removeprefix("rows:").split():
            place = answer
            for key in path.split("."):
                place = place.get(key) if place else None
            found += place if isinstance(place, list) else [place] if place else []
        return found
    if envelope == "array":
        return list(answer)
    key = envelope.partition(":")[2] or "data"
    return list(answer[key])
