"""Proves on real answers that the values which are declared as known are all that were ever recorded."""

from __future__ import annotations

from linode_orm.mapping.containers import ListOf
from tests.proofs.recordings.answers import Row, objects
from tests.proofs.recordings.corpus import lines, needed
from tests.proofs.recordings.routes import Routes

pytestmark = needed


def unknown(keys, body, path):
    """Yield the values in a body that no declaration lists, with their places."""
    for key in body.keys() & keys.keys():
        field, value = keys[key], body[key]
        yield from ((f"{path}.{field.name}", each) for each in field.unknown_in(value))
        inner = field.codec.bare.item if isinstance(field.codec.bare, ListOf) else field.codec.bare
        inside = {each.key: each for each in inner.fields.values()}
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, dict):
                yield from unknown(inside, each, f"{path}.{field.name}")


def test_every_recorded_value_is_known():
    """No answer of the API has a value of which a literal would warn, or for which a wait would be refused."""
    routes, found, rows = Routes(), set(), 0
    for line in lines():
        route = routes.find(line["method"], line["path"]) if line["status"] < 300 else None
        for each in objects(line, route) if route else ():
            if isinstance(each, Row) and isinstance(each.body, dict):
                rows += 1
                found |= set(unknown(each.model.__mapper__.keys, each.body, each.model.__name__))
    assert found == set()
    assert rows > 5_000
