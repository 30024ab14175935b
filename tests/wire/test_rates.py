"""Thousands of requests against an API that enforces limits by an algorithm of its own, on a simulated clock."""

from __future__ import annotations

import random
from math import ceil

import pytest

from linode_orm.wire import Client, Request
from tests.wire.limiter import Bucket, Counter, Limiter, Sliding, Stage, allowed, best, least, work

pytestmark = pytest.mark.slow

ENDPOINT = "/linode/instances/{}"
BUDGETS = {
    "one": ((1600, 60),),
    "two": ((1600, 60), (400, 10)),
    "small": ((20, 15), (300, 120)),
    "short": ((800, 60), (20, 1)),
}


def run(seed: int, budgets: tuple[tuple[int, int], ...], count: int, **options) -> tuple[int, int]:
    """Send so many updates; give how many the limits allowed in the time that they took, and the refusals."""
    chance = random.Random(seed)
    phases = [chance.uniform(0, per) for _, per in budgets]
    stage = Stage()
    counters = [Counter(limit, per, phase) for (limit, per), phase in zip(budgets, phases, strict=True)]
    ahead = chance.choice([None, 0.0, chance.uniform(-90, 90)])
    api = Limiter(stage, *counters, ahead=ahead, report=chance.choice(["tightest", "in turn"]), **options)
    client = Client("t", transport=api, clock=stage)
    requests = [Request("PUT", ENDPOINT.format(number), body={"label": "a"}) for number in range(count)]
    assert work(stage, client, requests) == [200] * count
    assert len(api.taken) == count
    fresh = [Counter(limit, per, phase) for (limit, per), phase in zip(budgets, phases, strict=True)]
    return allowed(stage.time, 8, api.latency, *fresh), len(api.refused)


@pytest.mark.parametrize("name", BUDGETS)
def test_nearly_all_that_is_allowed(name: str, full: bool, tell) -> None:
    """Of what the limits allow to one who knows every window, 98 % is sent, and hardly any request is refused."""
    count, runs = 3000, 20 if full else 2
    outcomes = [run(seed, BUDGETS[name], count) for seed in range(runs)]
    rate = count * runs / sum(possible for possible, _ in outcomes)
    share = sum(refused for _, refused in outcomes) / (count * runs)
    limits = " and ".join(f"{limit} in {per} s" for limit, per in BUDGETS[name])
    tell(f"fixed windows, {limits}: {rate:.2%} of the allowed rate, {share:.2%} 429s, {runs} runs of {count}")
    assert rate >= 0.98
    assert share < 0.01


@pytest.mark.parametrize("rounding", [ceil, round])
def test_resets_that_are_rounded_otherwise(rounding, full: bool, tell) -> None:
    """A window may end before the second that is told, too; where that is found takes a window or two."""
    count, runs = 3000, 20 if full else 4
    outcomes = [run(seed, BUDGETS["two"], count, rounding=rounding) for seed in range(runs)]
    rate = count * runs / sum(possible for possible, _ in outcomes)
    share = sum(refused for _, refused in outcomes) / (count * runs)
    tell(f"resets by {rounding.__name__}(): {rate:.2%} of the allowed rate, {share:.2%} 429s, {runs} runs of {count}")
    assert rate >= 0.98
    assert share < 0.01


@pytest.mark.parametrize("budgets", [BUDGETS["one"], BUDGETS["two"]], ids=["one", "two"])
@pytest.mark.parametrize(("kind", "least_share"), [(Sliding, 0.95), (Bucket, 0.6)])
def test_no_windows_at_all(kind, least_share: float, budgets: tuple[tuple[int, int], ...], tell) -> None:
    """Limits that are enforced without windows are kept to, too; where they come back bit by bit, some is left unused."""
    stage = Stage()
    api = Limiter(stage, *(kind(*each) for each in budgets), ahead=0.0)
    # a bucket asks for a pause until it is full
    client = Client("t", transport=api, clock=stage, deadline=200)
    assert work(stage, client, [Request("PUT", ENDPOINT.format(n), body={}) for n in range(3000)]) == [200] * 3000
    rate = best(3000, 8, api.latency, *(kind(*each) for each in budgets)) / stage.time
    limits = " and ".join(f"{limit} in {per} s" for limit, per in budgets)
    tell(
        f"{kind.__name__.lower()}, {limits}: {rate:.0%} of the allowed rate by time, {len(api.refused) / 3000:.2%} 429s"
    )
    assert rate >= least_share
    assert len(api.refused) < 0.02 * 3000


