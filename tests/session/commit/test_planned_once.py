"""A commit plans once, when everything is read that may change the plan (behaviour of the session)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from linode_orm.errors import CommitError, InvalidRequestError, TransportError
from linode_orm.session.planning import planner
from linode_orm.wire import Client
from tests.session.fake_api import Barrel, Dock, FakeApi, Session

if TYPE_CHECKING:
    from linode_orm import Plan


@pytest.fixture
def api() -> FakeApi:
    return FakeApi()


@pytest.fixture
def plans(monkeypatch: pytest.MonkeyPatch) -> list[Plan]:
    """Collect every plan that is made from here on."""
    made: list[Plan] = []
    whole = planner.plan

    def counted(*values: object, **options: object) -> Plan:
        made.append(whole(*values, **options))
        return made[-1]

    monkeypatch.setattr(planner, "plan", counted)
    return made


def dock_of(session: Session, identity: int = 5) -> Dock:
    body = {"id": identity, "label": f"dock{identity}", "place": "x", "tags": ["p"]}
    session.api.seed(f"/docks/{identity}", dict(body))
    return session.loaded(Dock, dict(body))


@pytest.mark.parametrize(
    "options",
    [{}, {"max_deletes": 1}, {"conflicts": "check"}, {"on_error": "undo"}, {"conflicts": "check", "max_deletes": 1}],
)
def test_whatever_the_policy_asks_for(api, plans, options):
    """The newest values are read, and deletions counted, before the one plan is made."""
    session = Session(api)
    dock_of(session).label = "b"
    session.delete(dock_of(session, 6))
    assert session.commit(**options).counts == {"applied": 2}
    assert len(plans) == 1


def test_after_what_was_in_doubt(api, plans):
    """A creation in doubt is looked for before the one plan is made."""
    session = Session(api)
    api.fault = lambda request: (_ for _ in ()).throw(TransportError("lost")) if request.method == "POST" else None
    session.add(Barrel(name="b"))
    with pytest.raises(CommitError):
        session.commit()
    api.fault = lambda _: None
    plans.clear()
    session.commit(conflicts="check", max_deletes=0)
    assert len(plans) == 1
    assert [each["name"] for each in api.objects.values()] == ["b"]


def test_of_one_object(api, plans):
    """`save()` plans once, too."""
    session = Session(api, conflicts="check")
    dock = dock_of(session)
    dock.label = "b"
    dock.save()
    assert len(plans) == 1


def test_a_client_that_only_reads(api):
    """A read-only client is refused with the number of writes, before anything at all is sent."""
    api.client = Client(transport=api, clock=api.clock, read_only=True)
    session = Session(api, conflicts="check")
    dock_of(session).label = "b"
    with pytest.raises(
        InvalidRequestError, match="nothing was sent: the client is read-only, and the plan has 1 writes"
    ):
        session.commit()
    assert api.log == []


def test_nothing_stays_unfinished_when_all_that_was_in_doubt_is_found(api, tmp_path):
    """A commit that finds what was in doubt, and has nothing to send, ends the one in the journal."""
    path = tmp_path / "journal"
    first = Session(api, journal=path)
    lost = [True]

    def fault(request):
        if request.method == "POST":
            return lambda _: (_ for _ in ()).throw(TransportError("lost"))
        if lost[0] and api.objects:
            raise TransportError("down", sent=False)
        return None

    api.fault = fault
    first.add(Barrel(name="b"))
    with pytest.raises(CommitError) as caught:
        first.commit()
    assert caught.value.in_doubt
    lost[0], api.fault = False, lambda _: None
    assert not first.commit()
    first.close()
    second = Session(api, journal=path)
    second.add(Barrel(name="c"))
    second.commit()
    assert sorted(each["name"] for each in api.objects.values()) == ["b", "c"]
