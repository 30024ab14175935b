"""Configuration: where the token and the API's address come from."""

from __future__ import annotations

import os
import re
from configparser import ConfigParser, Error
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from attrs import field, frozen

from linode_orm.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from urllib.parse import SplitResult

DEFAULT_URL: Final = "https://api.linode.com"
TOKEN_VARIABLES: Final = ("LINODE_TOKEN", "LINODE_CLI_TOKEN")
URL_VARIABLE: Final = "LINODE_API_URL"
_VERSION: Final = re.compile(r"/v4(?:beta)?$")
_PRINTABLE: Final = re.compile(r"[\x21-\x7e]+")


@frozen
class Settings:
    """What a client connects with: the address without its version, and the token, which no `repr` shows."""

    base_url: str
    token: str = field(repr=False)


def discover(
    token: str | None = None,
    base_url: str | None = None,
    profile: str | None = None,
    *,
    environ: Mapping[str, str] | None = None,
) -> Settings:
    """Find the token and the address: arguments, then the environment, then linode-cli's configuration file.

    `profile` names a user of that file, and is then asked before the environment. Raises `ConfigError` where there is
    no token, naming the places, or where a setting cannot be used.
    """
    env = os.environ if environ is None else environ
    address = check_url(base_url or env.get(URL_VARIABLE) or DEFAULT_URL)
    if token is not None:
        return Settings(address, check_token(token, "token="))
    if profile is not None:
        return Settings(address, _from_profile(env, profile))
    for name in TOKEN_VARIABLES:
        if env.get(name):
            return Settings(address, check_token(env[name], name))
    found = _from_file(env, None)
    if found is not None:
        return Settings(address, found)
    places = ", ".join(map(str, _files(env)))
    msg = f"no token: pass token=, set {' or '.join(TOKEN_VARIABLES)}, or run linode-cli configure ({places})"
    raise ConfigError(msg)


def check_token(token: object, where: str) -> str:
    """Refuse what cannot be a token, without showing it."""
    if not isinstance(token, str):
        msg = f"{where} takes a text, not {type(token).__name__}"
        raise ConfigError(msg)
    if not _PRINTABLE.fullmatch(token):
        msg = f"{where} is no token: it is empty, or holds blanks, line ends or characters beyond ASCII"
        raise ConfigError(msg)
    return token


def check_url(url: object) -> str:
    """Give an address without its version and final slash; plain http leads only to this machine."""
    if not isinstance(url, str):
        msg = f"base_url takes a text such as {DEFAULT_URL!r}, not {type(url).__name__}"
        raise ConfigError(msg)
    parts = _split(url)
    if parts is None or parts.hostname is None or parts.scheme not in {"http", "https"} or re.search(r"\s", url):
        msg = "base_url is no address such as https://api.linode.com"
        raise ConfigError(msg)
    if parts.username is not None or parts.password is not None or parts.query or parts.fragment:
        msg = "base_url takes a host and a path only: no user, password, query or fragment"
        raise ConfigError(msg)
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        msg = f"base_url {url!r} would send the token in the clear; plain http is for this machine only, use https"
        raise ConfigError(msg)
    return _VERSION.sub("", url.rstrip("/")).rstrip("/")


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    return parts


def is_loopback(host: str) -> bool:
    """Whether a host is this machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _from_profile(env: Mapping[str, str], profile: str) -> str:
    found = _from_file(env, profile)
    if found is None:
        places = ", ".join(map(str, _files(env)))
        msg = f"no token for the profile {profile!r} in linode-cli's configuration (looked in {places})"
        raise ConfigError(msg)
    return found


def _files(env: Mapping[str, str]) -> Iterator[Path]:
    """Give the places of linode-cli's configuration, in its own order."""
    if env.get("LINODE_CLI_CONFIG"):
        yield Path(env["LINODE_CLI_CONFIG"]).expanduser()
        return
    home = Path(env["HOME"]) if env.get("HOME") else Path.home()
    yield home / ".linode-cli"
    yield Path(env.get("XDG_CONFIG_HOME") or home / ".config") / "linode-cli"


def _from_file(env: Mapping[str, str], profile: str | None) -> str | None:
    for path in _files(env):
        if path.is_file():
            parser = _parsed(path)
            name = profile or parser.get("DEFAULT", "default-user", fallback=None)
            token = parser.get(name, "token", fallback=None) if name and parser.has_section(name) else None
            if token:
                return check_token(token, f"the token of {name} in {path}")
    return None


def _parsed(path: Path) -> ConfigParser:
    parser = ConfigParser(interpolation=None)
    try:
        parser.read_string(path.read_text(encoding="utf-8"))
    except Error as error:
        # the parser's own message shows the line, which may hold the token
        line = getattr(error, "lineno", None) or getattr(error, "errors", [("?",)])[0][0]
        msg = f"{path} is no linode-cli configuration: {type(error).__name__} at line {line}"
        raise ConfigError(msg) from None
    except (OSError, UnicodeDecodeError) as error:
        msg = f"{path} cannot be read: {type(error).__name__}"
        raise ConfigError(msg) from None
    return parser
