"""A signal at any line of a commit, of its compensation and of a recovery makes nothing twice and loses no answer."""

from __future__ import annotations

import contextlib
import signal
import sys
from collections import Counter
from typing import TYPE_CHECKING, Self

import pytest

import linode_orm
from linode_orm import CommitError, CommitInterrupted, Domain, DomainRecord, Session, Volume, recover
from linode_orm.simulator import Simulator

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals")

NAMES = [f"t{n}" for n in range(6)]
PACKAGE = linode_orm.__file__.rpartition("/")[0]
USUAL, WHOLE = 6, 150
"""At how many moments of each situation a signal comes: in the usual run, and in one with `--full`."""


class OutOfTimeError(Exception):
    """What the handler of a program raises."""


def raising(error: type[BaseException]) -> Callable[..., None]:
    def handler(*_: object) -> None:
        raise error("the program's own")

    return handler


HANDLERS = {
    "SIGINT": (signal.SIGINT, signal.default_int_handler, KeyboardInterrupt),
    "SIGTERM": (signal.SIGTERM, raising(SystemExit), SystemExit),
    "SIGALRM": (signal.SIGALRM, raising(OutOfTimeError), OutOfTimeError),
    "SIGHUP": (signal.SIGHUP, raising(OutOfTimeError), OutOfTimeError),
} if sys.platform != "win32" else {}  # fmt: skip


@pytest.fixture(params=[*HANDLERS])
def sent_signal(request) -> Iterator[tuple[int, type[BaseException]]]:
    """Give a signal whose handler raises, and what is to be raised."""
    number, handler, raises = HANDLERS[request.param]
    before = signal.signal(number, handler)
    yield number, raises
    assert signal.getsignal(number) is handler, "the handler of the program is not back in its place"
    signal.signal(number, before)


class Moment:
    """Sends a signal when so many lines of the package have run in a block, and counts them."""

    def __init__(self, number: int, at: int) -> None:
        self._number, self._at = number, at
        self.lines, self.is_reached = 0, False

    def __enter__(self) -> Self:
        self._before = sys.gettrace()
        sys.settrace(self._called)
        return self

    def _called(self, frame, event, _):
        return self._traced if frame.f_code.co_filename.startswith(PACKAGE) else None

    def _traced(self, frame, event, _):
        if event == "line":
            self.lines += 1
            if self.lines == self._at:
                self.is_reached = True
                signal.raise_signal(self._number)
        return self._traced

    def __exit__(self, *_: object) -> None:
        sys.settrace(self._before)


def zone_with_records(session: Session) -> Domain:
    zone = session.query(Domain).one()
    for name in NAMES:
        zone.records.append(DomainRecord(type="TXT", name=name, target="x"))
    return zone


def names_in(sim: Simulator) -> Counter[str]:
    with Session(client=sim.client()) as session:
        (zone,) = session.query(Domain).all()
        return Counter(record.name for record in zone.records)


@pytest.fixture
def new_simulator() -> Callable[[], contextlib.AbstractContextManager[Simulator]]:
    @contextlib.contextmanager
    def made() -> Iterator[Simulator]:
        with Simulator() as sim:
            sim.seed(domains=[{"domain": "example.org"}])
            yield sim

    return made


