"""Account: the account: contact, balance and promotions."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Literal

from linode_orm.mapping import UNSET, Field, Model, Nested, ReadOnly, SessionBase, Unset, act, operation


class AccountActivePromotion(Nested):
    """What stands under `active_promotions` of an Account."""

    credit_monthly_cap: ReadOnly[str]
    credit_remaining: ReadOnly[str]
    description: ReadOnly[str]
    expire_dt: ReadOnly[str]
    image_url: ReadOnly[str]
    service_type: ReadOnly[
        Literal[
            "all",
            "backup",
            "blockstorage",
            "db_mysql",
            "ip_v4",
            "linode",
            "linode_disk",
            "linode_memory",
            "longview",
            "managed",
            "nodebalancer",
            "objectstorage",
            "placement_group",
            "transfer_tx",
        ]
        | str
    ]
    summary: ReadOnly[str]
    this_month_credit_remaining: ReadOnly[str]


class AccountCreditCard(Nested):
    """What stands under `credit_card` of an Account."""

    expiry: ReadOnly[str | None]
    last_four: ReadOnly[str | None]


class AccountCancellation(Nested):
    """What `cancel()` of an Account answers."""

    survey_link: ReadOnly[str]


class AccountPromotion(Nested):
    """What `apply_promo_code()` of an Account answers."""

    credit_monthly_cap: ReadOnly[str]
    credit_remaining: ReadOnly[str]
    description: ReadOnly[str]
    expire_dt: ReadOnly[datetime | None]
    image_url: ReadOnly[str]
    service_type: ReadOnly[str]
    summary: ReadOnly[str]
    this_month_credit_remaining: ReadOnly[str]


class Account(Model, path="/account", id=None):
    """The account: contact, balance and promotions."""

    active_promotions: ReadOnly[list[AccountActivePromotion]]
    active_since: ReadOnly[datetime] = ReadOnly(format="date-time")
    address_1: Field[str]
    address_2: Field[str]
    balance: ReadOnly[float] = ReadOnly(volatile=True)
    balance_uninvoiced: ReadOnly[float] = ReadOnly(volatile=True)
    billing_source: ReadOnly[Literal["akamai", "linode"] | str]
    capabilities: ReadOnly[list[str]] = ReadOnly(unordered=True)
    city: Field[str]
    company: Field[str]
    country: Field[str]
    credit_card: ReadOnly[AccountCreditCard]
    email: Field[str]
    euuid: ReadOnly[str] = ReadOnly(format="uuid")
    first_name: Field[str]
    last_name: Field[str]
    phone: Field[str]
    state: Field[str]
    tax_id: Field[str]
    zip: Field[str]

    if TYPE_CHECKING:

        def __init__(self, session: SessionBase, /) -> None: ...

    @operation("POST", "cancel", answers="value", gives=AccountCancellation)
    def cancel(self, *, comments: str | Unset = UNSET) -> AccountCancellation:
        """Delete your account."""
        return act(self, "cancel", locals())

    @operation("POST", "credit-card", secret=["card_number", "cvv"])
    def set_credit_card(self, *, card_number: str, cvv: str, expiry_month: int, expiry_year: int) -> None:
        """Give the account another credit card: a payment method in its older form."""
        act(self, "set_credit_card", locals())

    @operation("POST", "promo-codes", answers="value", gives=AccountPromotion, event="account_promo_apply")
    def apply_promo_code(self, *, promo_code: str) -> AccountPromotion:
        """Add a promo credit."""
        return act(self, "apply_promo_code", locals())
