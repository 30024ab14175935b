from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal

from linode_orm.models.iam.account_entity import AccountEntity
from linode_orm.models.iam.child_account_delegation import ChildAccountDelegation
from linode_orm.models.iam.delegated_account import (
    DelegatedAccount,
    DelegatedAccountActivePromotion,
    DelegatedAccountCreditCard,
)

class IamFactories:
    def account_entity(
        self,
        *,
        type: Literal[
            "database",
            "domain",
            "firewall",
            "image",
            "linode",
            "lkecluster",
            "longview",
            "nodebalancer",
            "placement_group",
            "stackscript",
            "volume",
            "vpc",
        ]
        | str = ...,
        id: int | str = ...,
        label: str = ...,
    ) -> AccountEntity: ...
    def child_account_delegation(self, *, euuid: str = ..., company: str = ...) -> ChildAccountDelegation: ...
    def delegated_account(
        self,
        *,
        euuid: str = ...,
        active_promotions: Sequence[DelegatedAccountActivePromotion | Mapping[str, object]] = ...,
        active_since: datetime = ...,
        address_1: str = ...,
        address_2: str = ...,
        balance: float = ...,
        balance_uninvoiced: float = ...,
        billing_source: str = ...,
        capabilities: Sequence[str] = ...,
        city: str = ...,
        company: str = ...,
        country: str = ...,
        credit_card: DelegatedAccountCreditCard | Mapping[str, object] = ...,
        email: str = ...,
        first_name: str = ...,
        last_name: str = ...,
        phone: str = ...,
        state: str = ...,
        tax_id: str = ...,
        zip: str = ...,
    ) -> DelegatedAccount: ...
