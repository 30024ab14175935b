"""What `explain()` says and what is sent agree, in every case: requests, filters, and the place of each condition."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from linode_orm import Domain, DomainRecord, Region, Session, and_, not_, or_
from linode_orm.mapping.expressions import And, Not, Or
from linode_orm.session.query.planner import plan_query
from tests.session.query.list_server import ListServer

PARENTS = (1, 2, 3)
LISTS: dict[str, Any] = {
    "/domains": [{"id": at, "domain": f"d{at}.example", "tags": ["x"], "status": "active"} for at in PARENTS],
    **{
        f"/domains/{at}/records": [
            {"id": 10 * at + n, "name": f"n{n}", "target": "t", "type": "A", "ttl_sec": n} for n in range(3)
        ]
        for at in PARENTS
    },
    "/regions": [{"id": "us-east", "label": "x"}],
}
HEADS = {
    Domain: [
        lambda mark: Domain.domain == mark,
        Domain.domain.startswith,
        Domain.tags.contains,
        lambda mark: Domain.group.in_([mark, "b" * 40]),
        lambda mark: Domain.group.in_([f"{mark}{at:03}-{'x' * 80}" for at in range(120)]),
        lambda mark: Domain.domain == mark + "y" * 450,
        lambda mark: Domain.description == mark,
        lambda mark: Domain.domain != mark,
    ],
    DomainRecord: [
        lambda mark: DomainRecord.name == mark,
        DomainRecord.target.contains,
        lambda mark: DomainRecord.protocol == mark,
        lambda mark: DomainRecord.name < mark,
    ],
    Region: [lambda mark: Region.label == mark, lambda mark: Region.country == mark],
}


@st.composite
def conditions(draw: Any, model: Any) -> Any:
    """Give a condition whose every leaf holds a mark of its own, or one on parents; leaves may stand in it twice."""
    marks: list[Any] = []

    def leaf() -> Any:
        if marks and draw(st.integers(0, 4)) == 0:
            return draw(st.sampled_from(marks))  # the very same object, in another place
        if model is DomainRecord and draw(st.booleans()):
            return DomainRecord.domain.in_(draw(st.lists(st.sampled_from(PARENTS), max_size=2)))
        marks.append(draw(st.sampled_from(HEADS[model]))(f"m{len(marks):02}m"))
        return marks[-1]

    def tree(depth: int) -> Any:
        kind = draw(st.sampled_from(["leaf", "and", "or", "not"] if depth else ["leaf"]))
        if kind == "leaf":
            return leaf()
        if kind == "not":
            return not_(tree(depth - 1))
        parts = [tree(depth - 1) for _ in range(draw(st.integers(1, 3)))]
        return (and_ if kind == "and" else or_)(*parts)

    return tree(3)


def placed(expression: Any, *, negated: bool = False) -> list[tuple[Any, bool]]:
    """Give the leaves in order, with whether they stand negated."""
    if isinstance(expression, Not):
        return placed(expression.part, negated=not negated)
    if isinstance(expression, (And, Or)):
        return [each for part in expression.parts for each in placed(part, negated=negated)]
    return [(expression, negated)]


def can_be_true(expression: Any, parent: int, *, negated: bool = False) -> bool:
    """Whether a condition may hold of a child of this parent, whatever the child is."""
    if isinstance(expression, Not):
        return can_be_true(expression.part, parent, negated=not negated)
    if isinstance(expression, (And, Or)):
        every = isinstance(expression, And) is not negated
        return (all if every else any)(can_be_true(each, parent, negated=negated) for each in expression.parts)
    if hasattr(expression, "parents"):
        return negated or (parent,) in expression.parents
    return True


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_what_is_explained_is_sent(data):
    """The requests, their number and filters, and the place of each leaf are those of the requests that are sent."""
    model = data.draw(st.sampled_from([Domain, DomainRecord, Region]))
    condition = data.draw(conditions(model))
    server = ListServer(LISTS)
    with Session(client=server, volatile_ttl=None) as session:
        query = session.query(model).filter(condition)
        if data.draw(st.booleans()):
            query = query.order_by(model.id.desc()).limit(2)
        plan, said = plan_query(query), query.explain()
        assert not server.requests
        found = query.all()
        sent = [(each.path, json.dumps(dict(each.x_filter or {}), sort_keys=True)) for each in server.requests]
        assert len(said.plan.notes) == len(placed(condition)) + bool(query.order)
        filters = "".join(text for _, text in sent)
        for (leaf, _), note in zip(placed(condition), plan.notes, strict=False):
            if hasattr(leaf, "parents"):
                assert note.where in {"path", "here"}
                continue
            marks = leaf.value if isinstance(leaf.value, tuple) else (leaf.value,)
            is_elsewhere = sum(other is leaf for other, _ in placed(condition)) > 1
            is_sent = all(str(mark) in filters for mark in marks)
            if not plan.is_empty and sent and not is_elsewhere and not _may_be_unread(plan, sent):
                assert (note.where == "server") is is_sent, (note, filters)
        _check_requests(model, condition, plan, said, sent)
        if query.limited is None and len(plan.filters) == 1:
            assert query.x_filter == plan.x_filter
            assert (
                not sent or model is Region or json.dumps(plan.x_filter, sort_keys=True) in {each for _, each in sent}
            )
        assert all(each in session.query(model).all() for each in found)


def _may_be_unread(plan: Any, sent: Any) -> bool:
    """Whether reading stopped before every list that the plan names, or there was none to read."""
    lists = {path for path, _ in sent if path != "/domains" or plan.model is Domain}
    return not lists


def _check_requests(model: Any, condition: Any, plan: Any, said: Any, sent: Any) -> None:
    if plan.is_empty:
        assert sent == []
        assert said.number == "0"
        return
    lists = [each for each in sent if model is not DomainRecord or each[0] != "/domains"]
    read = {path for path, _ in lists}
    if model is DomainRecord:
        narrowed = [parent for parent in PARENTS if can_be_true(condition, parent)]
        assert {f"/domains/{parent}/records" for parent in narrowed} <= read
        if plan.parents is not None:
            assert read == {f"/domains/{key[0]}/records" for key in plan.parents}
            assert len(sent) == len(plan.parents) * len(plan.filters) == int(said.number.split(",")[0])
            assert any(note.where == "path" for note in plan.notes)
        else:
            assert len(sent) == 1 + len(PARENTS) * len(plan.filters)
            assert not any(note.where == "path" for note in plan.notes)
    else:
        assert len(sent) == len(plan.filters)
    allowed = {json.dumps(each, sort_keys=True) for each in plan.filters}
    assert {text for _, text in lists} <= allowed
    if model is not Region:
        for line in said.requests:
            if "X-Filter" in line and "for each" not in line:
                path, _, text = line.removeprefix("GET ").partition(" X-Filter ")
                assert (path, json.dumps(json.loads(text), sort_keys=True)) in sent
