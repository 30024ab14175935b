"""The simulator as the client's transport, in the same process."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, cast
from urllib.parse import urlsplit

from linode_orm.errors import TransportError
from linode_orm.simulator.files import SIGNED, described
from linode_orm.wire import Response

if TYPE_CHECKING:
    from linode_orm.simulator.estate import Estate
    from linode_orm.simulator.reply import Reply
    from linode_orm.simulator.simulator import Simulator
    from linode_orm.wire import JSON, Request
    from linode_orm.wire.messages import Content

_VERSION: Final = re.compile(r"^/v\d\w*(?=/)")


def _path(request: Request) -> str:
    """Return the path of a request, also of one to another host of the API."""
    return _VERSION.sub("", urlsplit(request.url).path) if request.url else request.path


def _file(content: Content) -> dict[str, object]:
    return described(content.kind, b"".join(content.chunks()))


class SimulatedTransport:
    """Passes each request to the simulator, and raises the errors of a real connection for broken replies."""

    def __init__(self, simulator: Simulator | Estate) -> None:
        self._simulator = simulator

    def send(self, request: Request, *, token: str | None, timeout: float) -> Response:
        """Send one request; raise `TransportError` where a fault breaks the connection."""
        simulator = self._simulator
        began = simulator.clock.monotonic()
        reply = simulator.exchange(
            request.method,
            _path(request),
            version=request.version,
            query=request.query,
            x_filter=cast("JSON", request.x_filter),
            body=request.body if request.content is None else _file(request.content),
            token=(request.token or SIGNED) if request.url else token,
            patience=timeout,
        )
        self._break(request, reply, timeout)
        return Response(
            status=reply.status,
            headers=dict(reply.headers),
            content=reply.content,
            request=request,
            elapsed=simulator.clock.monotonic() - began,
        )

    def _break(self, request: Request, reply: Reply, timeout: float) -> None:
        where = f"{request.method} {request.path}"
        if reply.drip:
            self._simulator.clock.sleep(min(reply.drip, timeout))
            if reply.drip > timeout:
                raise TransportError(f"{where}: the reply did not end", sent=True, timed_out=True)
        if reply.breaks == "timeout":
            self._simulator.clock.sleep(timeout)
            raise TransportError(f"{where}: no reply", sent=None if reply.before else True, timed_out=True)
        if reply.breaks == "reset":
            # A reset before anything was written is known not to have been sent; later ones are in doubt.
            raise TransportError(f"{where}: the connection was reset", sent=False if reply.before else None)

    def close(self) -> None:
        """Nothing to close."""
