"""The hooks: options and marks, the network guard around every test, and what the end of a run says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest

from linode_orm.testing.plugin import marks
from linode_orm.testing.plugin.marked_test import GUARD, guard_of, marked_test
from linode_orm.testing.plugin.network_guard import NetworkGuard

if TYPE_CHECKING:
    from collections.abc import Generator

    from linode_orm.errors import InvalidRequestError

_VCR: Final = ("linode_orm", "one request at a time under vcrpy")
_LATE: Final = "linode_orm_refused"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the command line say whether cassettes are recorded."""
    parser.getgroup("linode_orm").addoption(
        "--linode-record",
        choices=("none", "once", "all"),
        default="none",
        help="linode_cassette: replay only (none), record the cassettes that are missing (once), or all anew (all)",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Explain the marks, and begin to refuse connections to the real API."""
    for line in marks.LINES:
        config.addinivalue_line("markers", line)
    config.stash[GUARD] = guard = NetworkGuard()
    guard.install()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Restore what the network guard has replaced."""
    guard_of(config).uninstall()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Open the network guard around a test that may reach the real API."""
    if not _may_connect(item):
        return (yield)
    with guard_of(item.config).opened():
        return (yield)


def _may_connect(item: pytest.Item) -> bool:
    """Whether a test is marked, or one of pytest-recording whose recording the command line asks for."""
    records = item.config.getoption("record_mode", None) not in {None, "none"}
    return marks.is_real(item) or (marks.is_vcr(item) and records)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None, None, None]:
    """Fail the setup of a test that would have reached the real API, or whose marks make no sense."""
    yield from _guarded(item)
    marks.check(item)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, None, None]:
    """Fail a test that would have reached the real API, or did otherwise than its marks say."""
    test = marked_test(item)
    try:
        yield from _guarded(item)
        problems = list(test.problems())
        if problems:
            pytest.fail("\n".join(problems), pytrace=False)
    except BaseException as error:
        test.error = error
        raise


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, None, None]:
    """Fail the teardown of a test that would have reached the real API."""
    try:
        yield from _guarded(item)
    finally:
        marked_test(item).error = None  # its traceback would keep alive what the test made


def _guarded(item: pytest.Item) -> Generator[None, None, None]:
    """Raise after a part of a test that would have reached the real API, whatever it did with the error."""
    guard = guard_of(item.config)
    try:
        yield
    except BaseException as error:
        refused = guard.take_refused()
        if refused and not _is_about(error, refused):
            pytest.fail(f"{_message(refused)}\nthe test itself ended with {error!r}", pytrace=False)
        raise
    finally:
        if guard.take_recorder() and _VCR not in item.user_properties:
            item.user_properties.append(_VCR)
    if refused := guard.take_refused():
        pytest.fail(_message(refused), pytrace=False)


def _is_about(error: BaseException | None, refused: list[InvalidRequestError]) -> bool:
    """Whether an error is one of those that were refused, or was raised while one was handled."""
    while error is not None:
        if any(error is each for each in refused):
            return True
        error = error.__cause__ or error.__context__
    return False


def _message(refused: list[InvalidRequestError]) -> str:
    return "\n".join(dict.fromkeys(map(str, refused)))


# ---------------------------------------------------------------- the end of the run


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Let the run fail where a thread would have reached the real API after the last test."""
    refused = guard_of(session.config).take_refused()
    if not refused:
        return
    if session.exitstatus in {pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED}:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
    session.config.stash.setdefault(_MESSAGES, []).append(_message(refused))
    output: dict[str, Any] | None = getattr(session.config, "workeroutput", None)
    if output is not None:
        output[_LATE] = _message(refused)


_MESSAGES: Final = pytest.StashKey[list[str]]()


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:  # noqa: ANN401  a worker of pytest-xdist
    """Take what a worker of pytest-xdist has refused after its last test."""
    late = getattr(node, "workeroutput", {}).get(_LATE)
    if late:
        node.config.stash.setdefault(_MESSAGES, []).append(late)


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:  # noqa: ANN401  of pytest's private part
    """Say what was refused after the last test, and which tests sent one request at a time."""
    for message in config.stash.get(_MESSAGES, []):
        terminalreporter.section("linode_orm: after the last test", red=True)
        terminalreporter.line(message)
    reports = [each for kind in terminalreporter.stats.values() for each in kind]
    tests = {each.nodeid for each in reports if list(_VCR) in map(list, getattr(each, "user_properties", ()))}
    if tests:
        terminalreporter.section("linode_orm")
        terminalreporter.line(
            f"{len(tests)} tests ran under vcrpy, which loses what several threads send: their clients had one worker. "
            "linode_cassette records and replays any number of them."
        )
