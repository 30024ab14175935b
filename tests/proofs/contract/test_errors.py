"""Errors: which is which, what each carries, and that each says what, where and what to do."""

from __future__ import annotations

import pickle

import pytest

import linode_orm
from linode_orm import (
    ApiError,
    AttributeMissing,
    BadRequest,
    Busy,
    CommitError,
    CommitInterrupted,
    Conflict,
    DetachedInstanceError,
    Forbidden,
    Instance,
    InvalidRequestError,
    LinodeORMError,
    NotFound,
    RateLimited,
    ReadOnlyAttribute,
    ServerError,
    Session,
    Unauthorized,
    Volume,
)
from linode_orm.simulator import status

TREE = {
    "LinodeORMError": Exception,
    "ApiError": LinodeORMError,
    "BadRequest": ApiError,
    "Busy": BadRequest,
    "Unauthorized": ApiError,
    "Forbidden": ApiError,
    "NotFound": ApiError,
    "Conflict": ApiError,
    "RateLimited": ApiError,
    "ServerError": ApiError,
    "TransportError": LinodeORMError,
    "ResponseError": LinodeORMError,
    "CommitError": LinodeORMError,
    "ConflictError": LinodeORMError,
    "NotFilterable": LinodeORMError,
    "NoResultFound": LinodeORMError,
    "MultipleResultsFound": LinodeORMError,
    "DetachedInstanceError": LinodeORMError,
    "ReadOnlyAttribute": LinodeORMError,
    "AttributeMissing": LinodeORMError,
    "InvalidRequestError": LinodeORMError,
    "WaitTimeout": LinodeORMError,
    "ConfigError": LinodeORMError,
    "CommitInterrupted": CommitError,
}


@pytest.mark.parametrize("name", TREE)
def test_the_tree(name):
    """Every error of the contract stands in `linode_orm`, below the class that the contract names."""
    error = getattr(linode_orm, name)
    assert issubclass(error, TREE[name])
    assert error.__doc__


def test_errors_that_are_others_too():
    """What Python's own code catches by another name can be caught by it."""
    assert issubclass(ReadOnlyAttribute, AttributeError)
    assert issubclass(AttributeMissing, AttributeError)
    assert issubclass(CommitInterrupted, KeyboardInterrupt)
    assert not issubclass(CommitError, KeyboardInterrupt)


@pytest.mark.parametrize(
    ("code", "error", "retryable"),
    [
        (400, BadRequest, False),
        (401, Unauthorized, False),
        (403, Forbidden, False),
        (404, NotFound, False),
        (409, Conflict, False),
        (429, RateLimited, True),
        (500, ServerError, True),
        (503, ServerError, True),
    ],
)
def test_what_an_error_of_the_api_carries(sim, code, error, retryable):
    """Status, reasons with their fields, the request, and whether it may be tried again, in the message too."""
    body = {"errors": [{"reason": "Label must be unique", "field": "label"}, {"reason": "Also wrong"}]}
    sim.faults.add("GET", "/volumes/5", nth=None, action=status(code, body))
    with Session(client=sim.client(deadline=0.01)) as session, pytest.raises(error) as caught:
        session.load(Volume, 5)
    found = caught.value
    assert type(found) is error
    assert (found.status, found.retryable) == (code, retryable)
    assert [(each.reason, each.field) for each in found.errors] == [
        ("Label must be unique", "label"),
        ("Also wrong", None),
    ]
    assert (found.request.method, found.request.path) == ("GET", "/volumes/5")
    for said in ("GET /volumes/5", str(code), "label", "Label must be unique", "Also wrong"):
        assert said in str(found)
    copy = pickle.loads(pickle.dumps(found))
    assert (str(copy), copy.status, copy.errors) == (str(found), found.status, found.errors)


def test_a_busy_linode_is_asked_again(sim):
    """The API's 400 `Linode busy.` is sent again until the deadline, and is a `Busy` then."""
    busy = status(400, {"errors": [{"reason": "Linode busy."}]})
    with Session(client=sim.client()) as session:
        instance = session.query(Instance).first()
        sim.faults.add("POST", "*/reboot", nth=(1, 2), action=busy)
        instance.reboot()
        assert len(sim.requests.matching("POST")) == 3
        sim.faults.add("POST", "*/shutdown", nth=None, action=busy)
        with pytest.raises(Busy, match=r"Linode busy\.") as caught:
            instance.shutdown()
        assert caught.value.retryable


def test_a_commit_error_survives_pickling(sim):
    """A `CommitError` can be pickled without its session; its lists arrive."""
    sim.faults.add("PUT", "*", nth=None, action=400)
    with Session(client=sim.client()) as session:
        session.query(Volume).first().label = "x"
        with pytest.raises(CommitError) as caught:
            session.commit()
        copy = pickle.loads(pickle.dumps(caught.value))
        assert str(copy) == str(caught.value)
        assert [each.operation for each in copy.failed] == [each.operation for each in caught.value.failed]
        assert getattr(copy, "session", None) is None


@pytest.mark.parametrize(
    ("attempt", "error", "said"),
    [
        (lambda s, v: setattr(v, "size", 5), ReadOnlyAttribute, ("Volume {id}.size", "resize()")),
        (lambda s, v: setattr(v, "sise", 5), AttributeError, ("Volume", "sise", "size")),
        (lambda s, v: setattr(v, "label", 5), TypeError, ("Volume {id}.label", "str expected", "5")),
        (lambda s, v: Volume(s, "x"), (InvalidRequestError, TypeError), ("Volume", "id", "'x'")),
        (lambda s, v: s.load(Volume, 9), NotFound, ("GET /volumes/9", "404", "Not found")),
        (lambda s, v: s.query(Volume).filter(Volume.label == 5), TypeError, ("Volume.label", "str", "5")),
        (lambda s, v: s.add(v.region), None, ()),
        (lambda s, v: Session(client=s.client).add(v), InvalidRequestError, ("Volume {id}", "merge")),
        (lambda s, v: v.linode_idx, AttributeError, ("linode_idx",)),
        (lambda s, v: s.delete(s.account), InvalidRequestError, ("Account", "cannot delete")),
        (lambda s, v: s.commit(on_error="hope"), InvalidRequestError, ("'stop'", "'continue'", "'hope'")),
    ],
)
def test_messages_say_what_where_and_what_to_do(session, attempt, error, said):
    """A message names the object and attribute or request, and the value or the way out."""
    volume = session.query(Volume).first()
    if error is None:
        attempt(session, volume)
        return
    with pytest.raises(error) as caught:
        attempt(session, volume)
    for part in said:
        assert part.format(id=volume.id) in str(caught.value)


def test_a_detached_object_says_where_it_can_be_had(session):
    """An object without a session names what was asked for, and the way back."""
    volume = session.query(Volume).first()
    session.expunge(volume)
    for attempt, what in ((volume.save, ".save()"), (volume.detach, ".detach()")):
        with pytest.raises(DetachedInstanceError) as caught:
            attempt()
        assert f"Volume {volume.id}{what}" in str(caught.value)
        assert "session" in str(caught.value)
