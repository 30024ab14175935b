"""The fixtures: a simulated account, a client, a session, and answers from a cassette."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from linode_orm.testing.plugin import marks
from linode_orm.testing.plugin.cassette_files import cassette_of
from linode_orm.testing.plugin.marked_test import marked_test

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from linode_orm.session import Session
    from linode_orm.simulator import Simulator
    from linode_orm.testing.cassettes import Cassette
    from linode_orm.wire import Client

# What a fixture needs is imported when it is used, because pytest loads this module in every project.


@pytest.fixture
def linode_simulator(request: pytest.FixtureRequest) -> Iterator[Simulator]:
    """Give an account in memory that is empty but for public lists, with the faults of the test's mark."""
    from linode_orm.simulator import Simulator  # noqa: PLC0415  see above

    with Simulator() as simulator:
        marked_test(request.node).use_simulator(simulator)
        yield simulator


@pytest.fixture
def linode_client(request: pytest.FixtureRequest) -> Iterator[Client]:
    """Give a client of the simulated account.

    It is another one where the test does not ask for `linode_simulator` itself: of the cassette where it uses
    `linode_cassette`, and of the real API where it is marked `linode_real`. Where pytest-recording or pytest-vcr
    answers, it has a single worker and goes over HTTP.
    """
    from linode_orm.testing.counting import count_requests  # noqa: PLC0415  see above

    with ExitStack() as stack:
        client = stack.enter_context(_client(request))
        marked_test(request.node).use_count(stack.enter_context(count_requests(client)))
        yield client


def _client(request: pytest.FixtureRequest) -> Client:
    if "linode_simulator" not in request.fixturenames:
        other = _client_of_another(request)
        if other is not None:
            return other
    simulator: Simulator = request.getfixturevalue("linode_simulator")
    return simulator.client()


def _client_of_another(request: pytest.FixtureRequest) -> Client | None:
    """Return a client of what the test asks for in place of a simulated account; None where it asks for nothing."""
    from linode_orm.wire import Client  # noqa: PLC0415  see above

    if "linode_cassette" in request.fixturenames:
        cassette: Cassette = request.getfixturevalue("linode_cassette")
        return Client() if cassette.is_recorded else Client("replayed")
    if marks.is_real(request.node):
        return Client()
    return _client_under_vcr() if marks.is_vcr(request.node) else None


def _client_under_vcr() -> Client:
    """Return a client for a recorder that loses what several threads send; replaying takes no token."""
    from linode_orm.errors import ConfigError  # noqa: PLC0415  see above
    from linode_orm.wire import Client  # noqa: PLC0415  see above

    try:
        return Client(workers=1)
    except ConfigError:
        return Client("replayed", workers=1)


@pytest.fixture
def linode_session(linode_client: Client) -> Iterator[Session]:
    """Give a session over `linode_client`, closed after the test; it sends nothing by itself."""
    from linode_orm.session import Session  # noqa: PLC0415  see above

    with Session(client=linode_client) as session:
        yield session


@pytest.fixture(scope="session")
def linode_cassette_options() -> Mapping[str, Iterable[str]]:
    """Give what `recorder()` takes beside the folder; a fixture of this name in `conftest.py` takes its place."""
    return {}


@pytest.fixture
def linode_cassette(
    request: pytest.FixtureRequest, linode_cassette_options: Mapping[str, Iterable[str]]
) -> Iterator[Cassette]:
    """Answer every client of the test from the cassette that is named after it, or record that.

    It lies in `cassettes/MODULE/TEST.yaml` beside the module. `--linode-record` says whether it is replayed (`none`),
    recorded where it is missing (`once`), or recorded anew (`all`). What a test that failed has recorded is not kept.
    """
    with cassette_of(request.node, linode_cassette_options) as cassette:
        marked_test(request.node).use_cassette(cassette)
        yield cassette
