"""Configuration: where the token and the API's address come from."""

from __future__ import annotations

import os
import re
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import urlsplit

from linode_orm._secrets import SecretText, hide
from linode_orm.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from configparser import ConfigParser
    from urllib.parse import SplitResult

DEFAULT_URL: Final = "https://api.linode.com"
TOKEN_VARIABLES: Final = ("LINODE_TOKEN", "LINODE_CLI_TOKEN")
URL_VARIABLE: Final = "LINODE_API_URL"
_VERSION: Final = re.compile(r"/v4(?:beta)?$")
_PRINTABLE: Final = re.compile(r"[\x21-\x7e]+")
_HOST: Final = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)(?:\.(?!-)[a-z0-9_-]{1,63}(?<!-))*\.?", re.IGNORECASE)
_LONGEST_HOST: Final = 253


class Settings(NamedTuple):
    """What a client connects with: the address without its version, and the token, which no `repr` shows."""

    base_url: str
    token: str

    def __repr__(self) -> str:
        return f"Settings(base_url={self.base_url!r})"


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
    env = _Environment(os.environ if environ is None else environ)
    address = address_of(base_url, environ=env)
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


def address_of(base_url: str | None, *, environ: Mapping[str, str] | None = None) -> str:
    """Return the address of the API: the argument, that of the environment, or the usual one."""
    env = os.environ if environ is None else environ
    return check_url(base_url or env.get(URL_VARIABLE) or DEFAULT_URL)


class _Environment(dict[str, str]):
    """The variables of a process, whose values no repr shows."""

    def __repr__(self) -> str:
        return f"<{len(self)} variables>"


def check_token(token: object, where: str) -> SecretText:
    """Refuse what cannot be a token, without showing it."""
    token = hide(token)
    if not isinstance(token, str):
        msg = f"{where} takes a text, not {type(token).__name__}"
        raise ConfigError(msg)
    if not _PRINTABLE.fullmatch(token):
        msg = f"{where} is no token: it is empty, or holds blanks, line ends or characters beyond ASCII"
        raise ConfigError(msg)
    return SecretText(token)


def check_url(url: object) -> str:
    """Give an address without its version and final slash; plain http leads only to this machine."""
    if not isinstance(url, str):
        msg = f"base_url takes a text such as {DEFAULT_URL!r}, not {type(url).__name__}"
        raise ConfigError(msg)
    parts = _split(url)
    if parts is None or not is_host(parts.hostname) or parts.scheme not in {"http", "https"} or not _is_address(url):
        msg = "base_url is no address such as https://api.linode.com"
        raise ConfigError(msg)
    if parts.username is not None or parts.password is not None or parts.query or parts.fragment:
        msg = "base_url takes a host and a path only: no user, password, query or fragment"
        raise ConfigError(msg)
    if parts.scheme == "http" and not is_loopback(parts.hostname or ""):
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


def _is_address(url: str) -> bool:
    """Whether an address holds only what a request may have in its first line."""
    return _PRINTABLE.fullmatch(url) is not None and "\\" not in url


def is_host(host: str | None) -> bool:
    """Whether a host is an address or a name; a name in other letters than ASCII is written in its `xn--` form."""
    if not host:
        return False
    try:
        ip_address(host)
    except ValueError:
        return len(host) <= _LONGEST_HOST and _HOST.fullmatch(host) is not None
    return True


def is_loopback(host: str) -> bool:
    """Whether a host is this machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        name = host.lower().removesuffix(".")
        return is_host(host) and (name == "localhost" or name.endswith(".localhost"))


def _from_profile(env: Mapping[str, str], profile: str) -> str:
    found = _from_file(env, profile)
    if found is None:
        places = ", ".join(map(str, _files(env)))
        msg = f"no token for the profile {profile!r} in linode-cli's configuration (looked in {places})"
        raise ConfigError(msg)
    return found


def _files(env: Mapping[str, str]) -> Iterator[Path]:
    """Give the places of linode-cli's configuration, in its own order."""
    named = env.get("LINODE_CLI_CONFIG")
    if named:
        try:
            yield Path(named).expanduser()
        except RuntimeError:
            msg = f"LINODE_CLI_CONFIG names {named!r}, whose user has no home here; name the file by its whole path"
            raise ConfigError(msg) from None
        return
    try:
        home = Path(env["HOME"]) if env.get("HOME") else Path.home()
    except RuntimeError:
        return  # a user without a home has no configuration there
    yield home / ".linode-cli"
    yield Path(env.get("XDG_CONFIG_HOME") or home / ".config") / "linode-cli"


def _from_file(env: Mapping[str, str], profile: str | None) -> str | None:
    for path in _files(env):
        if _is_there(path):
            parser = _parsed(path)
            name = profile or parser.get("DEFAULT", "default-user", fallback=None)
            token = parser.get(name, "token", fallback=None) if name and parser.has_section(name) else None
            if token:
                return check_token(token, f"the token of {name} in {path}")
    return None


def _is_there(path: Path) -> bool:
    """Whether there is a file; raise `ConfigError` where that cannot be found out."""
    try:
        return path.is_file()
    except (OSError, ValueError) as error:
        msg = f"{path} cannot be reached: {_reason(error)}; correct LINODE_CLI_CONFIG, HOME or its permissions"
        raise ConfigError(msg) from None


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or type(error).__name__


def _parsed(path: Path) -> ConfigParser:
    from configparser import ConfigParser, Error  # noqa: PLC0415  not where the environment has the token

    parser = ConfigParser(interpolation=None)
    try:
        parser.read_string(path.read_text(encoding="utf-8"))
    except Error as error:
        # the parser's own message shows the line, which may hold the token
        line = getattr(error, "lineno", None) or getattr(error, "errors", [("?",)])[0][0]
        msg = f"{path} is no linode-cli configuration: {type(error).__name__} at line {line}"
        raise ConfigError(msg) from None
    except (OSError, UnicodeDecodeError) as error:
        msg = f"{path} cannot be read: {_reason(error)}"
        raise ConfigError(msg) from None
    return parser
