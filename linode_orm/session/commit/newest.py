"""The newest values: what an update is built on is read again while a commit runs, so that others' writes are kept."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Final, NamedTuple

from linode_orm.errors import LinodeORMError
from linode_orm.mapping.model import resource
from linode_orm.mapping.state import Status, state_of
from linode_orm.session.planning.plan import Key
from linode_orm.session.planning.rebasing import is_built_on_newest, needs_get, rebased

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping, Sequence
    from typing import Any

    from linode_orm.mapping import Model, Owner
    from linode_orm.session.planning.plan import Change, Step, Token
    from linode_orm.session.waiting.bulk_refresh import BulkRefresh
    from linode_orm.wire.client import Client

MOST_REQUESTS: Final = 100
"""After how many requests of a run values are read again."""
MOST_SECONDS: Final = 4.0
"""After how many seconds values are read again: so the write that is built on them ends within five."""


class NewestStep(NamedTuple):
    """A step on the newest values, what both sides changed, and the newest body of its object."""

    step: Step
    clashes: list[tuple[Change, object]]
    body: Mapping[str, Any]


class Renewal(NamedTuple):
    """What became of steps whose values were due to be read again.

    `later` are those that wait for a request of their object, `steps` those on the newest values, by number. `failures`
    are what both sides changed, or the error that kept the values from being read.
    """

    later: list[Step]
    steps: dict[int, Step]
    failures: dict[int, NewestStep | LinodeORMError]


class NewestValues:
    """When the values were read on which the steps of one run are built, and how they are read again.

    `read_at` is when those of all steps were read, by the monotonic clock, but for those of the objects `unread`;
    without it each is read before it is sent. With `scalars`, values that go alone in their PUT are compared too.
    """

    def __init__(  # noqa: PLR0913  what is read, and when it was
        self,
        client: Client,
        refresh: BulkRefresh,
        owner: Owner,
        *,
        read_at: float | None,
        scalars: bool = False,
        unread: frozenset[Token] = frozenset(),
    ) -> None:
        self._client, self._refresh, self._owner, self._unread = client, refresh, owner, unread
        self._read_at, self._scalars = read_at, scalars
        self._began = client.clock.monotonic()
        self._launched = 0
        self._read: dict[int, tuple[float, int]] = {}
        """For each step that was read again: when, and how many requests were sent before."""
        self._concerned: dict[int, bool] = {}
        self._planned: dict[int, Step] = {}
        """The steps as they were planned: each merge starts from what the user saw."""

    def of_compensation(self) -> NewestValues:
        """Return the newest values for a compensating plan; nothing of it is read yet."""
        return NewestValues(self._client, self._refresh, self._owner, read_at=None)

    def concerns(self, step: Step) -> bool:
        """Whether the body of a step is built on the newest values."""
        known = self._concerned.get(step.number)
        if known is None:
            known = self._concerned[step.number] = is_built_on_newest(step, scalars=self._scalars)
        return known

    def count(self) -> None:
        """Count a request that is sent."""
        self._launched += 1

    def is_due(self, step: Step, before: int = 0) -> bool:
        """Whether the values of a step have to be read before it is sent, as the request after so many others."""
        if not self.concerns(step):
            return False
        known = self._last_read(step)
        # promise 20b: the gap between a read and the write that is built on it stays short
        return known is None or self._launched + before - known[1] >= MOST_REQUESTS or self.is_late(step)

    def is_late(self, step: Step) -> bool:
        """Whether so many seconds have passed since the values of a step were read that they are read again."""
        known = self._last_read(step)
        return known is None or self._client.clock.monotonic() - known[0] >= MOST_SECONDS

    def age(self, step: Step, at: float | None) -> float | None:
        """Return for how many seconds the values of a step were known then, or are by now; None if it has none."""
        if not (self.concerns(step) or step.parts):
            return None
        known = self._last_read(step)
        return None if known is None else (self._client.clock.monotonic() if at is None else at) - known[0]

    def _last_read(self, step: Step) -> tuple[float, int] | None:
        is_unread = self._read_at is None or step.token in self._unread
        return self._read.get(step.number, None if is_unread else (self._read_at or 0.0, 0))

    def renewal(self, going: Sequence[Step], left: Sequence[Step], flying: Container[Token]) -> Renewal:
        """Read again the values of the steps that are due of those that are going, with those of the next ones left.

        `flying` are the objects that a request is being made about. A read between the read and the PUT of another
        request of the same object would hide what is lost there: those wait.
        """
        due = [step for at, step in enumerate(going) if self.is_due(step, at)]
        later = [step for step in due if step.token in flying]
        due = [step for step in due if step.token not in flying]
        try:
            found = self._renew(_together(due, filter(self.concerns, left), flying)) if due else []
        except LinodeORMError as error:
            return Renewal(later, {}, {step.number: error for step in due})
        renewed = {each.step.number: each.step for each in found if not each.clashes}
        numbers, failures = {step.number for step in going}, dict[int, NewestStep | LinodeORMError]()
        for each in found:
            if each.clashes and each.step.number in numbers:
                failures[each.step.number] = each
            elif each.clashes:
                self._forget(each.step)  # it is read again when its turn comes, and says so then
        return Renewal(later, renewed, failures)

    def _renew(self, steps: Sequence[Step]) -> list[NewestStep]:
        """Read the values of these steps again, in one list a class where that is cheapest; return the steps on them.

        A step whose object is gone stays as it is: its request tells. Raises the error that kept it from reading.
        """
        began = self._client.clock.monotonic()
        found = stand_ins(steps, self._owner)
        gone = read_again(self._refresh, [(step, found[step.token]) for step in steps])
        renewals: list[NewestStep] = []
        for step in steps:
            instance = found[step.token]
            self._read[step.number] = began, self._launched
            if id(instance) in gone:
                continue
            planned, body = self._planned.setdefault(step.number, step), state_of(instance).body
            renewals.append(NewestStep(*rebased(planned, body, scalars=self._scalars), body))
        return renewals

    def _forget(self, step: Step) -> None:
        """Let the values of a step be read again before it is sent."""
        self._read[step.number] = self._began - MOST_SECONDS, 0


def _together(due: Iterable[Step], left: Iterable[Step], flying: Container[Token]) -> list[Step]:
    """Return the steps whose values are read together: those that are due, and the next ones, object by object."""
    left = list(left)
    tokens = dict.fromkeys(step.token for step in (*due, *left) if step.token not in flying)
    chosen = {*islice(tokens, MOST_REQUESTS)}
    return [step for step in left if step.token in chosen]


def stand_ins(steps: Iterable[Step], owner: Owner) -> dict[Token, Model]:
    """Return an object for each key of steps that no session knows: reading it changes nobody's object."""
    keys = {step.token for step in steps if isinstance(step.token, Key)}
    return {key: resource(key.model).__bare__(key.identity, key.parents, owner, Status.PERSISTENT) for key in keys}


def read_again(refresh: BulkRefresh, objects: Iterable[tuple[Step, Model]]) -> set[int]:
    """Read the objects of steps, in one list a class where that is cheapest; return the `id()` of each that is gone."""
    pairs = list(objects)
    whole = [instance for step, instance in pairs if needs_get(step)]
    return {id(each) for each in refresh.run([instance for _, instance in pairs], whole)}
