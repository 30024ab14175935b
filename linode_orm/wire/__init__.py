"""How to talk: requests and responses as values, the transport, retries and configuration; it knows no model."""

from typing import TYPE_CHECKING

from linode_orm._lazy import door as _door

if TYPE_CHECKING:
    from linode_orm.wire.client import Client as Client
    from linode_orm.wire.client import Outcome as Outcome
    from linode_orm.wire.client import observed as observed
    from linode_orm.wire.clock import Clock as Clock
    from linode_orm.wire.clock import SystemClock as SystemClock
    from linode_orm.wire.messages import JSON as JSON
    from linode_orm.wire.messages import Content as Content
    from linode_orm.wire.messages import Request as Request
    from linode_orm.wire.messages import Response as Response
    from linode_orm.wire.transport import Transport as Transport
else:
    __getattr__ = _door(
        __name__,
        {
            "Client": "linode_orm.wire.client",
            "Clock": "linode_orm.wire.clock",
            "Content": "linode_orm.wire.messages",
            "JSON": "linode_orm.wire.messages",
            "Outcome": "linode_orm.wire.client",
            "Request": "linode_orm.wire.messages",
            "Response": "linode_orm.wire.messages",
            "SystemClock": "linode_orm.wire.clock",
            "Transport": "linode_orm.wire.transport",
            "observed": "linode_orm.wire.client",
        },
    )

__all__ = [
    "JSON",
    "Client",
    "Clock",
    "Content",
    "Outcome",
    "Request",
    "Response",
    "SystemClock",
    "Transport",
    "observed",
]
