"""Events: one for each write, which lasts as long as the job that it is about."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from linode_orm.mapping.addressing import quoted

if TYPE_CHECKING:
    from linode_orm.simulator.account_state import AccountState
    from linode_orm.simulator.store import Body, Row

# Class: (start of the action's name, the `type` that events call it, whether its parent is the event's entity).
NAMES: Final[dict[str, tuple[str, str, bool]]] = {
    "Instance": ("linode", "linode", False),
    "Disk": ("disk", "disk", True),
    "Config": ("linode_config", "linode_config", True),
    "LinodeInterface": ("interface", "interface", True),
    "Volume": ("volume", "volume", False),
    "Domain": ("dns_zone", "domain", False),
    "DomainRecord": ("dns_record", "domain_record", True),
    "Firewall": ("firewall", "firewall", False),
    "NodeBalancer": ("nodebalancer", "nodebalancer", False),
    "NodeBalancerConfig": ("nodebalancer_config", "nodebalancer_config", True),
    "NodeBalancerNode": ("nodebalancer_node", "nodebalancer_node", True),
    "VPC": ("vpc", "vpc", False),
    "VPCSubnet": ("subnet", "subnet", True),
    "Image": ("image", "image", False),
    "StackScript": ("stackscript", "stackscript", False),
    "SSHKey": ("user_ssh_key", "user_ssh_key", False),
    "Token": ("token", "token", False),
    "Tag": ("tag", "tag", False),
    "PlacementGroup": ("placement_group", "placement_group", False),
    "User": ("user", "user", False),
    "OAuthClient": ("oauth_client", "oauth_client", False),
    "MySQLDatabase": ("database", "database", False),
    "PostgreSQLDatabase": ("database", "database", False),
    "LKECluster": ("lke_cluster", "lkecluster", False),
    "LKENodePool": ("lke_pool", "lke_pool", True),
    "LongviewClient": ("longviewclient", "longview", False),
    "ObjectStorageKey": ("obj_access_key", "obj_access_key", False),
    "ManagedService": ("managed_service", "managed_service", False),
    "Account": ("account", "account", False),
    "AccountSettings": ("account_settings", "account", False),
    "EntityTransfer": ("entity_transfer", "entity_transfer", False),
    "FirewallDevice": ("firewall_device", "firewall", True),
    "IPAddress": ("ipaddress", "ipaddress", False),
    "IPv6Range": ("ipv6pool", "ipaddress", False),
    "LKEControlPlaneACL": ("lke_control_plane_acl", "lkecluster", True),
    "Payment": ("payment", "account", False),
    "PaymentMethod": ("payment_method", "account", False),
    "Profile": ("profile", "profile", False),
    "ServiceTransfer": ("entity_transfer", "entity_transfer", False),
    "SupportTicket": ("ticket", "ticket", False),
    "VLAN": ("vlan", "vlan", False),
}

VERBS: Final = {"create": "create", "update": "update", "delete": "delete"}
# Actions whose event has another name, or that have no event.
OTHERWISE: Final[dict[str, str | None]] = {
    "image_create": None,
    "user_ssh_key_create": "user_ssh_key_add",
    "managed_service_update": None,
    "lke_pool_update": None,
    # names that the API reference lists ("List events") for what is created, changed or deleted otherwise
    "account_create": None,
    "account_settings_create": None,
    "entity_transfer_delete": "entity_transfer_cancel",
    "firewall_device_create": "firewall_device_add",
    "firewall_device_delete": "firewall_device_remove",
    "firewall_device_update": None,
    "ipaddress_create": None,
    "ipaddress_delete": None,
    # Cloud Manager (Events/factories/ip.tsx): "An IPv6 range has been added to your account"
    "ipv6pool_create": "ipv6pool_add",
    "ipv6pool_update": None,
    "vlan_create": None,
    "vlan_delete": None,
    "vlan_update": None,
    "payment_create": "payment_submitted",
    "payment_method_create": "payment_method_add",
    "payment_method_delete": None,
    "profile_create": None,
    "ticket_delete": None,
}
FAILED: Final = {"database_create": "database_create_failed", "database_update": "database_update_failed"}
"""What is added beside the failed event of a job; that it comes at the job's end is a guess."""

# The `percent_complete` of an event whose job has started.
STARTED_AT: Final = 0.1
LISTED_AT: Final = 0.05
"""The part of a job's time before its event is listed where time runs by itself; the API's own is guessed."""


