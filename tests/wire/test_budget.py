"""What requests wait for and what headers mean: small cases beside the thousands of test_rates."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime, timedelta

import pytest

from linode_orm.errors import InvalidRequestError, RateLimited, ServerError
from linode_orm.wire import Client, Request, Response
from linode_orm.wire.ratelimit.headers import parse_rate_limit, parse_retry_after
from linode_orm.wire.ratelimit.policy import endpoint_of, least_time, policy_of
from tests.wire.limiter import Counter, Limiter, Stage, work

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("7", 7),
        ("0", 0),
        ("1e9", 3600),
        ("Sun, 01 Mar 2026 12:00:30 GMT", 30),
        ("Sun, 01 Mar 2026 11:00:00 GMT", 0),
        ("-5", None),
        ("nan", None),
        ("inf", None),
        ("soon", None),
        ("", None),
    ],
)
def test_retry_after(text: str, seconds: float | None) -> None:
    """Seconds and dates are understood, what cannot be is no pause, and no pause is longer than an hour."""
    assert parse_retry_after({"retry-after": text}, NOON) == seconds


def test_a_date_is_compared_with_the_answer_s_own() -> None:
    """A wrong clock here does not change the pause."""
    headers = {"retry-after": "Sun, 01 Mar 2026 12:00:30 GMT", "date": "Sun, 01 Mar 2026 12:00:10 GMT"}
    assert parse_retry_after(headers, NOON + 86400) == 20


@pytest.mark.parametrize("limit", ["", "0", "-3", "many", "1e12", "nan"])
def test_limits_that_are_none(limit: str) -> None:
    """A limit that cannot be is not learnt."""
    assert parse_rate_limit({"x-ratelimit-limit": limit, "x-ratelimit-remaining": "3"}) is None


@pytest.mark.parametrize(
    ("method", "path", "name"),
    [
        ("GET", "/linode/instances", "collections"),
        ("GET", "/linode/instances/5", "everything else"),
        ("GET", "/linode/instances/5/disks", "collections"),
        ("GET", "/linode/instances/5/ips", "everything else"),
        ("PUT", "/regions/us-east", "everything else"),
        ("POST", "/linode/instances", "creating instances"),
        ("POST", "/volumes", "creating volumes"),
        ("POST", "/volumes/5/attach", "everything else"),
        ("GET", "/images", "lists of images"),
        ("GET", "/images/linode%2Fdebian12", "everything else"),
        ("GET", "/linode/stackscripts", "lists of StackScripts"),
        ("GET", "/nodebalancers/5/stats", "statistics"),
        ("GET", "/linode/instances/5/stats/2026/1", "statistics"),
        ("POST", "/support/tickets", "opening tickets"),
        ("POST", "/support/tickets/5/replies", "everything else"),
    ],
)
def test_classes(method: str, path: str, name: str) -> None:
    """Each request has its class, ids left out."""
    assert policy_of(endpoint_of(method, path)).name == name


@pytest.mark.parametrize(
    ("requests", "seconds"),
    [
        ([], 0),
        ([("PUT", f"/volumes/{n}") for n in range(1600)], 0),
        ([("PUT", f"/volumes/{n}") for n in range(1601)], 60),
        ([("POST", "/linode/instances")] * 60 + [("POST", "/volumes")] * 100, 30),
        ([("POST", "/support/tickets")] * 5, 120),
    ],
)
def test_least_time(requests: list[tuple[str, str]], seconds: float) -> None:
    """So many windows have to pass before the last request may go; classes run side by side."""
    assert least_time(requests) == seconds


def test_a_small_script_never_waits() -> None:
    """A whole window's requests go at once."""
    stage = Stage()
    api = Limiter(stage, Counter(400, 60, 0.0), ahead=0.0)
    client = Client("t", transport=api, clock=stage)
    assert work(stage, client, [Request("PUT", f"/volumes/{n}", body={}) for n in range(400)]) == [200] * 400
    assert stage.time < 400 * 0.05 / 8 + 0.2
    assert client.least_time([("PUT", "/volumes/1")]) == pytest.approx(60 - stage.time, abs=1)
    row = next(each for each in client.budget if each.source == "its answers")
    assert (row.name, row.limit, row.left) == ("PUT /volumes/{}", 400, 0)
    assert "PUT /volumes/{}: 0 of 400 in 60 s, anew in" in repr(client.budget)
    assert json.loads(json.dumps(client.budget.to_dict()))["rows"][-1]["left"] == 0


