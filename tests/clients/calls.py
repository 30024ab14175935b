"""Counts the calls of one client, and writes its row of the table."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from tests.table import note

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


class Calls:
    """What one client was made to do, and what of it did not work."""

    def __init__(self, client: str, release: str | None = None) -> None:
        self.client = client
        self.release = release or released(client)
        self.tried = 0
        self.wrong: list[str] = []

    def attempt(self, name: str, call: Callable[[], Any]) -> Any:
        """Make one call; give its result, or None where it failed."""
        self.tried += 1
        try:
            return call()
        except Exception as error:  # noqa: BLE001  whatever a client raises is a finding
            self.wrong.append(f"{name}: {type(error).__name__}: {error}"[:400])
            return None

    def must(self, name: str, call: Callable[[], Any]) -> Any:
        """Make a call without which the next ones mean nothing."""
        found = self.attempt(name, call)
        if found is None:
            msg = f"{self.client} goes no further: {self.wrong[-1:]}"
            raise AssertionError(msg)
        return found

    def failed(self, name: str, why: object) -> None:
        """Write down that a call was answered, and answered wrong."""
        self.wrong.append(f"{name}: {why}"[:400])

    def report(self, defects: Mapping[str, str] | None = None, beside: Sequence[str] = ()) -> list[str]:
        """Write the row of the table, and what is left out beside it; give what is wrong but the client's own defects."""
        known = defects or {}
        wrong = [each for each in self.wrong if not each.startswith(tuple(f"{start}:" for start in known))]
        own = [f"{name}: {why}" for name, why in known.items()]
        seen = f"{self.tried - len(self.wrong)} of {self.tried} calls"
        note(f"client {self.client} {self.release}", seen, "all but its own defects", [*wrong, *own, *beside])
        return wrong


def released(package: str) -> str:
    """Give the version of a package that is installed."""
    try:
        return version(package)
    except PackageNotFoundError:
        return "?"
