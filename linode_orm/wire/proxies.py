"""Proxies: what the environment named when a client was made, and which requests go through it."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Final
from urllib.parse import urlsplit

from requests.utils import get_environ_proxies, select_proxy

from linode_orm.errors import ConfigError
from linode_orm.wire.config import is_host, is_loopback

_SOCKS: Final = frozenset({"socks4", "socks4a", "socks5", "socks5h"})
_SCHEMES: Final = _SOCKS | {"http", "https"}
_CORRECT: Final = "correct HTTPS_PROXY, HTTP_PROXY or ALL_PROXY"


class Proxies:
    """The proxies for requests to one API and to what it refers to; this machine is reached through none."""

    def __init__(self, base_url: str) -> None:
        self._by_scheme = dict(get_environ_proxies(base_url))

    def of(self, url: str, title: str) -> dict[str, str]:
        """Return the proxies for a request to an address, as requests takes them.

        Raises `ConfigError` for a proxy that cannot be used. Its text shows none of the proxy's address, which may hold
        a password.
        """
        if is_loopback(urlsplit(url).hostname or ""):
            return {}
        proxy = select_proxy(url, self._by_scheme)
        reason = _trouble(proxy) if proxy else ""
        if reason:
            msg = f"{title} is not sent: {reason}"
            raise ConfigError(msg)
        return self._by_scheme


def _trouble(proxy: str) -> str:
    """Return why a proxy cannot be used, an empty text where it can."""
    try:
        parts = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
        _ = parts.port
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in _SCHEMES or not is_host(parts.hostname):
        return f"the proxy of the environment has no address such as http://host:3128; {_CORRECT}"
    if parts.scheme in _SOCKS and find_spec("socks") is None:
        return f"a SOCKS proxy needs PySocks: pip install 'linode_orm[socks]', or {_CORRECT}"
    return ""
