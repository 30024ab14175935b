from collections.abc import Mapping

from linode_orm.models.locks.resource_lock import ResourceLock, ResourceLockEntity

class LocksFactories:
    def resource_lock(
        self, *, id: int = ..., entity: ResourceLockEntity | Mapping[str, object] = ..., lock_type: str = ...
    ) -> ResourceLock: ...
