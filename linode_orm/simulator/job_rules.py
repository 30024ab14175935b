"""Job rules: how long the jobs of an account take, how late the API shows them, and which of them fail."""

from __future__ import annotations

from fnmatch import fnmatchcase
from random import Random
from typing import NamedTuple


class JobRecord(NamedTuple):
    """One job as it truly was: its action, the path of its object, and the simulated seconds of its begin and end."""

    action: str
    path: str
    began: float
    ends: float
    fails: bool


class JobRules:
    """How jobs behave; `sim.job_rules` may be changed at any time, and counts for the jobs that begin from then on.

    `jitter` is the share by which a job may be shorter or longer (0.3: 30 %). `event_lag` and `state_lag` are the
    seconds by which events and states may be shown too late, each by a time between nothing and that. `fail()` lets
    jobs fail. `records` are all jobs so far, as they truly were. With one `seed` it all happens the same way again.
    """

    def __init__(self, seed: int = 0) -> None:
        self.jitter = self.event_lag = self.state_lag = 0.0
        self.records: list[JobRecord] = []
        self._random = Random(seed)  # noqa: S311  times of jobs are no secret
        self._failing: list[tuple[str, frozenset[int] | None, str]] = []
        self._seen: dict[str, int] = {}

    def fail(self, action: str, nth: int | tuple[int, ...] | range | None = 1, message: str = "") -> None:
        """Let the `nth` jobs from now on (from 1; None: each) with this event (`linode_reboot`, `*`) fail."""
        numbers = None if nth is None else frozenset((nth,) if isinstance(nth, int) else nth)
        self._seen.pop(action, None)
        self._failing.append((action, numbers, message))

    def seconds(self, usual: float) -> float:
        """Return how long a job takes."""
        return usual * (1 + self._random.uniform(-self.jitter, self.jitter)) if self.jitter else usual

    def lateness(self, most: float) -> float:
        """Return by how many seconds something is shown too late."""
        return self._random.uniform(0.0, most) if most else 0.0

    def failure(self, action: str | None) -> str | None:
        """Return the message with which the next job of an action fails; None where it does not."""
        found = None
        for pattern, numbers, message in self._failing:
            if action is not None and fnmatchcase(action, pattern):
                self._seen[pattern] = self._seen.get(pattern, 0) + 1
                if numbers is None or self._seen[pattern] in numbers:
                    found = message
        return found
