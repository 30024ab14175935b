"""Clocks that are set, stand still while the machine sleeps, or leap: budgets go by the API's own time."""

from __future__ import annotations

import random
from datetime import timedelta
from email.utils import format_datetime

import pytest

from linode_orm.wire import Client, Request
from tests.wire.limiter import START, Counter, Limiter, Stage, least, work

COUNT = 3000
HOUR = 3600
BUDGETS = (1600, 60), (400, 10)


class Set(Stage):
    """A clock whose wall time is set now and then; what counts seconds goes on."""

    def __init__(self, wrong: float) -> None:
        super().__init__()
        self.wrong = wrong

    def now(self):
        return START + timedelta(seconds=self.time + self.wrong)


class Eventful(Limiter):
    """The API, and what happens to this machine while the answer of one request is on its way."""

    def __init__(self, clock, *counters, events, **options) -> None:
        super().__init__(clock, *counters, **options)
        self.events = dict(events)

    def send(self, request, *, token, timeout):
        answer = super().send(request, token=token, timeout=timeout)
        with self._lock:
            event = self.events.pop(request.path, None)
        if event is not None:
            event(self)
        return answer


def set_by(seconds: float):
    def event(api: Eventful) -> None:
        api.clock.wrong += seconds

    return event


def suspended(api: Eventful) -> None:
    """An hour passes that the clock of this machine does not count."""
    api.leap += HOUR
    api.clock.wrong += HOUR


def asleep(api: Eventful) -> None:
    """An hour passes, and every clock has counted it when the answer is there."""
    api.clock.sleep(HOUR)


# what the clock says too much at first, and what happens on the way
EVENTS = {
    "set forward an hour": (0, set_by(HOUR)),
    "set back an hour": (0, set_by(-HOUR)),
    "set forward a little": (0, set_by(90), set_by(40)),
    "set back a little": (0, set_by(-20), set_by(-50)),
    "to and fro": (0, set_by(86400), set_by(-86400), set_by(30)),
    "wrong, then set right": (86400, set_by(-86400)),
    "a little slow, then set right": (-25, set_by(25)),
    "a little fast, then set right": (25, set_by(-25)),
    "suspended": (0, suspended),
    "asleep": (0, asleep),
}


def jump(seed: int, name: str, ahead: float | None) -> tuple[float, float, int]:
    """Send through the events of that name; give the least time, the time that it took, and the refusals."""
    chance = random.Random(seed)
    budgets = [(limit, per, chance.uniform(0, per)) for limit, per in BUDGETS]
    wrong, *events = EVENTS[name]
    stage = Set(wrong)
    places = {f"/volumes/{chance.randrange(COUNT)}": each for each in events}
    api = Eventful(stage, *(Counter(*each) for each in budgets), events=places, ahead=ahead)
    client = Client("t", transport=api, clock=stage)
    assert work(stage, client, [Request("PUT", f"/volumes/{n}", body={}) for n in range(COUNT)]) == [200] * COUNT
    assert not api.events
    shortest = least(COUNT, 8, api.latency, *budgets)
    # an hour asleep is no hour of waiting; the windows that begin after it may even be early ones
    return shortest, max(stage.time - HOUR, shortest) if name == "asleep" else stage.time, len(api.refused)


@pytest.mark.slow
@pytest.mark.parametrize("name", EVENTS)
def test_jumps(name: str, full: bool, tell) -> None:
    """Whatever happens to the clocks, hardly any request is refused, and none waits for longer than a window."""
    runs, shown = 20 if full else 1, []
    for ahead in (0.0, 75.0, None):
        outcomes = [jump(seed, name, ahead) for seed in range(runs)]
        shortest, taken, refused = (sum(each) for each in zip(*outcomes, strict=True))
        shown.append(f"{shortest / taken:.1%} by time, {refused / COUNT / runs:.2%} 429s")
        assert refused / COUNT / runs < 0.01
        # a clock that is behind, and no date that shows it, lets windows end too late
        behind = ahead is None and name in {"a little slow, then set right", "suspended"}
        assert shortest / taken >= (0.3 if behind else 0.98)
        assert max(each[1] - each[0] for each in outcomes) < 310
    tell(f"clock {name}: {shown[0]}; dates that are off: {shown[1]}; no dates: {shown[2]}; {runs} runs of {COUNT} each")


@pytest.mark.parametrize("budget", [True, None])
def test_a_date_to_wait_for_is_compared_with_the_client_s_clock(budget: bool | None) -> None:
    """`Retry-After` as a date, of an API that sends none of its own, means the clock that the client was given."""

    class Dated(Limiter):
        def headers(self, time, status):
            return {"retry-after": format_datetime(START + timedelta(seconds=time + 20), usegmt=True)}

    stage = Stage()
    api = Dated(stage, Counter(1, 10, 0.0))
    client = Client("t", transport=api, clock=stage, budget=budget)
    assert work(stage, client, [Request("PUT", f"/volumes/{n}", body={}) for n in range(2)], 1) == [200, 200]
    assert stage.time == pytest.approx(20, abs=1.2)
