"""One list of children that is refused ends no query over the others, and nothing is done over what it may hold."""

from __future__ import annotations

import pickle
import warnings

import pytest

from linode_orm import (
    BadRequest,
    Busy,
    Domain,
    DomainRecord,
    Forbidden,
    Instance,
    MultipleResultsFound,
    NodeBalancerNode,
    NotFound,
    PartialResult,
    PartialResultError,
    Session,
    Unauthorized,
    selectin,
)
from linode_orm.mapping.model import resource
from tests.models.bodies import MODELS, body_of
from tests.session.query.list_server import ListServer

STATUS = {Forbidden: 403, NotFound: 404, Unauthorized: 401}


def refusal(kind):
    """Give an error as the client raises it."""
    return kind("refused: this list is not for you", status=STATUS.get(kind, 400))


def is_listed(model):
    mapper = model.__mapper__
    return "list" in mapper.verbs and not mapper.reference_data


def over_parents():
    """Give every class whose lists lie below objects that a list gives."""
    found = []
    for model in MODELS:
        mapper = model.__mapper__
        parent = resource(str(mapper.parent)) if mapper.parent else None
        if mapper.placeholders and parent and is_listed(model) and is_listed(parent):
            found.append(model)
    return found


CHILDREN = over_parents()


def rows_of(model, count, tail=""):
    """Give rows of a class with ids of their own."""
    mapper, rows = model.__mapper__, []
    for at in range(1, count + 1):
        body = body_of(model)
        for name in mapper.id_names:
            field = mapper.fields[name]
            body[field.key] = at if int in field.codec.plain else f"id{at}{tail}"
        rows.append(body)
    return rows


def account(model):
    """Give a server with three parents, and a child below each; the paths of the children's lists; what is above."""
    mapper = model.__mapper__
    parent = resource(str(mapper.parent))
    lists, above = {}, [()]
    if parent.__mapper__.placeholders:
        lists, above, _ = account(parent)
        above = [(*key,) for key in above]
    keys = []
    for key in above if parent.__mapper__.placeholders else [()]:
        rows = (
            rows_of(parent, 3) if not parent.__mapper__.placeholders else lists[parent.__mapper__.collection_path(key)]
        )
        lists[parent.__mapper__.collection_path(key)] = rows
        ids = parent.__mapper__.id_names
        for row in rows:
            own = tuple(row[parent.__mapper__.fields[name].key] for name in ids)
            keys.append((*key, own[0] if len(own) == 1 else own))
    paths = [mapper.collection_path(key) for key in keys]
    for path, _ in zip(paths, keys, strict=True):
        lists[path] = rows_of(model, 1)
    return lists, keys, paths


class Enveloped(ListServer):
    """A list server that answers each list in the envelope of its class."""

    def __init__(self, lists, envelopes):
        super().__init__(lists)
        self.envelopes = envelopes

    def _answer(self, request):
        page = super()._answer(request)
        envelope = self.envelopes.get(request.path, "page")
        if envelope == "page":
            return page
        if envelope == "array":
            return page["data"]
        if envelope.startswith("rows:"):
            return _nested(envelope.removeprefix("rows:").split()[0].split("."), page["data"])
        return {"data" if envelope == "data" else envelope.partition(":")[2]: page["data"]}


def _nested(keys, value):
    return {keys[0]: _nested(keys[1:], value) if keys[1:] else value} if keys else value


def opened(model):
    lists, keys, paths = account(model)
    return Enveloped(lists, dict.fromkeys(paths, model.__mapper__.envelope)), keys, paths


@pytest.mark.parametrize("kind", [BadRequest, Forbidden])
@pytest.mark.parametrize("model", CHILDREN, ids=lambda each: each.__name__)
def test_the_others_are_read(model, kind):
    """Of every class below parents: what is refused for one parent is named and warned of once, and the rest is read."""
    server, keys, paths = opened(model)
    server.refused[paths[1]] = refusal(kind)
    with Session(client=server, volatile_ttl=None) as session:
        query = session.query(model)
        with pytest.warns(PartialResult, match=r"query\.skipped") as warned:
            found = query.all()
        assert len(warned) == 1
        assert warned[0].filename == __file__
        assert len(found) == len(keys) - 1
        (skipped,) = query.skipped
        assert skipped.path == paths[1]
        assert type(skipped.parent) is resource(str(model.__mapper__.parent))
        assert isinstance(skipped.error, kind)
        assert str(skipped).startswith(f"GET {paths[1]}")


CALLS = {
    "update()": lambda query, **how: query.update({"target": "x"}, **how),
    "delete()": lambda query, **how: query.delete(**how),
    "count()": lambda query, **how: query.count(**how),
}