def moments(lines: int, full: bool) -> list[int]:
    """Spread moments over a situation; the first and the last lines are always among them."""
    count = WHOLE if full else USUAL
    spread = {1 + lines * each // count for each in range(count)}
    return sorted({*spread, *(range(max(1, lines - 30), lines + 1) if full else ())})


def outcome(call: Callable[[], object]) -> BaseException | object:
    try:
        return call()
    except BaseException as error:  # noqa: BLE001  a handler may raise anything
        return error


def walk(situation: Callable[[int], int], full: bool) -> None:
    """Run a situation with a signal at many moments; run with 0 it gives how many lines it has."""
    lines = situation(0)
    assert lines > 500
    for at in moments(lines, full):
        situation(at)


@pytest.mark.slow
@pytest.mark.parametrize("policy", ["stop", "continue", "undo"])
def test_a_commit(new_simulator, sent_signal, policy, full):
    """What was answered is taken in, and the next commit sends the rest alone."""
    number, raises = sent_signal

    def situation(at: int) -> int:
        with new_simulator() as sim, Session(client=sim.client(workers=2), on_error=policy) as session:
            zone = zone_with_records(session)
            with Moment(number, at) as moment:
                result = outcome(session.commit)
            assert isinstance(result, raises) == moment.is_reached, (at, result)
            there = names_in(sim)
            if type(result) is KeyboardInterrupt:  # before the first line of the commit itself, or after its last
                assert len(there) in {0, len(NAMES)}, at
            assert not there - Counter(NAMES), (at, there)
            assert {each.name for each in session.new} == {*NAMES} - {*there}, (at, there)
            if isinstance(result, CommitInterrupted) and len(result.report):
                assert Counter(each.object.name for each in result.applied) == there
            session.commit()
            assert names_in(sim) == Counter(NAMES), at
            assert len(zone.records) == len(NAMES)
            return moment.lines

    walk(situation, full)


@pytest.mark.slow
def test_a_compensation(new_simulator, sent_signal, full):
    """What is undone, and what could not be, is told and known to the session."""
    number, raises = sent_signal

    def situation(at: int) -> int:
        with new_simulator() as sim, Session(client=sim.client(workers=2), on_error="undo") as session:
            zone_with_records(session)
            sim.faults.add("POST", "/domains/*/records", nth=5, action=400)
            with Moment(number, at) as moment:
                result = outcome(session.commit)
            assert isinstance(result, raises if moment.is_reached else CommitError), (at, result)
            sim.faults.clear()
            there = names_in(sim)
            assert not there - Counter(NAMES), (at, there)
            assert {each.name for each in session.new} == {*NAMES} - {*there}, (at, there)
            session.commit()
            assert names_in(sim) == Counter(NAMES), at
            return moment.lines

    walk(situation, full)


def leave_open(sim: Simulator, path: Path) -> None:
    """Leave a commit of which two steps are known to be done, others are in doubt, and the rest was not sent."""

    def press(_entry: object, done: int, _total: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with Session(client=sim.client(workers=2), journal=path) as session:
        zone_with_records(session)
        with contextlib.suppress(CommitInterrupted):
            session.commit(progress=press)


@pytest.mark.slow
@pytest.mark.parametrize("undo", [False, True], ids=["complete", "undo"])
def test_a_recovery(new_simulator, sent_signal, undo, full, tmp_path):
    """It stays open until everything is done, and the next one carries on."""
    number, raises = sent_signal
    wanted = Counter() if undo else Counter(NAMES)

    def situation(at: int) -> int:
        path = tmp_path / f"journal{at}"
        with new_simulator() as sim:
            leave_open(sim, path)
            with Moment(number, at) as moment:
                result = outcome(lambda: recover(path, client=sim.client(workers=2), undo=undo))
            assert isinstance(result, raises) == moment.is_reached, (at, result)
            recover(path, client=sim.client(), undo=undo)
            assert names_in(sim) == wanted, at
            assert not recover(path, client=sim.client()), at
            return moment.lines

    walk(situation, full)


SIZES = {"grown": 11, "kept": 20, "gone": 30}


def changed_in_every_way(session: Session) -> None:
    """Change one volume, delete one, and make two; one of the new ones takes the label of the deleted one."""
    volumes = {each.label: each for each in session.query(Volume)}
    volumes["grown"].tags.add("edge")
    volumes["kept"].label = "renamed"
    session.delete(volumes["gone"])
    session.add_all(Volume(label=label, size=10, region="us-east") for label in ("gone", "new"))


def volumes_in(sim: Simulator) -> Counter[tuple[str, int, str]]:
    with Session(client=sim.client()) as session:
        return Counter((each.label, each.size, ",".join(each.tags)) for each in session.query(Volume))


BEFORE = Counter({("grown", 11, ""): 1, ("kept", 20, ""): 1, ("gone", 30, ""): 1})
AFTER = Counter({("grown", 11, "edge"): 1, ("renamed", 20, ""): 1, ("gone", 10, ""): 1, ("new", 10, ""): 1})
BACK = BEFORE - Counter({("gone", 30, ""): 1})
"""What an undo brings back once the deletion is done, which nothing brings back."""


@pytest.mark.slow
@pytest.mark.parametrize("then", ["commit", "recover", "undo"])
@pytest.mark.parametrize("policy", ["stop", "continue", "undo"])
def test_a_commit_of_every_kind_in_a_journal(sent_signal, policy, then, full, tmp_path):
    """Updates, deletions and creations are done once, by the next commit or by a recovery, or undone by one."""
    number, raises = sent_signal

    def situation(at: int) -> int:
        path = tmp_path / f"journal{at}"
        with Simulator() as sim:
            sim.seed(volumes=[{"label": label, "size": size, "tags": []} for label, size in SIZES.items()])
            with Session(client=sim.client(workers=2), on_error=policy, journal=path) as session:
                changed_in_every_way(session)
                with Moment(number, at) as moment:
                    result = outcome(session.commit)
                assert isinstance(result, raises) == moment.is_reached, (at, result)
                if then == "commit":
                    session.commit()
            report = recover(path, client=sim.client(), undo=then == "undo")
            assert not (report and then == "commit"), (at, result)
            # an empty report: nothing was written down when the signal came, or everything was done by then
            is_whole = then == "commit" or not isinstance(result, raises) or (report and not report.undone)
            ends = [BEFORE, BACK] if report and then == "undo" else [AFTER] if is_whole else [BEFORE, BACK, AFTER]
            assert volumes_in(sim) in ends, (at, result, report)
            assert not recover(path, client=sim.client()), at
            return moment.lines

    walk(situation, full)


class TestHandlers:
    def test_one_that_returns_ends_nothing(self, new_simulator):
        """A handler that raises nothing runs, and the commit goes on."""
        rung = []
        before = signal.signal(signal.SIGALRM, lambda *_: rung.append(1))
        try:
            with new_simulator() as sim, Session(client=sim.client(before=[ring])) as session:
                zone_with_records(session)
                assert session.commit().counts == {"applied": len(NAMES)}
        finally:
            signal.signal(signal.SIGALRM, before)
        assert rung

    def test_one_that_is_installed_meanwhile_stays(self, new_simulator):
        """A hook that installs a handler during a commit finds it there afterwards."""
        before = signal.getsignal(signal.SIGALRM)

        def mine(*_: object) -> None:
            """Do nothing."""

        with new_simulator() as sim, Session(client=sim.client()) as session:
            zone_with_records(session)
            session.commit(progress=lambda *_: signal.signal(signal.SIGALRM, mine))
        try:
            assert signal.getsignal(signal.SIGALRM) in {mine, before}
        finally:
            signal.signal(signal.SIGALRM, before)

    def test_a_signal_that_is_ignored_stays_ignored(self, new_simulator):
        """Nothing is installed where the program has no handler in Python."""
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            with (
                new_simulator() as sim,
                Session(client=sim.client(before=[lambda _: signal.raise_signal(signal.SIGINT)])) as session,
            ):
                zone_with_records(session)
                assert session.commit().counts == {"applied": len(NAMES)}
                assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
        finally:
            signal.signal(signal.SIGINT, before)

    def test_nothing_is_sent_after_one_before_the_first_request(self, new_simulator):
        """What comes while the session still reads is raised before anything is written."""

        def press(request):
            if request.method == "GET":
                signal.raise_signal(signal.SIGINT)

        client = {"workers": 1, "before": [press]}
        with new_simulator() as sim, Session(client=sim.client(**client), conflicts="check") as session:
            zone = Domain(session, zone_id(sim))
            zone.description = "changed"
            with pytest.raises(CommitInterrupted) as caught:
                session.commit()
            assert not sim.requests.writes
            assert session.dirty == (zone,)
            assert not caught.value.applied


def zone_id(sim: Simulator) -> int:
    with Session(client=sim.client()) as session:
        return session.query(Domain).one().id


def ring(_request: object) -> None:
    """Send a signal from the thread of a request; its handler runs on the main thread."""
    signal.raise_signal(signal.SIGALRM)
