"""Every resource of the API by its name; a module is imported when its class is first named."""

from importlib import import_module
from typing import TYPE_CHECKING

from linode_orm.mapping.registry import publish

if TYPE_CHECKING:
    from linode_orm.models.account.account import Account as Account
    from linode_orm.models.account.account_settings import AccountSettings as AccountSettings
    from linode_orm.models.account.event import Event as Event
    from linode_orm.models.account.user import User as User
    from linode_orm.models.domains.domain import Domain as Domain
    from linode_orm.models.domains.domain_record import DomainRecord as DomainRecord
    from linode_orm.models.domains.domain_zone_file import DomainZoneFile as DomainZoneFile
    from linode_orm.models.images.image import Image as Image
    from linode_orm.models.linode.backup import Backup as Backup
    from linode_orm.models.linode.config import Config as Config
    from linode_orm.models.linode.config_interface import ConfigInterface as ConfigInterface
    from linode_orm.models.linode.disk import Disk as Disk
    from linode_orm.models.linode.instance import Instance as Instance
    from linode_orm.models.linode.instance import Instance as Linode
    from linode_orm.models.linode.instance_stats import InstanceStats as InstanceStats
    from linode_orm.models.linode.instance_transfer import InstanceTransfer as InstanceTransfer
    from linode_orm.models.linode.kernel import Kernel as Kernel
    from linode_orm.models.linode.stack_script import StackScript as StackScript
    from linode_orm.models.linode.type import Type as Type
    from linode_orm.models.networking.firewall import Firewall as Firewall
    from linode_orm.models.networking.firewall_device import FirewallDevice as FirewallDevice
    from linode_orm.models.networking.firewall_settings import FirewallSettings as FirewallSettings
    from linode_orm.models.networking.firewall_template import FirewallTemplate as FirewallTemplate
    from linode_orm.models.networking.ip_address import IPAddress as IPAddress
    from linode_orm.models.networking.ipv6_range import IPv6Range as IPv6Range
    from linode_orm.models.nodebalancers.node_balancer import NodeBalancer as NodeBalancer
    from linode_orm.models.nodebalancers.node_balancer_config import NodeBalancerConfig as NodeBalancerConfig
    from linode_orm.models.nodebalancers.node_balancer_node import NodeBalancerNode as NodeBalancerNode
    from linode_orm.models.nodebalancers.node_balancer_stats import NodeBalancerStats as NodeBalancerStats
    from linode_orm.models.nodebalancers.node_balancer_type import NodeBalancerType as NodeBalancerType
    from linode_orm.models.nodebalancers.node_balancer_vpc_config import NodeBalancerVPCConfig as NodeBalancerVPCConfig
    from linode_orm.models.placement.placement_group import PlacementGroup as PlacementGroup
    from linode_orm.models.profile.profile import Profile as Profile
    from linode_orm.models.profile.ssh_key import SSHKey as SSHKey
    from linode_orm.models.profile.token import Token as Token
    from linode_orm.models.regions.region import Region as Region
    from linode_orm.models.tags.tag import Tag as Tag
    from linode_orm.models.volumes.volume import Volume as Volume
    from linode_orm.models.volumes.volume_type import VolumeType as VolumeType
    from linode_orm.models.vpcs.vpc import VPC as VPC
    from linode_orm.models.vpcs.vpc_subnet import VPCSubnet as VPCSubnet

__all__ = [
    "VPC",
    "Account",
    "AccountSettings",
    "Backup",
    "Config",
    "ConfigInterface",
    "Disk",
    "Domain",
    "DomainRecord",
    "DomainZoneFile",
    "Event",
    "Firewall",
    "FirewallDevice",
    "FirewallSettings",
    "FirewallTemplate",
    "IPAddress",
    "IPv6Range",
    "Image",
    "Instance",
    "InstanceStats",
    "InstanceTransfer",
    "Kernel",
    "Linode",
    "NodeBalancer",
    "NodeBalancerConfig",
    "NodeBalancerNode",
    "NodeBalancerStats",
    "NodeBalancerType",
    "NodeBalancerVPCConfig",
    "PlacementGroup",
    "Profile",
    "Region",
    "SSHKey",
    "StackScript",
    "Tag",
    "Token",
    "Type",
    "User",
    "VPCSubnet",
    "Volume",
    "VolumeType",
]

