"""A filter never lies: whatever the server makes of it, a query gives what a separate evaluator finds in the whole truth."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from linode_orm import LongviewClient, Session, and_, models, not_, or_
from linode_orm.mapping.codecs import DateTime, Scalar
from linode_orm.mapping.containers import ListOf
from linode_orm.mapping.expressions import And, Not, Or
from linode_orm.mapping.operators import Attribute, Comparison
from linode_orm.mapping.structures import Structure
from linode_orm.simulator import Simulator
from tests.session.query.list_server import ListServer

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::linode_orm.UnknownValue")]

TEXTS = ["web", "Web", "web-1", "db", "DB-2", "", "ü", "a b"]
NUMBERS = [0, 1, 2, 5, 1000]
START = datetime(2024, 1, 1, tzinfo=UTC)
MOMENTS = [START + timedelta(seconds=each) for each in (0, 1, 60, 86400)]


def listed() -> list[Any]:
    """Give every resource whose list comes in pages and needs no parent."""
    found = []
    for each in models.INDEX:
        mapper = getattr(models, each).__mapper__
        plain = not mapper.placeholders and mapper.envelope == "page" and not mapper.reference_data and mapper.id_names
        if plain and "list" in mapper.verbs and len(mapper.id_names) == 1:
            found.append(getattr(models, each))
    return found


MODELS = listed()


def inner(codec: Any) -> Any:
    return getattr(codec, "inner", codec)


def leaves(mapper: Any, above: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Give the paths of fields to every scalar, moment and list of texts."""
    found: list[tuple[Any, ...]] = []
    for field in mapper.fields.values():
        is_operator = above and hasattr(Attribute, field.name)  # `in_` behind a dot is the operator
        if field.is_write_only or field.only_on_get or is_operator:
            continue
        codec = inner(field.codec)
        if isinstance(codec, (Scalar, DateTime)) or (isinstance(codec, ListOf) and str in codec.item.plain):
            found.append((*above, field))
        elif isinstance(codec, Structure) and not above:
            found += leaves(codec.cls.__mapper__, (*above, field))
    return found


def value_of(codec: Any) -> st.SearchStrategy[Any]:
    """Give values in JSON of one type."""
    codec = inner(codec)
    if isinstance(codec, DateTime):
        return st.sampled_from([each.strftime("%Y-%m-%dT%H:%M:%S") for each in MOMENTS])
    if isinstance(codec, ListOf):
        return st.lists(st.sampled_from(TEXTS), max_size=3)
    kinds = []
    if bool in codec.plain:
        kinds.append(st.booleans())
    if int in codec.plain or float in codec.plain:
        kinds.append(st.sampled_from(NUMBERS))
    if str in codec.plain:
        kinds.append(st.sampled_from(TEXTS))
    return st.one_of(kinds)


@st.composite
def rows(draw: Any, model: Any) -> list[dict[str, Any]]:
    """Give the whole truth of one list."""
    mapper = model.__mapper__
    paths = leaves(mapper)
    found = []
    for at in range(draw(st.integers(0, 12))):
        body: dict[str, Any] = {}
        for path in paths:
            *above, field = path
            if any(each.absent or "None" in each.text for each in above) and draw(st.booleans()):
                continue
            if field.absent and draw(st.integers(0, 4)) == 0:
                continue
            place = body
            for each in above:
                place = place.setdefault(each.key, {})
            is_null = field.nullable and draw(st.integers(0, 3)) == 0
            place[field.key] = None if is_null else draw(value_of(field.codec))
        identity = mapper.fields[mapper.id_names[0]]
        body[identity.key] = at + 1 if int in identity.codec.plain else f"id-{at:02}"
        found.append(body)
    return found


def repeated(model: Any, bodies: list[dict[str, Any]], times: int) -> list[dict[str, Any]]:
    """Give the rows several times over, with ids of their own: enough for several pages, with many ties."""
    identity = model.__mapper__.fields[model.__mapper__.id_names[0]]
    is_number, found = int in identity.codec.plain, []
    for at, body in enumerate(bodies * times):
        found.append({**body, identity.key: at + 1 if is_number else f"id-{at:03}"})
    return found


