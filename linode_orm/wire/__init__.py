"""How to talk: requests and responses as values, the transport, retries and configuration; it knows no model."""

from linode_orm.wire.client import Client, Outcome, observed
from linode_orm.wire.clock import Clock, SystemClock
from linode_orm.wire.messages import JSON, Content, Request, Response
from linode_orm.wire.transport import Transport

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
