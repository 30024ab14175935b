"""What a recorded answer holds: objects of declared classes, or plain values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from linode_orm import models
from linode_orm.mapping.structures import Structure

if TYPE_CHECKING:
    from collections.abc import Iterator

    from linode_orm.mapping import Model
    from linode_orm.mapping.codecs import Codec
    from tests.proofs.recordings.corpus import Line
    from tests.proofs.recordings.routes import Found


class Row(NamedTuple):
    """One object of an answer, with the class that it is of."""

    model: type[Model]
    body: dict[str, Any]


class Part(NamedTuple):
    """An answer that is the value of one field."""

    codec: Codec
    value: Any


def objects(line: Line, found: Found) -> Iterator[Row | Part]:
    """Give every object in the answer to a recorded request; none where it answers plain values or nothing."""
    route, answer = found.route, line["response"]
    model: Any = route.mapper.cls
    if route.kind in {"get", "create", "update"}:
        if isinstance(answer, dict) and not answer.keys().isdisjoint(route.mapper.keys):
            yield Row(model, answer)
    elif route.kind == "list":
        yield from (Row(model, each) for each in rows(route.mapper.envelope, answer))
    elif route.kind == "road":
        yield from (Row(route.what.model, each) for each in rows(route.what.envelope or "page", answer))
    elif route.kind == "write":
        yield Part(route.what.codec, answer)
    elif route.kind == "act" and route.what.gives is not None and line["status"] == 200:
        yield Part(Structure(route.what.gives), answer)
    elif route.kind == "act" and route.what.answers == "mixed":
        yield from (Row(getattr(models, route.what.parts[each["type"]]), each["data"]) for each in answer["data"])
    elif route.kind == "act" and route.what.answers not in {None, "value"}:
        yield from of_action(route.what.answers, answer)


def of_action(answers: str, answer: Any) -> Iterator[Row]:
    """Give the objects that an action answers."""
    kind, _, name = answers.rpartition(":")
    model = getattr(models, name, None)
    if model is None:
        return
    if kind in {"list", "query"}:
        yield from (Row(model, each) for each in (answer["data"] if isinstance(answer, dict) else answer))
    elif isinstance(answer, dict):
        yield Row(model, answer)


def rows(envelope: str, answer: Any) -> list[dict[str, Any]]:
    """Take the rows out of a recorded list."""
    if envelope.startswith("rows:"):
        found: list[dict[str, Any]] = []
        for path in envelope.removeprefix("rows:").split():
            place = answer
            for key in path.split("."):
                place = place.get(key) if place else None
            found += place if isinstance(place, list) else [place] if place else []
        return found
    return list(answer if envelope == "array" else answer[envelope.partition(":")[2] or "data"])
