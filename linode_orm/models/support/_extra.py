"""What support tickets have beyond their fields: files."""

from __future__ import annotations

from io import BytesIO
from mimetypes import guess_type
from os import PathLike, fspath
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING

from linode_orm.mapping import Model, act, operation
from linode_orm.models._files import content

if TYPE_CHECKING:
    from linode_orm.models._files import Source
    from linode_orm.wire import Content


class TicketFiles(Model):
    """Files that a ticket holds."""

    @operation("POST", "attachments", event="ticket_attachment_upload")
    def _attach(self, form: Content) -> None:
        """Upload a form that holds a file."""
        act(self, "_attach", locals())

    def attach(self, file: Source, *, name: str | None = None) -> None:
        """Upload a file to the ticket: its bytes (with a `name`), its path or an open file."""
        if isinstance(file, (str, PathLike)):
            path = Path(fspath(file))
            data, called = path.read_bytes(), name or path.name
        else:
            data = file if isinstance(file, bytes) else file.read()
            called = name or Path(str(getattr(file, "name", "attachment"))).name
        self._attach(form(called, data))


def form(name: str, data: bytes) -> Content:
    """Give a form with one file in it."""
    boundary = token_hex(16)
    kind = guess_type(name)[0] or "application/octet-stream"
    quoted = name.replace("\\", "\\\\").replace('"', '\\"').replace("\r", " ").replace("\n", " ")
    head = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{quoted}"\r\n'
        f"Content-Type: {kind}\r\n\r\n"
    )
    whole = head.encode() + data + f"\r\n--{boundary}--\r\n".encode()
    return content(BytesIO(whole), f"multipart/form-data; boundary={boundary}")
