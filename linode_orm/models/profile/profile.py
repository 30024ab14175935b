"""Profile: the token's user."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Literal

from linode_orm.mapping import UNSET, Field, Model, Nested, ReadOnly, SessionBase, Unset, act, operation


class ProfileReferrals(Nested):
    """What stands under `referrals` of a Profile."""

    code: ReadOnly[str]
    completed: ReadOnly[int]
    credit: ReadOnly[int]
    pending: ReadOnly[int]
    total: ReadOnly[int]
    url: ReadOnly[str] = ReadOnly(format="url")


class TwoFactorSecret(Nested):
    """What `tfa_enable()` of a Profile answers."""

    expiry: ReadOnly[datetime]
    secret: ReadOnly[str]


class TwoFactorScratchCode(Nested):
    """What `tfa_enable_confirm()` of a Profile answers."""

    scratch: ReadOnly[str] = ReadOnly(secret=True)


class Profile(Model, path="/profile", id=None):
    """The token's user."""

    authentication_type: ReadOnly[Literal["password", "github"] | str]
    authorized_keys: Field[list[str] | None] = Field(format="ssh-key")
    email: Field[str] = Field(format="email")
    email_notifications: Field[bool]
    ip_whitelist_enabled: Field[bool] = Field(deprecated=True)
    lish_auth_method: Field[Literal["password_keys", "keys_only", "disabled"] | str]
    referrals: ReadOnly[ProfileReferrals]
    restricted: Field[bool]
    tfa_enforced: ReadOnly[bool | None] = ReadOnly(absent=True)
    timezone: Field[str]
    two_factor_auth: Field[bool]
    uid: ReadOnly[int]
    user_type: ReadOnly[str]
    username: ReadOnly[str]
    verified_phone_number: ReadOnly[str | None] = ReadOnly(format="phone")

    if TYPE_CHECKING:

        def __init__(self, session: SessionBase, /) -> None: ...

    @operation("DELETE", "phone-number")
    def delete_phone_number(self) -> None:
        """Delete a phone number."""
        act(self, "delete_phone_number")

    @operation("POST", "phone-number")
    def send_phone_number_code(self, *, iso_code: str, phone_number: str) -> None:
        """Send a phone number verification code."""
        act(self, "send_phone_number_code", locals())

    @operation("POST", "phone-number/verify", secret=["otp_code"])
    def phone_number_verify(self, *, otp_code: str) -> None:
        """Verify a phone number."""
        act(self, "phone_number_verify", locals())

    @operation("POST", "tfa-disable", event="tfa_disabled")
    def tfa_disable(self) -> None:
        """Disable two-factor authentication."""
        act(self, "tfa_disable")

    @operation("POST", "tfa-enable", answers="value", gives=TwoFactorSecret)
    def tfa_enable(self) -> TwoFactorSecret:
        """Generate a secret key for two-factor authentication."""
        return act(self, "tfa_enable")

    @operation(
        "POST",
        "tfa-enable-confirm",
        answers="value",
        gives=TwoFactorScratchCode,
        event="tfa_enabled",
        secret=["tfa_code"],
    )
    def tfa_enable_confirm(self, *, tfa_code: str | Unset = UNSET) -> TwoFactorScratchCode:
        """Enable two-factor authentication."""
        return act(self, "tfa_enable_confirm", locals())
