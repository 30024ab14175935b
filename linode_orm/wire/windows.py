"""The accounting of a budget that answers report: what may still be sent, and from when on there is more."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final

from attrs import Factory, define

from linode_orm.wire.sliding import NEVER, POLL, Log, Pace

if TYPE_CHECKING:
    from linode_orm.wire.told import Report

_ROUNDING: Final = 1.0
_A_TRY: Final = 50
"""Requests of a window for each try in the second that is in doubt."""
_FEWEST: Final = 2
_MOST: Final = 8
_LONGEST: Final = 300.0
_STRANGERS: Final = 0.05
_SHORT: Final = 5.0


@define(eq=False)
class Window:
    """A budget that answers report: `limit` until its window ends, then as many again.

    `ends` is when that is by the API's own word, in whole seconds; the truth lies between `early` and `late` seconds
    from there, and every answer near it narrows that. One request at a time may try whether it has come.
    `others` are requests that this client did not send, as far as answers show, `friends` those of them that are known
    from a shared count. `name` is the window's among those who share it, `debt` what they have not been told of yet, or
    `joins` where they know the window already.
    """

    limit: int
    per: float
    reset: float | None
    ends: float
    seen: float
    used: int = 0
    others: int = 0
    friends: int = 0
    last: int = 0
    low: int = Factory(lambda self: self.limit, takes_self=True)
    before: int = 0
    number: int = 1
    flying: int = 0
    shut: float = NEVER
    early: float = -_ROUNDING
    late: float = _ROUNDING
    confirmed: bool = True
    crossed: float = 0.0
    edge: float = Factory(lambda self: self.reset or 0.0, takes_self=True)
    trying: bool = False
    measured: bool = False
    name: str = ""
    debt: int = 0
    joins: int | None = None
    resolved: float | None = None
    log: Log | None = None
    pace: Pace = Factory(lambda self: Pace(self.per), takes_self=True)

    def wait(self, now: float, share: float) -> float:
        """Give the seconds until the next request may go, 0 where it may now."""
        if now < self.shut:
            return self.shut - now
        if self.log is not None:
            return self.log.wait(now, share)
        if now >= self.ends + self.late:
            self._roll(now, self.flying)
        if self.left(now, share) > 0:
            return 0.0
        end = self.ends + self.late
        if self.trying:
            end = min(end, now + POLL)
        trial = self._trial()  # promise 37: one request tries whether the window has ended
        return max((end if trial is None else min(trial, end)) - now, 0.0)

    def _trial(self) -> float | None:
        """Give when one request may try whether the window has ended; None where that is known well enough.

        Being a little late costs that little once, for the windows follow each other; a trial that fails costs more.
        """
        width = self.late - self.early
        grain = _ROUNDING / min(max(self.limit // _A_TRY, _FEWEST), _MOST)
        if self.trying or self.reset is None or width <= grain:
            return None
        # the word of the API first; what rounds up has told a moment too late
        at = 0.0 if self.early < 0 < self.late - grain else self.early + min(grain, width / 2)
        return self.ends + at if at < self.late else None

    def left(self, now: float, share: float) -> int:
        """Give how many may go now."""
        if self.log is not None:
            return self.log.left(now, share)
        return max(min(self.allowed(now, share), self.limit - self.others) - self.used, 0)

    def allowed(self, now: float, share: float) -> int:
        """Give how many of a window are used, at the pace of now."""
        return max(int(self.limit * self.pace.at(now) * share), 1)

    def explains(self, report: Report) -> bool:
        """Whether a refusal only says what is known: the window is used up, and not by strangers."""
        return report.remaining == 0 and self.others - self.friends <= self.limit * _STRANGERS

    def slow_down(self, began: float, now: float) -> None:
        """Halve the rate after a refusal."""
        self.pace.halve(began, now)

    def take(self, now: float, share: float) -> int:
        """Count a request that goes now; give the number of the window whose end it tries, 0 where it tries none."""
        if self.log is not None:
            self.log.take(now, share)
        trial = self.log is None and self.left(now, share) <= 0
        self.trying = self.trying or trial
        self.used += 1
        self.flying += 1
        return self.number if trial else 0

    def landed(self, began: float, now: float, *, refused: bool = False) -> None:
        """Note that the end of one is known; where the API refused it, it did not count."""
        self.flying -= 1
        self.used = max(self.used - refused, 0)
        self.trying = self.trying and not refused
        if self.log is not None:
            self.log.landed(began, now, refused=refused)

    def give_back(self, trial: int, *, full: bool) -> None:
        """Forget one that did not go after all; `full` where others have used up the window."""
        self.flying -= 1
        self.used -= 1
        self.trying = self.trying and not trial
        if self.log is not None:
            self.log.give_back(trial, full=full)
        if full:
            self.others = max(self.others, self.limit - self.used)

    def passed(self, now: float, trial: int) -> None:
        """Learn from a trial that the API took and whose answer reports another budget: this window has ended."""
        if trial == self.number:
            self.late = min(self.late, max(now - self.ends, -_ROUNDING))
            self._roll(now, used=self.flying + 1)

    def hear(self, early: float, late: float | None, now: float) -> None:
        """Learn from a trial of another process, `early` or `late` seconds from `ends`: too early, or after the end."""
        if late is None:
            self._not_before(early)
        else:
            self.late = min(self.late, max(late, -_ROUNDING))
            self._roll(now, used=self.flying)

    def _not_before(self, early: float) -> None:
        if early > self.early:
            self.early = early
            self.late = max(self.late, early + _ROUNDING / 2)

    def tell(self, report: Report, ends: float | None, began: float, now: float) -> None:
        """Learn from an answer whose request began at `began`; `ends` is its reset on this clock."""
        self.seen = now
        if report.remaining is None:
            return
        if ends is None or report.reset is None or self.reset is None:
            self._tell_remaining(report.remaining, now)
            return
        ahead = report.reset - self.reset
        if ahead < -_ROUNDING:
            # counted in the window before, and here too as long as nobody knew
            self.used = max(self.used - 1, 0)
            return
        fresh, self.last = report.remaining > self.last, report.remaining
        if ahead > _ROUNDING or (ahead > 0 and fresh):
            self._next(report.reset, ends, now)
        else:
            self._same(ends, began, now)
        # with nothing on its way, the lowest report is the truth
        self.low = min(self.low, report.remaining)
        self.used = min(self.used, self.limit - self.low + 2 * self.flying)
        if self.flying:
            self.others = max(self.others, self.limit - report.remaining - self.used)
        else:
            self.others = max(self.limit - self.low - self.used, 0)

    def _tell_remaining(self, remaining: int, now: float) -> None:
        """Learn from an answer that does not say when: more left than before is a new window."""
        if remaining > self.limit - self.used - self.others + self.flying:
            self.used, self.others, self.ends = self.flying + 1, 0, now + self.per
        self.others = max(self.others, self.limit - remaining - self.used)

    def _same(self, ends: float, began: float, now: float) -> None:
        if not self.confirmed:
            # taken for the next one too early
            self.confirmed, self.used = True, self.used + self.before
            self.pace.forgive(now)
        self.ends, self.trying = ends, False
        self._not_before(began - ends)

    def _next(self, reset: float, ends: float, now: float) -> None:
        # the one that was taken for begun may be over too, without a word about it
        another = self.confirmed or (self.measured and reset > self.edge + _ROUNDING)
        after = now - (self.ends if another else self.crossed)
        if -_ROUNDING <= after < self.late:
            self.late = after
            self.early = min(self.early, after - POLL)
        ahead = reset - (self.reset or reset)
        if ahead <= (self.per if self.measured else _LONGEST):
            self._measure(ahead, now)
        if another:
            self._open(self.flying + 1, reset - self.per if self.measured else self.edge)
        self.reset, self.edge, self.ends, self.confirmed = reset, reset, ends, True

    def _measure(self, per: float, now: float) -> None:
        self.per = self.pace.per = per
        self.measured = True
        if self.log is not None:
            self.log.per = per
        elif per <= _SHORT:
            # whole seconds say too little of so short windows
            spent = min(max(self.used - self.flying, 0), self.limit)
            self.log = Log(self.limit, per, self.flying, pace=self.pace, ended=deque([now] * spent))

    def _roll(self, now: float, used: int) -> None:
        """The window has ended for sure; whether and when the next one began, an answer will tell."""
        self.crossed = self.ends
        passed = max(int((now - self.late - self.ends) // self.per) + 1, 1)
        self.ends += passed * self.per
        start = self.edge + (passed - 1) * self.per
        self._open(used, start)
        self.edge = start + self.per
        self.confirmed = self.reset is None

    def _open(self, used: int, start: float) -> None:
        self.name, self.resolved, self.debt, self.joins = f">{start}", None, used, None
        self.before, self.used, self.others, self.friends, self.trying = self.used, used, 0, 0, False
        self.low = self.limit
        self.number += 1
