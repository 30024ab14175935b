"""One function over many accounts: on threads, on any executor, or through any `map`."""

from __future__ import annotations

from linode_orm.fleet.fleet import Fleet
from linode_orm.fleet.item import Outcome, WorkItem
from linode_orm.fleet.references import register_resolver
from linode_orm.fleet.run import run
from linode_orm.fleet.schedule import FleetRun

__all__ = ["Fleet", "FleetRun", "Outcome", "WorkItem", "register_resolver", "run"]
