"""LongviewPlan: the Longview subscription of the account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from linode_orm.mapping import Model, Nested, One, ReadOnly, SessionBase, WriteOnly

if TYPE_CHECKING:
    from linode_orm.models.longview.longview_subscription import LongviewSubscription


class LongviewPlanPrice(Nested):
    """What stands under `price` of a LongviewPlan."""

    hourly: ReadOnly[float]
    monthly: ReadOnly[float]


class LongviewPlan(Model, path="/longview/plan", id=None):
    """The Longview subscription of the account."""

    label: ReadOnly[str]
    clients_included: ReadOnly[int]
    id: ReadOnly[Literal["longview-3", "longview-10", "longview-40", "longview-100"] | str]
    longview_subscription_id: WriteOnly[
        Literal["longview-3", "longview-10", "longview-40", "longview-100"] | str | None
    ] = WriteOnly(key="longview_subscription", update=True)
    longview_subscription: One[LongviewSubscription | None] = One(
        "LongviewSubscription", via="longview_subscription_id"
    )
    price: ReadOnly[LongviewPlanPrice]

    if TYPE_CHECKING:

        def __init__(self, session: SessionBase, /) -> None: ...
