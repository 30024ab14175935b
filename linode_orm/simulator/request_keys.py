"""Request keys: what bodies of the description hold that no effect reads, and why.

A key of a body is shown by the object, read by an effect, or stands here. Some of those are keys that no answer tells
of. The others the simulator refuses by name, because it would drop what an answer of the API tells of.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from linode_orm.simulator.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Mapping

_HIDDEN: Final = "is hidden: no answer shows it"
_SENT: Final = "is sent to somebody, and changes nothing in the account"
_HOW: Final = "says how the work is done, not what comes of it"
_SERIES: Final = "chooses among figures that are all zero here"
_ELSEWHERE: Final = "the payment service keeps it"


def _all(keys: str, reason: str) -> dict[str, str]:
    return dict.fromkeys(keys.split(), reason)


UNSEEN: Final[Mapping[str, Mapping[str, str]]] = {
    "POST /account/cancel": _all("comments", _SENT),
    "POST /account/credit-card": _all("cvv expiry_month expiry_year", _ELSEWHERE),
    "POST /account/payments": _all("payment_method_id", _ELSEWHERE),
    "POST /account/payments/paypal": _all("cancel_url redirect_url", _ELSEWHERE),
    "POST /account/payments/paypal/execute": _all("payer_id", _ELSEWHERE),
    "POST /account/promo-codes": _all("promo_code", _HIDDEN),
    "POST /domains/import": _all("remote_nameserver", "names where the records come from, and no server is asked"),
    "POST /linode/instances": _all("stackscript_data", _HIDDEN),
    "POST /linode/instances/{}/disks": _all("authorized_keys authorized_users root_pass stackscript_data", _HIDDEN),
    "POST /linode/instances/{}/disks/{}/password": _all("password", _HIDDEN),
    "POST /linode/instances/{}/migrate": _all("upgrade", _HOW),
    "POST /linode/instances/{}/rebuild": _all("stackscript_data", _HIDDEN),
    "POST /linode/instances/{}/resize": _all("migration_type", _HOW),
    "POST /lke/clusters/{}/regenerate": _all("servicetoken", _HIDDEN),
    "POST /managed/credentials": _all("password username", _HIDDEN),
    "POST /managed/credentials/{}/update": _all("password username", _HIDDEN),
    "POST /marketplace": _all("account_executive_email additional_emails comments company_name", _SENT),
    "POST /monitor/services/{}/metrics": _all(
        "absolute_time_duration filters relative_time_duration time_granularity", _SERIES
    ),
    "POST /object-storage/buckets/{}/{}/object-url": _all("content_type expires_in method", "stands in the signature"),
    "POST /object-storage/buckets/{}/{}/ssl": _all("certificate private_key", _HIDDEN),
    "POST /profile/phone-number": _all("iso_code", _HOW),
    "POST /profile/phone-number/verify": _all("otp_code", _HIDDEN),
    "POST /profile/tfa-enable-confirm": _all("tfa_code", _HIDDEN),
    "POST /volumes/{}/attach": _all("persist_across_boots", _HOW),
}
"""Keys that are taken, by request: no answer tells of them, for the reason beside each."""

REFUSED: Final[Mapping[str, Mapping[str, str]]] = {
    "POST /support/tickets": _all("bucket managed_issue vlan", "the ticket would show no entity"),
}
"""Keys that the simulator refuses, by request, because it does not do what they ask for."""


def refuse_unknown(key: str, body: Mapping[str, Any]) -> None:
    """Refuse the keys of a request that the simulator would drop; null asks for nothing."""
    table = REFUSED.get(key)
    if table is None:
        return
    wrong = [(f"the simulator does not take {name}: {why}", name) for name, why in table.items() if body.get(name)]
    if wrong:
        raise Refused(*wrong)
