"""Token references: texts that say where a worker finds a token, and hold none."""

from __future__ import annotations

import os
import re
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Final

from linode_orm._public import public_in
from linode_orm.errors import ConfigError
from linode_orm.wire.config import check_token, discover

if TYPE_CHECKING:
    from collections.abc import Callable

    from linode_orm._secrets import SecretText

    Resolver = Callable[[str], str]
    """Returns the token that a reference stands for, given what follows the colon."""

GROUP: Final = "linode_orm.tokens"
"""The entry points of other packages that resolve a scheme: `vault = "package.module:function"`."""
CHILD: Final = "child"
_SCHEME: Final = re.compile(r"[a-z][a-z0-9+.-]*")


def _from_environment(name: str) -> str:
    value = os.environ.get(name)
    if not value:
        msg = f"the variable {name} is not set on this worker"
        raise ConfigError(msg)
    return value


def _from_file(path: str) -> str:
    try:
        return Path(path).expanduser().read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        msg = f"the file {path} cannot be read: {type(error).__name__}"
        raise ConfigError(msg) from None


def _from_profile(name: str) -> str:
    return discover(profile=name).token


def _from_keyring(place: str) -> str:
    service, separator, user = place.partition("/")
    if not separator or not service or not user:
        msg = f"a keyring reference is keyring:SERVICE/USER, not keyring:{place}"
        raise ConfigError(msg)
    try:
        keyring = import_module("keyring")
    except ImportError:
        msg = "keyring: references need the package keyring: pip install keyring"
        raise ConfigError(msg) from None
    found = keyring.get_password(service, user)
    if not isinstance(found, str):
        msg = f"the keyring has no password of {user} for {service}"
        raise ConfigError(msg)
    return found


_resolvers: dict[str, Resolver] = {
    "env": _from_environment,
    "file": _from_file,
    "profile": _from_profile,
    "keyring": _from_keyring,
}


@public_in("linode_orm.fleet")
def register_resolver(scheme: str, resolver: Callable[[str], str]) -> None:
    """Let `scheme:text` references be resolved by a function, which is given the text and returns the token.

    It holds in this process. A package offers a scheme to every process by an entry point of the group
    `linode_orm.tokens`. Raises `ConfigError` for what is no scheme, and for `child`, which sessions resolve.
    """
    if not _SCHEME.fullmatch(scheme) or scheme == CHILD:
        msg = f"a scheme is lower-case letters and digits, and not 'child': {scheme!r}"
        raise ConfigError(msg)
    _resolvers[scheme] = resolver


def check_reference(reference: object, account: str) -> str:
    """Return a reference; raise `ConfigError` for what is none, without showing it, since it may be a token."""
    scheme, separator, rest = reference.partition(":") if isinstance(reference, str) else ("", "", "")
    if not separator or not rest or (scheme != CHILD and _resolver(scheme) is None):
        known = ", ".join(f"{each}:" for each in sorted({*_resolvers, CHILD}))
        msg = f"account {account!r} takes a reference to a token ({known}), not a token itself; its value is not shown"
        raise ConfigError(msg)
    return str(reference)


def parse_child(reference: str) -> tuple[str, str] | None:
    """Return the id of a child account and the name of the account above it, of `child:EUUID@account`."""
    scheme, _, rest = reference.partition(":")
    if scheme != CHILD:
        return None
    euuid, separator, above = rest.partition("@")
    if not separator or not euuid or not above:
        msg = f"a child account is child:EUUID@account, not {reference}"
        raise ConfigError(msg)
    return euuid, above


def resolve(reference: str) -> SecretText:
    """Return the token that a reference stands for, on this worker; raise `ConfigError` where it cannot be had."""
    scheme, _, rest = reference.partition(":")
    resolver = _resolver(scheme)
    if resolver is None:
        msg = f"nothing resolves {scheme}: references here; see linode_orm.fleet.register_resolver"
        raise ConfigError(msg)
    try:
        return check_token(resolver(rest), reference)
    except ConfigError as error:
        msg = f"{reference}: {error}"
        raise ConfigError(msg) from None


def _resolver(scheme: str) -> Resolver | None:
    if scheme not in _resolvers:
        for each in entry_points(group=GROUP, name=scheme):
            _resolvers[scheme] = each.load()
    return _resolvers.get(scheme)
