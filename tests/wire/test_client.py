"""The client: retries, limits, what is refused, and what its errors and logs show."""

from __future__ import annotations

import json
import logging
import pickle
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from linode_orm import errors
from linode_orm.errors import ApiError, InvalidRequestError, ResponseError, TransportError
from linode_orm.wire import Client, Request, Response
from tests.ids import short

if TYPE_CHECKING:
    from collections.abc import Callable

Reply = tuple[int, object] | TransportError


class Time:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.passed = 0.0
        self.slept: list[float] = []

    def monotonic(self) -> float:
        return self.passed

    def now(self) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.passed += seconds


class Scripted:
    """A transport that answers in turn; the last answer stays."""

    def __init__(self, *replies: Reply, headers: dict[str, str] | None = None) -> None:
        self.replies = list(replies)
        self.headers = headers or {}
        self.sent: list[Request] = []
        self.timeouts: list[float] = []

    def send(self, request: Request, *, token: str | None, timeout: float) -> Response:
        self.sent.append(request)
        self.timeouts.append(timeout)
        reply = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        if isinstance(reply, TransportError):
            raise reply
        status, body = reply
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return Response(status, {"content-type": "application/json", **self.headers}, content, request)

    def close(self) -> None:
        pass


def client_of(transport: Scripted, **options: float) -> tuple[Client, Time]:
    time = Time()
    return Client("secret-token", transport=transport, clock=time, **options), time  # type: ignore[arg-type]


def refusal(reason: str, field: str | None = None) -> dict[str, object]:
    return {"errors": [{"reason": reason} | ({"field": field} if field else {})]}


GET = Request("GET", "/volumes/1")
PUT = Request("PUT", "/volumes/1", body={"label": "a"})
DELETE = Request("DELETE", "/volumes/1")
POST = Request("POST", "/volumes", body={"label": "a"})
ACTION = Request("POST", "/volumes/1/detach", idempotent=True)
OK = (200, {"id": 1})
LOST = TransportError("lost", sent=None)
UNSENT = TransportError("refused", sent=False)


class TestRetries:
    """What is tried again, and what is not."""

    @pytest.mark.parametrize("request_", [GET, PUT, DELETE, ACTION], ids=lambda each: each.method)
    @pytest.mark.parametrize(
        "broken", [(500, {}), (502, b"<html>"), (503, {}), (504, {}), (408, {}), LOST, UNSENT], ids=short
    )
    def test_what_can_be_repeated_is(self, request_: Request, broken: Reply) -> None:
        """A request that does the same twice as once is sent again after a failure."""
        transport = Scripted(broken, OK)
        client, _ = client_of(transport)
        assert client.send(request_).tries == 2

    @pytest.mark.parametrize("broken", [(500, {}), (502, b"<html>"), (503, {}), (408, {}), LOST], ids=short)
    def test_a_post_is_never_repeated_blindly(self, broken: Reply) -> None:
        """A POST that may have had its effect is sent once."""
        transport = Scripted(broken, OK)
        client, _ = client_of(transport)
        with pytest.raises((ApiError, TransportError)):
            client.send(POST)
        assert len(transport.sent) == 1

    @pytest.mark.parametrize(
        "refused", [(429, refusal("Too many requests")), (400, refusal("Linode busy.")), UNSENT], ids=short
    )
    def test_a_post_that_had_no_effect_is_repeated(self, refused: Reply) -> None:
        """A POST that the API refused for the time being, or never saw, is sent again."""
        transport = Scripted(refused, refused, OK)
        client, _ = client_of(transport)
        assert client.send(POST).tries == 3

    @pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 412, 501])
    def test_refusals_are_final(self, status: int) -> None:
        """A refusal that would come again is not asked for again."""
        transport = Scripted((status, refusal("No")), OK)
        client, _ = client_of(transport)
        with pytest.raises(ApiError):
            client.send(GET)
        assert len(transport.sent) == 1

    def test_retry_after_is_obeyed(self) -> None:
        """A 429 with Retry-After is sent again after exactly that pause."""
        transport = Scripted((429, refusal("Too many requests")), OK, headers={"retry-after": "7"})
        client, time = client_of(transport)
        client.send(POST)
        assert time.slept == [7]

    def test_retry_after_of_a_good_answer_means_nothing(self) -> None:
        """The API sends Retry-After with every answer; only a 429 is throttling."""
        transport = Scripted(OK, headers={"retry-after": "119"})
        client, time = client_of(transport)
        client.send(GET)
        assert not time.slept

    def test_no_pause_beyond_the_deadline(self) -> None:
        """A pause that would end after the deadline is not begun."""
        transport = Scripted((429, refusal("Too many requests")), headers={"retry-after": "61"})
        client, time = client_of(transport)
        with pytest.raises(errors.RateLimited) as caught:
            client.send(GET)
        assert (len(transport.sent), time.slept, caught.value.retry_after) == (1, [], 61)

    def test_busy_is_repeated_until_the_deadline(self) -> None:
        """`Linode busy.` is asked again, with growing pauses, for as long as one call may take."""
        transport = Scripted((400, refusal("Linode busy.")))
        client, time = client_of(transport, deadline=60)
        with pytest.raises(errors.Busy) as caught:
            client.send(POST)
        assert 40 < time.passed < 60
        assert caught.value.tries == len(transport.sent) > 5

    def test_failures_are_repeated_a_few_times(self) -> None:
        """What stays broken is given up after five tries."""
        transport = Scripted((503, {}))
        client, _ = client_of(transport)
        with pytest.raises(errors.ServerError) as caught:
            client.send(GET)
        assert caught.value.tries == len(transport.sent) == 5

    def test_the_last_try_has_less_time(self) -> None:
        """No try may take longer than what is left of the deadline."""
        transport = Scripted((429, refusal("Too many requests")), OK, headers={"retry-after": "50"})
        client, _ = client_of(transport, timeout=30, deadline=60)
        client.send(GET)
        assert transport.timeouts == [30, pytest.approx(10)]


