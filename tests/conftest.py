"""Lets `--full` run whole what is usually sampled; keeps figures, listens to Ctrl-C, gives a simulated account."""

from __future__ import annotations

import os
import platform
import signal
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from linode_orm import Session
from linode_orm.simulator import Simulator
from tests.ids import short
from tests.table import lines

if TYPE_CHECKING:
    from collections.abc import Callable

# A machine that is busy with other things makes an example late; the time limit of the whole test stays.
settings.register_profile("steady", deadline=None)
settings.load_profile("steady")
_SLOW_LIMIT, _FULL_LIMIT = 600, 3600
"""Seconds after which a slow test is stopped: in the usual run, and in one with `--full`."""
_TABLES = pytest.StashKey[list[str]]()
_BEGAN = pytest.StashKey[float]()


def pytest_addoption(parser):
    """Let `nox -s full` say so."""
    parser.addoption("--full", action="store_true", help="run every matrix whole, where the usual run takes a tenth")
    parser.addoption("--figures", metavar="FILE", help="add the figures of this run to a file")


def pytest_configure(config):
    """Take the time."""
    config.stash[_BEGAN] = time.monotonic()


@pytest.fixture(scope="session", autouse=True)
def listening():
    """Let SIGINT interrupt tests and the processes that they start, where a shell that runs pytest in its background ignores it."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def pytest_make_parametrize_id(val):
    """Shorten the ids of strings; pytest numbers those that come out equal."""
    return short(val) if isinstance(val, str) else None


def pytest_collection_modifyitems(config, items):
    """Give every slow test a longer time limit than the one in pyproject.toml; one of its own is kept."""
    limit = _FULL_LIMIT if config.getoption("--full") else _SLOW_LIMIT
    for item in items:
        if item.get_closest_marker("slow") and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(limit))


@pytest.fixture(scope="session")
def full(request) -> bool:
    """Say whether matrices and long runs are wanted whole."""
    return request.config.getoption("--full")


@pytest.fixture(scope="session")
def tell(request) -> Callable[[str], None]:
    """Print figures at the end of the run, whether its tests pass or not."""
    return request.config.stash.setdefault(_TABLES, []).append


@pytest.fixture
def sim():
    """Give an empty account."""
    with Simulator() as simulator:
        yield simulator


@pytest.fixture
def session(sim):
    """Open a session."""
    with Session(client=sim.client()) as opened:
        yield opened


def pytest_terminal_summary(terminalreporter, config):
    """Print the figures of tests, and the table of figures; keep both where that is asked for."""
    figures = config.stash.get(_TABLES, [])
    if figures:
        terminalreporter.section("figures" if config.getoption("--full") else "figures, of a seeded tenth")
        for each in figures:
            terminalreporter.line(each)
            terminalreporter.line("")
    table = lines()
    if table:
        terminalreporter.section("what was seen, and what was wanted")
        for line in table:
            terminalreporter.line(line)
    if path := config.getoption("--figures"):
        minutes = (time.monotonic() - config.stash[_BEGAN]) / 60
        counts = {name: len(terminalreporter.stats.get(name, ())) for name in ("passed", "failed", "error", "skipped")}
        _keep(Path(path), [*figures, *(["\n".join(table)] if table else [])], counts, minutes)


def _keep(page: Path, texts: list[str], counts: dict[str, int], minutes: float) -> None:
    """Add the figures of a run to a file, under its date."""
    ended = ", ".join(f"{count:,} {name}" for name, count in counts.items() if count)
    day = time.strftime("%Y-%m-%d")
    machine = f"Python {platform.python_version()}, {os.cpu_count()} cores"
    shown = "\n\n".join("\n".join(line.rstrip() for line in text.splitlines()) for text in texts)
    with page.open("a", encoding="utf-8") as file:
        file.write(f"\n## {day}: {ended}, in {minutes:.0f} min ({machine})\n\n```text\n{shown}\n```\n")
