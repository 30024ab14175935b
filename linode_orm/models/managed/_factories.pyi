from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal

from linode_orm.models.managed.managed_contact import ManagedContact, ManagedContactPhone
from linode_orm.models.managed.managed_credential import ManagedCredential
from linode_orm.models.managed.managed_issue import ManagedIssue, ManagedIssueEntity
from linode_orm.models.managed.managed_linode_settings import ManagedLinodeSettings, ManagedLinodeSettingsSsh
from linode_orm.models.managed.managed_service import ManagedService
from linode_orm.models.regions.region import Region

class ManagedFactories:
    def managed_contact(
        self,
        *,
        id: int = ...,
        email: str = ...,
        group: str | None = ...,
        name: str = ...,
        phone: ManagedContactPhone | Mapping[str, object] = ...,
        updated: datetime = ...,
    ) -> ManagedContact: ...
    def managed_credential(
        self, *, id: int = ..., label: str = ..., last_decrypted: datetime | None = ...
    ) -> ManagedCredential: ...
    def managed_issue(
        self,
        *,
        id: int = ...,
        created: datetime = ...,
        entity: ManagedIssueEntity | Mapping[str, object] = ...,
        services: Sequence[int] = ...,
    ) -> ManagedIssue: ...
    def managed_linode_settings(
        self,
        *,
        id: int = ...,
        label: str = ...,
        group: str = ...,
        ssh: ManagedLinodeSettingsSsh | Mapping[str, object] = ...,
    ) -> ManagedLinodeSettings: ...
    def managed_service(
        self,
        *,
        id: int = ...,
        label: str = ...,
        address: str = ...,
        body: str | None = ...,
        consultation_group: str = ...,
        created: datetime = ...,
        credentials: Sequence[int] = ...,
        notes: str | None = ...,
        region: Region | str | None = ...,
        region_id: str | None = ...,
        service_type: Literal["url", "tcp"] | str = ...,
        status: Literal["disabled", "pending", "ok", "problem"] | str = ...,
        timeout: int = ...,
        updated: datetime = ...,
    ) -> ManagedService: ...