class TestErrors:
    """Which error a refusal is, and what it tells."""

    @pytest.mark.parametrize(
        ("status", "name"),
        [
            (400, "BadRequest"),
            (401, "Unauthorized"),
            (403, "Forbidden"),
            (404, "NotFound"),
            (405, "BadRequest"),
            (409, "Conflict"),
            (412, "Conflict"),
            (429, "RateLimited"),
            (500, "ServerError"),
            (599, "ServerError"),
        ],
    )
    def test_class_by_status(self, status: int, name: str) -> None:
        """Each status has its class, and the message names request, status, field and reason."""
        transport = Scripted((status, refusal("Label must be unique", "label")))
        client, _ = client_of(transport, deadline=0.001)
        with pytest.raises(ApiError, match=rf"PUT /volumes/1: {status} label: Label must be unique") as caught:
            client.send(PUT)
        error = caught.value
        assert type(error).__name__ == name
        assert error.status == status
        assert error.errors == (("Label must be unique", "label"),)
        assert error.errors[0].field == "label"
        assert tuple(error.request) == ("PUT", "/volumes/1", {"label": "a"})

    @pytest.mark.parametrize(
        "body", [b"<html>", b"", b"[1]", b'{"errors": 3}', b'{"errors": ["x"]}', b'{"errors": []}']
    )
    def test_answers_without_reasons(self, body: bytes) -> None:
        """A refusal that is no JSON of the API still says what is known."""
        client, _ = client_of(Scripted((418, body)))
        with pytest.raises(ApiError, match=r"GET /volumes/1: 418 .*application/json") as caught:
            client.send(GET)
        assert caught.value.errors == ()

    def test_scopes_are_named(self) -> None:
        """A 403 says which scope the call needs and which the token has."""
        headers = {"x-accepted-oauth-scopes": "volumes:read_write", "x-oauth-scopes": "volumes:read_only"}
        client, _ = client_of(Scripted((403, refusal("Unauthorized")), headers=headers))
        with pytest.raises(
            errors.Forbidden, match="needs the scope volumes:read_write, the token has volumes:read_only"
        ):
            client.send(PUT)

    def test_no_json(self) -> None:
        """An answer that is no JSON is named with its size and type when it is read."""
        client, _ = client_of(Scripted((200, b"<html>")))
        with pytest.raises(
            ResponseError, match=r"GET /volumes/1: the answer \(200, application/json, 6 bytes\) is no JSON"
        ):
            client.send(GET).json()

    def test_errors_survive_pickling(self) -> None:
        """Every value of an error arrives on the other side."""
        client, _ = client_of(Scripted((400, refusal("No", "label"))))
        with pytest.raises(ApiError) as caught:
            client.send(PUT)
        copy = pickle.loads(pickle.dumps(caught.value))
        assert (str(copy), copy.status, copy.errors, copy.request) == (
            str(caught.value),
            400,
            caught.value.errors,
            caught.value.request,
        )


