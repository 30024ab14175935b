"""What the official Python library can make: each method that makes something, with arguments that are good here."""

from __future__ import annotations

import io
import tempfile
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from linode_api4 import objects
from linode_api4.objects.image_share_group import (
    ImageShareGroupImagesToAdd,
    ImageShareGroupImageToAdd,
    ImageShareGroupMemberToAdd,
)
from linode_api4.objects.monitor import AkamaiObjectStorageLogsDestinationDetails

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.simulator.official import Walk

RULES = {"inbound": [], "inbound_policy": "DROP", "outbound": [], "outbound_policy": "ACCEPT"}
CRITERIA = {"rules": [{"metric": "cpu_usage", "aggregate_function": "avg", "operator": "gt", "threshold": 90}]}
TRIGGER = {"criteria_condition": "ALL", "evaluation_period_seconds": 300, "polling_interval_seconds": 300}
CARD = {"card_number": "4111111111111111", "expiry_month": 11, "expiry_year": 2030, "cvv": "111"}


def attached(walk: Walk, ticket: Any) -> Any:
    """Upload a file to a ticket."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "note.txt")
        path.write_text("a note", encoding="utf-8")
        return ticket.upload_attachment(path)


def token(walk: Walk) -> str:
    """Give a token of another account for a share group."""
    return f"token-{len(walk.sim.requests)}"


GROUPS: dict[str, Callable[[Walk, Any], Any]] = {
    "account.add_payment_method": lambda _, group: group.add_payment_method(CARD, is_default=False, type="credit_card"),
    "account.add_promo_code": lambda _, group: group.add_promo_code("abc"),
    "account.join_beta_program": lambda _, group: group.join_beta_program("example_open_beta"),
    "account.oauth_client_create": lambda _, group: group.oauth_client_create("one", "https://example.com/"),
    "account.service_transfer_create": lambda walk, group: group.service_transfer_create(
        {"linodes": [walk.driver.spare("Instance")]}
    ),
    "account.user_create": lambda _, group: group.user_create("new@example.com", "newcomer"),
    "database.mysql_create": lambda _, group: group.mysql_create("one", "us-east", "mysql/8", "g6-nanode-1"),
    "database.postgresql_create": lambda _, group: group.postgresql_create(
        "one", "us-east", "postgresql/16", "g6-nanode-1"
    ),
    "domains.create": lambda _, group: group.create("new.example.org", soa_email="a@example.org"),
    "images.create": lambda walk, group: group.create(walk.driver.one("Disk"), label="of a disk"),
    "images.create_upload": lambda _, group: group.create_upload("uploaded", "us-east"),
    "images.upload": lambda _, group: group.upload("uploaded, too", "us-east", io.BytesIO(b"\x1f\x8b")),
    "linode.instance_create": lambda _, group: group.instance_create(
        "g6-nanode-1", "us-east", image="linode/debian12", label="created", root_pass="Abc!23xyz9"
    ),
    "linode.stackscript_create": lambda _, group: group.stackscript_create("one", "#!/bin/sh", ["linode/debian12"]),
    "lke.cluster_create": lambda _, group: group.cluster_create(
        "us-east", "one", "1.33", node_pools=[{"type": "g6-standard-1", "count": 1}]
    ),
    "locks.create": lambda walk, group: group.create("linode", walk.driver.spare("Instance"), "cannot_delete"),
    "longview.client_create": lambda _, group: group.client_create("one"),
    "monitor.clone_alert_definition": lambda walk, group: group.clone_alert_definition(
        *alert(walk), label="a clone", description="of another"
    ),
    "monitor.create_alert_definition": lambda walk, group: group.create_alert_definition(
        "dbaas", "one", 2, [walk.driver.one("AlertChannel")], CRITERIA, {**TRIGGER, "trigger_occurrences": 1}
    ),
    "monitor.create_token": lambda walk, group: group.create_token("dbaas", [walk.driver.one("MySQLDatabase")]),
    "monitor.destination_create": lambda walk, group: group.destination_create(
        "one", "akamai_object_storage", destination(walk)
    ),
    "monitor.stream_create": lambda walk, group: group.stream_create(
        [walk.driver.one("StreamDestination")], "one", "audit_logs"
    ),
    "networking.firewall_create": lambda _, group: group.firewall_create("one", RULES),
    "networking.ip_allocate": lambda walk, group: group.ip_allocate(walk.driver.one("Instance")),
    "networking.ipv6_range_allocate": lambda walk, group: group.ipv6_range_allocate(
        64, linode=walk.driver.one("Instance")
    ),
    "networking.reserved_ip_create": lambda _, group: group.reserved_ip_create("us-east", tags=["lb"]),
    "nodebalancers.create": lambda _, group: group.create("us-east", label="one"),
    "object_storage.bucket_create": lambda _, group: group.bucket_create("us-east", "another-bucket"),
    "object_storage.keys_create": lambda _, group: group.keys_create("one", regions=["us-east"]),
    "object_storage.object_url_create": lambda walk, group: group.object_url_create(
        *bucket(walk), method="GET", name="a"
    ),
    "placement.group_create": lambda _, group: group.group_create(
        "one", "us-east", objects.PlacementGroupType.anti_affinity_local, objects.PlacementGroupPolicy.strict
    ),
    "profile.ssh_key_upload": lambda _, group: group.ssh_key_upload("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5 a@b", "one"),
    "profile.token_create": lambda _, group: group.token_create("one", scopes="*"),
    "sharegroups.create_sharegroup": lambda _, group: group.create_sharegroup("one"),
    "sharegroups.create_token": lambda walk, group: group.create_token(walk.driver.uuid(), label="one"),
    "support.ticket_open": lambda _, group: group.ticket_open("a question", "of some length"),
    "tags.create": lambda walk, group: group.create("a-new-tag", instances=[walk.driver.one("Instance")]),
    "volumes.create": lambda _, group: group.create("another-volume", region="us-east"),
    "vpcs.create": lambda _, group: group.create(
        "another-vpc", "us-east", subnets=[{"label": "a", "ipv4": "10.0.0.0/24"}]
    ),
}

OBJECTS: dict[str, Callable[[Walk, Any], Any]] = {
    "ChildAccount.create_token": lambda _, thing: thing.create_token(),
    "Config.interface_create_public": lambda _, thing: thing.interface_create_public(),
    "Config.interface_create_vlan": lambda _, thing: thing.interface_create_vlan("a-vlan"),
    "Config.interface_create_vpc": lambda walk, thing: thing.interface_create_vpc(walk.driver.one("VPCSubnet")),
    "Disk.duplicate": lambda _, thing: thing.duplicate(),
    "Domain.record_create": lambda _, thing: thing.record_create("A", name="www", target="192.0.2.1"),
    "Domain.clone": lambda _, thing: thing.clone("cloned.example.org"),
    "Firewall.device_create": lambda walk, thing: thing.device_create(walk.driver.spare("Instance")),
    "ImageShareGroup.add_images": lambda walk, thing: thing.add_images(
        ImageShareGroupImagesToAdd([ImageShareGroupImageToAdd(id=walk.driver.own_image(), label="a", description="b")])
    ),
    "ImageShareGroup.add_member": lambda walk, thing: thing.add_member(
        ImageShareGroupMemberToAdd(token(walk), "member")
    ),
    "Instance.config_create": lambda _, thing: thing.config_create(
        kernel="linode/latest-64bit", label="a config", disks=[thing.disks[0]]
    ),
    "Instance.disk_create": lambda _, thing: thing.disk_create(1024, label="a disk", filesystem="ext4"),
    "Instance.snapshot": lambda _, thing: thing.snapshot("a snapshot"),
    "Instance.ip_allocate": lambda _, thing: thing.ip_allocate(public=True),
    "Instance.clone": lambda _, thing: thing.clone(region="us-east", instance_type="g6-nanode-1", label="a-clone"),
    "Instance.interface_create": lambda walk, thing: thing.interface_create(
        firewall=walk.driver.one("Firewall"), public={"ipv4": {"addresses": [{"address": "auto", "primary": True}]}}
    ),
    "LKECluster.node_pool_create": lambda _, thing: thing.node_pool_create("g6-standard-1", 1),
    "NodeBalancer.config_create": lambda walk, thing: thing.config_create(port=20_000 + next(walk.driver.numbers)),
    "NodeBalancerConfig.node_create": lambda _, thing: thing.node_create("a-node", "192.168.130.1:80"),
    "ObjectStorageBucket.ssl_cert_upload": lambda _, thing: thing.ssl_cert_upload("certificate", "key"),
    "SupportTicket.post_reply": lambda _, thing: thing.post_reply("an answer"),
    "SupportTicket.upload_attachment": attached,
    "VPC.subnet_create": lambda _, thing: thing.subnet_create("another-subnet", ipv4="10.0.9.0/24"),
    "Volume.clone": lambda _, thing: thing.clone("a-clone"),
}
# What makes nothing of the API's, or asks for what the API has not any more.
ELSEWHERE = {
    "polling.event_poller_create": "makes a poller, which sends nothing",
    "Profile.add_whitelist_entry": "/profile/whitelist is gone from the API",
}


def alert(walk: Walk) -> tuple[str, int]:
    """Give service and id of an alert definition."""
    row = walk.driver.row(walk.driver.resource("AlertDefinition"))
    return row.parents[0], row.id


def destination(walk: Walk) -> AkamaiObjectStorageLogsDestinationDetails:
    """Give where logs go, in the library's own class."""
    known = walk.driver.details()
    names = {each.name for each in fields(AkamaiObjectStorageLogsDestinationDetails)}
    return AkamaiObjectStorageLogsDestinationDetails(**{key: known[key] for key in known if key in names})


def bucket(walk: Walk) -> tuple[str, str]:
    """Give region and label of a bucket."""
    body = walk.driver.row(walk.driver.resource("ObjectStorageBucket")).body
    return body["region"], body["label"]
