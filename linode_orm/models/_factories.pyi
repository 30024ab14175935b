from linode_orm.models.account._factories import AccountFactories
from linode_orm.models.betas._factories import BetasFactories
from linode_orm.models.databases._factories import DatabasesFactories
from linode_orm.models.domains._factories import DomainsFactories
from linode_orm.models.iam._factories import IamFactories
from linode_orm.models.images._factories import ImagesFactories
from linode_orm.models.linode._factories import LinodeFactories
from linode_orm.models.lke._factories import LkeFactories
from linode_orm.models.locks._factories import LocksFactories
from linode_orm.models.longview._factories import LongviewFactories
from linode_orm.models.maintenance._factories import MaintenanceFactories
from linode_orm.models.managed._factories import ManagedFactories
from linode_orm.models.monitor._factories import MonitorFactories
from linode_orm.models.network_transfer._factories import NetworkTransferFactories
from linode_orm.models.networking._factories import NetworkingFactories
from linode_orm.models.nodebalancers._factories import NodebalancersFactories
from linode_orm.models.object_storage._factories import ObjectStorageFactories
from linode_orm.models.placement._factories import PlacementFactories
from linode_orm.models.profile._factories import ProfileFactories
from linode_orm.models.regions._factories import RegionsFactories
from linode_orm.models.support._factories import SupportFactories
from linode_orm.models.tags._factories import TagsFactories
from linode_orm.models.volumes._factories import VolumesFactories
from linode_orm.models.vpcs._factories import VpcsFactories

class TypedFactories(
    AccountFactories,
    BetasFactories,
    DatabasesFactories,
    DomainsFactories,
    IamFactories,
    ImagesFactories,
    LinodeFactories,
    LkeFactories,
    LocksFactories,
    LongviewFactories,
    MaintenanceFactories,
    ManagedFactories,
    MonitorFactories,
    NetworkTransferFactories,
    NetworkingFactories,
    NodebalancersFactories,
    ObjectStorageFactories,
    PlacementFactories,
    ProfileFactories,
    RegionsFactories,
    SupportFactories,
    TagsFactories,
    VolumesFactories,
    VpcsFactories,
): ...
