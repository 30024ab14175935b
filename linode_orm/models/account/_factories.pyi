from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal

from linode_orm.mapping import JSON
from linode_orm.models.account.account_availability import AccountAvailability
from linode_orm.models.account.account_login import AccountLogin
from linode_orm.models.account.account_maintenance import AccountMaintenance, AccountMaintenanceEntity
from linode_orm.models.account.child_account import ChildAccount, ChildAccountCreditCard
from linode_orm.models.account.enrolled_beta import EnrolledBeta
from linode_orm.models.account.entity_transfer import EntityTransfer, EntityTransferEntities
from linode_orm.models.account.event import Event, EventDetails, EventEntity, EventSecondaryEntity
from linode_orm.models.account.invoice import Invoice, InvoiceTaxSummary
from linode_orm.models.account.invoice_item import InvoiceItem
from linode_orm.models.account.notification import Notification, NotificationEntity
from linode_orm.models.account.oauth_client import OAuthClient
from linode_orm.models.account.payment import Payment
from linode_orm.models.account.payment_method import PaymentMethod, PaymentMethodData
from linode_orm.models.account.service_transfer import ServiceTransfer, ServiceTransferEntities
from linode_orm.models.account.user import User, UserLastLogin
from linode_orm.models.regions.region import Region

class AccountFactories:
    def account_availability(
        self,
        *,
        region: Region | str = ...,
        region_id: str = ...,
        available: Sequence[str] = ...,
        unavailable: Sequence[str] = ...,
    ) -> AccountAvailability: ...
    def account_login(
        self,
        *,
        id: int = ...,
        datetime: datetime = ...,
        ip: str = ...,
        restricted: bool = ...,
        status: Literal["successful", "failed"] | str = ...,
        username: str = ...,
    ) -> AccountLogin: ...
    def account_maintenance(
        self,
        *,
        complete_time: str | None = ...,
        description: str = ...,
        entity: AccountMaintenanceEntity | Mapping[str, object] = ...,
        maintenance_policy_set: str = ...,
        not_before: str | None = ...,
        reason: str = ...,
        source: str = ...,
        start_time: str | None = ...,
        status: Literal["completed", "pending", "started"] | str = ...,
        type: Literal["reboot", "cold_migration", "live_migration"] | str = ...,
        when: datetime = ...,
    ) -> AccountMaintenance: ...
    def child_account(
        self,
        *,
        euuid: str = ...,
        active_promotions: Sequence[JSON] | None = ...,
        active_since: datetime = ...,
        address_1: str = ...,
        address_2: str = ...,
        balance: float = ...,
        balance_uninvoiced: float = ...,
        billing_source: Literal["external", "akamai"] | str = ...,
        capabilities: Sequence[str] = ...,
        city: str = ...,
        company: str = ...,
        country: str = ...,
        credit_card: ChildAccountCreditCard | Mapping[str, object] = ...,
        email: str = ...,
        first_name: str = ...,
        last_name: str = ...,
        phone: str = ...,
        state: str = ...,
        tax_id: str = ...,
        zip: str = ...,
    ) -> ChildAccount: ...
    def enrolled_beta(
        self,
        *,
        id: str = ...,
        label: str = ...,
        description: str | None = ...,
        ended: datetime | None = ...,
        enrolled: datetime = ...,
        started: datetime = ...,
    ) -> EnrolledBeta: ...
    def entity_transfer(
        self,
        *,
        token: str = ...,
        created: datetime = ...,
        entities: EntityTransferEntities | Mapping[str, object] = ...,
        expiry: datetime = ...,
        is_sender: bool = ...,
        status: Literal["accepted", "canceled", "completed", "failed", "pending", "stale"] | str = ...,
        updated: datetime = ...,
    ) -> EntityTransfer: ...
    def event(
        self,
        *,
        id: int = ...,
        action: str = ...,
        created: datetime = ...,
        details: EventDetails | Mapping[str, object] | None = ...,
        duration: float | None = ...,
        entity: EventEntity | Mapping[str, object] | None = ...,
        message: str | None = ...,
        percent_complete: int | None = ...,
        rate: str | None = ...,
        read: bool = ...,
        secondary_entity: EventSecondaryEntity | Mapping[str, object] | None = ...,
        seen: bool = ...,
        status: Literal["failed", "finished", "notification", "scheduled", "started"] | str = ...,
        time_remaining: int | str | None = ...,
        username: str | None = ...,
    ) -> Event: ...
    def invoice(
        self,
        *,
        id: int = ...,
        label: str = ...,
        billing_source: Literal["akamai", "linode"] | str = ...,
        date: datetime = ...,
        subtotal: float = ...,
        tax: float = ...,
        tax_summary: Sequence[InvoiceTaxSummary | Mapping[str, object]] = ...,
        total: float = ...,
    ) -> Invoice: ...
    def invoice_item(
        self,
        *,
        invoice: Invoice | int = ...,
        label: str = ...,
        amount: float = ...,
        from_: datetime | None = ...,
        quantity: int | None = ...,
        region: Region | str | None = ...,
        region_id: str | None = ...,
        tax: float = ...,
        to: datetime | None = ...,
        total: float = ...,
        type: Literal["hourly", "misc"] | str = ...,
        unit_price: str | None = ...,
    ) -> InvoiceItem: ...
    def notification(
        self,
        *,
        label: str = ...,
        body: str | None = ...,
        entity: NotificationEntity | Mapping[str, object] | None = ...,
        message: str = ...,
        severity: Literal["minor", "major", "critical"] | str = ...,
        type: Literal[
            "migration_scheduled",
            "migration_imminent",
            "migration_pending",
            "reboot_scheduled",
            "outage",
            "payment_due",
            "ticket_important",
            "ticket_abuse",
            "notice",
            "maintenance",
            "promotion",
            "tax_id_verifying",
        ]
        | str = ...,
        until: datetime | None = ...,
        when: datetime | None = ...,
    ) -> Notification: ...
    def oauth_client(
        self,
        *,
        id: str = ...,
        label: str = ...,
        public: bool = ...,
        redirect_uri: str = ...,
        secret: str = ...,
        status: Literal["active", "disabled", "suspended"] | str = ...,
        thumbnail_url: str | None = ...,
    ) -> OAuthClient: ...
    def payment(self, *, id: int = ..., date: datetime = ..., usd: float | str = ...) -> Payment: ...
    def payment_method(
        self,
        *,
        id: int = ...,
        created: datetime = ...,
        data: PaymentMethodData | Mapping[str, object] = ...,
        is_default: bool = ...,
        type: Literal["credit_card", "google_pay", "paypal"] | str = ...,
    ) -> PaymentMethod: ...
    def service_transfer(
        self,
        *,
        token: str = ...,
        created: datetime = ...,
        entities: ServiceTransferEntities | Mapping[str, object] = ...,
        expiry: datetime = ...,
        is_sender: bool = ...,
        status: Literal["accepted", "canceled", "completed", "failed", "pending", "stale"] | str = ...,
        updated: datetime = ...,
    ) -> ServiceTransfer: ...
    def user(
        self,
        *,
        username: str = ...,
        email: str = ...,
        last_login: UserLastLogin | Mapping[str, object] | None = ...,
        password_created: datetime | None = ...,
        restricted: bool = ...,
        ssh_keys: Sequence[str] = ...,
        tfa_enabled: bool = ...,
        tfa_enforced: bool | None = ...,
        user_type: Literal["parent", "child", "proxy", "default"] | str = ...,
        verified_phone_number: str | None = ...,
    ) -> User: ...
