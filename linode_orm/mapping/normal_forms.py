"""Normal forms: in which form the API writes values, and which spellings of a string mean the same thing."""

from __future__ import annotations

from ipaddress import ip_address, ip_interface
from typing import TYPE_CHECKING, Any, Final

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_CHOICES: Final = frozenset({"auto", "any"})
_SECONDS: Final = (30, 120, 300, 3600, 7200, 14400, 28800, 57600, 86400, 172800, 345600, 604800, 1209600, 2419200)


@frozen
class NormalForm:
    """How the API writes a value, which spellings of it mean the same, and how that is known.

    `of` returns a value as the API writes it: edits, and the search for a lost creation, compare values by it.
    `is_made_of` says of two values that differ whether the second may be what the API made of the first, which only
    that search asks. `stands_for` says of two values whether the first asks the API to choose, and the second may be
    what it chose. With `is_chosen` the API chooses as well where a request leaves the value out. `within` returns what
    a value means in an object, as far as the objects around it are known.

    `spelling` returns the one spelling of a string by which keys and conditions compare it, and `part` that of a part
    of it; None where they compare it as it stands. `is_sent` says that a filter is sent in that spelling.
    """

    of: Callable[[Any], object]
    source: str
    spelling: Callable[[str], str] | None = None
    part: Callable[[str], str] = str
    is_sent: bool = False
    is_made_of: Callable[[Any, Any], bool] | None = None
    stands_for: Callable[[Any, Any], bool] | None = None
    is_chosen: bool = False
    within: Callable[[Any, Any], object] | None = None

    def alike(self, one: object, other: object) -> bool:
        """Whether the API takes a value that is sent for another one that it has."""
        one, other = self.of(one), self.of(other)
        is_same = one == other and isinstance(one, bool) is isinstance(other, bool)
        return is_same or (self.stands_for is not None and self.stands_for(one, other))


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


def _is_choice(sent: object, answered: object) -> bool:
    """Whether `auto`, `any` or the length of a range was sent, and an address or such a range answered."""
    if not isinstance(sent, str) or not isinstance(answered, str):
        return False
    if sent in _CHOICES:
        return any(each in answered for each in ".:")
    return sent.startswith("/") and answered.endswith(sent) and ":" in answered


def _network(value: object) -> object:
    try:
        return ip_interface(value).with_prefixlen if isinstance(value, str) else value
    except ValueError:
        return value


def _ports(value: object) -> object:
    return ", ".join(part.strip() for part in value.split(",")) if isinstance(value, str) else value


def _engine(value: object) -> object:
    return value.partition("/")[0] if isinstance(value, str) else value


def name_in_zone(name: object, zone: object) -> str:
    """Return the name of a DNS record without that of its zone, as the API writes it; empty for the zone itself."""
    short, above = (str(each or "").rstrip(".").casefold() for each in (name, zone))
    if short in {"@", above}:
        return ""
    return short.removesuffix(f".{above}") if above else short


def _value(record: Any, name: str) -> object:  # noqa: ANN401  a DNS record, a class far above
    return record.__dict__.get(name) or record.__state__.body.get(name)


def _in_its_zone(record: Any, name: object) -> object:  # noqa: ANN401  the same
    service, protocol = _value(record, "service"), _value(record, "protocol")
    if _value(record, "type") == "SRV" and isinstance(service, str) and isinstance(protocol, str):
        return f"_{service.lstrip('_')}._{protocol.lstrip('_')}".casefold()  # whatever name was given
    zone = getattr(record, record.__mapper__.parent_attribute, None)  # a reference: it sends no request
    if zone is None:
        return name_in_zone(name, "")
    return name_in_zone(name, zone.__dict__.get("domain") or zone.__state__.body.get("domain"))


def _is_short_for(sent: object, answered: object) -> bool:
    """Whether a record's name is what is left of a full name without its zone, or what a service is named by."""
    if not isinstance(sent, str) or not isinstance(answered, str):
        return False
    if answered.startswith("_") and "._" in answered:
        return True
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
        "ansible_linode, target domain_record: the answer's name is the short one; API reference, POST "
        "/domains/{domainId}/records: the name of an SRV record is `_service._protocol`",
        within=_in_its_zone,
        spelling=str.lower,
        part=str.lower,
        is_made_of=_is_short_for,
    ),
    "address": NormalForm(
        _address,
        "RFC 5952: one text for each IPv6 address; API reference, POST /linode/instances/{linodeId}/interfaces: "
        "`auto`, and POST /linode/instances/{linodeId}/configs: `any`",
        spelling=_spelled,
        part=str.lower,
        is_sent=True,
        stands_for=_is_choice,
    ),
    "chosen": NormalForm(
        _address,
        "API reference, POST /linode/instances/{linodeId}/configs: an address in the subnet is assigned where none is "
        "given",
        spelling=_spelled,
        part=str.lower,
        is_sent=True,
        stands_for=_is_choice,
        is_chosen=True,
    ),
    "target": NormalForm(
        _address, "RFC 5952; the target of a record is an address, a name or any text", spelling=_spelled, is_sent=True
    ),
    "network": NormalForm(
        _network,
        "API reference, POST /networking/firewalls: a single address is a network of its own (/32, /128); "
        "TestDatabaseMySQL_EngineConfig_Create_NullableFieldAsNilValue#1: an address comes back as a network; "
        "POST /vpcs: `auto`, or a length alone, for a range that the API chooses",
        stands_for=_is_choice,
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
