"""Values: what an answer may overwrite, what stays one object, what is missing, what is secret."""

from __future__ import annotations

import copy
import datetime as dt
import json
import pickle
from typing import TYPE_CHECKING

import pytest

from linode_orm import (
    AttributeMissing,
    CommitError,
    Disk,
    Domain,
    Image,
    Instance,
    InvalidRequestError,
    OAuthClient,
    Session,
    Token,
    UnknownValue,
    Volume,
    inspect,
    raiseload,
)

if TYPE_CHECKING:
    from linode_orm.wire import Clock


def row_of(sim, instance):
    """Give the row behind an object."""
    return sim.state.get(type(instance).__name__, instance.id)


# -- mine and theirs ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["query", "refresh", "load", "volatile", "expire"])
def test_no_answer_overwrites_what_is_mine(sim, session, how):
    """However a newer answer comes, pending changes stay and every other attribute takes the newer value."""
    instance = session.query(Instance).first()
    path = f"/linode/instances/{instance.id}"
    base = instance.label
    instance.label = "mine"
    instance.alerts.cpu = 55
    instance.tags.add("mine")
    body = sim.read(path)
    sim.change(path, label="theirs", group="theirs", tags=["theirs"], alerts={**body["alerts"], "cpu": 1, "io": 2})
    if how == "query":
        session.query(Instance).all()
    elif how == "refresh":
        session.refresh(instance)
    elif how == "load":
        session.load(Instance, instance.id)
    elif how == "expire":
        session.expire(instance)
    else:
        sim.clock.advance(16)
        _ = instance.status
    assert (instance.group, instance.label, instance.alerts.cpu, instance.alerts.io) == ("theirs", "mine", 55, 2)
    assert sorted(instance.tags) == ["mine", "theirs"]
    history = inspect(instance).history["label"]
    assert (history.base, history.theirs, history.mine) == (base, "theirs", "mine")


def test_theirs_that_equals_mine_is_no_change(sim, session):
    """When the server's value becomes mine nothing is pending; back to the base is a change once theirs differs."""
    instance, other = session.query(Instance).limit(2)
    base = instance.label
    instance.label = "same"
    other.label = "mine"
    other_base = inspect(other).history["label"].base
    sim.change(f"/linode/instances/{instance.id}", label="same")
    sim.change(f"/linode/instances/{other.id}", label="theirs")
    session.query(Instance).all()
    assert not session.is_modified(instance)
    assert (instance.label, base != "same") == ("same", True)
    other.label = other_base
    assert session.dirty == (other,)
    session.commit()
    assert sim.requests[-1].body == {"label": other_base}


def test_datetimes_are_aware(session):
    """Every moment is in UTC and says so."""
    instance = session.query(Instance).first()
    assert instance.created.tzinfo is dt.UTC
    assert instance.created <= dt.datetime.now(dt.UTC)
    found = session.query(Instance).filter(Instance.created == instance.created)
    assert instance in found.all()


def test_nested_values_are_typed(session):
    """Nested values are objects of classes with attributes, suggestions for typos, and checks."""
    instance = session.query(Instance).first()
    assert type(instance.alerts).__name__ == "InstanceAlerts"
    assert isinstance(instance.specs.memory, int)
    with pytest.raises(AttributeError, match="did you mean 'cpu'"):
        instance.alerts.cpuu = 5
    with pytest.raises(TypeError, match="cpu"):
        instance.alerts.cpu = "much"
    assert not session.dirty


@pytest.mark.parametrize("how", ["refresh", "expire", "rollback", "commit", "query"])
def test_a_mutable_value_is_one_object(sim, session, how):
    """A list and a nested value stay the same objects for the life of their owner, and show the newest values."""
    instance = session.query(Instance).first()
    tags, alerts = instance.tags, instance.alerts
    tags.append("edge")
    alerts.cpu = 12
    path = f"/linode/instances/{instance.id}"
    if how == "rollback":
        session.rollback()
        assert ("edge" in tags, alerts.cpu == 12) == (False, False)
    elif how == "commit":
        session.commit()
        assert "edge" in tags
    else:
        session.rollback()
        sim.change(path, tags=["newer"], alerts={**sim.read(path)["alerts"], "cpu": 3})
        if how == "query":
            session.query(Instance).all()
        else:
            getattr(session, how)(instance)
        assert (list(instance.tags), instance.alerts.cpu) == (["newer"], 3)
    assert instance.tags is tags
    assert instance.alerts is alerts
    assert list(tags) == list(instance.tags) == sim.read(path)["tags"]


def test_a_lazy_load_fills_what_is_held(sim, session):
    """A list that was edited on a reference before it was loaded is the list that the load fills."""
    key = next(iter(sim.state.rows("Instance"))).id
    reference = Instance(session, key)
    tags = reference.tags
    tags.add("edge")
    session.expire(reference)
    assert reference.label
    assert reference.tags is tags
    assert "edge" in tags


