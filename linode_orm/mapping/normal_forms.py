"""Normal forms: in which form the API writes values, and which spellings of a string mean the same thing."""

from __future__ import annotations

from ipaddress import ip_address, ip_interface
from typing import TYPE_CHECKING, Any, Final

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_SECONDS: Final = (30, 120, 300, 3600, 7200, 14400, 28800, 57600, 86400, 172800, 345600, 604800, 1209600, 2419200)


@frozen
class NormalForm:
    """How the API writes a value, which spellings of it mean the same, and how that is known.

    `of` returns a value as the API writes it: edits, and the search for a lost creation, compare values by it.
    `is_made_of` says of two values that differ whether the second may be what the API made of the first, which only
    that search asks. `spelling` returns the one spelling of a string by which keys and conditions compare it, and
    `part` that of a part of it; None where they compare it as it stands. `is_sent` says that a filter is sent in that
    spelling.
    """

    of: Callable[[Any], object]
    source: str
    spelling: Callable[[str], str] | None = None
    part: Callable[[str], str] = str
    is_sent: bool = False
    is_made_of: Callable[[Any, Any], bool] | None = None


def _seconds(value: object) -> object:
    if type(value) is not int or value <= 0:
        return value
    return next((each for each in _SECONDS if value <= each), _SECONDS[-1])


def _host(value: object) -> object:
    return value.rstrip(".").casefold() if isinstance(value, str) else value


def _spelled(value: str) -> str:
    """Return an IP address as RFC 5952 writes it, a prefix length behind it as it came; other strings stay."""
    head, slash, tail = value.partition("/")
    try:
        return f"{ip_address(head)}{slash}{tail}"
    except ValueError:
        return value


def _address(value: object) -> object:
    return _spelled(value) if isinstance(value, str) else value


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
    "host": NormalForm(
        _host,
        "RFC 1035, 2.3.3 and 3.1, and RFC 4343: names know no case, and may end with a dot; certbot/certbot#6972: the "
        "API's own filter finds a zone in any case",
        spelling=str.lower,
        part=str.lower,
    ),
    "record": NormalForm(
        _host,
        "ansible_linode, target domain_record: the answer's name is the short one",
        spelling=str.lower,
        part=str.lower,
        is_made_of=_is_short_for,
    ),
    "address": NormalForm(
        _address, "RFC 5952: one text for each IPv6 address", spelling=_spelled, part=str.lower, is_sent=True
    ),
    "target": NormalForm(
        _address, "RFC 5952; the target of a record is an address, a name or any text", spelling=_spelled, is_sent=True
    ),
    "network": NormalForm(
        _network,
        "API reference, POST /networking/firewalls: a single address is a network of its own (/32, /128); "
        "TestDatabaseMySQL_EngineConfig_Create_NullableFieldAsNilValue#1: an address comes back as a network",
        spelling=_spelled,
        part=str.lower,
        is_sent=True,
    ),
    "ports": NormalForm(_ports, "API reference, POST /networking/firewalls: `22-24, 80, 443`"),
    "engine": NormalForm(_engine, "TestDatabaseMySQL_EngineConfig_Create_NullableFieldAsNilValue#1: mysql/8 is mysql"),
}
"""The forms that fields name in their mark `normal`."""

_BY_FORMAT: Final[Mapping[str, str]] = {
    "hostname": "host",
    **dict.fromkeys(
        ("ip", "ipv4", "ipv6", "ip/netmask", "ipv4/prefix_length", "ipv6/prefix_length", "ipv6/128"), "address"
    ),
}
"""The form of a field that names none, by the format of its strings."""


def form_of(normal: str, kind: str) -> NormalForm | None:
    """Return the normal form that a field names, else the one of its format; None where it has neither."""
    return NORMAL_FORMS.get(normal or _BY_FORMAT.get(kind, ""))