class Events:
    """The account's events."""

    def __init__(self, state: AccountState) -> None:
        self._state = state
        self.added: set[str] = set()
        """The actions of the events that the present request has added."""

    def of(self, verb: str, row: Row) -> None:
        """Add the event of a create, update or delete."""
        named = NAMES.get(row.resource.name)
        if named is None or verb not in VERBS:
            return
        name = f"{named[0]}_{VERBS[verb]}"
        action = OTHERWISE.get(name, name)
        if action is None:
            return
        parent = self._parent(row) if named[2] else None
        self.add(action, parent or row, secondary=row if parent is not None else None)

    def about(self, action: str, row: Row) -> None:
        """Add an event of an object, or of its parent where events of its class are about that."""
        named = NAMES.get(row.resource.name)
        parent = self._parent(row) if named is None or named[2] else None
        self.add(action, parent or row, secondary=row if parent is not None and named is not None else None)

    def add(  # noqa: PLR0913  what an event tells
        self,
        action: str,
        row: Row | None,
        *,
        secondary: Row | None = None,
        lasts: float = 0.0,
        begins: float | None = None,
        failure: str | None = None,
    ) -> Row | None:
        """Add an event; that of a job is `scheduled`, `started` and `finished` in turn, or `failed` with a message.

        It starts a tenth of its time after the request, or after `begins` seconds.
        """
        state = self._state
        self.added.add(action)
        if "Event" not in state.store.resources:
            return None
        event = state.make(
            "Event",
            action=action,
            entity=self.entity(row) if row is not None else None,
            secondary_entity=self.entity(secondary) if secondary is not None else None,
            username=state.username,
            status="scheduled" if lasts else "notification",
            percent_complete=0 if lasts else None,
        )
        late = listed = state.job_rules.lateness(state.job_rules.event_lag)
        if lasts and state.clock.running:
            # As recorded, the first polls find no event; who begins to wait after its request counts on that.
            listed += lasts * LISTED_AT
        if listed:
            state.store.drop(event)
            state.jobs.later(listed, lambda: self._show(event))
        if lasts:
            starts = lasts * STARTED_AT if begins is None else begins
            began = state.clock.monotonic() + (begins or 0.0) + late
            state.jobs.later(starts + listed, lambda: event.change(status="started", percent_complete=10, duration=0.0))
            state.jobs.later(lasts + late, partial(self._finish, event, began, failure, row))
        return event

    def _show(self, event: Row) -> None:
        """Let an event be listed that was made earlier."""
        event.gone = False
        self._state.store.put(event)

    def _finish(self, event: Row, began: float, failure: str | None, row: Row | None) -> None:
        seconds = round(self._state.clock.monotonic() - began, 6)
        status = "finished" if failure is None else "failed"
        event.change(status=status, percent_complete=100, time_remaining=0, duration=float(seconds))
        if failure:
            event.change(message=failure)
        if failure is not None and event.body["action"] in FAILED:
            self.add(FAILED[event.body["action"]], row)

    def entity(self, row: Row) -> Body:
        """Return the entity that events and devices show of an object.

        Its URL is below /v4 even under v4beta (docs/api-notes.md#entity-paths).
        """
        named = NAMES.get(row.resource.name)
        return {
            "label": self.label(row),
            "id": row.id if len(row.resource.id_keys) == 1 else None,
            "type": named[1] if named else row.resource.name.lower(),
            "url": "/v4" + path_of(row),
        }

    @staticmethod
    def label(row: Row) -> Any:  # noqa: ANN401  JSON
        """Return the name of a row."""
        return next((row.body[key] for key in ("label", "domain", "username") if row.body.get(key)), str(row.id))

    def _parent(self, row: Row) -> Row | None:
        store = self._state.store
        above, chain = store.parent_of(row.resource, row.parents)
        while above is not None and above.parent and NAMES.get(above.name, ("", "", True))[2]:
            above, chain = store.parent_of(above, chain[: above.depth])
        return store.find(above, chain) if above is not None else None


def path_of(row: Row) -> str:
    """Return a row's own path; slashes inside ids stay, as in the API's URLs (`TestEventPoller_InstancePower#2`)."""
    values = iter(row.chain)
    return "/".join(
        quoted(next(values)).replace("%2F", "/").replace("%3A", ":") if part.startswith("{") else part
        for part in row.resource.item_path.split("/")
    )
