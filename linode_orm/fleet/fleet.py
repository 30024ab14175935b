"""The fleet: accounts by name, and one function run over all of them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

from attrs import evolve

from linode_orm._options import check_count
from linode_orm._public import public_in
from linode_orm.errors import ConfigError
from linode_orm.fleet.accounts_file import FleetAccount, account_from, read_accounts
from linode_orm.fleet.item import WorkItem, name_of
from linode_orm.fleet.marks import Mark
from linode_orm.fleet.plans import plan_into
from linode_orm.fleet.references import parse_child
from linode_orm.fleet.run import perform, run
from linode_orm.fleet.schedule import FleetRun, through_executor, through_map
from linode_orm.fleet_errors import FleetError
from linode_orm.models import ChildAccount
from linode_orm.session.commit.failure_policy import failure_policy

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import Self

    from linode_orm.fleet.item import Outcome
    from linode_orm.fleet.schedule import Dispatch
    from linode_orm.session.verbs.session import Session

PLAN_INTO: Final = "linode_orm.fleet.plans:plan_into"
_PLAN: Final = ".plan"


@public_in("linode_orm.fleet")
class Fleet:
    """Accounts by name, each with a reference to its token: `Fleet({"prod": "env:PROD_TOKEN"})`.

    A reference is `env:NAME`, `file:PATH`, `profile:NAME`, `keyring:SERVICE/USER` or `child:EUUID@account`. The worker
    that does the work resolves it, so that no token is in a work item, a pickle, a log or an outcome. A value may be a
    table with `token`, `url` and `tags` as well. `budget` is the option of each account's client: an address of Redis
    lets workers that share a token share what the API allows it.

    Raises `ConfigError` for a value that is no reference, without showing it.
    """

    def __init__(self, accounts: Mapping[str, object], *, budget: bool | str | None = True) -> None:
        if not isinstance(accounts, Mapping):
            msg = f"a Fleet takes names with references, {{'prod': 'env:PROD_TOKEN'}}, not {type(accounts).__name__}"
            raise ConfigError(msg)
        self._accounts = {name: account_from(name, value) for name, value in accounts.items()}
        self._budget = budget
        self._hidden: frozenset[str] = frozenset()
        self._last: FleetRun | None = None
        for each in self._accounts.values():
            self._above(each)

    @classmethod
    def load(cls, path: str | os.PathLike[str], *, budget: bool | str | None = True) -> Self:
        """Return the fleet that a file describes, `[accounts]` with a reference or a table for each name."""
        return cls._of(read_accounts(path), budget)

    @classmethod
    def children(
        cls,
        session: Session,
        *,
        reference: str = "env:LINODE_TOKEN",
        name: str = "parent",
        budget: bool | str | None = True,
    ) -> Self:
        """Return the fleet of the child accounts of a session's account, by their ids; as many requests as pages.

        `reference` says where workers find the token of the account itself, which mints those of its children. `name`
        is what that account is called in the fleet; work is done on the children alone.
        """
        accounts = [FleetAccount(name, account_from(name, reference).reference, session.client.base_url)]
        accounts += [
            FleetAccount(child.euuid, f"child:{child.euuid}@{name}", session.client.base_url, (child.company or "",))
            for child in session.query(ChildAccount)
        ]
        return cls._of(accounts, budget, frozenset({name}))

    @classmethod
    def _of(
        cls,
        accounts: Iterable[FleetAccount],
        budget: bool | str | None,  # noqa: FBT001  an option
        hidden: frozenset[str] = frozenset(),
    ) -> Self:
        """Return the fleet of some accounts; no work is done on the hidden ones, which stand above others."""
        fleet = cls(
            {each.name: {"token": each.reference, "url": each.url, "tags": each.tags} for each in accounts},
            budget=budget,
        )
        fleet._hidden = hidden
        return fleet

    @property
    def accounts(self) -> tuple[str, ...]:
        """The names of the accounts that work is done on, in their order."""
        return tuple(name for name in self._accounts if name not in self._hidden)

    @property
    def left(self) -> tuple[str, ...]:
        """The accounts that the last run did not start."""
        return self._last.left if self._last is not None else ()

    def only(self, *names: str, tag: str | None = None, shard: tuple[int, int] | None = None) -> Self:
        """Return the fleet with some of the accounts: by name, by a tag, or part `i` of `n` (`shard=(i, n)`, from 1).

        A shard is chosen by the account's name, so that it stays the same when others come and go. Raises `FleetError`
        for a name that is not there.
        """
        unknown = [name for name in names if name not in self._accounts]
        if unknown:
            msg = f"the fleet has no account {unknown[0]!r}; there are {', '.join(self._accounts)}"
            raise FleetError(msg)
        chosen = [
            each
            for each in self._accounts.values()
            if (not names or each.name in names)
            and (tag is None or tag in each.tags)
            and (shard is None or _is_in_shard(each.name, *shard))
        ]
        hidden = frozenset(self._accounts).difference(each.name for each in chosen) | self._hidden
        return self._of(self._accounts.values(), self._budget, hidden)

    # -- runs --------------------------------------------------------------------------------------------------------

    def map(  # noqa: PLR0913  the options of the contract
        self,
        function: Callable[..., object],
        /,
        *arguments: object,
        executor: Executor | None = None,
        through: Callable[..., Iterable[Any]] | None = None,
        workers: int = 8,
        max_failed: int | None = None,
        journals: str | os.PathLike[str] | None = None,
    ) -> FleetRun:
        """Call `function(session, *arguments)` for each account; iterate the result for an `Outcome` as each ends.

        Work is done on `workers` threads; on `executor`, any `concurrent.futures.Executor`; or by `through`, any
        callable like `map` (Ray's `Pool.imap_unordered`). There a function is named by its module, and arguments and
        results are pickled. At most two items a worker are in flight. A session has the token of its account, and is
        closed when the function returns.

        With `max_failed`, one account goes first, then a tenth, then the rest; after more than so many failures no
        further account is started, and `.left` names them. `journals` is a folder: each account's commits are written
        down in a file there, which is recovered first. A run that did not come to its end is carried on by calling
        `map` again: accounts that are done are skipped.
        """
        name = _checked(function, executor, through, workers, max_failed)
        item_of = self._items(name or repr(function), journals, lambda _: arguments)
        return self._run(self.accounts, item_of, _dispatch(function, executor, through, workers), max_failed)

    def plan(  # noqa: PLR0913  the options of `map`
        self,
        change: Callable[..., object],
        /,
        *arguments: object,
        folder: str | os.PathLike[str] = "fleet-plans",
        executor: Executor | None = None,
        through: Callable[..., Iterable[Any]] | None = None,
        workers: int = 8,
        max_failed: int | None = None,
    ) -> FleetRun:
        """Call `change(session, *arguments)` for each account, and save what its commit would send; writes nothing.

        Each plan is a file of the folder, called after the account; an account without changes has none. The value of
        an outcome is the path, or None. The options are those of `map`.
        """
        name = _checked(change, executor, through, workers, max_failed)
        place, is_pickled = Path(folder), executor is not None or through is not None
        work = name if is_pickled else change
        place.mkdir(parents=True, exist_ok=True)
        item_of = self._items(PLAN_INTO, None, lambda account: (str(place / f"{account}{_PLAN}"), work, arguments))
        return self._run(self.accounts, item_of, _dispatch(plan_into, executor, through, workers), max_failed)

    def apply(  # noqa: PLR0913  the options of `map`
        self,
        folder: str | os.PathLike[str] = "fleet-plans",
        /,
        *,
        executor: Executor | None = None,
        through: Callable[..., Iterable[Any]] | None = None,
        workers: int = 8,
        max_failed: int | None = None,
        journals: str | os.PathLike[str] | None = None,
        on_error: str = "stop",
        max_deletes: int | None = None,
    ) -> FleetRun:
        """Send the plans in a folder, each to its account; one that was applied before is skipped.

        The value of an outcome is the report of the commit. Accounts without a plan take no part. The options are those
        of `map`, and for each commit `on_error` and `max_deletes` as of `plan.apply()`. Raises `FleetError` where a
        file belongs to no account of the fleet.
        """
        _check_options(executor, through, workers, max_failed)
        check_count("max_deletes", max_deletes, or_none=True)
        failure_policy(on_error)
        found = {path.name.removesuffix(_PLAN): str(path) for path in sorted(Path(folder).glob(f"*{_PLAN}"))}
        options = (("on_error", on_error), ("max_deletes", max_deletes))
        unknown = [name for name in found if name not in self._accounts]
        if unknown:
            msg = f"{found[unknown[0]]}: the fleet has no account {unknown[0]!r}"
            raise FleetError(msg)
        item_of = self._items(f"apply {Path(folder).resolve()}", journals, lambda _: options)
        return self._run(
            [name for name in self.accounts if name in found],
            lambda account: evolve(item_of(account), plan=found[account]),
            _dispatch(None, executor, through, workers),
            max_failed,
        )

    def _run(
        self,
        accounts: Sequence[str],
        item_of: Callable[[str], WorkItem],
        dispatch: Dispatch,
        max_failed: int | None,
    ) -> FleetRun:
        self._last = FleetRun(accounts, item_of, dispatch, max_failed)
        return self._last

    # -- items -------------------------------------------------------------------------------------------------------

    def _items(
        self,
        function: str,
        journals: str | os.PathLike[str] | None,
        arguments_of: Callable[[str], tuple[object, ...]],
    ) -> Callable[[str], WorkItem]:
        """Return what makes the item of an account, when a worker has room for it."""
        run_name = ""
        if journals is not None:
            Path(journals).mkdir(parents=True, exist_ok=True)
            run_name = _run_of((_Files.of(journals, name) for name in self.accounts), function, arguments_of(""))

        def item_of(account: str) -> WorkItem:
            known, place = self._accounts[account], _Files.of(journals, account)
            return WorkItem(
                account=account,
                reference=known.reference,
                function=function,
                arguments=arguments_of(account),
                url=known.url,
                above=self._above(known),
                journal=place.journal,
                marks=place.marks,
                run=run_name,
                budget=self._budget,
            )

        return item_of

    def _above(self, account: FleetAccount) -> dict[str, str]:
        """Return the references of the accounts above a child account; raise `ConfigError` where one is not there."""
        found: dict[str, str] = {}
        child = parse_child(account.reference)
        while child is not None:
            above = child[1]
            if above not in self._accounts or above in found:
                msg = f"account {account.name!r}: {account.reference} names no account of the fleet above it"
                raise ConfigError(msg)
            found[above] = self._accounts[above].reference
            child = parse_child(found[above])
        return found

    def __len__(self) -> int:
        return len(self.accounts)

    def __iter__(self) -> Iterator[str]:
        return iter(self.accounts)

    def __repr__(self) -> str:
        return f"<Fleet of {len(self)} accounts>"


class _Files:
    """The files of one account in a folder of journals."""

    def __init__(self, journal: str | None, marks: str | None) -> None:
        self.journal, self.marks = journal, marks

    @classmethod
    def of(cls, folder: str | os.PathLike[str] | None, account: str) -> Self:
        if folder is None:
            return cls(None, None)
        place = Path(folder) / account
        return cls(f"{place}.journal", f"{place}.mark")


def _run_of(files: Iterable[_Files], function: str, arguments: tuple[object, ...]) -> str:
    """Return the name of the run: that of one which did not come to its end with the same work, else a new one."""
    work = hashlib.sha256(f"{function} {_text(arguments)}".encode()).hexdigest()[:16]
    marks = [Mark.read(str(each.marks)) for each in files]
    runs = {mark.run for mark in marks if mark is not None and mark.run.startswith(f"{work}-")}
    unfinished = [
        run_name for run_name in runs if not all(m is not None and m.run == run_name and m.is_done for m in marks)
    ]
    return max(unfinished, default=f"{work}-{uuid4().hex[:8]}")


def _text(arguments: tuple[object, ...]) -> str:
    try:
        return json.dumps(arguments, sort_keys=True)
    except (TypeError, ValueError):
        return repr(arguments)


def _is_in_shard(name: str, number: int, count: int) -> bool:
    if not 1 <= number <= count:
        msg = f"shard=(i, n) takes a number from 1 to n, not ({number}, {count})"
        raise FleetError(msg)
    return int(hashlib.sha256(name.encode()).hexdigest(), 16) % count == number - 1


def _checked(
    function: Callable[..., object],
    executor: Executor | None,
    through: Callable[..., Iterable[Any]] | None,
    workers: int,
    max_failed: int | None,
) -> str | None:
    """Check the options of a run; return the name by which workers find the function, None where only threads can."""
    _check_options(executor, through, workers, max_failed)
    if not callable(function):
        msg = f"a function that takes a session is needed, not {function!r}"
        raise FleetError(msg)
    name = name_of(function)
    if name is None and (executor is not None or through is not None):
        msg = f"{function!r} cannot be named on a worker; give a function that stands in a module"
        raise FleetError(msg)
    return name


def _check_options(
    executor: Executor | None, through: Callable[..., Iterable[Any]] | None, workers: int, max_failed: int | None
) -> None:
    check_count("workers", workers, least=1)
    check_count("max_failed", max_failed, or_none=True)
    if executor is not None and through is not None:
        msg = "executor= and through= are two ways to do the work: give one of them"
        raise FleetError(msg)


def _dispatch(
    function: Callable[..., object] | None,
    executor: Executor | None,
    through: Callable[..., Iterable[Any]] | None,
    workers: int,
) -> Dispatch:
    """Return what does the work of items; threads of our own end with the last item of a stage."""
    if through is not None:
        return through_map(through, run, workers)
    if executor is not None:
        return through_executor(executor, run, workers)

    def dispatch(items: Iterable[WorkItem]) -> Iterator[Outcome]:
        with ThreadPoolExecutor(workers, thread_name_prefix="linode_orm.fleet") as pool:
            try:
                yield from through_executor(pool, partial(perform, function=function), workers)(items)
            except BaseException:  # Ctrl-C, or the caller has enough: what waits for a thread is not begun
                pool.shutdown(wait=False, cancel_futures=True)
                raise

    return dispatch