def test_no_budget() -> None:
    """A client without a budget sends at once, and says that it keeps none."""
    stage = Stage()
    api = Limiter(stage, Counter(5, 60, 0.0), ahead=0.0)
    client = Client("t", transport=api, clock=stage, budget=None, deadline=1)
    ended = work(stage, client, [Request("PUT", f"/volumes/{n}", body={}) for n in range(10)])
    assert sum(isinstance(each, RateLimited) for each in ended) == 5
    assert not client.budget
    assert repr(client.budget) == "<budget: none is kept>"


@pytest.mark.parametrize("budget", [3, "memcached://x", "http://x"])
def test_budgets_that_are_none(budget: object) -> None:
    """What is no budget is refused by name."""
    with pytest.raises(InvalidRequestError, match="budget is True, False, None or the redis://"):
        Client("t", transport=Limiter(Stage()), budget=budget)


class Answers:
    """A transport that gives answers in turn, the last one for ever, on a clock that only sleeping moves."""

    def __init__(self, *answers: tuple[int, dict[str, str]]) -> None:
        self.answers, self.sent, self.time = list(answers), [], 0.0

    def monotonic(self) -> float:
        return self.time

    def now(self) -> datetime:
        return datetime.fromtimestamp(NOON, UTC) + timedelta(seconds=self.time)

    def sleep(self, seconds: float) -> None:
        self.time += seconds

    def send(self, request: Request, *, token: str | None, timeout: float) -> Response:
        self.sent.append(self.time)
        status, headers = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return Response(status, headers, b"{}", request)

    def close(self) -> None:
        pass


@pytest.mark.parametrize("fields", [{}, {"x-ratelimit-limit": "1600", "x-ratelimit-remaining": "900"}])
def test_a_refusal_that_no_header_explains_halves(fields: dict[str, str]) -> None:
    """A 429 without headers, or with ones that say there is room, halves the rate, which comes back."""
    api = Answers((429, fields), (200, fields))
    client = Client("t", transport=api, clock=api)
    client.send(Request("PUT", "/volumes/1", body={}))
    paces = []
    for _ in range(4):
        paces.append(min(each.pace for each in client.budget))
        api.sleep(120)
    assert paces == pytest.approx([0.5, 0.7, 0.9, 1.0], abs=0.01)


def test_a_refusal_that_headers_explain_halves_nothing() -> None:
    """A 429 that says that nothing is left, in a window that this client used up, is waited for and no more."""
    fields = {"x-ratelimit-limit": "2", "x-ratelimit-remaining": "0", "x-ratelimit-reset": str(int(NOON + 30))}
    api = Answers((200, fields), (429, fields), (200, {}))
    client = Client("t", transport=api, clock=api)
    client.send(Request("PUT", "/volumes/1", body={}))
    client.send(Request("PUT", "/volumes/2", body={}))
    assert min(each.pace for each in client.budget) == 1
    assert api.sent[1] >= 30


def test_what_was_refused_is_not_tried_again_soon() -> None:
    """What the API took in one window before it refused, without headers, stays the most for ten windows."""
    stage = Stage()
    api = Limiter(stage, Counter(800, 60, 0.0), report="nothing")
    client = Client("t", transport=api, clock=stage, deadline=1000)
    work(stage, client, [Request("PUT", f"/volumes/{n}", body={}) for n in range(1700)])
    pace = next(each.pace for each in client.budget if each.name == "everything else")
    assert pace == pytest.approx(0.5, abs=0.01)
    with stage.on():
        stage.sleep(1100)
    assert client.budget.rows[1].pace == 1
    assert len(api.refused) <= 8


