"""The jobs of objects: changes of a row step by step, at simulated times, with an event that lasts as long."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from linode_orm.simulator.errors import busy
from linode_orm.simulator.events import path_of
from linode_orm.simulator.job_rules import JobRecord

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from linode_orm.simulator.clock import VirtualClock
    from linode_orm.simulator.events import Events
    from linode_orm.simulator.job_rules import JobRules
    from linode_orm.simulator.jobs import Jobs
    from linode_orm.simulator.store import Body, Row

    Steps = tuple[tuple[float, Mapping[str, object]], ...]


class RowJobs:
    """Begins the jobs of an account's objects."""

    clock: VirtualClock
    jobs: Jobs
    job_seconds: float
    job_rules: JobRules
    events: Events

    def shown_in_parent(self, row: Row) -> None:
        """Let the parent of a row show what it shows of it."""
        raise NotImplementedError

    def job(  # noqa: PLR0913  what a job may be about
        self,
        row: Row,
        *steps: tuple[float, Mapping[str, object]],
        action: str | None = None,
        keeps_busy: bool = False,
        secondary: Row | None = None,
        entity: Row | None = None,
        share: float = 1.0,
        event_share: float = 1.0,
        then: Callable[[], object] | None = None,
    ) -> None:
        """Change an object step by step, at fractions of a job's time, with an event that lasts as long.

        `share` makes the job shorter than others, and `event_share` its event shorter than the job. `then` is called
        when the job ends. A later job of the same object takes the place of the steps that are still to come. Where a
        test lets the action fail, only the steps at the beginning are taken, and undone at the end.
        """
        rules, about, now = self.job_rules, entity or row, self.clock.monotonic()
        lasts, failure = rules.seconds(self.job_seconds * share), rules.failure(action)
        if keeps_busy:
            about.hidden["busy_until"] = now + lasts
        if failure is not None:  # a job that fails leaves its object as it was
            steps, then = _undone(steps, row.body), None
        self._take(row, steps, lasts, then)
        if action:
            rules.records.append(JobRecord(action, path_of(about), now, now + lasts, fails=failure is not None))
            self.events.add(action, about, secondary=secondary, lasts=lasts * event_share, failure=failure)

    def _take(self, row: Row, steps: Steps, lasts: float, then: Callable[[], object] | None) -> None:
        """Take the steps of a job when their times come, unless another job of the object has begun by then."""
        turn = row.hidden["turn"] = row.hidden.get("turn", 0) + 1
        late = self.job_rules.lateness(self.job_rules.state_lag)

        def act(do: Callable[[], object]) -> None:
            if not row.gone and row.hidden.get("turn") == turn:
                do()

        def change(fields: Mapping[str, object]) -> None:
            row.change(**fields)
            self.shown_in_parent(row)

        for fraction, fields in steps:
            self._at(fraction * lasts + late, partial(act, partial(change, fields)))
        if then is not None:
            self._at(lasts, partial(act, then))

    def _at(self, seconds: float, do: Callable[[], object]) -> None:
        """Do something after so many simulated seconds, at once where there are none."""
        if seconds <= 0:
            do()
        else:
            self.jobs.later(seconds, do)

    def is_busy(self, row: Row) -> bool:
        """Whether a job keeps an object from taking another."""
        return float(row.hidden.get("busy_until", 0.0)) > self.clock.monotonic()

    def refuse_busy(self, row: Row) -> None:
        """Refuse while a job keeps the object busy."""
        if self.is_busy(row):
            raise busy()


def _undone(steps: Sequence[tuple[float, Mapping[str, object]]], body: Body) -> Steps:
    """Return the steps of a job that fails: those at the beginning, and back at the end."""
    first = [step for step in steps if step[0] <= 0]
    return (*first, (1.0, {key: body[key] for _, fields in first for key in fields}))