def test_a_read_is_no_change(session, sent):
    """Reading everything, however deep, leaves nothing to commit."""
    instance = session.query(Instance).first()
    for name in Instance.__mapper__.fields:
        value = getattr(instance, name)
        _ = list(value) if isinstance(value, list) else repr(value)
    sent()
    assert session.dirty == ()
    assert not session.commit().applied
    assert sent() == []


def test_tags_are_a_set_of_edits(sim, session):
    """`tags` is a list with `add` and `discard`; edits are applied again on the newest value, an assignment is exact."""
    one, two = session.query(Instance).limit(2)
    assert isinstance(one.tags, list)
    for each in (one, two):
        sim.change(f"/linode/instances/{each.id}", tags=["a", "b"])
    session.query(Instance).all()
    one.tags.add("c")
    one.tags.add("c")
    one.tags.discard("a")
    one.tags.discard("nowhere")
    two.tags = ["x"]
    for each in (one, two):
        sim.change(f"/linode/instances/{each.id}", tags=["a", "b", "theirs"])
    session.query(Instance).all()
    session.commit()
    assert sorted(sim.read(f"/linode/instances/{one.id}")["tags"]) == ["b", "c", "theirs"]
    assert sim.read(f"/linode/instances/{two.id}")["tags"] == ["x"]


def test_time_comes_from_the_clients_clock(sim, sent):
    """Freshness is told by the clock that the client was given, not by the machine's."""

    class Standing:
        """A clock that moves when it is told to."""

        def __init__(self):
            self.at = 0.0

        def now(self):
            return dt.datetime(2026, 1, 1, tzinfo=dt.UTC)

        def monotonic(self):
            return self.at

        def sleep(self, seconds):
            self.at += seconds

    clock: Clock = Standing()
    with Session(client=sim.client(clock=clock)) as session:
        instance = session.query(Instance).first()
        sim.clock.advance(1_000)
        sent()
        _ = instance.status
        assert sent() == []
        clock.at += 16
        _ = instance.status
        assert len(sent()) == 1


# -- null, missing, not loaded -----------------------------------------------------------------------------------------


def test_a_row_counts_as_the_whole(session, sent):
    """No declared attribute of a row costs a request, for a row of a list counts as the whole object."""
    instance = session.query(Instance).first()
    sent()
    for name in Instance.__mapper__.fields:
        getattr(instance, name)
    assert sent() == []
    assert inspect(instance).unloaded == frozenset()


def test_null_absent_and_unloaded(sim, session, sent):
    """An absent field reads None or raises `AttributeMissing`, without a second request; `inspect` tells which."""
    row = next(iter(sim.state.rows("Instance")))
    row.change(placement_group=None)
    for key in ("locks", "hypervisor"):
        del row.body[key]
    row._of = None
    reference = Instance(session, row.id)
    assert {"label", "hypervisor"} <= inspect(reference).unloaded
    assert reference.placement_group is None
    assert reference.locks is None
    with pytest.raises(AttributeMissing, match=rf"Instance {row.id} has no 'hypervisor'.*inspect\(\)"):
        _ = reference.hypervisor
    assert not hasattr(reference, "hypervisor")
    assert len(sent()) == 1
    seen = inspect(reference)
    assert "placement_group" in seen.null
    assert {"locks", "hypervisor"} <= seen.absent
    assert not seen.unloaded
    assert not {"locks", "hypervisor"} & seen.null


def test_new_values_of_an_enumeration(sim, session):
    """A value that no declaration lists is read, and filtered by all the same; a literal of it warns."""
    volume = session.query(Volume).first()
    sim.change(f"/volumes/{volume.id}", status="hibernating")
    with pytest.warns(UnknownValue, match="'hibernating' is not among the known values"):
        condition = Volume.status == "hibernating"
    assert session.query(Volume).filter(condition).one() is volume
    assert volume.status == "hibernating"


# -- no request by accident --------------------------------------------------------------------------------------------


def test_what_an_editor_looks_at_sends_nothing(sim, session, sent):
    """Representations, comparisons, private names and unread collections send nothing, on a reference either."""
    reference = Instance(session, 5)
    disks = reference.disks
    for look in (repr, str, hash, dir, vars, copy.copy, copy.deepcopy, pickle.dumps, inspect):
        look(reference)
    assert "5" in reference._repr_html_()
    for name in ("_repr_latex_", "_ipython_display_", "__len__", "__array__", "_anything"):
        assert not hasattr(reference, name)
    repr(disks)
    repr(session)
    repr(inspect(reference))
    assert reference != Instance(session, 6)
    assert sent() == []


