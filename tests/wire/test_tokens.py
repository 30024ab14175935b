"""Refusals of tokens in words: on raw answers, and over the simulator, which knows the tokens made in its account."""

from __future__ import annotations

import json
import pickle
from datetime import UTC, datetime, timedelta

import pytest

from linode_orm import Forbidden, Session, Token, Unauthorized, Volume
from linode_orm.simulator import Simulator
from linode_orm.wire import Client, Request, Response

SECRET = "0123456789abcdef0123456789abcdef"
ENDS = "2026-03-01T05:00:00"


class Answers:
    """A transport that answers in turn, with headers."""

    def __init__(self, *replies: tuple[int, object, dict[str, str]]) -> None:
        self.replies = list(replies)

    def send(self, request: Request, *, token: str | None, timeout: float) -> Response:
        status, body, headers = self.replies.pop(0)
        return Response(status, headers, json.dumps(body).encode(), request)

    def close(self) -> None:
        pass


class Noon:
    """A clock that stands still."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def monotonic(self) -> float:
        return 0.0

    def now(self) -> datetime:
        return self.moment

    def sleep(self, seconds: float) -> None:
        pass


def refused(reason: str) -> dict[str, object]:
    return {"errors": [{"reason": reason}]}


def asked(status: int, needed: str, has: str, reason: str = "No", *, token: str | None = SECRET) -> Unauthorized:
    """Give the error of a write that is refused with these headers."""
    headers = {"x-accepted-oauth-scopes": needed, "x-oauth-scopes": has}
    client = Client(token, transport=Answers((status, refused(reason), headers)))
    with pytest.raises((Unauthorized, Forbidden)) as caught:
        client.send(Request("POST", "/volumes/1/attach", body={}))
    return caught.value


class TestScopes:
    """The scopes that a call needs against those that the token has."""

    @pytest.mark.parametrize("status", [401, 403])
    def test_both_errors_compare(self, status: int) -> None:
        """What is missing is named, by 401 as by 403."""
        error = asked(status, "linodes:read_write,volumes:read_write", "linodes:read_write volumes:read_only")
        assert error.needed_scopes == ("linodes:read_write", "volumes:read_write")
        assert error.token_scopes == ("linodes:read_write", "volumes:read_only")
        assert error.missing_scopes == ("volumes:read_write",)
        assert str(error).endswith(
            "the call needs the scope linodes:read_write, volumes:read_write, the token has linodes:read_write, "
            "volumes:read_only: use one that has volumes:read_write"
        )

    @pytest.mark.parametrize(
        ("needed", "has"),
        [
            ("volumes:read_only", "volumes:read_write"),
            ("volumes:read_write", "*"),
            ("*", "linodes:read_only"),
            ("volumes:read_write", "volumes:*"),
        ],
    )
    def test_what_covers(self, needed: str, has: str) -> None:
        """A scope to write covers reading, and a star everything; the user's grants are named instead."""
        error = asked(403, needed, has)
        assert error.missing_scopes == ()
        assert "its user lacks a grant" in str(error)

    def test_unknown_scopes_are_none(self) -> None:
        """What a 401 calls unknown is no scope (docs/api-notes.md#scopes), and nothing is said to be missing."""
        error = asked(401, "ips:read_only", "unknown", "Invalid Token")
        assert (error.needed_scopes, error.token_scopes, error.missing_scopes) == (("ips:read_only",), (), ())
        assert "unknown, expired or revoked" in str(error)

    def test_no_token(self) -> None:
        """A client without a token is told so."""
        assert "no token was sent" in str(asked(401, "ips:read_only", "unknown", token=None))

    def test_values_survive_pickling_and_hide_the_token(self) -> None:
        """Every value arrives on the other side, and the token stands nowhere."""
        error = asked(403, "volumes:read_write", "volumes:read_only", f"{SECRET} may not")
        copy = pickle.loads(pickle.dumps(error))
        assert copy.missing_scopes == ("volumes:read_write",)
        assert SECRET not in str(copy) + repr(vars(copy)) + repr(copy.errors)


class TestExpiry:
    """When the token ended, where the client has read it."""

    @pytest.mark.parametrize(
        ("day", "said"),
        [
            (datetime(2026, 4, 1, tzinfo=UTC), "the token expired at 2026-03-01 05:00 UTC"),
            (datetime(2026, 2, 1, tzinfo=UTC), "would end at 2026-03-01 05:00 UTC only, so it was revoked"),
        ],
    )
    def test_it_is_named(self, day: datetime, said: str) -> None:
        """A list of tokens shows the beginning of each; the client knows its own again."""
        rows = [{"token": "fedcba9876543210", "expiry": "2020-01-01T00:00:00"}, {"token": SECRET[:16], "expiry": ENDS}]
        page = {"data": rows, "page": 1, "pages": 1, "results": 2}
        client = Client(
            SECRET, transport=Answers((200, page, {}), (401, refused("Invalid Token"), {})), clock=Noon(day)
        )
        client.send(Request("GET", "/profile/tokens"))
        assert client.token_expiry == datetime(2026, 3, 1, 5, tzinfo=UTC)
        with pytest.raises(Unauthorized, match=said) as caught:
            client.send(Request("GET", "/volumes"))
        assert caught.value.token_expiry == client.token_expiry

    def test_other_answers_teach_nothing(self) -> None:
        """Rows without a token, or of another one, are passed over."""
        replies = [(200, body, {}) for body in ({"token": None}, {"data": [{"token": "x", "expiry": ENDS}, 1]}, [])]
        client = Client(SECRET, transport=Answers(*replies))
        for _ in replies:
            client.send(Request("GET", "/profile/tokens"))
        assert client.token_expiry is None


class TestOverTheSimulator:
    """Tokens that were made in the account have their scopes and their end there."""

    def test_a_scope_is_missing(self) -> None:
        """A token that may only read is refused a create, and told which scope it lacks."""
        with Simulator() as sim, Session(client=sim.client()) as owner:
            token = Token(label="ci", scopes="volumes:read_only linodes:read_write")
            owner.add(token)
            owner.commit()
            with Session(client=sim.client(token=token.token)) as session:
                assert session.query(Volume).all() == []
                session.add(Volume(label="data", size=20, region="us-east"))
                with pytest.raises(Exception, match=r"POST /volumes") as caught:
                    session.commit()
        error = caught.value.failed[0].error
        assert isinstance(error, Unauthorized)
        assert error.missing_scopes == ("volumes:read_write",)
        assert "the token has volumes:read_only, linodes:read_write" in str(error)

    def test_it_ends(self) -> None:
        """A token that has read about itself says when it ended."""
        with Simulator() as sim, Session(client=sim.client()) as owner:
            token = Token(label="ci", scopes="*", expiry=sim.clock.now() + timedelta(hours=1))
            owner.add(token)
            owner.commit()
            with Session(client=sim.client(token=token.token)) as session:
                assert [each.label for each in session.query(Token)] == ["ci"]
                sim.clock.advance(3600)
                with pytest.raises(Unauthorized, match=r"Invalid Token; the token expired at \d{4}-"):
                    session.query(Volume).all()

    def test_it_is_revoked(self) -> None:
        """A deleted token is good for nothing."""
        with Simulator() as sim, Session(client=sim.client()) as owner:
            token = Token(label="ci", scopes="*")
            owner.add(token)
            owner.commit()
            secret = token.token
            token.delete()
            with (
                Session(client=sim.client(token=secret)) as session,
                pytest.raises(Unauthorized, match="unknown, expired or revoked"),
            ):
                session.query(Volume).all()
