"""Every resource of the API by its name; a module is imported when its class is first named."""

from importlib import import_module
from typing import TYPE_CHECKING

from linode_orm.mapping.registry import publish
from linode_orm.models._index import ALIASES as ALIASES
from linode_orm.models._index import INDEX as INDEX

if TYPE_CHECKING:
    from linode_orm.models.account.account import Account as Account
    from linode_orm.models.account.account_agreements import AccountAgreements as AccountAgreements
    from linode_orm.models.account.account_availability import AccountAvailability as AccountAvailability
    from linode_orm.models.account.account_login import AccountLogin as AccountLogin
    from linode_orm.models.account.account_maintenance import AccountMaintenance as AccountMaintenance
    from linode_orm.models.account.account_settings import AccountSettings as AccountSettings
    from linode_orm.models.account.account_transfer import AccountTransfer as AccountTransfer
    from linode_orm.models.account.child_account import ChildAccount as ChildAccount
    from linode_orm.models.account.enrolled_beta import EnrolledBeta as EnrolledBeta
    from linode_orm.models.account.entity_transfer import EntityTransfer as EntityTransfer
    from linode_orm.models.account.event import Event as Event
    from linode_orm.models.account.invoice import Invoice as Invoice
    from linode_orm.models.account.invoice_item import InvoiceItem as InvoiceItem
    from linode_orm.models.account.notification import Notification as Notification
    from linode_orm.models.account.oauth_client import OAuthClient as OAuthClient
    from linode_orm.models.account.payment import Payment as Payment
    from linode_orm.models.account.payment_method import PaymentMethod as PaymentMethod
    from linode_orm.models.account.service_transfer import ServiceTransfer as ServiceTransfer
    from linode_orm.models.account.tfa_optional_users import TFAOptionalUsers as TFAOptionalUsers
    from linode_orm.models.account.user import User as User
    from linode_orm.models.account.user_grants import UserGrants as UserGrants
    from linode_orm.models.betas.beta_program import BetaProgram as BetaProgram
    from linode_orm.models.databases.database import Database as Database
    from linode_orm.models.databases.database_engine import DatabaseEngine as DatabaseEngine
    from linode_orm.models.databases.database_type import DatabaseType as DatabaseType
    from linode_orm.models.databases.mysql_config import MySQLConfig as MySQLConfig
    from linode_orm.models.databases.mysql_database import MySQLDatabase as MySQLDatabase
    from linode_orm.models.databases.mysql_database_credentials import (
        MySQLDatabaseCredentials as MySQLDatabaseCredentials,
    )
    from linode_orm.models.databases.mysql_database_ssl import MySQLDatabaseSSL as MySQLDatabaseSSL
    from linode_orm.models.databases.postgresql_config import PostgreSQLConfig as PostgreSQLConfig
    from linode_orm.models.databases.postgresql_connection_pool import (
        PostgreSQLConnectionPool as PostgreSQLConnectionPool,
    )
    from linode_orm.models.databases.postgresql_database import PostgreSQLDatabase as PostgreSQLDatabase
    from linode_orm.models.databases.postgresql_database_credentials import (
        PostgreSQLDatabaseCredentials as PostgreSQLDatabaseCredentials,
    )
    from linode_orm.models.databases.postgresql_database_ssl import PostgreSQLDatabaseSSL as PostgreSQLDatabaseSSL
    from linode_orm.models.domains.domain import Domain as Domain
    from linode_orm.models.domains.domain_record import DomainRecord as DomainRecord
    from linode_orm.models.domains.domain_zone_file import DomainZoneFile as DomainZoneFile
    from linode_orm.models.iam.account_entity import AccountEntity as AccountEntity
    from linode_orm.models.iam.account_role_permissions import AccountRolePermissions as AccountRolePermissions
    from linode_orm.models.iam.child_account_delegation import ChildAccountDelegation as ChildAccountDelegation
    from linode_orm.models.iam.delegate_role_permissions import DelegateRolePermissions as DelegateRolePermissions
    from linode_orm.models.iam.delegated_account import DelegatedAccount as DelegatedAccount
    from linode_orm.models.iam.user_role_permissions import UserRolePermissions as UserRolePermissions
    from linode_orm.models.images.image import Image as Image
    from linode_orm.models.images.image_share_group import ImageShareGroup as ImageShareGroup
    from linode_orm.models.images.image_share_group_image import ImageShareGroupImage as ImageShareGroupImage
    from linode_orm.models.images.image_share_group_member import ImageShareGroupMember as ImageShareGroupMember
    from linode_orm.models.images.image_share_group_token import ImageShareGroupToken as ImageShareGroupToken
    from linode_orm.models.linode.backup import Backup as Backup
    from linode_orm.models.linode.config import Config as Config
    from linode_orm.models.linode.config_interface import ConfigInterface as ConfigInterface
    from linode_orm.models.linode.disk import Disk as Disk
    from linode_orm.models.linode.instance import Instance as Instance
    from linode_orm.models.linode.instance_stats import InstanceStats as InstanceStats
    from linode_orm.models.linode.instance_transfer import InstanceTransfer as InstanceTransfer
    from linode_orm.models.linode.kernel import Kernel as Kernel
    from linode_orm.models.linode.linode_interface import LinodeInterface as LinodeInterface
    from linode_orm.models.linode.linode_interface_history import LinodeInterfaceHistory as LinodeInterfaceHistory
    from linode_orm.models.linode.linode_interface_settings import LinodeInterfaceSettings as LinodeInterfaceSettings
    from linode_orm.models.linode.stack_script import StackScript as StackScript
    from linode_orm.models.linode.type import Type as Type
    from linode_orm.models.lke.lke_cluster import LKECluster as LKECluster
    from linode_orm.models.lke.lke_control_plane_acl import LKEControlPlaneACL as LKEControlPlaneACL
    from linode_orm.models.lke.lke_dashboard import LKEDashboard as LKEDashboard
    from linode_orm.models.lke.lke_kubeconfig import LKEKubeconfig as LKEKubeconfig
    from linode_orm.models.lke.lke_node import LKENode as LKENode
    from linode_orm.models.lke.lke_node_pool import LKENodePool as LKENodePool
    from linode_orm.models.lke.lke_tiered_version import LKETieredVersion as LKETieredVersion
    from linode_orm.models.lke.lke_type import LKEType as LKEType
    from linode_orm.models.lke.lke_version import LKEVersion as LKEVersion
    from linode_orm.models.lke.lkeapi_endpoint import LKEAPIEndpoint as LKEAPIEndpoint
    from linode_orm.models.locks.resource_lock import ResourceLock as ResourceLock
    from linode_orm.models.longview.longview_client import LongviewClient as LongviewClient
    from linode_orm.models.longview.longview_plan import LongviewPlan as LongviewPlan
    from linode_orm.models.longview.longview_subscription import LongviewSubscription as LongviewSubscription
    from linode_orm.models.longview.longview_type import LongviewType as LongviewType
    from linode_orm.models.maintenance.maintenance_policy import MaintenancePolicy as MaintenancePolicy
    from linode_orm.models.managed.managed_contact import ManagedContact as ManagedContact
    from linode_orm.models.managed.managed_credential import ManagedCredential as ManagedCredential
    from linode_orm.models.managed.managed_issue import ManagedIssue as ManagedIssue
    from linode_orm.models.managed.managed_linode_settings import ManagedLinodeSettings as ManagedLinodeSettings
    from linode_orm.models.managed.managed_service import ManagedService as ManagedService
    from linode_orm.models.managed.managed_ssh_key import ManagedSSHKey as ManagedSSHKey
    from linode_orm.models.managed.managed_stats import ManagedStats as ManagedStats
    from linode_orm.models.marketplace.marketplace import Marketplace as Marketplace
    from linode_orm.models.monitor.alert_channel import AlertChannel as AlertChannel
    from linode_orm.models.monitor.alert_definition import AlertDefinition as AlertDefinition
    from linode_orm.models.monitor.alert_entity import AlertEntity as AlertEntity
    from linode_orm.models.monitor.metric_definition import MetricDefinition as MetricDefinition
    from linode_orm.models.monitor.monitor_dashboard import MonitorDashboard as MonitorDashboard
    from linode_orm.models.monitor.monitor_service import MonitorService as MonitorService
    from linode_orm.models.monitor.stream import Stream as Stream
    from linode_orm.models.monitor.stream_destination import StreamDestination as StreamDestination
    from linode_orm.models.monitor.stream_destination_history import (
        StreamDestinationHistory as StreamDestinationHistory,
    )
    from linode_orm.models.monitor.stream_history import StreamHistory as StreamHistory
    from linode_orm.models.network_transfer.network_transfer_price import NetworkTransferPrice as NetworkTransferPrice
    from linode_orm.models.networking.firewall import Firewall as Firewall
    from linode_orm.models.networking.firewall_device import FirewallDevice as FirewallDevice
    from linode_orm.models.networking.firewall_rule_set import FirewallRuleSet as FirewallRuleSet
    from linode_orm.models.networking.firewall_rules import FirewallRules as FirewallRules
    from linode_orm.models.networking.firewall_rules_expansion import FirewallRulesExpansion as FirewallRulesExpansion
    from linode_orm.models.networking.firewall_settings import FirewallSettings as FirewallSettings
    from linode_orm.models.networking.firewall_template import FirewallTemplate as FirewallTemplate
    from linode_orm.models.networking.firewall_version import FirewallVersion as FirewallVersion
    from linode_orm.models.networking.ip_address import IPAddress as IPAddress
    from linode_orm.models.networking.ipv6_pool import IPv6Pool as IPv6Pool
    from linode_orm.models.networking.ipv6_range import IPv6Range as IPv6Range
    from linode_orm.models.networking.prefix_list import PrefixList as PrefixList
    from linode_orm.models.networking.reserved_ip_type import ReservedIPType as ReservedIPType
    from linode_orm.models.networking.vlan import VLAN as VLAN
    from linode_orm.models.nodebalancers.node_balancer import NodeBalancer as NodeBalancer
    from linode_orm.models.nodebalancers.node_balancer_config import NodeBalancerConfig as NodeBalancerConfig
    from linode_orm.models.nodebalancers.node_balancer_node import NodeBalancerNode as NodeBalancerNode
    from linode_orm.models.nodebalancers.node_balancer_stats import NodeBalancerStats as NodeBalancerStats
    from linode_orm.models.nodebalancers.node_balancer_type import NodeBalancerType as NodeBalancerType
    from linode_orm.models.nodebalancers.node_balancer_vpc_config import NodeBalancerVPCConfig as NodeBalancerVPCConfig
    from linode_orm.models.object_storage.object_storage import ObjectStorage as ObjectStorage
    from linode_orm.models.object_storage.object_storage_bucket import ObjectStorageBucket as ObjectStorageBucket
    from linode_orm.models.object_storage.object_storage_bucket_access import (
        ObjectStorageBucketAccess as ObjectStorageBucketAccess,
    )
    from linode_orm.models.object_storage.object_storage_bucket_ssl import (
        ObjectStorageBucketSSL as ObjectStorageBucketSSL,
    )
    from linode_orm.models.object_storage.object_storage_cluster import ObjectStorageCluster as ObjectStorageCluster
    from linode_orm.models.object_storage.object_storage_endpoint import ObjectStorageEndpoint as ObjectStorageEndpoint
    from linode_orm.models.object_storage.object_storage_global_quota import (
        ObjectStorageGlobalQuota as ObjectStorageGlobalQuota,
    )
    from linode_orm.models.object_storage.object_storage_global_quota_usage import (
        ObjectStorageGlobalQuotaUsage as ObjectStorageGlobalQuotaUsage,
    )
    from linode_orm.models.object_storage.object_storage_key import ObjectStorageKey as ObjectStorageKey
    from linode_orm.models.object_storage.object_storage_object_acl import (
        ObjectStorageObjectACL as ObjectStorageObjectACL,
    )
    from linode_orm.models.object_storage.object_storage_quota import ObjectStorageQuota as ObjectStorageQuota
    from linode_orm.models.object_storage.object_storage_quota_usage import (
        ObjectStorageQuotaUsage as ObjectStorageQuotaUsage,
    )
    from linode_orm.models.object_storage.object_storage_transfer import ObjectStorageTransfer as ObjectStorageTransfer
    from linode_orm.models.object_storage.object_storage_type import ObjectStorageType as ObjectStorageType
    from linode_orm.models.placement.placement_group import PlacementGroup as PlacementGroup
    from linode_orm.models.profile.authorized_app import AuthorizedApp as AuthorizedApp
    from linode_orm.models.profile.profile import Profile as Profile
    from linode_orm.models.profile.profile_grants import ProfileGrants as ProfileGrants
    from linode_orm.models.profile.profile_login import ProfileLogin as ProfileLogin
    from linode_orm.models.profile.security_questions import SecurityQuestions as SecurityQuestions
    from linode_orm.models.profile.ssh_key import SSHKey as SSHKey
    from linode_orm.models.profile.token import Token as Token
    from linode_orm.models.profile.trusted_device import TrustedDevice as TrustedDevice
    from linode_orm.models.profile.user_preferences import UserPreferences as UserPreferences
    from linode_orm.models.regions.region import Region as Region
    from linode_orm.models.regions.region_availability import RegionAvailability as RegionAvailability
    from linode_orm.models.regions.region_vpc_availability import RegionVPCAvailability as RegionVPCAvailability
    from linode_orm.models.support.support_ticket import SupportTicket as SupportTicket
    from linode_orm.models.support.support_ticket_reply import SupportTicketReply as SupportTicketReply
    from linode_orm.models.tags.tag import Tag as Tag
    from linode_orm.models.volumes.volume import Volume as Volume
    from linode_orm.models.volumes.volume_type import VolumeType as VolumeType
    from linode_orm.models.vpcs.vpc import VPC as VPC
    from linode_orm.models.vpcs.vpc_default_ranges import VPCDefaultRanges as VPCDefaultRanges
    from linode_orm.models.vpcs.vpc_ipv6_address import VPCIPv6Address as VPCIPv6Address
    from linode_orm.models.vpcs.vpc_subnet import VPCSubnet as VPCSubnet
    from linode_orm.models.vpcs.vpcip_address import VPCIPAddress as VPCIPAddress

    Linode = Instance
    InstanceIPAddress = IPAddress
    ReservedIPAddress = IPAddress

