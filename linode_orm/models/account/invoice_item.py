"""InvoiceItem: a line of an invoice."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Literal

from linode_orm.mapping import Model, One, ReadOnly, SessionBase

if TYPE_CHECKING:
    from linode_orm.models.account.invoice import Invoice
    from linode_orm.models.regions.region import Region


class InvoiceItem(Model, path="/account/invoices/{invoice}/items", id=(), parent="Invoice", verbs="list"):
    """A line of an invoice."""

    label: ReadOnly[str]
    amount: ReadOnly[float]
    from_: ReadOnly[datetime | None] = ReadOnly(key="from")
    quantity: ReadOnly[int | None]
    region_id: ReadOnly[str | None] = ReadOnly(key="region")
    region: One[Region | None] = One("Region", via="region_id")
    tax: ReadOnly[float]
    to: ReadOnly[datetime | None]
    total: ReadOnly[float]
    type: ReadOnly[Literal["hourly", "misc"] | str]
    unit_price: ReadOnly[str | None]
    invoice: One[Invoice] = One("Invoice")

    if TYPE_CHECKING:

        def __init__(self, session: SessionBase, parent: Invoice | int, /) -> None: ...
