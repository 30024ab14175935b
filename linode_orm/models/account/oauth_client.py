"""OAuthClient: an application that may ask users for access."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, overload

from linode_orm.mapping import Field, ReadOnly, SessionBase, act, operation
from linode_orm.models.account._extra import OAuthClientFiles


class OAuthClient(OAuthClientFiles, path="/account/oauth-clients"):
    """An application that may ask users for access."""

    id: ReadOnly[str]
    label: Field[str] = Field(filterable=True, required=True)
    public: Field[bool] = Field(filterable=True, default=False)
    redirect_uri: Field[str] = Field(required=True, format="url")
    secret: ReadOnly[str] = ReadOnly(redacted=True)
    status: ReadOnly[Literal["active", "disabled", "suspended"] | str] = ReadOnly(volatile=True)
    thumbnail_url: ReadOnly[str | None] = ReadOnly(format="url")

    if TYPE_CHECKING:

        @overload
        def __init__(self, session: SessionBase, id: str, /) -> None: ...
        @overload
        def __init__(self, *, label: str, redirect_uri: str, public: bool = ...) -> None: ...
        def __init__(self, *args: object, **values: object) -> None: ...

    @operation("POST", "reset-secret", answers="OAuthClient", event="oauth_client_secret_reset")
    def reset_secret(self) -> OAuthClient:
        """Reset an OAuth client secret."""
        return act(self, "reset_secret")
