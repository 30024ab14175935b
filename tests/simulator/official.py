"""Walks through the official Python library against a served account: every list, get, create, update and delete of it."""

from __future__ import annotations

import inspect
import re
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from linode_api4 import objects
from linode_api4.objects import Base, DerivedBase
from linode_api4.paginated_list import PaginatedList

from tests.simulator.driver import let_go

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from linode_api4 import LinodeClient

    from linode_orm.simulator.store import Row
    from tests.simulator.driver import Driver

# Methods without required arguments that are neither lists nor singletons.
ACTS = {"cancel", "linode_managed_enable", "phone_number_delete", "build_instance_metadata"}
CREATES = re.compile(r"create|allocate|upload|open|snapshot|duplicate|clone|^add_|post_reply|join_beta")
# Classes of which no single object can be loaded, or not in this way.
GONE = {
    "Database": "no item under /databases/instances",
    "IPv6Pool": "no item under /networking/ipv6/pools",
    "VLAN": "no item under /networking/vlans without a region",
    "WhitelistEntry": "/profile/whitelist is gone from the API",
    "Backup": "its list is no page",
    "NetworkInterface": "two parents, of which load() takes one: it comes with its config",
    "NodeBalancerNode": "two parents, of which load() takes one: it comes with its config",
    "LinodeInterfacesSettings": "its id is that of the Linode, and its path no item of a list",
    "InvoiceItem": "listed, never fetched alone",
    "TicketReply": "listed, never fetched alone",
    "ObjectStorageCluster": "deprecated; fetched below",
    "MonitorDashboard": "its save() is a PUT that the API has not",
    "MonitorService": "its get answers no page, which the library unpacks otherwise",
}


class Walk:
    """One account, served; what was tried by service and verb, and what went wrong."""

    def __init__(self, driver: Driver, client: LinodeClient) -> None:
        self.driver = driver
        self.sim = driver.sim
        self.client = client
        self.tried: dict[tuple[str, str], int] = defaultdict(int)
        self.wrong: list[str] = []

    def attempt(self, verb: str, what: str, call: Callable[[], Any]) -> Any:
        """Try something; what the server refused or the library could not read is wrong."""
        before = len(self.sim.requests)
        try:
            result = call()
            if isinstance(result, PaginatedList):
                result = list(result)
        except Exception as error:  # noqa: BLE001  whatever a client raises is a finding
            result = None
            self.wrong.append(f"{verb} {what}: {type(error).__name__} {error}"[:300])
        sent = self.sim.requests[before:]
        service = sent[-1].path.split("/")[1] if sent else "none"
        self.tried[service, verb] += 1
        self.wrong += [f"{verb} {what}: {each} {each.body}" for each in sent if (each.status or 600) >= 400]
        return result

    # -- lists -------------------------------------------------------------------------------------------------------

    def lists(self) -> None:
        """Call everything that groups offer without arguments, and every list below an object."""
        for name, group in sorted(vars(self.client).items()):
            if not hasattr(group, "client"):
                continue
            if callable(group):
                self.attempt("list", f"client.{name}()", group)
            for method in public(type(group)):
                bound = getattr(group, method)
                if method not in ACTS and not CREATES.search(method) and not needed_arguments(bound):
                    self.attempt("list", f"client.{name}.{method}()", bound)
        for kind in classes():
            for name, prop in kind.properties.items():
                if prop.derived_class and kind.__name__ not in GONE:
                    thing = self.load(kind)
                    self.attempt("list", f"{kind.__name__}.{name}", lambda o=thing, n=name: list(getattr(o, n)))

    # -- objects -----------------------------------------------------------------------------------------------------

    def row(self, kind: type[Base]) -> Row | None:
        """Give an object of the account that a class of the library stands for."""
        place = re.sub(r"\{\w+\}", "{}", "/" + kind.api_endpoint.strip("/"))
        for resource in self.sim.state.store.resources.values():
            if re.sub(r"\{\w+\}", "{}", resource.item_path) == place:
                return self.driver.row(resource)
        return None

    def load(self, kind: type[Base]) -> Any:
        """Load an object by its id, and that of its parent."""
        row = self.row(kind)
        if row is None or row.resource.singleton:
            return self.client.load(kind, "")
        *above, own = row.chain
        return self.client.load(kind, own, *[above[-1] if not above[-1].isdigit() else int(above[-1])] if above else [])

    def gets(self) -> Iterator[tuple[type[Base], Any]]:
        """Load one object of every class that has an item of its own."""
        for kind in classes():
            if kind.api_endpoint and kind.__name__ not in GONE and kind is not objects.ReservedIPAddress:
                found = self.attempt("get", kind.__name__, lambda kind=kind: self.load(kind))
                if found is not None:
                    yield kind, found

    def updates(self, found: list[tuple[type[Base], Any]]) -> None:
        """Save every object that has something to save."""
        for kind, thing in found:
            if any(prop.mutable for prop in kind.properties.values()) and kind is not objects.ChildAccount:
                self.attempt("update", kind.__name__, thing.save)

    def deletes(self, found: list[tuple[type[Base], Any]]) -> None:
        """Delete every object whose class can be deleted, from the inside out."""
        by_name = sorted(found, key=lambda pair: pair[0].__name__, reverse=True)
        inside_out = sorted(by_name, key=lambda pair: (pair[0].__name__ in HELD, -pair[0].api_endpoint.count("{")))
        for kind, thing in inside_out:
            row = self.row(kind)
            if row is None or "delete" not in row.resource.verbs or kind in {objects.IPAddress, objects.VLAN}:
                continue
            if row.resource.name in PREPARED:
                PREPARED[row.resource.name](self, row)
            self.attempt("delete", kind.__name__, thing.delete)


HELD = {"VPC", "VPCSubnet", "PlacementGroup"}
"""Classes whose objects go last, because others lie in them."""

# What stands in the way of a delete.
PREPARED: dict[str, Callable[[Walk, Row], Any]] = {
    "Volume": lambda walk, row: walk.sim.change(f"/volumes/{row.id}", linode_id=None),
    "StreamDestination": lambda walk, _: [walk.sim.state.remove(each) for each in list(walk.sim.state.rows("Stream"))],
    "ServiceTransfer": lambda _, row: row.change(status="pending"),
    "NodeBalancer": lambda _, row: row.change(locks=[]),
    "VPC": lambda walk, _: let_go(walk.sim.state),
    "VPCSubnet": lambda walk, _: let_go(walk.sim.state),
    "PlacementGroup": lambda walk, _: let_go(walk.sim.state),
}


def classes() -> list[type[Base]]:
    """Give every class of the library that stands for objects of the API."""
    found = {each for each in vars(objects).values() if inspect.isclass(each) and issubclass(each, Base)}
    known = found - {Base, DerivedBase}
    return sorted((each for each in known if "api_endpoint" in vars(each)), key=lambda each: each.__name__)


def public(kind: type) -> list[str]:
    """Give the public methods of a class."""
    return [name for name, each in inspect.getmembers(kind, inspect.isfunction) if not name.startswith("_")]


def needed_arguments(bound: Callable[..., Any]) -> list[str]:
    """Give the arguments that a call cannot do without."""
    free = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    parameters = inspect.signature(bound).parameters.values()
    return [each.name for each in parameters if each.default is each.empty and each.kind not in free]
