"""Payment: a payment that was made; requests give the amount as text, answers as a number."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, overload

from linode_orm.mapping import Fixed, Model, Nested, One, ReadOnly, SessionBase, WriteOnly, act, operation

if TYPE_CHECKING:
    from linode_orm.models.account.payment_method import PaymentMethod


class PayPalPayment(Nested):
    """What `stage_paypal()` of a Payment answers."""

    checkout_token: ReadOnly[str]
    payment_id: ReadOnly[str] = ReadOnly(secret=True)


class Payment(Model, path="/account/payments", verbs="list get create"):
    """A payment that was made; requests give the amount as text, answers as a number."""

    id: ReadOnly[int]
    date: ReadOnly[datetime] = ReadOnly(filterable=True)
    payment_method_id: WriteOnly[int]
    payment_method: One[PaymentMethod | None] = One("PaymentMethod", via="payment_method_id")
    usd: Fixed[float | str] = Fixed(filterable=True)

    if TYPE_CHECKING:

        @overload
        def __init__(self, session: SessionBase, id: int, /) -> None: ...
        @overload
        def __init__(
            self, *, payment_method: PaymentMethod | int = ..., payment_method_id: int = ..., usd: float | str = ...
        ) -> None: ...
        def __init__(self, *args: object, **values: object) -> None: ...

    @classmethod
    @operation("POST", "paypal", answers="value", scope="collection", gives=PayPalPayment)
    def stage_paypal(cls, session: SessionBase, /, *, cancel_url: str, redirect_url: str, usd: str) -> PayPalPayment:
        """Prepare a payment by PayPal, which its user then approves."""
        return act(cls, "stage_paypal", locals())

    @classmethod
    @operation("POST", "paypal/execute", scope="collection")
    def execute_paypal(cls, session: SessionBase, /, *, payer_id: str, payment_id: str) -> None:
        """Carry out an approved payment by PayPal."""
        act(cls, "execute_paypal", locals())
