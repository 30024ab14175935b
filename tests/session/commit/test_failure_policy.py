"""A failure policy is one class: a test adds one, and commits with it (behaviour of the session)."""

from __future__ import annotations

from typing import Any

import pytest

from linode_orm.errors import CommitError, InvalidRequestError
from linode_orm.session.commit.failure_policy import FailurePolicy, policy_of_recovery
from tests.session.fake_api import Barrel, Dock, FakeApi, Session, refusal


class StopAtTheSecond(FailurePolicy):
    """One failure is borne, the second one stops the rest."""

    name = "stop at the second"

    def stops(self, failures: int) -> bool:
        return failures > 1


class UndoKeepingGoing(FailurePolicy):
    """Try everything, then undo all of it where something failed."""

    name = "undo, keeping going"
    defers_answers = True
    compensates = True

    def stops(self, failures: int) -> bool:
        return False


def commit_of_six(policy: Any) -> tuple[FakeApi, CommitError]:
    """Commit six barrels, one after the other, of which the second and the fourth are refused."""
    api = FakeApi(workers=1)
    session = Session(api, on_error=policy)
    for name in "abcdef":
        session.add(Barrel(name=name))

    def fault(request):
        if request.method == "POST" and request.body["name"] in "bd":
            raise refusal("BadRequest", 400)

    api.fault = fault
    with pytest.raises(CommitError) as caught:
        session.commit()
    return api, caught.value


def test_another_policy():
    """A policy that stops at the second failure sends nothing after it, and the session holds the rest."""
    api, error = commit_of_six(StopAtTheSecond())
    assert {each.step.body["name"] for each in error.failed} == {"b", "d"}
    assert {each["name"] for each in api.objects.values()} >= {"a", "c"}
    assert error.pending
    assert len(error.applied) + len(error.failed) + len(error.pending) == 6


class Broken(FailurePolicy):
    """A policy with a mistake in it."""

    name = "broken"

    def stops(self, failures: int) -> bool:
        raise ZeroDivisionError


def test_one_that_raises():
    """What a policy raises ends the commit, and the answers that came are kept."""
    api = FakeApi(workers=1)
    session = Session(api, on_error=Broken())
    barrels = [session.add(Barrel(name=name)) for name in "abc"]

    def fault(request):
        if request.body["name"] == "b":
            raise refusal("BadRequest", 400)

    api.fault = fault
    with pytest.raises(ZeroDivisionError):
        session.commit()
    assert [each["name"] for each in api.objects.values()] == ["a"]
    assert session.new == (barrels[1], barrels[2])


def test_one_that_compensates():
    """A policy may go on after failures and undo everything in the end."""
    api, error = commit_of_six(UndoKeepingGoing())
    assert (len(error.undone), len(error.failed), api.objects) == (4, 2, {})


def test_of_one_commit():
    """A policy may be given for one commit; the next one has that of the session again."""
    api = FakeApi(workers=1)
    session = Session(api)
    policy: Any = StopAtTheSecond()
    session.add(Dock(label="a", place="x"))
    assert session.commit(on_error=policy).counts == {"applied": 1}


def test_its_name_in_a_journal():
    """Recovery takes a policy that it does not know for `stop`, and undoes nothing by itself."""
    assert [policy_of_recovery(name).name for name in ("stop", "continue", "undo", "another")] == [
        "stop",
        "continue",
        "continue",
        "stop",
    ]


@pytest.mark.parametrize("choice", ["abort", None, 3, FailurePolicy])
def test_what_is_none_is_refused(choice):
    """What is neither a name nor a policy is refused when the session is made."""
    with pytest.raises(InvalidRequestError, match="on_error is 'stop' or 'continue' or 'undo'"):
        Session(FakeApi(), on_error=choice)
