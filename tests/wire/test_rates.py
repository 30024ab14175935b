"""Thousands of requests against an API that enforces limits by an algorithm of its own, on a simulated clock."""

from __future__ import annotations

import random

import pytest

from linode_orm.wire import Client, Request
from tests.wire.limiter import Counter, Limiter, Stage, allowed, work

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
def test_nearly_all_that_is_allowed(name: str, full: bool) -> None:
    """Of what the limits allow to one who knows every window, 98 % is sent, and hardly any request is refused."""
    count, runs = 3000, 20 if full else 2
    outcomes = [run(seed, BUDGETS[name], count) for seed in range(runs)]
    rate = count * runs / sum(possible for possible, _ in outcomes)
    share = sum(refused for _, refused in outcomes) / (count * runs)
    print(f"{name}: {rate:.2%} of the allowed rate, {share:.2%} refused, {runs} runs of {count}")
    # in windows of a second, the way there and back is a twentieth of each
    assert rate >= (0.97 if name == "short" else 0.98)
    assert share < 0.01


@pytest.mark.parametrize(("count", "seconds"), [(200, 0), (1600, 10), (1700, 60)])
def test_an_api_that_tells_nothing(count: int, seconds: float) -> None:
    """An API that reports no budget and has the documented one refuses a handful at most, and is then kept to it."""
    stage = Stage()
    api = Limiter(stage, Counter(1600, 60, 0.0), report="nothing")
    client = Client("t", transport=api, clock=stage)
    work(stage, client, [Request("PUT", ENDPOINT.format(number), body={}) for number in range(count)])
    assert len(api.refused) <= 8
    assert seconds <= stage.time < seconds + 12


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
