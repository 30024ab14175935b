"""Normal forms: how the API writes values that it is sent in another way, so that the two count as the same."""

from __future__ import annotations

from ipaddress import ip_address, ip_interface
from typing import TYPE_CHECKING, Any, Final

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_SECONDS: Final = (30, 120, 300, 3600, 7200, 14400, 28800, 57600, 86400, 172800, 345600, 604800, 1209600, 2419200)


@frozen
class NormalForm:
    """How the API writes a value, and how that is known.

    `of` returns a value as the API writes it. `is_made_of` says of two values that differ whether the second may be
    what the API made of the first, which only the search for a lost creation asks.
    """

    of: Callable[[Any], object]
    source: str
    is_made_of: Callable[[Any, Any], bool] | None = None


def _seconds(value: object) -> object:
    if type(value) is not int or value <= 0:
        return value
    return next((each for each in _SECONDS if value <= each), _SECONDS[-1])


def _host(value: object) -> object:
    return value.rstrip(".").casefold() if isinstance(value, str) else value


def _address(value: object) -> object:
    try:
        return str(ip_address(value)) if isinstance(value, str) else value
    except ValueError:
        return value


def _network(value: object) -> object:
    try:
        return ip_interface(value).with_prefixlen if isinstance(value, str) else value
    except ValueError:
        return value


def _ports(value: object) -> object:
    return ", ".join(part.strip() for part in value.split(",")) if isinstance(value, str) else value


def _engine(value: object) -> object:
    return value.partition("/")[0] if isinstance(value, str) else value


def _is_short_for(sent: object, answered: object) -> bool:
    """Whether a record's name is what is left of a full name without its zone, which has a dot in it."""
    if not isinstance(sent, str) or not isinstance(answered, str):
        return False
    full, short = sent.rstrip(".").casefold(), answered.casefold()
    zone = full.removeprefix(f"{short}.") if short else full
    return zone != full * bool(short) and "." in zone


NORMAL_FORMS: Final[Mapping[str, NormalForm]] = {
    "seconds": NormalForm(
        _seconds,
        "API reference, PUT /domains/{domainId}: other values are rounded; upwards: saltstack/salt#50321, and "
        "DomainSecondsDiffSuppressor of terraform-provider-linode",
    ),
    "host": NormalForm(_host, "RFC 1035, 2.3.3 and 3.1: names know no case, and may end with a dot"),
    "record": NormalForm(
        _host, "ansible_linode, target domain_record: the answer's name is the short one", is_made_of=_is_short_for
    ),
    "address": NormalForm(_address, "RFC 5952: one text for each IPv6 address"),
    "network": NormalForm(
        _network,
        "API reference, POST /networking/firewalls: a single address is a network of its own (/32, /128); "
        "TestDatabaseMySQL_EngineConfig_Create_NullableFieldAsNilValue#1: an address comes back as a network",
    ),
    "ports": NormalForm(_ports, "API reference, POST /networking/firewalls: `22-24, 80, 443`"),
    "engine": NormalForm(_engine, "TestDatabaseMySQL_EngineConfig_Create_NullableFieldAsNilValue#1: mysql/8 is mysql"),
}
"""The forms that fields name in their mark `normal`."""