class TestSecrets:
    """Where secrets must not be."""

    CREATE = Request(
        "POST",
        "/linode/instances",
        body={"label": "a", "root_pass": "hunter2!", "disks": [{"root_pass": "hunter3!"}]},
        secret_keys=frozenset({"root_pass"}),
    )

    def shown(self, act: Callable[[Client], object], caplog: pytest.LogCaptureFixture) -> str:
        client, _ = client_of(Scripted((400, refusal("hunter2! is too weak for secret-token", "root_pass"))))
        with caplog.at_level(logging.DEBUG), pytest.raises(ApiError) as caught:
            act(client)
        error = caught.value
        parts = [repr(client), str(error), repr(error), repr(error.__dict__), repr(self.CREATE), caplog.text]
        parts += [str(record.__dict__) for record in caplog.records]
        return "\n".join([*parts, str(pickle.dumps(error))])

    def test_nowhere(self, caplog: pytest.LogCaptureFixture) -> None:
        """Neither the token nor a password is in a repr, a message, a pickle or a log, even if the API repeats it."""
        shown = self.shown(lambda client: client.send(self.CREATE), caplog)
        assert "root_pass" in shown
        for secret in ("hunter2", "hunter3", "secret-token"):
            assert secret not in shown

    def test_a_client_is_not_pickled(self) -> None:
        """Pickling a client is refused, and says what to do."""
        client, _ = client_of(Scripted(OK))
        with pytest.raises(TypeError, match="make one in each process"):
            pickle.dumps(client)


class TestRefused:
    """What is refused before anything is sent."""

    @pytest.mark.parametrize("request_", [PUT, DELETE, POST], ids=lambda each: each.method)
    def test_read_only(self, request_: Request) -> None:
        """A read-only client refuses each request that is not a GET."""
        transport = Scripted(OK)
        client = Client("t", transport=transport, read_only=True)
        with pytest.raises(InvalidRequestError, match=f"{request_.title} is not sent: the client is read-only"):
            client.send(request_)
        client.send(GET)
        assert transport.sent == [GET]

    def test_closed(self) -> None:
        """A closed client sends nothing."""
        transport = Scripted(OK)
        client, _ = client_of(transport)
        client.close()
        with pytest.raises(InvalidRequestError, match="closed"):
            client.send(GET)
        assert not transport.sent

    @pytest.mark.parametrize(
        "limits", [{"workers": 0}, {"workers": 1.5}, {"timeout": -1}, {"deadline": "60"}, {"timeout": True}]
    )
    def test_limits(self, limits: dict[str, float]) -> None:
        """Limits that make no sense are refused by name."""
        with pytest.raises(InvalidRequestError, match=next(iter(limits))):
            client_of(Scripted(OK), **limits)

    def test_raw_requests_begin_with_a_slash(self) -> None:
        """`Client.request` refuses a path that is none, and gives the parsed answer of one that is."""
        client, _ = client_of(Scripted(OK))
        with pytest.raises(InvalidRequestError, match="begins with /"):
            client.request("GET", "volumes")
        assert client.request("get", "/volumes/1") == {"id": 1}


def test_hooks_and_log(caplog: pytest.LogCaptureFixture) -> None:
    """Hooks run around each try, and the log has one structured record for each."""
    seen: list[object] = []
    client = Client(
        "t",
        transport=Scripted((503, {}), OK),
        clock=Time(),
        before=[lambda request: seen.append(request.title)],
        after=[lambda _, outcome: seen.append(outcome.status if isinstance(outcome, Response) else outcome)],
    )
    with caplog.at_level(logging.DEBUG, "linode_orm"):
        client.send(GET)
    assert seen == ["GET /volumes/1", 503, "GET /volumes/1", 200]
    records = [record.__dict__ for record in caplog.records if record.levelname == "DEBUG"]
    assert [(each["path"], each["result"], each["tries"]) for each in records] == [
        ("/volumes/1", 503, 1),
        ("/volumes/1", 200, 2),
    ]
    assert client.requests_sent == 2


