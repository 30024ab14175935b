"""First values: what a new object shows of what nobody gave, where that is not the empty value of the type.

Each was seen in the answers to recorded creates, or is what a test of an official client expects; the source stands
beside it.
"""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from linode_orm.simulator.store import Body

LEFT_OUT: Final = object()
"""The key is missing from the answer until something gives it a value."""

_DATABASE: Final[dict[str, object]] = {
    # `TestDatabase_MySQL_Suite#1`: no fork, no time to restore from
    "fork": LEFT_OUT,
    "oldest_restore_time": LEFT_OUT,
    "private_network": None,
}

FIRST_VALUES: Final[Mapping[str, Mapping[str, object]]] = {
    "Config": {
        # `TestIPAddress_Instance_Allocate#2`, and 29 others
        "comments": "",
        "helpers": {
            "updatedb_disabled": True,
            "distro": True,
            "modules_dep": True,
            "network": False,
            "devtmpfs_automount": True,
        },
    },
    "Disk": {
        # `TestInstanceBackups_List#4`; without a filesystem `TestInstance_Disk_ListMultiple_Secondary#13`
        "disk_encryption": "enabled",
        "filesystem": "ext4",
    },
    "Domain": {"description": "", "group": ""},  # `TestDomainRecord_Create#0`
    "FirewallRuleSet": {"description": ""},
    "Image": {"description": ""},  # `TestImage_CloudInit#3`
    "Instance": {
        # `TestInstance_Get#3`, and 56 others
        "disk_encryption": "enabled",
        "interface_generation": "legacy_config",
        "site_type": "core",
        "capabilities": ["Block Storage Encryption", "Maintenance Policy"],
    },
    "LKECluster": {
        # `TestLKECluster_Enterprise_BYOVPC_smoke#1`: only clusters in a VPC have these
        "stack_type": LEFT_OUT,
        "subnet_id": LEFT_OUT,
        "vpc_id": LEFT_OUT,
    },
    "LKENodePool": {
        # `TestLKENodePools_List#4`: only pools of enterprise clusters have these
        "firewall_id": LEFT_OUT,
        "k8s_version": LEFT_OUT,
        "update_strategy": LEFT_OUT,
    },
    "MySQLDatabase": {
        **_DATABASE,
        # `TestDatabaseMySQL_EngineConfig_Create_NullableFieldAsNilValue#1`
        "engine_config": {
            "mysql": {
                "sql_mode": (
                    "ANSI,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION,NO_ZERO_DATE,NO_ZERO_IN_DATE,"
                    "STRICT_ALL_TABLES"
                ),
                "sql_require_primary_key": True,
            }
        },
    },
    "NodeBalancer": {"frontend_address_type": "public"},  # `TestNodeBalancer_Locks#2`
    "NodeBalancerConfig": {
        # `ExampleCreateNodeBalancerConfig#1`
        "port": 80,
        "protocol": "http",
        "algorithm": "roundrobin",
        "stickiness": "none",
        "check": "none",
        "check_interval": 31,
        "check_timeout": 30,
        "check_attempts": 3,
        "check_passive": True,
        "cipher_suite": "recommended",
        "proxy_protocol": "none",
        "udp_check_port": 80,
        "udp_session_timeout": 16,
    },
    "NodeBalancerNode": {"weight": 50, "mode": "accept"},  # `ExampleCreateNodeBalancerNode#4`
    "PlacementGroup": {"is_compliant": True},  # `TestPlacementGroup_basic#2`
    "PostgreSQLDatabase": {
        **_DATABASE,
        "connection_pool_port": LEFT_OUT,
        # `TestMonitorServicesTokenCreation_Get#1`
        "engine_config": {
            "pg": {
                "io_combine_limit": 16,
                "io_max_combine_limit": 16,
                "io_max_concurrency": -1,
                "io_method": "worker",
                "io_workers": 3,
                "password_encryption": "md5",
            },
            "pg_stat_monitor_enable": False,
            "pglookout": {"max_failover_replication_time_lag": 60},
        },
    },
    "User": {"user_type": "default", "tfa_enforced": False},  # `TestUser_Get#0`
    "VPC": {"ipv6": None},  # `TestVPC_List#2`
    "VPCSubnet": {"ipv6": None},
    "Volume": {"hardware_type": "nvme", "encryption": "enabled"},  # `TestVolume_List#1`
}


def first_values(name: str, shown: Body, now: str) -> Body:
    """Return the values that a new object of a class shows, from the empty ones of its types."""
    table: Mapping[str, Any] = FIRST_VALUES.get(name, {})
    known = {key: deepcopy(value) for key, value in table.items() if key in shown and value is not LEFT_OUT}
    found = {key: value for key, value in (shown | known).items() if table.get(key) is not LEFT_OUT}
    # `TestVPC_List#2`: what was never changed was changed when it was made
    return found | {key: now for key in ("created", "updated") if key in found and found[key] is None}


def asked(name: str, body: Mapping[str, Any]) -> Body:
    """Return what a create asks for: null stands for the first value, where the table has one.

    `ExampleCreateNodeBalancerConfig#1` leaves the keys out, and modules of Ansible send null for them.
    """
    table = FIRST_VALUES.get(name, {})
    return {key: value for key, value in body.items() if value is not None or table.get(key) is None}
