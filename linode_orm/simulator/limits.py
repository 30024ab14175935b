"""Limits: lengths, ranges and formats of values, as the API reference states them; the page is that of the create.

Each stands by class and key, dotted where nested, and holds for creates and updates alike. Those of actions stand by
method and path. Every recorded write that the API took is within them.
"""

from __future__ import annotations

import re
from ipaddress import ip_interface
from typing import TYPE_CHECKING, Any, Final

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    Problem = tuple[str, str]


@frozen
class Text:
    """How long a string is, and what it looks like."""

    least: int = 0
    most: int | None = None
    pattern: re.Pattern[str] | None = None
    reason: str = ""

    def problem(self, value: object) -> str:
        """Return why a value is refused; empty where it is not."""
        if not isinstance(value, str):
            return ""
        if len(value) < self.least or (self.most is not None and len(value) > self.most):
            return f"Length must be {self.least}-{self.most} characters"
        if self.pattern is not None and not self.pattern.fullmatch(value):
            return self.reason or "Must match the format"
        return ""


@frozen
class Number:
    """Between which numbers a value lies."""

    least: int
    most: int | None = None

    def problem(self, value: object) -> str:
        """Return why a value is refused; empty where it is not."""
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return ""
        if value < self.least or (self.most is not None and value > self.most):
            return f"Must be {self.least}-{self.most}" if self.most is not None else f"Must be at least {self.least}"
        return ""


@frozen
class Each:
    """What holds for each value of a list."""

    rule: Text | Number

    def problem(self, value: object) -> str:
        """Return why the first value that is refused is; empty where none is."""
        found = (self.rule.problem(each) for each in value) if isinstance(value, list) else iter(())
        return next(filter(None, found), "")


Rule = Text | Number | Each

_NAME: Final = re.compile(r"(?!.*(--|__|\.\.))[A-Za-z0-9](?:[A-Za-z0-9_.-]*[A-Za-z0-9])?")
_PLAIN: Final = re.compile(r"(?!.*(--|__))[A-Za-z0-9_-]+")
_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
_DOMAIN: Final = re.compile(r"(?=.{1,253}$)([A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?\.)+[A-Za-z0-9-]{2,63}\.?")
_KEY_TYPES: Final = re.compile(
    r"(ssh-dss|ssh-rsa|ecdsa-sha2-nistp\d+|ssh-ed25519|sk-ecdsa-sha2-nistp256@openssh\.com|sk-ssh-ed25519@openssh\.com)"
    r"\s+\S+.*",
    re.DOTALL,
)
_LETTERS: Final = "Must only use ASCII letters, numbers, underscores, dashes and periods"

LABEL: Final = Text(1, 64, _NAME, _LETTERS)
"""The reference says three letters at least, and so do clients; that the API refuses fewer is only guessed."""
VOLUME_LABEL: Final = Text(1, 32, _PLAIN, "Must only use ASCII letters, numbers, underscores and dashes")
PASSWORD: Final = Text(7, 128)
EMAIL: Final = Text(pattern=_EMAIL, reason="Must be a valid email address")
TAG: Final = Text(1, 50)
"""The reference says three letters at least; accounts have shorter ones, so only an empty one is refused."""
TAGS: Final = Each(TAG)
PORT: Final = Number(1, 65535)
VOLUME_SIZE: Final = Number(10, 16384)

LIMITS: Final[Mapping[str, Mapping[str, Rule]]] = {
    "Account": {"email": EMAIL, "country": Text(2, 2), "zip": Text(0, 16), "phone": Text(0, 32)},
    "Backup": {"label": Text(1, 255)},
    "Config": {"label": Text(1, 48)},
    "ConfigInterface": {"label": Text(1, 64)},
    "Disk": {"label": Text(1, 48), "size": Number(1), "root_pass": PASSWORD},
    "Domain": {
        "domain": Text(1, 253, _DOMAIN, "Domain is not valid."),
        "description": Text(0, 253),
        "soa_email": Text(pattern=_EMAIL, reason="SOA Email is not valid."),
    },
    "DomainRecord": {
        "name": Text(0, 253),
        "priority": Number(0, 255),
        "weight": Number(0, 65535),
        "port": Number(0, 65535),
    },
    "Firewall": {"label": Text(3, 32, _NAME, _LETTERS)},
    "Image": {"label": Text(1, 50), "description": Text(0, 65000)},
    "Instance": {
        "label": LABEL,
        "root_pass": PASSWORD,
        "alerts.cpu": Number(0, 4800),
        "alerts.transfer_quota": Number(0, 400),
    },
    "LKECluster": {"label": Text(1, 32)},
    "LKENodePool": {"count": Number(0, 500)},
    "LongviewClient": {"label": Text(3, 32)},
    "ManagedContact": {"name": Text(2, 64), "email": EMAIL},
    "ManagedCredential": {"label": Text(2, 75)},
    "ManagedService": {"label": Text(3, 64), "timeout": Number(1, 255)},
    "MySQLDatabase": {"label": Text(3, 64)},
    "NodeBalancer": {
        "label": Text(3, 32, _NAME, _LETTERS),
        "client_conn_throttle": Number(0, 20),
        "client_udp_sess_throttle": Number(0, 20),
    },
    "NodeBalancerConfig": {
        "port": PORT,
        "check_attempts": Number(1, 30),
        "check_interval": Number(2, 3600),
        "check_timeout": Number(1, 30),
    },
    "NodeBalancerNode": {"label": Text(3, 32), "weight": Number(1, 255)},
    "OAuthClient": {"label": Text(1, 512)},
    "ObjectStorageBucket": {"label": Text(3, 63)},
    "ObjectStorageKey": {"label": Text(0, 50)},
    "PlacementGroup": {"label": Text(1, 64)},
    "PostgreSQLDatabase": {"label": Text(3, 64)},
    "Profile": {"email": EMAIL},
    "SSHKey": {
        "label": Text(1, 64),
        "ssh_key": Text(pattern=_KEY_TYPES, reason="SSH Key key-type must be one of ssh-dss, ssh-rsa, ssh-ed25519"),
    },
    "StackScript": {"label": Text(3, 128), "script": Text(1, 65535)},
    "SupportTicket": {"summary": Text(1, 64), "description": Text(1, 65000)},
    "SupportTicketReply": {"description": Text(1, 65535)},
    "Tag": {"label": TAG},
    "Token": {"label": Text(1, 100)},
    "User": {"username": Text(1, 32), "email": EMAIL},
    "VPC": {"label": Text(1, 64)},
    "VPCSubnet": {"label": Text(1, 64)},
    "Volume": {"label": VOLUME_LABEL, "size": VOLUME_SIZE},
}