def test_nothing_more_is_started_when_the_iterator_closes() -> None:
    """Closing `send_all` cancels what was not begun."""
    transport = Scripted(OK)
    client = Client("t", transport=transport, workers=1)
    outcomes = client.send_all([GET] * 1000)
    next(outcomes)
    outcomes.close()  # type: ignore[attr-defined]  # it is a generator
    client.close()
    assert len(transport.sent) < 1000


def test_outcomes_carry_errors() -> None:
    """A request that fails among others ends in its own outcome."""
    client, _ = client_of(Scripted((404, refusal("Not found")), OK))
    outcomes = sorted(client.send_all([GET, PUT]), key=lambda each: each.index)
    assert sum(isinstance(each.error, errors.NotFound) for each in outcomes) == 1
    assert sum(each.response is not None for each in outcomes) == 1


def test_catalogues_are_kept_for_a_while() -> None:
    """What is put into the cache is given for `catalogue_ttl` seconds."""
    client, time = client_of(Scripted(OK), catalogue_ttl=10)
    client.reference_data.put("regions", [1])
    time.passed = 9
    assert client.reference_data.get("regions") == [1]
    time.passed = 11
    assert client.reference_data.get("regions") is None


class TestWritesInFlight:
    """An update that was never answered may take effect late: a newer one of the same object is sent after that."""

    def sent(self, first: Reply, second: Request, *, between: float = 0.0) -> list[float]:
        """Lose an update, send another one, and give the pauses before it."""
        time, transport = Time(), Scripted(first)
        client = Client(transport=transport, clock=time, timeout=5, deadline=20, max_request_lifetime=30)
        with pytest.raises((ApiError, TransportError)):
            client.send(Request("PUT", "/volumes/1", body={"label": "old", "tags": ["a"]}))
        time.passed += between
        time.slept.clear()
        transport.replies = [(200, {})]
        client.send(second)
        return time.slept

    @pytest.mark.parametrize("first", [TransportError("lost", sent=None), TransportError("cut", sent=True), (504, {})])
    def test_what_says_otherwise_waits(self, first):
        """It waits until nothing that was sent then can still be running."""
        assert self.sent(first, Request("PUT", "/volumes/1", body={"label": "new"})) == pytest.approx([30])
        assert self.sent(first, Request("PUT", "/volumes/1", body={"label": "new"}), between=20) == pytest.approx([10])

    @pytest.mark.parametrize(
        "second",
        [
            Request("PUT", "/volumes/1", body={"label": "old"}),
            Request("PUT", "/volumes/1", body={"size": 5}),
            Request("PUT", "/volumes/2", body={"label": "new"}),
            Request("GET", "/volumes/1"),
            Request("DELETE", "/volumes/1"),
        ],
    )
    def test_what_says_nothing_else_does_not(self, second):
        """The same values, other values, other objects, reads and deletions are sent at once."""
        assert self.sent(TransportError("lost", sent=None), second) == []

    @pytest.mark.parametrize("first", [TransportError("refused", sent=False), (400, {}), (500, {})])
    def test_what_has_ended_is_not_waited_for(self, first):
        """What never arrived, or was answered, cannot come late; nor can anything after the settle time."""
        assert self.sent(first, Request("PUT", "/volumes/1", body={"label": "new"})) == []
        lost = TransportError("lost", sent=None)
        assert self.sent(lost, Request("PUT", "/volumes/1", body={"label": "new"}), between=31) == []


def test_the_former_name_of_the_lifetime_of_a_request():
    """`settle` is what `max_request_lifetime` was called; both at once are refused."""
    with Client("token", transport=Scripted(), settle=3) as client:
        assert client.max_request_lifetime == 3
    with pytest.raises(InvalidRequestError, match="two names of one option"):
        Client("token", transport=Scripted(), settle=3, max_request_lifetime=3)
