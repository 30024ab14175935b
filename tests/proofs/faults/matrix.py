"""The fault matrix: which request is broken in which way, and what must be true of session and account afterwards."""

from __future__ import annotations

import random
import threading
import time
import traceback
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from linode_orm import Client, CommitError, LinodeORMError, Session
from linode_orm.models import Instance, SSHKey, Volume
from tests.proofs.faults.comparisons import difference, disagreements, doubled, left_over
from tests.proofs.faults.fake_account import FakeAccount
from tests.proofs.faults.server import KINDS, REFUSAL, Kind, Server
from tests.proofs.faults.workload import SINGLE, Call, Workload, edit, start

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from tests.proofs.faults.server import Arrived

TIMEOUT, DEADLINE, LATE, SETTLE = 0.3, 2.0, 0.5, 1.0
LONGEST = 30.0
"""Seconds after which one call counts as hung: many times what its deadline and its settle time allow."""
MOST_COMMITS = 4
ACTIONS = (
    Call("action", "POST", r"/linode/instances/\d+/boot"),
    Call("action", "POST", r"/linode/instances/\d+/shutdown"),
    Call("action", "POST", r"/linode/instances/\d+/resize"),
    Call("action", "POST", r"/volumes/\d+/attach"),
    Call("action", "POST", r"/volumes/\d+/detach"),
    Call("action", "POST", r"/volumes/\d+/resize"),
)
LISTS = tuple(Call("list", "GET", "/profile/sshkeys", nth) for nth in (1, 2, 3))
GETS = (Call("get", "GET", r"/linode/instances/\d+"), Call("get", "GET", r"/volumes/\d+"))
LOST = tuple(kind for kind in KINDS if str(kind) in {"reset, done", "timeout, not done", "effect delayed, late"})
"""The ways in which the reply to a create is lost before something happens to the request that looks for it."""


@dataclass(frozen=True)
class Cell:
    """One place of the matrix: a call, what happens to it, and what happens to the first read after it."""

    call: Call
    kind: Kind
    then: Kind | None = None
    skew: float = 0.0
    workload: Workload = SINGLE

    @property
    def sort(self) -> str:
        """The row of the table."""
        return f"{self.call.sort}, then its lookup" if self.then else self.call.sort

    def __str__(self) -> str:
        number = f" #{self.call.nth}" if self.call.nth > 1 else ""
        after = f", then GET {self.then}" if self.then else ""
        return f"{self.call.method} {self.call.path}{number}: {self.kind}{after} (clock {self.skew:+g} s)"


@dataclass
class Result:
    """What became of a cell: `problems` is empty where all is well, `doubts` is what stayed in doubt."""

    cell: Cell
    problems: list[str] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    commits: int = 0
    seconds: float = 0.0
    log: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return "\n  ".join([str(self.cell), *self.problems, *(f"in doubt: {each}" for each in self.doubts), *self.log])


def cells(
    calls: Iterable[Call],
    kinds: Iterable[Kind] = KINDS,
    lost: Iterable[Kind | None] = (None,),
    workload: Workload = SINGLE,
) -> list[Cell]:
    """Give every call with every way to break it; with `lost`, the call broken so and the lookup after it in each way.

    The clock of the account is right, ahead or behind, in turn.
    """
    kinds, lost = list(kinds), list(lost)
    pairs = [(call, kind, first) for call in calls for kind in kinds for first in lost]
    skews = (0.0, 90.0, -90.0)
    return [
        Cell(call, first or kind, kind if first else None, skews[at % len(skews)], workload)
        for at, (call, kind, first) in enumerate(pairs)
    ]


