"""The cassette of one test: where it lies, and whether it is replayed or recorded."""

from __future__ import annotations

import re
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Any, Final
from zlib import crc32

import pytest

from linode_orm.testing.plugin.marked_test import guard_of, marked_test

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from linode_orm.testing.cassettes import Cassette, Recorder

_UNSAFE: Final = re.compile(r"[^\w.-]+")
_RECORD: Final = {"none": False, "once": "once", "all": True}


class _TestFailed(BaseException):
    """What a cassette gets of a test that failed: its recording is not kept, as after Ctrl-C."""


@contextmanager
def cassette_of(item: pytest.Item, options: Mapping[str, Iterable[str]]) -> Iterator[Cassette]:
    """Use the cassette of a test in a `with` block, with the network guard open where it is recorded."""
    recorder, name = _recorder(item, options), _name(item)
    _check_is_there(item, recorder, name)
    records = recorder.record is True or not recorder.exists(name)
    with guard_of(item.config).opened() if records else nullcontext():
        used = recorder.use_cassette(name)
        yield used.__enter__()
        error = marked_test(item).error
        if error is None:
            used.__exit__(None, None, None)
        elif records:
            failed = _TestFailed()
            with pytest.raises(_TestFailed):
                used.__exit__(_TestFailed, failed, None)
        else:
            used.__exit__(type(error), error, error.__traceback__)


def _recorder(item: pytest.Item, options: Mapping[str, Iterable[str]]) -> Recorder:
    from linode_orm.testing.cassettes import recorder  # noqa: PLC0415  most test runs replay nothing

    given: dict[str, Any] = {**options}
    chosen: Any = _RECORD[str(item.config.getoption("--linode-record"))]
    return recorder(_folder(item), record=chosen, **given)


def _check_is_there(item: pytest.Item, recorder: Recorder, name: str) -> None:
    if recorder.record is False and not recorder.exists(name):
        msg = f"there is no cassette {recorder.path(name)}; pytest --linode-record=once '{item.nodeid}' records it"
        pytest.fail(msg, pytrace=False)


def _folder(item: pytest.Item) -> Path:
    return item.path.parent / "cassettes" / item.path.stem


def _name(item: pytest.Item) -> str:
    """Return the name of a test as that of a file; where characters are replaced, a number keeps two tests apart."""
    parts = [each.name for each in item.listchain() if isinstance(each, pytest.Class)]
    whole = ".".join([*parts, item.name])
    safe = _UNSAFE.sub("-", whole).strip("-")
    return safe if safe == whole else f"{safe}-{crc32(whole.encode()):08x}"