def test_lazy_raise_refuses_everything_implicit(sim, sent):
    """`lazy="raise"` refuses references, collections and stale values alike, naming what asks for them."""
    with Session(client=sim.client(), lazy="raise") as session:
        reference = Instance(session, next(iter(sim.state.rows("Instance"))).id)
        with pytest.raises(InvalidRequestError, match=r"label needs a request.*session\.load"):
            _ = reference.label
        reference.label = "can-be-assigned"
        assert sent() == []
        assert session.load(Instance, reference.id) is reference
        assert reference.label == "can-be-assigned"
        assert len(reference.disks.query().all()) == 2


def test_raiseload_is_for_one_query(session, sent):
    """`raiseload()` refuses relations of the objects that its query gives, to one and to many, and no others'."""
    instance = session.query(Instance).options(raiseload()).first()
    other = session.query(Volume).filter(Volume.linode_id > 0).first()
    sent()
    with pytest.raises(InvalidRequestError, match="raiseload"):
        _ = instance.region.country
    with pytest.raises(InvalidRequestError, match="raiseload"):
        len(instance.disks)
    assert sent() == []
    assert other.region.country


# -- secrets -----------------------------------------------------------------------------------------------------------


def test_a_password_is_shown_to_nobody_but_the_request(sim, session):
    """A write-only value is in the request and nowhere else, and dropped when the request is answered."""
    secret = "correct horse battery"
    instance = Instance(label="new", region="us-east", type="g6-nanode-1", image="linode/debian12", root_pass=secret)
    session.add(instance)
    shown = [repr(instance), repr(inspect(instance)), str(session.plan()), json.dumps(session.plan().to_dict())]
    shown += [repr(session.plan()), repr(pickle.dumps(instance)), repr(pickle.dumps(session.plan()))]
    shown += [repr(vars(copy.copy(instance)))]
    report = session.commit()
    shown += [
        str(report),
        repr(report),
        json.dumps(report.to_dict()),
        repr(pickle.dumps(instance)),
        repr(vars(instance)),
    ]
    assert secret not in "\n".join(shown)
    assert sim.requests[0].body["root_pass"] == secret
    assert instance.root_pass is None
    assert secret not in repr(instance.__state__.raw)


def test_a_password_that_is_refused_stays_secret(sim, session):
    """An error about a create shows the request without its secrets, and the next commit still has them."""
    secret = "correct horse battery"
    sim.faults.add("POST", "/linode/instances", nth=1, action=400)
    instance = Instance(label="new", region="us-east", type="g6-nanode-1", image="linode/debian12", root_pass=secret)
    session.add(instance)
    with pytest.raises(CommitError) as caught:
        session.commit()
    error = caught.value
    parts = [str(error), repr(error), str(error.report), repr(pickle.dumps(error)), repr(error.failed[0])]
    parts += [str(error.failed[0].error.request)]
    assert secret not in "\n".join(parts)
    session.commit()
    assert sim.requests[-1].body["root_pass"] == secret


def test_what_is_shown_once(sim, session):
    """A new token stays readable until the object leaves the session; a masked value neither overwrites nor is sent."""
    token = Token(label="ci", scopes="*")
    session.add(token)
    session.commit()
    whole = token.token
    assert len(whole) == 64
    session.refresh(token)
    assert token.token == whole
    assert session.query(Token).filter(Token.id == token.id).one() is token
    assert token.token == whole
    assert whole not in repr(token) + repr(pickle.dumps(token)) + repr(copy.copy(token).__dict__)
    token.label = "cd"
    session.commit()
    assert sim.requests[-1].body == {"label": "cd"}
    assert token.token == whole
    with Session(client=session.client) as other:
        masked = other.get(Token, token.id)
        assert len(masked.token) == 16
        masked.label = "other"
        other.commit()
        assert sim.requests[-1].body == {"label": "other"}


def test_other_secrets_that_are_shown_once(session):
    """The secret of an OAuth client is one of them."""
    client = OAuthClient(label="app", redirect_uri="https://example.com/callback")
    session.add(client)
    session.commit()
    secret = client.secret
    session.refresh(client)
    assert client.secret == secret
    assert len(secret) == 64
    assert secret not in repr(client) + repr(pickle.dumps(client))
    assert client.reset_secret() is client
    assert client.secret != secret
    secret = client.secret
    session.refresh(client)
    assert client.secret == secret


def test_images_by_slug_and_disks_by_parent(session, sent):
    """Ids with a slash are one segment; the third argument may be the parent's id, its object or a tuple."""
    image = Image(session, "linode/debian12")
    assert image.label
    assert sent() == ["GET /images/linode%2Fdebian12"]
    assert Disk(session, 5, 6) is Disk(session, 5, Instance(session, 6)) is Disk(session, 5, (6,))
    with pytest.raises((InvalidRequestError, TypeError), match="Disk"):
        Disk(session, 5)
    with pytest.raises((InvalidRequestError, TypeError), match="Domain"):
        Domain(session, 5, 6)
    assert sent() == []
