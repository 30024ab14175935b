"""LongviewSubscription: a Longview subscription that is offered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from linode_orm.mapping import Model, Nested, ReadOnly, SessionBase


class LongviewSubscriptionPrice(Nested):
    """What stands under `price` of a LongviewSubscription."""

    hourly: ReadOnly[float]
    monthly: ReadOnly[float]


class LongviewSubscription(Model, path="/longview/subscriptions", verbs="list get"):
    """A Longview subscription that is offered."""

    id: ReadOnly[Literal["longview-3", "longview-10", "longview-40", "longview-100"] | str]
    label: ReadOnly[str]
    clients_included: ReadOnly[int]
    price: ReadOnly[LongviewSubscriptionPrice]

    if TYPE_CHECKING:

        def __init__(self, session: SessionBase, id: str, /) -> None: ...
