from linode_orm.models.maintenance.maintenance_policy import MaintenancePolicy

class MaintenanceFactories:
    def maintenance_policy(
        self,
        *,
        slug: str = ...,
        label: str = ...,
        description: str = ...,
        is_default: bool = ...,
        notification_period_sec: int = ...,
        type: str = ...,
    ) -> MaintenancePolicy: ...
