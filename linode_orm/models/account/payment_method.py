"""PaymentMethod: a card or account that payments come from; the API does not tell a new one's id, so that it leaves the session."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Literal, overload

from linode_orm.mapping import Fixed, Model, Nested, ReadOnly, Secret, SessionBase, WriteOnly, act, operation

if TYPE_CHECKING:
    from collections.abc import Mapping


class PaymentMethodData(Nested):
    """What stands under `data` of a PaymentMethod."""

    card_number: Secret[str] = Secret(required=True, format="digits")
    card_type: ReadOnly[str]
    cvv: Secret[str] = Secret(required=True, format="digits")
    email: ReadOnly[str]
    expiry: ReadOnly[str] = ReadOnly(format="MM/YYYY")
    expiry_month: WriteOnly[int] = WriteOnly(required=True)
    expiry_year: WriteOnly[int] = WriteOnly(required=True)
    last_four: ReadOnly[str]
    paypal_id: ReadOnly[str]


class PaymentMethod(Model, path="/account/payment-methods", verbs="list get create delete", empty_create=True):
    """A card or account that payments come from; the API does not tell a new one's id, so that it leaves the session."""

    id: ReadOnly[int]
    created: ReadOnly[datetime]
    data: Fixed[PaymentMethodData] = Fixed(required=True)
    is_default: Fixed[bool] = Fixed(required=True)
    type: Fixed[Literal["credit_card", "google_pay", "paypal"] | str] = Fixed(required=True)

    if TYPE_CHECKING:

        @overload
        def __init__(self, session: SessionBase, id: int, /) -> None: ...
        @overload
        def __init__(
            self,
            *,
            data: PaymentMethodData | Mapping[str, object],
            is_default: bool,
            type: Literal["credit_card", "google_pay", "paypal"] | str,
        ) -> None: ...
        def __init__(self, *args: object, **values: object) -> None: ...

    @operation("POST", "make-default")
    def make_default(self) -> None:
        """Set a default payment method."""
        act(self, "make_default")
