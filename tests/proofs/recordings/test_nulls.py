"""Proves on real answers that every null stands where a field is declared to have it, or a list that reads as empty."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from linode_orm._generate.sources.compare import is_never_null
from tests.proofs.recordings.answers import Row, objects
from tests.proofs.recordings.corpus import lines, needed
from tests.proofs.recordings.routes import Routes

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = needed


def nulls(body: dict[str, Any], fields: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Give each null of a body with the field that it stands at."""
    for key, value in body.items():
        field = fields.get(key)
        if field is None:
            continue
        if value is None:
            yield f"{path}.{key}", field
        inner = {each.key: each for each in field.codec.fields.values()}
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, dict) and inner:
                yield from nulls(each, inner, f"{path}.{key}")


def test_every_recorded_null_is_declared():
    """No recorded answer has null where the declaration has none."""
    routes = Routes()
    seen: set[str] = set()
    wrong: set[str] = set()
    for line in lines():
        found = routes.find(line["method"], line["path"])
        if found is None or line["status"] != 200:
            continue
        for each in objects(line, found):
            if isinstance(each, Row):
                for path, field in nulls(each.body, each.model.__mapper__.keys, each.model.__name__):
                    seen.add(path)
                    wrong |= {path} if is_never_null(field) else set()
    assert len(seen) > 100
    assert not wrong
