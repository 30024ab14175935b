"""Uploaded files: how the simulator logs bodies that are no JSON."""

from __future__ import annotations

import re
from base64 import b64encode
from typing import Final

# Bodies of any other type are JSON, whatever a client calls them.
_KINDS: Final = ("multipart/", "image/", "application/octet-stream", "application/gzip", "application/x-gzip")
PLACES: Final = ("/uploads/", "/objects/")
"""Where files go to and come from: signed addresses, which the real API has on other hosts."""
SIGNED: Final = "signed"
"""Stands for the token of a request to a signed address, which carries none."""
_NAME: Final = re.compile(rb'filename="([^"]*)"')


def is_signed(path: str, token: str | None) -> bool:
    """Whether a request goes to a signed address, which says itself whose it is."""
    return token == SIGNED and path.startswith(PLACES)


def is_file(kind: str) -> bool:
    """Whether a content type is that of a file or a form."""
    return kind.lower().startswith(_KINDS)


def described(kind: str, raw: bytes) -> dict[str, object]:
    """Return a file as a body that can be logged: its type, name and size, and its bytes as text."""
    found = _NAME.search(raw[:4096]) if kind.lower().startswith("multipart/") else None
    name = found[1].decode(errors="replace") if found is not None else ""
    return {"kind": kind, "filename": name, "size": len(raw), "content": b64encode(raw).decode()}
