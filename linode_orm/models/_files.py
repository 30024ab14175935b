"""Files on their way to the API and back: what an upload carries, and the callback that follows it."""

from __future__ import annotations

from io import BytesIO
from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final, cast
from urllib.parse import urlsplit

from linode_orm.mapping.state import state_of
from linode_orm.wire import Content, Request

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from linode_orm.mapping import Model
    from linode_orm.wire import Client

    Progress = Callable[[int, int], None]
    """Called with the bytes that went out and those that there are in all."""

    Source = bytes | str | PathLike[str] | BinaryIO
    """What a file may be given as: its bytes, its path, or an open one that is read from where it stands."""

_CHUNK: Final = 1 << 20


def content(source: Source, kind: str, progress: Progress | None = None) -> Content:
    """Give what a request carries that sends a file."""
    if isinstance(source, (str, PathLike)):
        path = Path(fspath(source))
        return Content(kind, path.stat().st_size, lambda: _opened(path, progress))
    file = BytesIO(source) if isinstance(source, bytes) else source
    start = file.tell()
    length = file.seek(0, 2) - start

    def chunks() -> Iterator[bytes]:
        file.seek(start)
        return _chunks(file, length, progress)

    file.seek(start)
    return Content(kind, length, chunks)


def send(instance: Model, url: str, carried: Content) -> None:
    """Put a file to a signed address elsewhere; the token of the API does not go there."""
    state_of(instance).owner.check_write("sending a file")
    client_of(instance).send(Request("PUT", urlsplit(url).path, content=carried, url=url, accept="*/*"))


def fetch(instance: Model, url: str) -> bytes:
    """Get a file from a signed address elsewhere; the token of the API does not go there."""
    return client_of(instance).send(Request("GET", urlsplit(url).path, url=url, accept="*/*")).content


def remove(instance: Model, url: str) -> None:
    """Delete a file at a signed address elsewhere; the token of the API does not go there."""
    state_of(instance).owner.check_write("deleting a file")
    client_of(instance).send(Request("DELETE", urlsplit(url).path, url=url, accept="*/*"))


def client_of(instance: Model) -> Client:
    """Return the client of an object's session; raise `DetachedInstanceError` for an object in no session."""
    return cast("Client", state_of(instance).owner.client)


def _opened(path: Path, progress: Progress | None) -> Iterator[bytes]:
    with path.open("rb") as file:
        yield from _chunks(file, path.stat().st_size, progress)


def _chunks(file: BinaryIO, length: int, progress: Progress | None) -> Iterator[bytes]:
    gone = 0
    while chunk := file.read(_CHUNK):
        yield chunk
        gone += len(chunk)
        if progress is not None:
            progress(gone, length)
