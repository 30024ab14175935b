"""AccountAgreements: which agreements the account has accepted."""

from __future__ import annotations

from typing import TYPE_CHECKING, overload

from linode_orm.mapping import Fixed, Model, SessionBase


class AccountAgreements(Model, path="/account/agreements", id=None, verbs="get create"):
    """Which agreements the account has accepted."""

    billing_agreement: Fixed[bool | None] = Fixed(absent=True)
    eu_model: Fixed[bool]
    master_service_agreement: Fixed[bool]
    privacy_policy: Fixed[bool]

    if TYPE_CHECKING:

        @overload
        def __init__(self, session: SessionBase, /) -> None: ...
        @overload
        def __init__(
            self,
            *,
            billing_agreement: bool | None = ...,
            eu_model: bool = ...,
            master_service_agreement: bool = ...,
            privacy_policy: bool = ...,
        ) -> None: ...
        def __init__(self, *args: object, **values: object) -> None: ...