def attribute(model: Any, path: tuple[Any, ...]) -> Any:
    place = model
    for field in path:
        place = getattr(place, field.name)
    return place


@st.composite
def leaf(draw: Any, model: Any) -> Any:
    """Give one comparison."""
    path = draw(st.sampled_from(leaves(model.__mapper__)))
    reach, codec = path[-1].attribute(model) if len(path) == 1 else attribute(model, path), inner(path[-1].codec)
    operators = ["is_null"]
    if isinstance(codec, ListOf):
        operators += ["contains"]
        operand = draw(st.sampled_from(TEXTS))
    elif isinstance(codec, DateTime):
        operators += ["==", "!=", "<", "<=", ">", ">=", "in"]
        operand = draw(st.sampled_from(MOMENTS)) + timedelta(milliseconds=draw(st.sampled_from([0, 0, 500])))
    else:
        operators += ["==", "!=", "in"]
        operand = draw(value_of(codec))
        if bool not in codec.plain:
            operators += ["<", "<=", ">", ">="]
        if str in codec.plain and isinstance(operand, str):
            operators += ["contains", "startswith"]
    return apply(draw(st.sampled_from(operators)), reach, operand, draw)


def apply(operator: str, reach: Any, operand: Any, draw: Any) -> Any:
    """Write a comparison as a user does."""
    simple = {"<": "__lt__", "<=": "__le__", ">": "__gt__", ">=": "__ge__", "==": "__eq__", "!=": "__ne__"}
    if operator == "is_null":
        return reach.is_(None)
    if operator == "in":
        return reach.in_([operand] * draw(st.integers(0, 2)))
    if operator in simple:
        return getattr(reach, simple[operator])(operand)
    return getattr(reach, operator)(operand)


def expressions(model: Any) -> st.SearchStrategy[Any]:
    """Give conditions of any depth."""
    return st.recursive(
        leaf(model),
        lambda part: st.one_of(
            st.lists(part, min_size=1, max_size=3).map(lambda parts: and_(*parts)),
            st.lists(part, min_size=1, max_size=3).map(lambda parts: or_(*parts)),
            part.map(not_),
        ),
        max_leaves=5,
    )


# -- the separate evaluator --------------------------------------------------------------------------------------------


def truth(expression: Any, body: dict[str, Any]) -> bool | None:
    """Evaluate a condition on a raw body in three values, in the plainest way."""
    if isinstance(expression, Not):
        part = truth(expression.part, body)
        return None if part is None else not part
    if isinstance(expression, (And, Or)):
        parts = [truth(each, body) for each in expression.parts]
        ends = isinstance(expression, Or)
        if ends in parts:
            return ends
        return None if None in parts else not ends
    assert isinstance(expression, Comparison)
    have: Any = body
    for key in expression.attribute.keys:
        have = have.get(key) if isinstance(have, dict) else None
    if expression.operator.name == "is_null":
        return have is None
    return None if have is None else compare(expression, have)


def moment(value: Any) -> Any:
    is_moment = isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z?", value)
    return datetime.fromisoformat(value.removesuffix("Z")).replace(tzinfo=UTC) if is_moment else value


def compare(leaf: Comparison, have: Any) -> bool:
    operator, want = leaf.operator.name, leaf.value
    if isinstance(inner(leaf.attribute.field.codec), DateTime):
        have = moment(have)
        want = tuple(map(moment, want)) if isinstance(want, tuple) else moment(want)
    if operator == "contains":
        return isinstance(have, (str, list)) and want in have
    if operator == "startswith":
        return isinstance(have, str) and have.startswith(want)
    if operator == "in":
        return any(have == each for each in want)
    if operator in {"==", "!="}:
        return (have == want) is (operator == "==")
    if isinstance(have, str) is not isinstance(want, str):
        return None  # type: ignore[return-value]  # a number and a text have no order
    return {"<": have < want, "<=": have <= want, ">": have > want, ">=": have >= want}[operator]


