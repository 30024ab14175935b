"""ChildAccount: an account below this one."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Literal

from linode_orm.mapping import JSON, Model, Nested, ReadOnly, SessionBase, act, operation

if TYPE_CHECKING:
    from linode_orm.models.profile.token import Token


class ChildAccountCreditCard(Nested):
    """What stands under `credit_card` of a ChildAccount."""

    expiry: ReadOnly[str | None]
    last_four: ReadOnly[str | None]


class ChildAccount(Model, path="/account/child-accounts", id="euuid", verbs="list get"):
    """An account below this one."""

    euuid: ReadOnly[str] = ReadOnly(format="uuid")
    active_promotions: ReadOnly[list[JSON] | None] = ReadOnly(absent=True)
    active_since: ReadOnly[datetime]
    address_1: ReadOnly[str] = ReadOnly(filterable=True)
    address_2: ReadOnly[str] = ReadOnly(filterable=True)
    balance: ReadOnly[float]
    balance_uninvoiced: ReadOnly[float]
    billing_source: ReadOnly[Literal["external", "akamai"] | str]
    capabilities: ReadOnly[list[str]] = ReadOnly(unordered=True)
    city: ReadOnly[str] = ReadOnly(filterable=True)
    company: ReadOnly[str] = ReadOnly(filterable=True)
    country: ReadOnly[str] = ReadOnly(filterable=True)
    credit_card: ReadOnly[ChildAccountCreditCard]
    email: ReadOnly[str] = ReadOnly(filterable=True)
    first_name: ReadOnly[str] = ReadOnly(filterable=True)
    last_name: ReadOnly[str] = ReadOnly(filterable=True)
    phone: ReadOnly[str] = ReadOnly(filterable=True)
    state: ReadOnly[str] = ReadOnly(filterable=True)
    tax_id: ReadOnly[str]
    zip: ReadOnly[str] = ReadOnly(filterable=True)

    if TYPE_CHECKING:

        def __init__(self, session: SessionBase, euuid: str, /) -> None: ...

    @operation("POST", "token", answers="Token")
    def token(self) -> Token:
        """Create a proxy user token."""
        return act(self, "token")