OPEN_CHOICES: Final[Mapping[str, frozenset[str]]] = {
    # `TestFirewallRules_ExtendedProtocols#0` has protocols that the description does not list
    "Firewall": frozenset({"protocol"}),
    "FirewallRuleSet": frozenset({"protocol"}),
    # `@linode/api-v4` sends `payment_method_nonce`, with what a payment service gives
    "PaymentMethod": frozenset({"type"}),
}
"""Keys, by class, whose choices the description does not list whole."""

ACTION_LIMITS: Final[Mapping[str, Mapping[str, Rule]]] = {
    "POST /linode/instances/{}/clone": {"label": LABEL},
    "POST /linode/instances/{}/disks/{}/password": {"password": PASSWORD},
    "POST /linode/instances/{}/disks/{}/resize": {"size": Number(1)},
    "POST /linode/instances/{}/password": {"root_pass": PASSWORD},
    "POST /linode/instances/{}/rebuild": {"root_pass": PASSWORD},
    "POST /linode/instances/{}/rescue": {},
    "POST /volumes/{}/clone": {"label": VOLUME_LABEL},
    "POST /volumes/{}/resize": {"size": VOLUME_SIZE},
}


GUESSES: Final[Mapping[Rule, Rule]] = {
    LABEL: Text(3, 64, _NAME, _LETTERS),
    TAG: Text(3, 50),
    TAGS: Each(Text(3, 50)),
}
"""What stands in for a rule where guesses are asked for: the reference's own limits, which accounts contradict."""


def problems(name: str, body: Mapping[str, Any], *, guesses: bool = False) -> Iterator[Problem]:
    """Yield why a body of a create or update of a class is refused."""
    rules: dict[str, Rule] = dict(LIMITS.get(name, {}))
    if "tags" in body and name != "Tag":
        rules["tags"] = TAGS
    if guesses:
        rules = {key: GUESSES.get(rule, rule) for key, rule in rules.items()}
    yield from _broken(rules, body)
    if name == "NodeBalancerNode":
        yield from _node(body)


def action_problems(key: str, body: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield why the body of an action is refused."""
    yield from _broken(ACTION_LIMITS.get(key, {}), body)


def _broken(rules: Mapping[str, Rule], body: Mapping[str, Any]) -> Iterator[Problem]:
    for key, rule in rules.items():
        value: Any = body
        for part in key.split("."):
            value = value.get(part) if isinstance(value, dict) else None
        reason = rule.problem(value)
        if reason:
            yield reason, key


def _node(body: Mapping[str, Any]) -> Iterator[Problem]:
    """Refuse the address of a node that is not an address and a port (API reference, "Create a node")."""
    given = body.get("address")
    if not isinstance(given, str):
        return
    host, _, port = given.rpartition(":")
    if not port.isdigit() or PORT.problem(int(port)) or not is_network(host.strip("[]")):
        yield "Must be a valid IP address and port", "address"


# -- rules of firewalls ------------------------------------------------------------------------------------------------

_PIECES: Final = 15
_PORTS: Final = re.compile(r"\s*\d{1,5}\s*(-\s*\d{1,5}\s*)?")


def rule_problems(rules: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield why the rules of a firewall are refused (API reference, "Create a firewall")."""
    for side in ("inbound", "outbound"):
        given = rules.get(side)
        for at, each in enumerate(given if isinstance(given, list) else ()):
            if isinstance(each, dict):
                yield from _of_rule(each, f"rules.{side}[{at}].")


def _of_rule(rule: Mapping[str, Any], prefix: str) -> Iterator[Problem]:
    ports = rule.get("ports")
    if isinstance(ports, str) and ports and not _are_ports(ports):
        yield "Must contain only valid port numbers or ranges", f"{prefix}ports"
    addresses = rule.get("addresses")
    for family, version in (("ipv4", 4), ("ipv6", 6)):
        given = addresses.get(family) if isinstance(addresses, dict) else None
        for at, each in enumerate(given if isinstance(given, list) else ()):
            is_reference = isinstance(each, str) and each.startswith("pl:")
            if not is_reference and not is_network(each, version):
                yield "Must be an IP address or network", f"{prefix}addresses.{family}[{at}]"


def _are_ports(text: str) -> bool:
    pieces = text.split(",")
    if len(pieces) > _PIECES or not all(_PORTS.fullmatch(each) for each in pieces):
        return False
    return not any(PORT.problem(int(number)) for number in re.findall(r"\d+", text))


def is_network(value: object, version: int | None = None) -> bool:
    """Whether a value is an address or a network, of that version of IP."""
    try:
        found = ip_interface(str(value))
    except ValueError:
        return False
    return version is None or found.version == version
