"""Proves on real answers that every declared field is decoded and encoded again without loss."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING

from linode_orm import models
from linode_orm.errors import AttributeMissing, LinodeORMError
from linode_orm.mapping import Nested
from linode_orm.mapping.codecs import NO_HOLDER
from linode_orm.mapping.lifecycle import merge
from linode_orm.mapping.state import Loaded, Status
from linode_orm.mapping.structures import Structure
from linode_orm.mapping.transient import DETACHED
from linode_orm.mapping.values import ABSENT
from tests.proofs.recordings.answers import Part, Row, objects
from tests.proofs.recordings.corpus import lines, name, needed
from tests.proofs.recordings.figures import Figure, note
from tests.proofs.recordings.routes import Routes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.proofs.recordings.corpus import Line

pytestmark = needed

UNDECLARED = "no such operation is declared"


def embedded(mapper):
    """Give the keys of a body under which whole children stand."""
    return {each.embedded for each in mapper.relations.values() if getattr(each, "embedded", "")}


EMBEDDED = {key for each in models.INDEX for key in embedded(getattr(models, each).__mapper__)}


def hydrated(model, body):
    """Make an object of a body as a session does, without one."""
    instance = model.__bare__(None, (), DETACHED, Status.PERSISTENT)
    merge(instance, body, Loaded.WHOLE, None)
    return instance


def encoded(value, codec):
    """Encode a decoded value without its raw body: nested objects from what their attributes give."""
    inner = getattr(codec, "inner", codec)
    if isinstance(value, Nested) and isinstance(inner, Structure):
        body = {}
        for each, field in value.__mapper__.fields.items():
            if field.is_write_only:
                continue
            part = getattr(value, each)
            if field.key in value.__state__.raw and (part is not None or not field.absent):
                body[field.key] = None if part is None else encoded(part, field.codec)
        return body
    if isinstance(value, list) and getattr(inner, "item", None) is not None:
        return [encoded(each, inner.item) for each in value]
    return codec.encode(value)


def trimmed(raw, codec):
    """Give a raw value without the keys that its declaration does not know, and without null where absent means null."""
    inner = getattr(codec, "inner", codec)
    if isinstance(inner, Structure) and isinstance(raw, dict):
        keys = inner.cls.__mapper__.keys
        return {
            key: trimmed(value, keys[key].codec)
            for key, value in raw.items()
            if key in keys and not (value is None and keys[key].absent)
        }
    if isinstance(raw, list) and getattr(inner, "item", None) is not None:
        return [trimmed(each, inner.item) for each in raw]
    return raw


def unknown(raw, keys):
    """Give the number of keys and those that no declaration knows, nested ones too."""
    found, strange = 0, []
    for key, value in raw.items():
        found += 1
        field = keys.get(key)
        if field is None:
            strange.append(key)
            continue
        inner = getattr(field.codec, "inner", field.codec)
        inner = getattr(inner, "item", None) or inner
        if isinstance(inner, Structure):
            for each in value if isinstance(value, list) else [value]:
                if isinstance(each, dict):
                    count, more = unknown(each, inner.cls.__mapper__.keys)
                    found += count
                    strange += [f"{key}.{inside}" for inside in more]
    return found, strange


def identical(one, other):
    """Whether two values are the same JSON: numbers and truth values told apart."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def differing(row: Row, *, is_read_again: bool) -> Iterator[str]:
    """Give each field of an object that is another value after decoding and encoding, or cannot be read.

    `is_read_again` says that what the answer leaves out is asked for when it is needed.
    """
    instance = hydrated(row.model, row.body)
    for attribute, field in row.model.__mapper__.fields.items():
        raw = row.body.get(field.key, ABSENT)
        if field.is_write_only and raw is ABSENT:
            continue
        try:
            value = getattr(instance, attribute)
            same = raw is ABSENT or identical(encoded(value, field.codec), trimmed(raw, field.codec))
        except AttributeMissing:
            if is_read_again:
                continue
            yield f"{row.model.__name__}.{attribute} is missing"
            continue
        except (LinodeORMError, AttributeError) as error:
            yield f"{row.model.__name__}.{attribute}: {error}"
            continue
        if not same:
            yield f"{row.model.__name__}.{attribute}: {raw!r}"
    for key in row.body.keys() - row.model.__mapper__.keys.keys():
        name = key.replace("-", "_").replace(".", "_")
        if key not in EMBEDDED and getattr(instance, name, ABSENT) != row.body[key]:
            yield f"{row.model.__name__}: the unknown {key!r} cannot be read by name"


def wrong(line: Line, routes: Routes) -> str:
    """Say why an answer could not be made objects of without loss; empty where it could."""
    found = routes.find(line["method"], line["path"])
    if found is None:
        return UNDECLARED
    for each in objects(line, found):
        if isinstance(each, Part):
            value = each.codec.decode(each.value, NO_HOLDER, "")
            if not identical(encoded(value, each.codec), trimmed(each.value, each.codec)):
                return f"{each.codec.text}: {each.value!r}"
            continue
        for difference in differing(each, is_read_again=found.route.kind == "create"):
            return difference
    return ""


def figure(title: str, chosen: list[Line]) -> Figure:
    """Count the answers that become objects without loss."""
    routes = Routes()
    rest = [
        f"{name(line)} {line['method']} {line['path']}: {why}"
        for line in chosen
        for why in [wrong(line, routes)]
        if why
    ]
    return note(title, len(chosen), rest)


def test_every_get_hydrates_and_round_trips():
    """At least 99 % of the recorded GETs: every declared field equals its raw value after decoding and encoding."""
    gets = [line for line in lines() if line["method"] == "GET" and line["status"] < 300]
    found = figure("recorded GETs hydrate and encode to the same", gets)
    assert found.total > 500
    assert found.share >= 0.99, found


def test_every_answer_of_a_write_hydrates():
    """What a POST or PUT answers becomes an object as well."""
    writes = [line for line in lines() if line["method"] in {"POST", "PUT"} and line["status"] < 300]
    found = figure("answers of recorded POSTs and PUTs hydrate and encode to the same", writes)
    assert found.share >= 0.99, found


def test_raw_keys_are_declared():
    """At least 99 % of the keys in recorded answers are declared."""
    routes, total, strange = Routes(), 0, Counter[str]()
    for line in lines():
        found = routes.find(line["method"], line["path"]) if line["status"] < 300 else None
        for each in objects(line, found) if found else ():
            if isinstance(each, Part):
                continue
            mapper = each.model.__mapper__
            held = {key: value for key, value in each.body.items() if key not in embedded(mapper)}
            count, names = unknown(held, mapper.keys)
            total += count
            strange.update(f"{each.model.__name__}.{name}" for name in names)
    rest = [f"{name} is not declared ({times} times)" for name, times in strange.items()]
    assert note("keys in recorded answers are declared", total, rest, strange.total()).share >= 0.99, strange
