"""Files that their user alone may read: made beside their place, exclusively, and put there whole."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

PRIVATE: Final = 0o600
_NEVER_THROUGH_A_LINK: Final = getattr(os, "O_NOFOLLOW", 0)


def write_private(place: Path, content: bytes) -> None:
    """Write a file that its user alone may read; raise `OSError` where that cannot be.

    The file appears whole or not at all, on the disk. A file or a link that stands at `place` is replaced, whatever its
    mode; what a link leads to stays as it is.
    """
    beside, handle = create_beside(place)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(place)
    finally:
        beside.unlink(missing_ok=True)


def create_private(place: Path, content: bytes) -> None:
    """Write a file that its user alone may read, on the disk; raise `FileExistsError` if anything stands there."""
    handle = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NEVER_THROUGH_A_LINK, PRIVATE)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _unguessable() -> str:
    return os.urandom(8).hex()


def create_beside(place: Path) -> tuple[Path, int]:
    """Create an empty file beside `place`, under a name that nobody can guess; return its path and a handle.

    It is created exclusively and never through a link, and its user alone may read it.
    """
    beside = place.with_name(f"{place.name}.{_unguessable()}.new")
    return beside, os.open(beside, os.O_RDWR | os.O_CREAT | os.O_EXCL | _NEVER_THROUGH_A_LINK, PRIVATE)


def sync(place: Path) -> None:
    """Bring to the disk what was written into a file."""
    handle = os.open(place, os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
