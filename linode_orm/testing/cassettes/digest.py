"""Digests of files: a cassette holds the length and the digest of what was uploaded, and never the file itself."""

from __future__ import annotations

import re
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from attrs import evolve, field, frozen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from linode_orm.wire import Content

_BOUNDARY: Final = re.compile(r"; *boundary=(.+)")
_SHA256: Final = re.compile(r", sha256 .*")


@frozen(eq=False)
class Digest:
    """The digest of a content, made while its chunks are sent; `content` is what is to be sent in its place."""

    source: Content
    content: Content = field(init=False)
    _made: list[str] = field(factory=list, init=False)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "content", evolve(self.source, chunks=self._chunks))

    @property
    def kind(self) -> str:
        """The type of the content, without the boundary of a form, which is another one each time."""
        return _BOUNDARY.sub("", self.source.kind)

    def read(self) -> str:
        """Read the content to its end, and describe it."""
        for _ in self._chunks():
            pass
        return self.description

    @property
    def description(self) -> str:
        """The length and, where the content was read to its end, its digest."""
        return f"{self.source.length} bytes of a file" + (f", sha256 {self._made[-1]}" if self._made else "")

    def _chunks(self) -> Iterator[bytes]:
        """Yield the chunks; the digest of a form is that of its bytes with a boundary of no name."""
        boundary = _BOUNDARY.search(self.source.kind)
        made, whole = sha256(), []
        for chunk in self.source.chunks():
            if boundary is None:
                made.update(chunk)
            else:
                whole.append(chunk)
            yield chunk
        if boundary is not None:
            made.update(b"".join(whole).replace(boundary[1].encode(), b""))
        self._made.append(made.hexdigest())


def described(content: bytes) -> str:
    """Describe a file by its length and its digest."""
    return f"{len(content)} bytes of a file, sha256 {sha256(content).hexdigest()}"


def length_alone(description: str) -> str:
    """Return a description without its digest, which is not known of a file that was not sent to its end."""
    return _SHA256.sub("", description)
