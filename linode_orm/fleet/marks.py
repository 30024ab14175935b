"""Marks: which accounts of a run are done, in a file beside each journal, so that a rerun does the rest alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Final

from attrs import asdict, frozen

from linode_orm._private_files import write_private
from linode_orm.errors import JournalError

if TYPE_CHECKING:
    from typing import Self

_FORM: Final = 1


@frozen
class Mark:
    """How far the work of one account is: begun after the journal's commit `after`, or done."""

    run: str
    after: str | None = None
    is_done: bool = False

    @classmethod
    def read(cls, path: str) -> Self | None:
        """Return the mark in a file, None where there is no file; raise `JournalError` for another file."""
        try:
            found = json.loads(Path(path).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            msg = f"{path} is no mark of a fleet's run: {error}"
            raise JournalError(msg) from error
        if not isinstance(found, dict) or found.pop("form", None) != _FORM:
            msg = f"{path} is no mark of a fleet's run, or one of another version"
            raise JournalError(msg)
        return cls(**found)

    def write(self, path: str) -> None:
        """Write the mark, on the disk; raise `JournalError` where that cannot be."""
        try:
            write_private(Path(path), json.dumps({"form": _FORM, **asdict(self)}).encode())
        except OSError as error:
            msg = f"{path} cannot be written: {error}; nothing was sent"
            raise JournalError(msg) from error
