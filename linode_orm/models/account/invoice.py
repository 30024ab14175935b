"""Invoice: an invoice."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Literal

from linode_orm.mapping import Many, Model, Nested, ReadOnly, SessionBase

if TYPE_CHECKING:
    from linode_orm.models.account.invoice_item import InvoiceItem


class InvoiceTaxSummary(Nested):
    """What stands under `tax_summary` of an Invoice."""

    name: ReadOnly[str]
    tax: ReadOnly[float]


class Invoice(Model, path="/account/invoices", verbs="list get"):
    """An invoice."""

    id: ReadOnly[int]
    label: ReadOnly[str] = ReadOnly(filterable=True)
    billing_source: ReadOnly[Literal["akamai", "linode"] | str] = ReadOnly(filterable=True)
    date: ReadOnly[datetime] = ReadOnly(filterable=True)
    subtotal: ReadOnly[float]
    tax: ReadOnly[float]
    tax_summary: ReadOnly[list[InvoiceTaxSummary]]
    total: ReadOnly[float] = ReadOnly(filterable=True)
    items: Many[InvoiceItem] = Many("InvoiceItem")

    if TYPE_CHECKING:

        def __init__(self, session: SessionBase, id: int, /) -> None: ...
