from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal

from linode_orm.models.longview.longview_client import LongviewClient, LongviewClientApps
from linode_orm.models.longview.longview_subscription import LongviewSubscription, LongviewSubscriptionPrice
from linode_orm.models.longview.longview_type import LongviewType, LongviewTypePrice, LongviewTypeRegionPrice

class LongviewFactories:
    def longview_client(
        self,
        *,
        id: int = ...,
        label: str = ...,
        api_key: str = ...,
        apps: LongviewClientApps | Mapping[str, object] = ...,
        created: datetime = ...,
        install_code: str = ...,
        updated: datetime = ...,
    ) -> LongviewClient: ...
    def longview_subscription(
        self,
        *,
        id: Literal["longview-3", "longview-10", "longview-40", "longview-100"] | str = ...,
        label: str = ...,
        clients_included: int = ...,
        price: LongviewSubscriptionPrice | Mapping[str, object] = ...,
    ) -> LongviewSubscription: ...
    def longview_type(
        self,
        *,
        id: str = ...,
        label: str = ...,
        price: LongviewTypePrice | Mapping[str, object] = ...,
        region_prices: Sequence[LongviewTypeRegionPrice | Mapping[str, object]] = ...,
        transfer: int = ...,
    ) -> LongviewType: ...