def test_others_wait_too() -> None:
    """The pause that a 429 asks for holds for every request of its endpoint, not for two minutes more."""
    api = Answers((429, {"retry-after": "3000"}), (200, {}))
    client = Client("t", transport=api, clock=api)
    with pytest.raises(RateLimited) as caught:
        client.send(Request("PUT", "/volumes/1", body={}))
    assert caught.value.retry_after == 3000
    client.send(Request("PUT", "/volumes/2", body={}))
    assert api.sent == [0, 120]


def test_retry_after_zero_is_no_rush() -> None:
    """An API that refuses for ever and asks for no pause is not asked thousands of times."""
    api = Answers((429, {"retry-after": "0"}))
    with pytest.raises(RateLimited):
        Client("t", transport=api, clock=api).send(Request("PUT", "/volumes/1", body={}))
    assert len(api.sent) < 30


@pytest.mark.parametrize("deadline", [5, 60])
def test_windows_that_never_end(deadline: float) -> None:
    """An API whose window is always about to end is not asked for ever, and not all the time."""

    class Always(Answers):
        def send(self, request: Request, *, token: str | None, timeout: float) -> Response:
            fields = {"x-ratelimit-limit": "100", "x-ratelimit-remaining": "0", "retry-after": "1"}
            self.answers = [(429, {**fields, "x-ratelimit-reset": str(int(self.now().timestamp()) + 1)})]
            return super().send(request, token=token, timeout=timeout)

    api = Always((429, {}))
    with pytest.raises(RateLimited):
        Client("t", transport=api, clock=api, deadline=deadline).send(Request("PUT", "/volumes/1", body={}))
    assert deadline <= len(api.sent) <= 5 * deadline
    assert api.time <= 10 * deadline


def test_a_503_is_obeyed() -> None:
    """The pause that a 503 asks for is made; on a 200 it means nothing."""
    api = Answers((503, {"retry-after": "9"}), (200, {"retry-after": "50"}))
    client = Client("t", transport=api, clock=api)
    client.send(Request("GET", "/volumes/1"))
    client.send(Request("GET", "/volumes/1"))
    assert api.sent == [0, 9, 9]
    with pytest.raises(ServerError) as caught:
        Client("t", transport=Answers((503, {"retry-after": "99"})), clock=api).send(Request("GET", "/volumes/1"))
    assert caught.value.retry_after == 99


def test_waiting_uses_no_deadline(caplog: pytest.LogCaptureFixture) -> None:
    """A request whose turn comes after its deadline would have ended is sent all the same; the log says that it waits."""
    fields = {"x-ratelimit-limit": "1", "x-ratelimit-remaining": "0", "x-ratelimit-reset": str(int(NOON + 100))}
    api = Answers((200, fields))
    client = Client("t", transport=api, clock=api, deadline=5)
    with caplog.at_level(logging.INFO, "linode_orm.rates"):
        client.send(Request("PUT", "/volumes/1", body={}))
        client.send(Request("PUT", "/volumes/2", body={}))
    assert api.sent[1] >= 100
    assert "PUT /volumes/2 waits" in caplog.text


def test_a_hook_that_fails_loses_no_answer(caplog: pytest.LogCaptureFixture) -> None:
    """What an `after` raises is logged and the answer kept; what a `before` raises keeps the request from being sent."""
    api = Answers((200, {"x-ratelimit-remaining": "7"}))
    seen: list[object] = []

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    request = Request("POST", "/volumes", body={})
    client = Client("t", transport=api, clock=api, before=[seen.append], after=[broken, lambda it, _: seen.append(it)])
    with caplog.at_level(logging.DEBUG, "linode_orm"):
        assert client.send(request).status == 200
    assert seen == [request, request]
    assert "its answer is kept" in caplog.text
    record = caplog.records[0].__dict__
    assert (record["status"], record["bytes"], record["rate_left"]) == (200, 2, "7")
    with pytest.raises(ZeroDivisionError):
        Client("t", transport=api, clock=api, before=[broken]).send(request)
    assert len(api.sent) == 1
