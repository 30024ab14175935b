"""What functions of @linode/api-v4 want in a body beside what the description requires: the library looks at it first."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.simulator.driver import Driver

KEY: Final = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f javascript"


def private(driver: Driver) -> str:
    """Give a private address of a Linode."""
    host = driver.one("Instance")
    reply = driver.sim.exchange("POST", f"/linode/instances/{host}/ips", body={"type": "ipv4", "public": False})
    return str(json.loads(reply.content)["address"])


def node(driver: Driver) -> dict[str, Any]:
    """Give a node behind a balancer, its port apart, as the library wants it."""
    return {"label": f"node-{next(driver.numbers)}", "address": private(driver), "port": 80, "weight": 100}


def config(driver: Driver) -> dict[str, Any]:
    """Give a configuration of a port, with a node."""
    plain = {"protocol": "http", "algorithm": "roundrobin", "stickiness": "table", "check": "none"}
    return {**plain, "port": 2000 + next(driver.numbers), "nodes": [node(driver)]}


def disk(driver: Driver) -> dict[str, Any]:
    """Give the devices of a configuration of a Linode."""
    return {"sda": {"disk_id": driver.one("Disk"), "volume_id": None}}


def alert(driver: Driver) -> dict[str, Any]:
    """Give the definition of an alert, whole."""
    rule = {
        "aggregate_function": "avg",
        "metric": "cpu_usage",
        "operator": "gt",
        "threshold": 80,
        "dimension_filters": [],
    }
    trigger = {"criteria_condition": "ALL", "evaluation_period_seconds": 300, "polling_interval_seconds": 300}
    return {
        "label": f"alert-{next(driver.numbers)}",
        "severity": 1,
        "scope": "entity",
        "entity_ids": [str(driver.one("MySQLDatabase"))],
        "rule_criteria": {"rules": [rule]},
        "trigger_conditions": {**trigger, "trigger_occurrences": 1},
        "channel_ids": [driver.one("AlertChannel")],
    }


def label(driver: Driver) -> dict[str, Any]:
    """Give a label that nothing has."""
    return {"label": f"label-{next(driver.numbers)}"}


CONTACT: Final = {"name": "Ann", "email": "ann@example.com", "group": "on-call"}
CHANNEL: Final = {"label": "channel", "channel_type": "email", "details": {"email": {"usernames": ["simulated"]}}}
MONITOR: Final = {"label": "monitor", "service_type": "url", "address": "https://example.com", "timeout": 10}
CARD: Final = {"card_number": "4111111111111111", "cvv": "123", "expiry_month": 12, "expiry_year": 2030}

WHOLE: Final[dict[str, Callable[[Driver], dict[str, Any]]]] = {
    "modifySubnet": label,
    "updateContact": lambda _: CONTACT,
    "updateCredential": label,
    "updateDestination": label,
    "updateLinodeInterface": lambda _: {"public": {}, "vpc": None, "vlan": None},
    "updateLongviewClient": label,
    "updateNodeBalancerConfigNode": node,
    "updateNodeBalancerConfigNodeBeta": node,
    "updateNotificationChannel": lambda _: CHANNEL,
    "updatePlacementGroup": label,
    "updateSSHKey": label,
    "updateServiceMonitor": lambda _: MONITOR,
    "updateStream": lambda driver: {
        **label(driver),
        "status": "active",
        "destinations": [driver.one("StreamDestination")],
    },
    "addPaymentMethod": lambda _: {"type": "payment_method_nonce", "data": {"nonce": "nonce"}, "is_default": False},
    "addPromotion": lambda _: {"code": "x" * 32},
    "appendConfigInterface": lambda driver: {
        "label": None,
        "purpose": "vpc",
        "vpc_id": driver.one("VPC"),
        "subnet_id": driver.one("VPCSubnet"),
    },
    "confirmTwoFactor": lambda _: {"tfa_code": "123456"},
    "createAlertDefinition": alert,
    "editAlertDefinition": alert,
    "createContact": lambda _: CONTACT,
    "createDatabase": lambda _: {"cluster_size": 1},
    "createDatabaseConnectionPool": lambda _: {
        "database": "defaultdb",
        "mode": "session",
        "size": 10,
        "username": "akmadmin",
    },
    "createDomain": lambda driver: {"domain": f"js-{next(driver.numbers)}.example.org", "soa_email": "a@example.org"},
    "createLinodeConfig": lambda driver: {"label": "config", "devices": disk(driver), "interfaces": []},
    "createLinodeDisk": label,
    "createLongviewClient": label,
    "createNodeBalancer": lambda driver: {**label(driver), "configs": [config(driver)]},
    "createNodeBalancerBeta": lambda driver: {**label(driver), "configs": [config(driver)]},
    "createNodeBalancerConfig": config,
    "createNodeBalancerConfigBeta": config,
    "createNodeBalancerConfigNode": node,
    "createNodeBalancerConfigNodeBeta": node,
    "createNotificationChannel": lambda _: CHANNEL,
    "createObjectStorageKeys": label,
    "createSSHKey": lambda driver: {**label(driver), "ssh_key": KEY},
    "createStream": lambda _: {"type": "audit_logs"},
    "createUser": lambda _: {"restricted": True},
    "createVolume": lambda _: {"size": 20},
    "linodeBoot": lambda driver: {"config_id": driver.one("Config")},
    "linodeReboot": lambda driver: {"config_id": driver.one("Config")},
    "rebuildNodeBalancerConfig": config,
    "rebuildNodeBalancerConfigBeta": config,
    "restoreBackup": lambda driver: {"targetLinodeId": driver.one("Instance"), "overwrite": False},
    "saveCreditCard": lambda _: CARD,
    "sendCodeToPhoneNumber": lambda _: {"iso_code": "US", "phone_number": "2155550123"},
    "updateImageRegions": lambda _: {"regions": ["us-east"]},
    "updateSecurityQuestions": lambda _: {
        "security_questions": [{"question_id": n, "response": "Rex", "security_question": "?"} for n in (1, 2, 3)]
    },
    "verifyPhoneNumberCode": lambda _: {"otp_code": "123456"},
}
"""By function: what its body holds beside, or instead of, what the description requires."""


def euuid(driver: Driver) -> str:
    """Give a child account, delegated to the user whose token it is."""
    return str(driver.row(driver.resource("ChildAccount")).id)


ROLES: Final = {"account_access": ["account_viewer"], "entity_access": []}

BESIDE: Final[dict[str, Callable[[Driver], list[Any]]]] = {
    "getAccountEntities": lambda _: [],
    "getAccountRoles": lambda _: [],
    "getUserRoles": lambda _: ["simulated"],
    "updateUserRoles": lambda _: ["simulated", ROLES],
    "getUserAccountPermissions": lambda _: ["simulated"],
    "getUserEntityPermissions": lambda driver: ["simulated", "linode", driver.one("Instance")],
    "getUserEntitiesByPermission": lambda _: [
        {"username": "simulated", "entityType": "linode", "permission": "view_linode", "params": {}, "filter": {}}
    ],
    "getDefaultDelegationAccess": lambda _: [],
    "updateDefaultDelegationAccess": lambda _: [ROLES],
    "getChildAccountsIam": lambda _: [{"params": {}, "users": True, "filter": {}}],
    "updateChildAccountDelegates": lambda driver: [{"euuid": euuid(driver), "users": ["simulated"]}],
    "getChildAccountDelegates": lambda driver: [{"euuid": euuid(driver), "params": {}}],
    "getDelegatedChildAccountsForUser": lambda _: [{"username": "simulated", "params": {}, "filter": {}}],
    "getMyDelegatedChildAccounts": lambda _: [{"params": {}, "filter": {}}],
    "getDelegatedChildAccount": lambda driver: [{"euuid": euuid(driver)}],
    "generateChildAccountToken": lambda driver: [{"euuid": euuid(driver)}],
}
"""Functions whose paths the description does not have and others tell, in an order that works, with their arguments."""
