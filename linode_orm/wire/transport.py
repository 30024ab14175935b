"""The transport: it takes a request, and returns the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from linode_orm.wire.messages import Request, Response


class Transport(Protocol):
    """Sends one request once; called from several threads at once."""

    def send(self, request: Request, *, token: str | None, timeout: float) -> Response:
        """Give the answer, whatever its status; raise `TransportError` where there is none within `timeout` seconds."""
        ...

    def close(self) -> None:
        """Let connections go."""
        ...
