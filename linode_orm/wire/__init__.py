"""How to talk: requests and responses as values, the transport, retries and configuration; it knows no model."""

from linode_orm.wire.client import Client, Outcome
from linode_orm.wire.clock import Clock, SystemClock
from linode_orm.wire.messages import JSON, Request, Response
from linode_orm.wire.transport import Transport

__all__ = ["JSON", "Client", "Clock", "Outcome", "Request", "Response", "SystemClock", "Transport"]
