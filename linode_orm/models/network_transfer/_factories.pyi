from collections.abc import Mapping, Sequence

from linode_orm.models.network_transfer.network_transfer_price import (
    NetworkTransferPrice,
    NetworkTransferPricePrice,
    NetworkTransferPriceRegionPrice,
)

class NetworkTransferFactories:
    def network_transfer_price(
        self,
        *,
        id: str = ...,
        label: str = ...,
        price: NetworkTransferPricePrice | Mapping[str, object] = ...,
        region_prices: Sequence[NetworkTransferPriceRegionPrice | Mapping[str, object]] = ...,
        transfer: int = ...,
    ) -> NetworkTransferPrice: ...
