"""DelegatedAccount: a child account in which the user of the token may work."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from linode_orm.mapping import Model, Nested, ReadOnly, SessionBase, act, operation

if TYPE_CHECKING:
    from linode_orm.models.profile.token import Token


class DelegatedAccountActivePromotion(Nested):
    """What stands under `active_promotions` of a DelegatedAccount."""

    credit_monthly_cap: ReadOnly[str]
    credit_remaining: ReadOnly[str]
    description: ReadOnly[str]
    expire_dt: ReadOnly[str]
    image_url: ReadOnly[str]
    service_type: ReadOnly[str]
    summary: ReadOnly[str]
    this_month_credit_remaining: ReadOnly[str]


class DelegatedAccountCreditCard(Nested):
    """What stands under `credit_card` of a DelegatedAccount."""

    expiry: ReadOnly[str | None]
    last_four: ReadOnly[str | None]


class DelegatedAccount(Model, path="/iam/delegation/profile/child-accounts", id="euuid", verbs="list get"):
    """A child account in which the user of the token may work."""

    euuid: ReadOnly[str] = ReadOnly(format="uuid")
    active_promotions: ReadOnly[list[DelegatedAccountActivePromotion]]
    active_since: ReadOnly[datetime]
    address_1: ReadOnly[str]
    address_2: ReadOnly[str]
    balance: ReadOnly[float] = ReadOnly(volatile=True)
    balance_uninvoiced: ReadOnly[float] = ReadOnly(volatile=True)
    billing_source: ReadOnly[str]
    capabilities: ReadOnly[list[str]] = ReadOnly(unordered=True)
    city: ReadOnly[str]
    company: ReadOnly[str]
    country: ReadOnly[str]
    credit_card: ReadOnly[DelegatedAccountCreditCard]
    email: ReadOnly[str]
    first_name: ReadOnly[str]
    last_name: ReadOnly[str]
    phone: ReadOnly[str]
    state: ReadOnly[str]
    tax_id: ReadOnly[str]
    zip: ReadOnly[str]

    if TYPE_CHECKING:

        def __init__(self, session: SessionBase, euuid: str, /) -> None: ...

    @operation("POST", "token", answers="Token")
    def token(self) -> Token:
        """Create a token with which the user works in the child account."""
        return act(self, "token")
