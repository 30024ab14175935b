"""Every expression with conditions on relations, of any depth, has the value that the whole truth gives it."""

from __future__ import annotations

import warnings
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from linode_orm import Forbidden, PartialResult, PartialResultError, Session, and_, not_, or_
from linode_orm.mapping import Many
from linode_orm.mapping.codecs import Scalar
from tests.session.query.whole_account import LISTED, RELATIONS, UNREAD, account

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::linode_orm.UnknownValue")]

OWNERS = sorted({model.__name__: model for model, _ in RELATIONS}.items())
OF: dict[Any, list[Any]] = {model: [each for owner, each in RELATIONS if owner is model] for _, model in OWNERS}


def plain(model: Any) -> list[Any]:
    """Give the fields of a class that every row has, with plain values."""
    fields = (each for each in model.__mapper__.fields.values() if not each.is_write_only and not each.only_on_get)
    return [each for each in fields if isinstance(each.codec.bare, Scalar)]


def listed(model: Any) -> list[Any]:
    """Give the fields of a class that are lists of objects."""
    fields = model.__mapper__.fields.values()
    return [each for each in fields if each.codec.bare.holds_rows and not each.is_write_only and not each.only_on_get]


@st.composite
def comparison(draw: Any, model: Any) -> Any:
    """Give a comparison that some rows meet, and some do not; of some it is unknown."""
    field = draw(st.sampled_from(plain(model)))
    attribute = field.attribute(model)
    kinds = field.codec.bare.plain
    if draw(st.integers(0, 5)) == 0:
        return attribute.is_(None)
    if int in kinds:
        return attribute.in_(draw(st.lists(st.sampled_from([*range(1, 12), 7]), max_size=6)))
    if str in kinds:
        return attribute.in_(draw(st.lists(st.sampled_from(["some", "id1", "id2", "id5"]), max_size=3)))
    return attribute.is_(draw(st.booleans()))


@st.composite
def leaf(draw: Any, model: Any, depth: int) -> Any:
    """Give a comparison, or a condition on a relation or a list of objects."""
    followed = [each for each in OF.get(model, []) if each.model in LISTED] if depth else []
    rows = listed(model)
    kind = draw(st.sampled_from(["plain", *["relation"] * 3 * bool(followed), *["list"] * bool(rows)]))
    if kind == "plain" or (kind == "relation" and not followed):
        return draw(comparison(model))
    if kind == "list":
        field = draw(st.sampled_from(rows))
        (cls,) = field.codec.bare.nested
        inner = draw(comparison(cls)) if plain(cls) and draw(st.booleans()) else None
        return field.attribute(model).any(inner)
    relation = draw(st.sampled_from(followed))
    attribute = getattr(model, relation.name)
    inner = draw(st.none() | expressions(relation.model, depth - 1))
    return attribute.any(inner) if isinstance(relation, Many) else attribute.has(inner)


def expressions(model: Any, depth: int = 2) -> Any:
    """Give conditions of any depth."""
    return st.recursive(
        leaf(model, depth),
        lambda part: st.one_of(
            st.lists(part, min_size=1, max_size=3).map(lambda parts: and_(*parts)),
            st.lists(part, min_size=1, max_size=3).map(lambda parts: or_(*parts)),
            part.map(not_),
        ),
        max_leaves=4,
    )


def own_paths(model: Any) -> set[str]:
    """Give the paths of the lists that hold a class and what is above it."""
    from tests.session.query.test_relations import _own_paths

    return set(_own_paths(model))


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_every_expression(data):
    """A query gives the rows of which the condition is true, whatever lists it follows."""
    server = account(data.draw(st.integers(1, 3), label="account"))
    _, model = data.draw(st.sampled_from(OWNERS), label="class")
    condition = data.draw(expressions(model), label="condition")
    with Session(client=server, volatile_ttl=None) as session:
        query = session.query(model).filter(condition)
        expected = server.matches(model, condition)
        assert marks_of(query) == expected
        assert query.skipped == ()
        assert query.count() == len(expected)
        assert query.exists() is bool(expected)
        assert str(query.explain())
        some = query.limit(2)
        assert len(some.all()) == min(2, len(expected))


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_every_expression_over_refused_lists(data):
    """What hangs on a refused list is unknown: no row of it is given, of the condition or of `not_`, or counted.

    Rows that do not hang on one are given as ever; the list is named, and `count` and `delete` raise.
    """
    server = account(data.draw(st.integers(1, 3), label="account"))
    _, model = data.draw(st.sampled_from(OWNERS), label="class")
    condition = data.draw(expressions(model), label="condition")
    own = [path for path in server.lists if any(_fits(path, each) for each in own_paths(model))]
    paths = sorted(set(server.lists) - set(own))
    whole = {path for path in paths if path.count("/") <= 3 and not any(part.isdigit() for part in path.split("/"))}
    chosen = data.draw(st.lists(st.sampled_from(sorted(whole)) | st.sampled_from(paths), max_size=12), label="refused")
    true = set(server.matches(model, condition))
    false = set(server.matches(model, condition, value=False))
    server.refused.update({path: Forbidden("not yours", status=403) for path in chosen})
    try:
        decided = set(server.matches(model, condition))
        undecided = set(server.matches(model, condition, value=UNREAD))
        with Session(client=server, volatile_ttl=None) as session, warnings.catch_warnings():
            warnings.simplefilter("ignore", PartialResult)
            query = session.query(model).filter(condition)
            found = set(marks_of(query))
            opposite = set(marks_of(session.query(model).filter(not_(condition))))
            assert decided <= found <= true
            assert opposite <= false
            assert found >= true - undecided
            assert {each.path for each in query.skipped} <= set(chosen)
            if not query.skipped:
                assert found == true
                return
            for call in (query.count, query.delete, query.one_or_none if len(found) < 2 else query.count):
                with pytest.raises(PartialResultError):
                    call()
            assert not session.deleted
            assert query.count(partial=True) == len(found)
    finally:
        server.refused.clear()


def _fits(path: str, template: str) -> bool:
    from tests.session.query.test_relations import _fits as fits

    return fits(path, template)


def marks_of(query: Any) -> list[int]:
    return sorted(each.__state__.body["mark"] for each in query)