# method, path, the documented limit and its seconds, how many are sent
DOCUMENTED = [
    ("PUT", ENDPOINT, 1600, 60, 3000),
    ("GET", "/linode/instances/{}/disks", 200, 60, 500),
    ("POST", "/linode/instances", 20, 15, 60),
    ("POST", "/support/tickets", 2, 60, 6),
]


def silent(seed: int, case: tuple[str, str, int, int, int], divisor: int) -> tuple[Stage, Limiter, float]:
    """Send to an API that reports no budget and enforces a part of the documented one; give the least time too."""
    method, path, limit, per, count = case
    phase = random.Random(seed).uniform(0, per)
    stage = Stage()
    api = Limiter(stage, Counter(limit // divisor, per, phase), report="nothing")
    client = Client("t", transport=api, clock=stage, deadline=1000)
    body = None if method == "GET" else {}
    assert work(stage, client, [Request(method, path.format(n), body=body) for n in range(count)]) == [200] * count
    return stage, api, least(count, 8, api.latency, (limit // divisor, per, phase))


@pytest.mark.parametrize("case", DOCUMENTED, ids=lambda case: case[1])
def test_an_api_that_tells_nothing(case: tuple[str, str, int, int, int], full: bool) -> None:
    """The documented limits hold until headers tell others: an API that enforces them in silence refuses nothing."""
    for seed in range(20 if full else 2):
        stage, api, shortest = silent(seed, case, 1)
        assert api.refused == []
        # who does not see the windows keeps to the rate in each of them
        assert stage.time <= shortest + case[3] + 1


@pytest.mark.parametrize("case", DOCUMENTED[:3], ids=lambda case: case[1])
def test_an_api_that_tells_nothing_and_allows_half(case: tuple[str, str, int, int, int], full: bool, tell) -> None:
    """A refusal that nothing explains halves the rate, which then stays below what was refused."""
    outcomes = [silent(seed, (*case[:4], 3 * case[4]), 2) for seed in range(20 if full else 2)]
    rate = sum(each[2] for each in outcomes) / sum(each[0].time for each in outcomes)
    share = sum(len(each[1].refused) for each in outcomes) / (3 * case[4] * len(outcomes))
    tell(
        f"half of the documented {case[2]} in {case[3]} s, in silence: {rate:.0%} of the allowed rate, {share:.2%} 429s"
    )
    assert rate >= 0.6
    for stage, api, _ in outcomes:
        # ten windows later it tries for more, once
        assert sum(1 for each in api.refused if each > stage.time / 2) <= 8


def test_headers_that_promise_too_much(full: bool) -> None:
    """A refusal that says there is room is explained by no header: it halves the rate like any other."""

    class Boasting(Limiter):
        def headers(self, time, status):
            left = {"x-ratelimit-limit": "1600", "x-ratelimit-remaining": "900"}
            return {**super().headers(time, status), **left}

    for seed in range(20 if full else 2):
        stage = Stage()
        api = Boasting(stage, Counter(400, 60, random.Random(seed).uniform(0, 60)), ahead=0.0)
        client = Client("t", transport=api, clock=stage, deadline=1000)
        work(stage, client, [Request("PUT", ENDPOINT.format(number), body={}) for number in range(3000)])
        assert len(api.taken) == 3000
        assert len(api.refused) < 0.03 * 3000


def test_other_programs_take_their_part() -> None:
    """What others use of the same budget is seen in the answers; few requests are refused for it."""
    stage = Stage()
    counter = Counter(400, 20, 5.0)
    api = Limiter(stage, counter)

    class Crowded(Limiter):
        def decide(self, time):
            # somebody else takes as many
            if counter.left(time) > 1:
                counter.count += 1
            return super().decide(time)

    api = Crowded(stage, counter)
    client = Client("t", transport=api, clock=stage)
    work(stage, client, [Request("PUT", ENDPOINT.format(number), body={}) for number in range(1500)])
    assert len(api.refused) < 0.05 * 1500