def sorted_truth(model: Any, found: list[dict[str, Any]], order: list[tuple[Any, bool]]) -> list[object]:
    """Sort by the keys in turn: nulls last, texts by code point, ties by id."""
    key = model.__mapper__.fields[model.__mapper__.id_names[0]].key
    found = sorted(found, key=lambda body: body[key])
    for field, falls in reversed(order):
        present = [body for body in found if body.get(field.key) is not None]
        present.sort(
            key=lambda body, field=field: (isinstance(body[field.key], str), moment(body[field.key])), reverse=falls
        )
        found = present + [body for body in found if body.get(field.key) is None]
    return [body[key] for body in found]


SKEWS = [
    {},
    {"fold_case": True},
    {"neq_keeps_null": False},
    {"list_contains": "substring"},
    {"ignores_filter": True},
    {"ignores_order": True},
    {"leaks": 2},
    {"refuses_filter": True},
    {"results_off": 3},
    {"collates": True},
    {"nulls_first": True},
    {"ignores_filter": True, "ignores_order": True},
    {"fold_case": True, "neq_keeps_null": False, "leaks": 1, "ignores_order": True},
]


@pytest.mark.parametrize("skew", SKEWS, ids=lambda skew: "+".join(skew) or "straight")
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_queries_tell_the_truth(skew, data):
    """Rows, order, limit, offset and count of a random query are those of the whole truth, whatever the server does."""
    model = data.draw(st.sampled_from(MODELS), label="model")
    mapper = model.__mapper__
    bodies = data.draw(rows(model), label="rows")
    if not skew.get("ignores_order"):  # what ignores the order is found out by a page that is out of it
        bodies = repeated(model, bodies, data.draw(st.sampled_from([1, 1, 9]), label="times"))
    server = ListServer({mapper.path: bodies})
    for name, value in skew.items():
        setattr(server, name, value)
    condition = data.draw(st.none() | expressions(model), label="condition")
    sortable = [path[0] for path in leaves(mapper) if len(path) == 1 and not isinstance(inner(path[0].codec), ListOf)]
    order = data.draw(st.lists(st.tuples(st.sampled_from(sortable), st.booleans()), max_size=2), label="order")
    limit = data.draw(st.none() | st.integers(0, 5) | st.integers(20, 60), label="limit")
    offset = data.draw(st.integers(0, 3), label="offset")
    with Session(client=server, volatile_ttl=None) as session:
        query = session.query(model)
        if condition is not None:
            query = query.filter(condition)
        for field, falls in order:
            reach = field.attribute(model)
            query = query.order_by(reach.desc() if falls else reach.asc())
        match = [body for body in bodies if condition is None or truth(condition, body) is True]
        expected = sorted_truth(model, match, order)
        stop = None if limit is None else offset + limit
        limited = query.offset(offset).limit(limit)
        found = [each.__identity__ for each in limited]
        if order:
            assert found == expected[offset:stop]
        else:
            assert set(found) <= set(expected)
            assert len(found) == len(expected[offset:stop])
            assert sorted(each.__identity__ for each in query) == sorted(expected)
        assert limited.count() == len(expected[offset:stop])
        assert query.exists() is bool(expected)
        assert str(query.explain())


@pytest.mark.parametrize(("wanted", "labels"), [(False, "ab"), (0, "ab"), (True, "cd"), (1, "cd")])
def test_a_number_for_a_truth_value(wanted, labels):
    """Where the API says 0 for False, both are found by either (`apps` of a Longview client)."""
    apps = {"mysql": False, "nginx": False}
    values = {"a": False, "b": 0, "c": True, "d": 1}
    with Simulator() as sim, Session(client=sim.client()) as session:
        for made, (label, value) in zip(sim.seed(clients=4)["clients"], values.items(), strict=True):
            sim.change(f"/longview/clients/{made['id']}", label=label, apps={"apache": value, **apps})
        query = session.query(LongviewClient).order_by(LongviewClient.label)
        apache = LongviewClient.apps.apache
        assert [each.label for each in query.filter(apache == wanted)] == [*labels]
        assert [each.label for each in query.filter(apache.in_([wanted]))] == [*labels]
        assert len(query.filter(apache != wanted).all()) == 2
