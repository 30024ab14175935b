"""One test of a run: what it used of the fixtures, held against what its marks say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest

from linode_orm.testing.plugin import marks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from linode_orm.simulator import Fault, Simulator
    from linode_orm.testing.cassettes import Cassette
    from linode_orm.testing.counting import Count
    from linode_orm.testing.plugin.network_guard import NetworkGuard

_TEST: Final = pytest.StashKey["MarkedTest"]()
GUARD: Final = pytest.StashKey["NetworkGuard"]()
"""Where the configuration of a run holds its network guard."""


class MarkedTest:
    """What the fixtures of one test made for it."""

    def __init__(self, item: pytest.Item) -> None:
        self._item = item
        self._simulator: Simulator | None = None
        self._count: Count | None = None
        self._cassette: Cassette | None = None
        self._faults: list[tuple[marks.FaultSpec, Fault]] = []
        self.error: BaseException | None = None
        """What the test ended with."""

    def use_simulator(self, simulator: Simulator) -> None:
        """Register the faults of the marks in an account, and count the requests that arrive there."""
        self._simulator = simulator
        for spec in marks.faults_of(self._item):
            given: Any = spec
            try:
                fault = simulator.faults.add(*given)
            except (AttributeError, TypeError, ValueError) as error:
                pytest.fail(f"the fault of the mark ({spec}): {error}", pytrace=False)
            self._faults.append((spec, fault))

    def use_count(self, count: Count) -> None:
        """Count the requests of a client, where no simulator does."""
        self._count = count

    def use_cassette(self, cassette: Cassette) -> None:
        """Count what is played or recorded, where neither a simulator nor `linode_client` counts."""
        self._cassette = cassette

    def problems(self) -> Iterator[str]:
        """Yield what the test did otherwise than its marks say."""
        yield from self._faults_without_effect()
        most = marks.most_requests(self._item)
        if most is None:
            return
        lines = self._lines()
        if lines is None:
            yield from self._too_many_played(most)
        elif len(lines) > most:
            from linode_orm.testing.counting import unexpected  # noqa: PLC0415  most tests pass

            yield unexpected(f"at most {most}", lines)

    def _lines(self) -> list[str] | None:
        if self._simulator is not None:
            return self._simulator.requests.lines
        return None if self._count is None else self._count.lines

    def _too_many_played(self, most: int) -> Iterator[str]:
        if self._cassette is None:
            yield f"max_requests={most} counts the requests of linode_simulator or linode_client; the test uses neither"
            return
        sent = len(self._cassette) if self._cassette.is_recorded else self._cassette.play_count
        if sent > most:
            yield f"requests: at most {most} expected, {sent} on {self._cassette.path.name}"

    def _faults_without_effect(self) -> Iterator[str]:
        if self._simulator is None and marks.faults_of(self._item):
            yield "a fault of the mark occurs in the simulated account; the test uses neither it nor a client of it"
        for spec, fault in self._faults:
            if not fault.hits:
                yield f"the fault of the mark never occurred: {spec}; {fault.seen} requests fitted"


def marked_test(item: pytest.Item) -> MarkedTest:
    """Return what is known of a test."""
    return item.stash.setdefault(_TEST, MarkedTest(item))


def guard_of(config: pytest.Config) -> NetworkGuard:
    """Return the network guard of a run."""
    return config.stash[GUARD]
