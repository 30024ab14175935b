"""A condition on a relation has the answer of the truth, from the fewest lists: every relation of every class."""

from __future__ import annotations

import pytest

from linode_orm import Session, not_
from linode_orm.mapping import Many
from linode_orm.mapping.model import resource
from linode_orm.session.query.planner import plan_query
from linode_orm.session.query.routes import route_of
from tests.session.query.whole_account import RELATIONS, account

IDS = [f"{model.__name__}.{relation.name}" for model, relation in RELATIONS]


def asked(model, relation, condition=None):
    """Give the condition that a relation leads to something."""
    attribute = getattr(model, relation.name)
    return attribute.any(condition) if isinstance(relation, Many) else attribute.has(condition)


def on_id(model):
    """Give a condition on the objects that a relation leads to, which some of them meet."""
    mapper = model.__mapper__
    if not mapper.id_names:
        return None
    field = mapper.fields[mapper.id_names[-1]]
    numbers = range(1, 40, 2)
    return field.attribute(model).in_([at if int in field.codec.plain else f"id{at}" for at in numbers])


def lists_of(model):
    """Give how many lists hold every object of a class."""
    mapper = model.__mapper__
    if not mapper.placeholders:
        return 1
    parent = resource(str(mapper.parent))
    return lists_of(parent) + len(account(1).everything[parent])


def most(model, relation):
    """Give how many further lists a condition on a relation may take."""
    owners = len(account(1).everything[model])
    if not isinstance(relation, Many) and not relation.via:
        return 0  # the parents are read anyway
    kind = route_of(relation).kind
    return {"body": 0, "reference data": 1, "list": 1, "parents": 1, "each": owners}[kind]


def marks_of(query):
    """Give the marks of the rows that a query gives."""
    return sorted(each.__state__.body["mark"] for each in query)


@pytest.mark.filterwarnings("ignore::linode_orm.UnknownValue")
@pytest.mark.parametrize(("model", "relation"), RELATIONS, ids=IDS)
def test_every_relation(model, relation):
    """`has` and `any`, and `not_` of them, give what the truth says, and send no more lists than the plan names."""
    server, inner = account(1), on_id(relation.model)
    for condition in [asked(model, relation), *([asked(model, relation, inner)] if inner is not None else [])]:
        for whole in (condition, not_(condition)):
            server.requests.clear()
            with Session(client=server, volatile_ttl=None) as session:
                query = session.query(model).filter(whole)
                assert marks_of(query) == server.matches(model, whole)
                _check_lists(model, relation, query)


def _check_lists(model, relation, query):
    """Hold what was sent against the fewest lists, and against what the plan says."""
    sent, plan = account(1).requests, plan_query(query)
    assert len(sent) <= lists_of(model) + most(model, relation)
    own = _own_paths(model)
    further = [each.path for each in sent if not any(_fits(each.path, path) for path in own)]
    assert len(set(further)) == len(further)  # no list twice
    named = [path for each in plan.relations for path in each.paths]
    patterns = [*named, *own]
    for request in sent:
        assert any(_fits(request.path, each) for each in patterns), (request.path, patterns)
    for each in plan.relations:
        assert f"for {each.condition}" in str(query.explain()) or not each.paths


def _own_paths(model):
    mapper = model.__mapper__
    above = _own_paths(resource(str(mapper.parent))) if mapper.placeholders else []
    return [*above, mapper.path]


def _fits(path, template):
    parts, wanted = path.split("/"), template.split("/")
    return len(parts) == len(wanted) and all(
        each.startswith("{") or each == part for part, each in zip(parts, wanted, strict=True)
    )


def test_there_are_relations_to_walk_over():
    """The walk goes over every kind of route."""
    assert len(RELATIONS) > 90
    assert {route_of(relation).kind for _, relation in RELATIONS} == {
        "body",
        "reference data",
        "list",
        "parents",
        "each",
    }