INDEX = {
    "Account": "linode_orm.models.account.account:Account",
    "AccountSettings": "linode_orm.models.account.account_settings:AccountSettings",
    "Backup": "linode_orm.models.linode.backup:Backup",
    "Config": "linode_orm.models.linode.config:Config",
    "ConfigInterface": "linode_orm.models.linode.config_interface:ConfigInterface",
    "Disk": "linode_orm.models.linode.disk:Disk",
    "Domain": "linode_orm.models.domains.domain:Domain",
    "DomainRecord": "linode_orm.models.domains.domain_record:DomainRecord",
    "DomainZoneFile": "linode_orm.models.domains.domain_zone_file:DomainZoneFile",
    "Event": "linode_orm.models.account.event:Event",
    "Firewall": "linode_orm.models.networking.firewall:Firewall",
    "FirewallDevice": "linode_orm.models.networking.firewall_device:FirewallDevice",
    "FirewallSettings": "linode_orm.models.networking.firewall_settings:FirewallSettings",
    "FirewallTemplate": "linode_orm.models.networking.firewall_template:FirewallTemplate",
    "IPAddress": "linode_orm.models.networking.ip_address:IPAddress",
    "IPv6Range": "linode_orm.models.networking.ipv6_range:IPv6Range",
    "Image": "linode_orm.models.images.image:Image",
    "Instance": "linode_orm.models.linode.instance:Instance",
    "InstanceStats": "linode_orm.models.linode.instance_stats:InstanceStats",
    "InstanceTransfer": "linode_orm.models.linode.instance_transfer:InstanceTransfer",
    "Kernel": "linode_orm.models.linode.kernel:Kernel",
    "NodeBalancer": "linode_orm.models.nodebalancers.node_balancer:NodeBalancer",
    "NodeBalancerConfig": "linode_orm.models.nodebalancers.node_balancer_config:NodeBalancerConfig",
    "NodeBalancerNode": "linode_orm.models.nodebalancers.node_balancer_node:NodeBalancerNode",
    "NodeBalancerStats": "linode_orm.models.nodebalancers.node_balancer_stats:NodeBalancerStats",
    "NodeBalancerType": "linode_orm.models.nodebalancers.node_balancer_type:NodeBalancerType",
    "NodeBalancerVPCConfig": "linode_orm.models.nodebalancers.node_balancer_vpc_config:NodeBalancerVPCConfig",
    "PlacementGroup": "linode_orm.models.placement.placement_group:PlacementGroup",
    "Profile": "linode_orm.models.profile.profile:Profile",
    "Region": "linode_orm.models.regions.region:Region",
    "SSHKey": "linode_orm.models.profile.ssh_key:SSHKey",
    "StackScript": "linode_orm.models.linode.stack_script:StackScript",
    "Tag": "linode_orm.models.tags.tag:Tag",
    "Token": "linode_orm.models.profile.token:Token",
    "Type": "linode_orm.models.linode.type:Type",
    "User": "linode_orm.models.account.user:User",
    "VPC": "linode_orm.models.vpcs.vpc:VPC",
    "VPCSubnet": "linode_orm.models.vpcs.vpc_subnet:VPCSubnet",
    "Volume": "linode_orm.models.volumes.volume:Volume",
    "VolumeType": "linode_orm.models.volumes.volume_type:VolumeType",
}
"""Class name to module and class."""

ALIASES = {
    "Linode": "Instance",
}
"""Other names of classes."""


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