def some(every: Sequence[Cell], share: int = 10, seed: int = 20_261_125) -> list[Cell]:
    """Give a seeded part of the cells, one in `share`."""
    return random.Random(seed).sample(list(every), max(1, len(every) // share))


def run_all(chosen: Sequence[Cell], side_by_side: int = 12) -> list[Result]:
    """Run cells side by side: most of their time is waiting."""
    with ThreadPoolExecutor(side_by_side) as pool:
        return list(pool.map(run, chosen))


def run(cell: Cell) -> Result:
    """Run one cell; whatever happens to it is said in its result."""
    result = Result(cell)
    ways = {"action": act, "list": read_list, "get": read_one}
    began = time.monotonic()
    try:
        ways.get(cell.call.sort, commit)(cell, result)
    except Exception:  # noqa: BLE001  a cell that breaks is a cell that fails
        result.problems.append(traceback.format_exc())
    result.seconds = time.monotonic() - began
    return result


def connect(server: Server) -> Client:
    """Give a client with little patience."""
    return Client(
        "token", base_url=server.url, workers=4, timeout=TIMEOUT, deadline=DEADLINE, max_request_lifetime=SETTLE
    )


def timed(result: Result, what: str, work: Callable[[], None]) -> None:
    """Do something that has to end in time."""
    began = time.monotonic()
    try:
        work()
    finally:
        if time.monotonic() - began > LONGEST:
            result.problems.append(f"{what} hung for {time.monotonic() - began:.1f} s")


# -- commits -------------------------------------------------------------------------------------------------------


def commit(cell: Cell, result: Result) -> None:
    """Commit the workload with one call broken, again until it is done; look at both sides."""
    account = cell.workload.start(cell.skew)
    with Server(account, late=LATE) as server, connect(server) as client:
        session = Session(client=client, volatile_ttl=None, fold_tags=True)
        there = cell.workload.edit(session, account)
        read = len(server.arrived)
        fault = server.add(cell.kind, cell.call.method, cell.call.path, cell.call.nth)
        if cell.then:
            server.add(cell.then, "GET", ".*")
        for _ in range(MOST_COMMITS):
            result.doubts = []
            result.commits += 1
            try:
                timed(result, "commit()", session.commit)
                break
            except CommitError as error:
                result.doubts = [str(entry) for entry in error.in_doubt]
        server.settled()
        if not fault.hit:
            result.problems.append("the call never came")
        result.log = [str(each) for each in server.arrived[read:]]
        judge(result, session, account, there)
        session.close()


def storm(seed: int, share: float = 0.15) -> Result:
    """Commit the workload while requests are broken at random; when it is over, commit until all is done."""
    chance, lock = random.Random(seed), threading.Lock()
    result = Result(Cell(Call("storm", "", f"seed {seed}"), REFUSAL))
    account = start(chance.choice((0.0, 90.0, -90.0)))
    over = False

    def arriving(request: Arrived) -> None:
        with lock:
            if not over and chance.random() < share:
                request.fault = chance.choice(KINDS)

    began = time.monotonic()
    with Server(account, late=LATE) as server, connect(server) as client:
        session = Session(client=client, volatile_ttl=None)
        there = edit(session, account)
        read = len(server.arrived)
        server.arriving = arriving
        for number in range(2 * MOST_COMMITS):
            over = number >= MOST_COMMITS
            result.doubts = []
            result.commits += 1
            try:
                timed(result, "commit()", lambda: session.commit(on_error=chance.choice(("stop", "continue"))))
                break
            except CommitError as error:
                result.doubts = [str(entry) for entry in error.in_doubt]
            except LinodeORMError:
                result.problems.append(traceback.format_exc())
                break
        server.settled()
        result.log = [str(each) for each in server.arrived[read:]]
        judge(result, session, account, there)
        session.close()
    result.seconds = time.monotonic() - began
    return result


def judge(result: Result, session: Session, account: FakeAccount, there: list) -> None:
    """Say what is lost, doubled or otherwise here than there; what stayed in doubt is neither, and counted."""
    result.problems += [f"doubled: {each}" for each in doubled(account)]
    if result.doubts:
        return
    result.problems += [f"lost: {each}" for each in difference(account.snapshot(), result.cell.workload.planned())]
    result.problems += [f"still to send: {each}" for each in left_over(session)]
    late = any(
        "late" in each for each in (str(result.cell), *result.log)
    )  # counts the version of a firewall's rules up once more, after the answer
    result.problems += [f"disagrees: {each}" for each in disagreements(account, there, but={"version"} if late else ())]


# -- actions -------------------------------------------------------------------------------------------------------


def act(cell: Cell, result: Result) -> None:
    """Call an action whose request is broken: done once where it returns, and never twice."""
    account = start(cell.skew)
    volume, linode = account.named("/volumes", "data"), account.named("/linode/instances", "web")
    if cell.call.path.endswith("detach"):
        volume |= {"linode_id": linode["id"], "linode_label": "web"}
    linode["status"] = "running" if cell.call.path.endswith("shutdown") else "offline"
    with Server(account, late=LATE) as server, connect(server) as client, Session(client=client) as session:
        web, data = session.load(Instance, linode["id"]), session.load(Volume, volume["id"])
        fault = server.add(cell.kind, cell.call.method, cell.call.path)
        calls: dict[str, Callable[[], object]] = {
            "/linode/instances/boot": web.boot,
            "/linode/instances/shutdown": web.shutdown,
            "/linode/instances/resize": lambda: web.resize("g6-standard-2"),
            "/volumes/attach": lambda: data.attach(web),
            "/volumes/detach": data.detach,
            "/volumes/resize": lambda: data.resize(size=40),
        }
        error: LinodeORMError | None = None
        try:
            timed(result, "the action", calls[cell.call.path.replace(r"/\d+", "")])
        except LinodeORMError as caught:
            error = caught
        server.settled()
        done = sum(effect.method == "POST" for effect in account.effects)
        if not fault.hit:
            result.problems.append("the call never came")
        if done > 1:
            result.problems.append(f"doubled: done {done} times")
        if error is None and not done:
            result.problems.append("lost: it returned, and nothing was done")
        if error is not None and is_certain(error) and done:
            result.problems.append(f"it was done, and refused here: {error!r}")
        if error is None:
            session.expire_all()
            result.problems += [f"disagrees: {each}" for each in disagreements(account, [web, data])]
        elif not is_certain(error):
            result.doubts = [repr(error)]
        result.log = [str(each) for each in server.arrived]


def is_certain(error: LinodeORMError) -> bool:
    """Whether an error says that nothing was done."""
    status = getattr(error, "status", 0)
    return 400 <= status < 500 or getattr(error, "sent", None) is False


# -- reads ---------------------------------------------------------------------------------------------------------


def read_list(cell: Cell, result: Result) -> None:
    """Read a list of three pages with one request broken: every row once, or an error and then every row once."""
    account = FakeAccount(cell.skew)
    for number in range(1100):
        account.seed("/profile/sshkeys", label=f"key-{number}", ssh_key="ssh-ed25519 AAAA")
    with Server(account, late=LATE) as server, connect(server) as client, Session(client=client) as session:
        fault = server.add(cell.kind, cell.call.method, cell.call.path, cell.call.nth)
        wanted = sorted(account.rows["/profile/sshkeys"])

        def read() -> None:
            have = sorted(key.id for key in session.query(SSHKey))
            if have != wanted:
                result.problems.append(f"{len(have)} rows of {len(wanted)}")

        attempts(result, read)
        if not fault.hit:
            result.problems.append("the call never came")
        result.log = [str(each) for each in server.arrived]


def read_one(cell: Cell, result: Result) -> None:
    """Read an object with the request broken: as it is there, or an error and then as it is there."""
    account = start(cell.skew)
    model, row = (
        (Volume, account.named("/volumes", "data"))
        if "volumes" in cell.call.path
        else (Instance, account.named("/linode/instances", "web"))
    )
    with Server(account, late=LATE) as server, connect(server) as client, Session(client=client) as session:
        fault = server.add(cell.kind, cell.call.method, cell.call.path)

        def read() -> None:
            found = session.get(model, row["id"])
            if found is None:
                result.problems.append("None for what is there")
            else:
                result.problems.extend(disagreements(account, [found]))

        attempts(result, read)
        if not fault.hit:
            result.problems.append("the call never came")
        result.log = [str(each) for each in server.arrived]


def attempts(result: Result, read: Callable[[], None]) -> None:
    """Read until there is an answer, twice at most."""
    for _ in range(2):
        result.commits += 1
        try:
            timed(result, "the read", read)
        except LinodeORMError as error:
            result.log.append(repr(error))
        else:
            return
    result.problems.append("no answer, twice")


# -- the table -----------------------------------------------------------------------------------------------------


def table(results: Iterable[Result]) -> str:
    """Give the figures by kind of call."""
    counts: dict[str, Counter[str]] = {}
    slowest: dict[str, float] = {}
    for result in results:
        row = counts.setdefault(result.cell.sort, Counter())
        row["cells"] += 1
        row["again"] += result.commits > 1
        row["in doubt"] += bool(result.doubts)
        for word in ("lost", "doubled", "hung", "disagrees"):
            row[word] += any(word in each for each in result.problems)
        row["failed"] += bool(result.problems)
        slowest[result.cell.sort] = max(slowest.get(result.cell.sort, 0.0), result.seconds)
    names = ("cells", "lost", "doubled", "hung", "disagrees", "failed", "in doubt", "again")
    width = max(map(len, counts), default=0)
    lines = ["  ".join(["call".ljust(width), *names, "slowest, s"])]
    for sort, row in counts.items():
        figures = [str(row[name]).rjust(len(name)) for name in names]
        lines.append("  ".join([sort.ljust(width), *figures, f"{slowest[sort]:10.1f}"]))
    return "\n".join(lines)
