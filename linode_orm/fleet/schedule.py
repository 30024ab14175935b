"""The schedule of a run: items in stages, a bounded number at a time, until too many have failed."""

from __future__ import annotations

from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from itertools import islice
from typing import TYPE_CHECKING, Final

from linode_orm._public import public_in
from linode_orm.fleet.connections import kept_connections
from linode_orm.fleet.item import Outcome
from linode_orm.fleet_errors import FleetError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from linode_orm.fleet.item import WorkItem

    Work = Callable[[WorkItem], Outcome]
    Dispatch = Callable[[Iterable[WorkItem]], Iterator[Outcome]]
    """Does the work of some items, and yields the outcomes as they come; it takes no more items than are in flight."""

IN_FLIGHT: Final = 2
"""How many items are in flight for each worker, so that none waits for the next one."""
_TENTH: Final = 10


def through_executor(executor: Executor, work: Work, workers: int) -> Dispatch:
    """Return what does work on an executor, at most two items in flight for each worker."""

    def dispatch(items: Iterable[WorkItem]) -> Iterator[Outcome]:
        waiting = iter(items)
        flying: dict[Future[Outcome], WorkItem] = {}
        while True:
            for item in islice(waiting, IN_FLIGHT * workers - len(flying)):
                try:
                    flying[executor.submit(work, item)] = item
                except BrokenExecutor as error:  # it takes nothing more: the rest is left
                    yield _lost(item, error)
                    waiting = iter(())
                    break
            if not flying:
                return
            ended, _ = wait(flying, return_when=FIRST_COMPLETED)
            for each in ended:
                yield _outcome(each, flying.pop(each))

    return dispatch


def _outcome(future: Future[Outcome], item: WorkItem) -> Outcome:
    """Return the outcome of a future; a worker that died, or what cannot be pickled, is the error of its item."""
    try:
        return future.result()
    except Exception as error:  # noqa: BLE001  whatever an executor raises
        return _lost(item, error)


def _lost(item: WorkItem, error: Exception) -> Outcome:
    failed = FleetError(f"the worker of {item.account!r} gave no outcome: {type(error).__name__}: {error}")
    failed.__cause__ = error
    return Outcome(item.account, error=failed)


def through_map(mapping: Callable[[Work, Sequence[WorkItem]], Iterable[Outcome]], work: Work, workers: int) -> Dispatch:
    """Return what does work through a callable like `map`, in portions of two items for each worker."""

    def dispatch(items: Iterable[WorkItem]) -> Iterator[Outcome]:
        waiting = iter(items)
        while portion := list(islice(waiting, IN_FLIGHT * workers)):
            yield from mapping(work, portion)

    return dispatch


@public_in("linode_orm.fleet")
class FleetRun:
    """The outcomes of a run, to iterate over as they come; `left` are the accounts that were not started."""

    def __init__(
        self,
        accounts: Sequence[str],
        item_of: Callable[[str], WorkItem],
        dispatch: Dispatch,
        max_failed: int | None,
    ) -> None:
        self._accounts, self._item_of = tuple(accounts), item_of
        self._dispatch, self._most = dispatch, max_failed
        self._started: set[str] = set()
        self._outcomes = self._all()
        self.failed: list[str] = []
        """The accounts whose function ended with an error, so far."""

    @property
    def left(self) -> tuple[str, ...]:
        """The accounts that were not started: those of the rest of a run that goes on, or that was stopped."""
        return tuple(each for each in self._accounts if each not in self._started)

    def __iter__(self) -> Iterator[Outcome]:
        return self

    def __next__(self) -> Outcome:
        return next(self._outcomes)

    def _all(self) -> Iterator[Outcome]:
        with kept_connections():
            for stage in self._stages():
                for outcome in self._dispatch(self._wanted(stage)):
                    if outcome.error is not None:
                        self.failed.append(outcome.account)
                    yield outcome

    def _stages(self) -> list[tuple[str, ...]]:
        """Return one account, a tenth and the rest where failures count, so that the first ones tell; else all."""
        accounts = self._accounts
        if self._most is None or len(accounts) <= 1:
            return [accounts]
        tenth = 1 + len(accounts) // _TENTH
        return [each for each in (accounts[:1], accounts[1:tenth], accounts[tenth:]) if each]

    def _wanted(self, stage: Iterable[str]) -> Iterator[WorkItem]:
        """Make the items of accounts as they are wanted."""
        for account in stage:
            if self._most is not None and len(self.failed) > self._most:
                return
            self._started.add(account)
            yield self._item_of(account)

    def __repr__(self) -> str:
        counts = f"{len(self.failed)} failed, {len(self.left)} not started"
        return f"<FleetRun of {len(self._accounts)} accounts: {counts}>"
