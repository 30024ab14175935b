from datetime import datetime
from typing import Literal

from linode_orm.models.profile.authorized_app import AuthorizedApp
from linode_orm.models.profile.profile_login import ProfileLogin
from linode_orm.models.profile.ssh_key import SSHKey
from linode_orm.models.profile.token import Token
from linode_orm.models.profile.trusted_device import TrustedDevice

class ProfileFactories:
    def authorized_app(
        self,
        *,
        id: int = ...,
        label: str = ...,
        created: datetime = ...,
        expiry: datetime | None = ...,
        scopes: str = ...,
        thumbnail_url: str | None = ...,
        website: str = ...,
    ) -> AuthorizedApp: ...
    def profile_login(
        self,
        *,
        id: int = ...,
        datetime: datetime = ...,
        ip: str = ...,
        restricted: bool = ...,
        status: Literal["successful", "failed"] | str = ...,
        username: str = ...,
    ) -> ProfileLogin: ...
    def ssh_key(self, *, id: int = ..., label: str = ..., created: datetime = ..., ssh_key: str = ...) -> SSHKey: ...
    def token(
        self,
        *,
        id: int = ...,
        label: str = ...,
        created: datetime = ...,
        expiry: datetime | None = ...,
        scopes: str = ...,
        token: str = ...,
    ) -> Token: ...
    def trusted_device(
        self,
        *,
        id: int = ...,
        created: datetime = ...,
        expiry: datetime = ...,
        last_authenticated: datetime = ...,
        last_remote_addr: str = ...,
        user_agent: str = ...,
    ) -> TrustedDevice: ...