__all__ = [
    "VLAN",
    "VPC",
    "Account",
    "AccountAgreements",
    "AccountAvailability",
    "AccountEntity",
    "AccountLogin",
    "AccountMaintenance",
    "AccountRolePermissions",
    "AccountSettings",
    "AccountTransfer",
    "AlertChannel",
    "AlertDefinition",
    "AlertEntity",
    "AuthorizedApp",
    "Backup",
    "BetaProgram",
    "ChildAccount",
    "ChildAccountDelegation",
    "Config",
    "ConfigInterface",
    "Database",
    "DatabaseEngine",
    "DatabaseType",
    "DelegateRolePermissions",
    "DelegatedAccount",
    "Disk",
    "Domain",
    "DomainRecord",
    "DomainZoneFile",
    "EnrolledBeta",
    "EntityTransfer",
    "Event",
    "Firewall",
    "FirewallDevice",
    "FirewallRuleSet",
    "FirewallRules",
    "FirewallRulesExpansion",
    "FirewallSettings",
    "FirewallTemplate",
    "FirewallVersion",
    "IPAddress",
    "IPv6Pool",
    "IPv6Range",
    "Image",
    "ImageShareGroup",
    "ImageShareGroupImage",
    "ImageShareGroupMember",
    "ImageShareGroupToken",
    "Instance",
    "InstanceIPAddress",
    "InstanceStats",
    "InstanceTransfer",
    "Invoice",
    "InvoiceItem",
    "Kernel",
    "LKEAPIEndpoint",
    "LKECluster",
    "LKEControlPlaneACL",
    "LKEDashboard",
    "LKEKubeconfig",
    "LKENode",
    "LKENodePool",
    "LKETieredVersion",
    "LKEType",
    "LKEVersion",
    "Linode",
    "LinodeInterface",
    "LinodeInterfaceHistory",
    "LinodeInterfaceSettings",
    "LongviewClient",
    "LongviewPlan",
    "LongviewSubscription",
    "LongviewType",
    "MaintenancePolicy",
    "ManagedContact",
    "ManagedCredential",
    "ManagedIssue",
    "ManagedLinodeSettings",
    "ManagedSSHKey",
    "ManagedService",
    "ManagedStats",
    "Marketplace",
    "MetricDefinition",
    "MonitorDashboard",
    "MonitorService",
    "MySQLConfig",
    "MySQLDatabase",
    "MySQLDatabaseCredentials",
    "MySQLDatabaseSSL",
    "NetworkTransferPrice",
    "NodeBalancer",
    "NodeBalancerConfig",
    "NodeBalancerNode",
    "NodeBalancerStats",
    "NodeBalancerType",
    "NodeBalancerVPCConfig",
    "Notification",
    "OAuthClient",
    "ObjectStorage",
    "ObjectStorageBucket",
    "ObjectStorageBucketAccess",
    "ObjectStorageBucketSSL",
    "ObjectStorageCluster",
    "ObjectStorageEndpoint",
    "ObjectStorageGlobalQuota",
    "ObjectStorageGlobalQuotaUsage",
    "ObjectStorageKey",
    "ObjectStorageObjectACL",
    "ObjectStorageQuota",
    "ObjectStorageQuotaUsage",
    "ObjectStorageTransfer",
    "ObjectStorageType",
    "Payment",
    "PaymentMethod",
    "PlacementGroup",
    "PostgreSQLConfig",
    "PostgreSQLConnectionPool",
    "PostgreSQLDatabase",
    "PostgreSQLDatabaseCredentials",
    "PostgreSQLDatabaseSSL",
    "PrefixList",
    "Profile",
    "ProfileGrants",
    "ProfileLogin",
    "Region",
    "RegionAvailability",
    "RegionVPCAvailability",
    "ReservedIPAddress",
    "ReservedIPType",
    "ResourceLock",
    "SSHKey",
    "SecurityQuestions",
    "ServiceTransfer",
    "StackScript",
    "Stream",
    "StreamDestination",
    "StreamDestinationHistory",
    "StreamHistory",
    "SupportTicket",
    "SupportTicketReply",
    "TFAOptionalUsers",
    "Tag",
    "Token",
    "TrustedDevice",
    "Type",
    "User",
    "UserGrants",
    "UserPreferences",
    "UserRolePermissions",
    "VPCDefaultRanges",
    "VPCIPAddress",
    "VPCIPv6Address",
    "VPCSubnet",
    "Volume",
    "VolumeType",
]

publish(INDEX)


def __getattr__(name: str) -> object:
    """Give a class by its name."""
    place = INDEX.get(ALIASES.get(name, name))
    if place is None:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    module, _, attribute = place.partition(":")
    cls = getattr(import_module(module), attribute)
    globals()[name] = cls
    return cls


def __dir__() -> list[str]:
    return sorted({*globals(), *INDEX, *ALIASES})
