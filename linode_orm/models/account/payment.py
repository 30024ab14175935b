"""Payment: a payment that was made."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, overload

from linode_orm.mapping import Fixed, Model, One, Owner, ReadOnly, Secret

if TYPE_CHECKING:
    from linode_orm.models.account.payment_method import PaymentMethod


class Payment(Model, path="/account/payments", verbs="list get create"):
    """A payment that was made."""

    id: ReadOnly[int]
    date: ReadOnly[datetime] = ReadOnly(filterable=True)
    payment_method_id: Secret[int]
    payment_method: One[PaymentMethod | None] = One("PaymentMethod", via="payment_method_id")
    usd: Fixed[float] = Fixed(filterable=True)

    if TYPE_CHECKING:

        @overload
        def __init__(self, session: Owner, id: int, /) -> None: ...
        @overload
        def __init__(
            self, *, payment_method: PaymentMethod | int = ..., payment_method_id: int = ..., usd: float = ...
        ) -> None: ...
        def __init__(self, *args: object, **values: object) -> None: ...
