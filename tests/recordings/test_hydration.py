"""Proves on real answers that every declared field is decoded and encoded again without loss."""

from __future__ import annotations

from collections import Counter, defaultdict

from linode_orm.errors import AttributeMissing, LinodeORMError
from linode_orm.mapping import Nested
from linode_orm.mapping.containers import Structure
from linode_orm.mapping.state import DETACHED, Loaded, Status
from linode_orm.mapping.values import ABSENT
from tests.recordings.corpus import Atlas, bodies, name, needed

pytestmark = needed


def hydrated(model, identity, parents, body):
    """Make an object of a body as a session does, without one."""
    instance = model.__bare__(identity, parents, DETACHED, Status.PERSISTENT)
    instance.__state__.raw = body
    instance.__state__.loaded = Loaded.WHOLE
    return instance


def encoded(value, codec):
    """Encode a decoded value without its raw body: nested objects from what their attributes give."""
    inner = getattr(codec, "inner", codec)
    if isinstance(value, Nested) and isinstance(inner, Structure):
        body = {}
        for each, field in value.__mapper__.fields.items():
            if field.kind == "secret":
                continue
            try:
                part = getattr(value, each)
            except AttributeMissing:
                continue
            if part is not None or not field.absent:
                body[field.key] = encoded(part, field.codec)
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


def test_every_get_hydrates_and_round_trips():
    """At least 99 % of the recorded GETs: every declared field equals its raw value after decoding and encoding."""
    seen, wrong = set(), defaultdict(list)
    for line, place, body in bodies(Atlas()):
        seen.add(name(line))
        instance = hydrated(place.model, place.identity, place.parents, body)
        for attribute, field in place.model.__mapper__.fields.items():
            raw = body.get(field.key, ABSENT)
            try:
                value = getattr(instance, attribute)
                same = raw is ABSENT or encoded(value, field.codec) == trimmed(raw, field.codec)
            except (LinodeORMError, AttributeError) as error:
                if field.kind != "secret":
                    wrong[name(line)].append(f"{place.model.__name__}.{attribute}: {error}")
                continue
            if not same:
                wrong[name(line)].append(f"{place.model.__name__}.{attribute}: {raw!r}")
    assert len(seen) > 200
    report = "\n".join(f"{each}: {why[0]}" for each, why in sorted(wrong.items()))
    print(f"\n{len(seen)} recorded GETs, {len(wrong)} with a difference\n{report}")
    assert len(wrong) <= len(seen) * 0.01, report


def test_raw_keys_are_declared():
    """At least 99 % of the keys in recorded answers are declared."""
    total, strange = 0, Counter()
    for _, place, body in bodies(Atlas()):
        mapper = place.model.__mapper__
        embedded = {each.embedded for each in mapper.relations.values() if getattr(each, "embedded", "")}
        count, names = unknown({key: value for key, value in body.items() if key not in embedded}, mapper.keys)
        total += count
        strange.update(f"{place.model.__name__}.{each}" for each in names)
    print(f"\n{total} keys, {sum(strange.values())} not declared: {dict(strange)}")
    assert sum(strange.values()) <= total * 0.01, strange
