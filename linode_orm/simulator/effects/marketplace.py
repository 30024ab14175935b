"""The marketplace: referrals to partners."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from linode_orm.simulator.errors import Refused
from linode_orm.simulator.hooks import instead

if TYPE_CHECKING:
    from linode_orm.simulator.hooks import Call

NEEDED: Final = (
    *("country_code", "email", "name", "partner_name", "phone", "phone_country_code", "product_name"),
    "tc_consent_given",
)


@instead("POST /marketplace")
def _refer(call: Call) -> None:
    """Require the fields that the description requires."""
    missing = [(f"{key} is required", key) for key in NEEDED if call.given(key) is None]
    if missing:
        raise Refused(*missing)