class TestNothingIsDone:
    @pytest.fixture
    def session(self):
        server, _, paths = opened(DomainRecord)
        server.refused[paths[1]] = refusal(Forbidden)
        with Session(client=server, volatile_ttl=None) as session:
            yield session

    @pytest.mark.filterwarnings("ignore::linode_orm.PartialResult")
    @pytest.mark.parametrize("call", CALLS)
    def test_over_what_was_not_read(self, session, call):
        """`update`, `delete` and `count` raise and mark nothing; `partial=True` goes on with what could be read."""
        query = session.query(DomainRecord)
        with pytest.raises(PartialResultError, match="partial=True") as caught:
            CALLS[call](query)
        assert call in str(caught.value)
        assert caught.value.skipped == query.skipped
        assert len(pickle.loads(pickle.dumps(caught.value)).skipped) == 1
        assert not session.dirty
        assert not session.deleted
        assert CALLS[call](query, partial=True) == 2

    @pytest.mark.filterwarnings("ignore::linode_orm.PartialResult")
    def test_one_is_not_known_to_be_the_only_one(self, session):
        """`one` and `one_or_none` raise where a refused list may hold another match, but not where there are two."""
        none, all_ = session.query(DomainRecord).filter(DomainRecord.target == "none"), session.query(DomainRecord)
        for call in (none.one, none.one_or_none):
            with pytest.raises(PartialResultError):
                call()
        assert none.one_or_none(partial=True) is None
        with pytest.raises(MultipleResultsFound):
            all_.one()
        assert all_.first() is not None
        assert all_.exists()

    def test_a_query_that_reads_all_skips_nothing(self, session):
        """What was skipped is of the last reading of this very query; a query that is made of it begins anew."""
        query = session.query(DomainRecord)
        with pytest.warns(PartialResult):
            query.all()
        assert len(query.skipped) == 1
        other = query.filter(DomainRecord.domain.in_([1, 3]))
        assert other.skipped == ()
        assert other.count() == 2
        session.client.refused.clear()
        assert len(query.all()) == 3
        assert query.skipped == ()


def test_a_parent_that_is_gone_is_no_refusal():
    """A 404 of the children of what is gone itself is passed over; where the parent is there, it is a refusal."""
    server, _, paths = opened(DomainRecord)
    server.refused[paths[1]] = refusal(NotFound)
    with Session(client=server, volatile_ttl=None) as session:
        query = session.query(DomainRecord)
        assert query.count() == 2
        assert query.skipped == ()
        server.lists["/domains/2"] = []
        with pytest.warns(PartialResult):
            assert len(query.all()) == 2
        assert [each.path for each in query.skipped] == [paths[1]]


@pytest.mark.parametrize("kind", [Busy, Unauthorized])
def test_other_errors_end_the_query(kind):
    """What says nothing of one list is raised: a token that is over, an API that is busy."""
    server, _, paths = opened(DomainRecord)
    server.refused[paths[1]] = refusal(kind)
    with Session(client=server, volatile_ttl=None) as session, pytest.raises(kind):
        session.query(DomainRecord).all()


def test_the_only_list_that_is_asked_for():
    """Where one list is named and refused, its error is raised: there are no others; of several the others are read."""
    server, _, paths = opened(DomainRecord)
    server.refused[paths[1]] = refusal(Forbidden)
    with Session(client=server, volatile_ttl=None) as session:
        with pytest.raises(Forbidden):
            session.query(DomainRecord).filter(DomainRecord.domain == 2).all()
        with pytest.raises(Forbidden):
            len(Domain(session, 2).records)
        with pytest.warns(PartialResult):
            assert len(session.query(DomainRecord).filter(DomainRecord.domain.in_([1, 2])).all()) == 1


def test_two_levels():
    """A refused list of parents leaves out what is below them, and is named by the query over that."""
    server, _, _ = opened(NodeBalancerNode)
    server.refused["/nodebalancers/2/configs"] = refusal(Forbidden)
    server.refused["/nodebalancers/1/configs/1/nodes"] = refusal(BadRequest)
    with Session(client=server, volatile_ttl=None) as session:
        query = session.query(NodeBalancerNode)
        with pytest.warns(PartialResult) as warned:
            query.all()
        assert len(warned) == 1
        assert {each.path for each in query.skipped} == set(server.refused)
        with pytest.warns(PartialResult), pytest.raises(PartialResultError):
            query.count()


def test_selectin():
    """A relation whose list is refused for one object is empty there, and loaded for the others."""
    lists = {"/linode/instances": [{"id": at, "label": f"w{at}"} for at in (1, 2, 3)]}
    lists |= {f"/linode/instances/{at}/disks": [{"id": 10 * at, "label": "d"}] for at in (1, 2, 3)}
    server = ListServer(lists)
    server.refused["/linode/instances/2/disks"] = refusal(BadRequest)
    with Session(client=server, volatile_ttl=None) as session:
        query = session.query(Instance).options(selectin(Instance.disks))
        with pytest.warns(PartialResult) as warned:
            assert [len(each.disks) for each in query] == [1, 0, 1]
        assert len(warned) == 1
        assert [(each.relation, each.parent.id) for each in query.skipped] == [("disks", 2)]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", PartialResult)
            assert query.count() == 3
            assert query.update({"label": "new"}) == 3
        server.refused = {"/linode/instances/2/disks": refusal(NotFound)}
        assert [len(each.disks) for each in session.query(Instance).options(selectin(Instance.disks))] == [1, 0, 1]


def test_there_are_classes_to_walk_over():
    """The walk goes over many classes, those below two parents among them."""
    assert len(CHILDREN) > 20
    assert NodeBalancerNode in CHILDREN
