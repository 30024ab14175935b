"""Marketplace: the marketplace of software by other companies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linode_orm.mapping import UNSET, Model, SessionBase, Unset, act, operation

if TYPE_CHECKING:
    from collections.abc import Sequence


class Marketplace(Model, path="/marketplace", id=None, verbs=""):
    """The marketplace of software by other companies."""

    if TYPE_CHECKING:

        def __init__(self, session: SessionBase, /) -> None: ...

    @classmethod
    @operation("POST", "/marketplace", scope="collection", version="v4beta")
    def refer(
        cls,
        session: SessionBase,
        /,
        *,
        country_code: str,
        email: str,
        name: str,
        partner_name: str,
        phone: str,
        phone_country_code: str,
        product_name: str,
        tc_consent_given: bool,
        account_executive_email: str | None | Unset = UNSET,
        additional_emails: Sequence[str] | Unset = UNSET,
        comments: str | None | Unset = UNSET,
        company_name: str | None | Unset = UNSET,
    ) -> None:
        """Ask to be put in touch with a company whose software is offered."""
        act(cls, "refer", locals())
