"""The file of accounts: names and token references, in TOML."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import frozen

from linode_orm.errors import ConfigError
from linode_orm.fleet.references import check_reference
from linode_orm.wire.config import check_url

if TYPE_CHECKING:
    import os


@frozen
class FleetAccount:
    """One account of a fleet: its name, where its token is found, the API's address, and words to choose it by."""

    name: str
    reference: str
    url: str | None = None
    tags: tuple[str, ...] = ()


def account_from(name: object, value: object) -> FleetAccount:
    """Return the account that a reference, or a table with `token`, `url` and `tags`, describes."""
    if not isinstance(name, str) or not name or any(each in name for each in "/\\@\0") or name.startswith("."):
        msg = f"an account has a name without / \\ @ and a dot at the front, not {name!r}"
        raise ConfigError(msg)
    table: dict[str, Any] = dict(value) if isinstance(value, dict) else {"token": value}
    unknown = sorted(set(table) - {"token", "url", "tags"})
    if unknown:
        msg = f"account {name!r}: unknown {', '.join(map(repr, unknown))}; there are token, url, tags"
        raise ConfigError(msg)
    tags = table.get("tags", ())
    if not isinstance(tags, (list, tuple)) or not all(isinstance(each, str) for each in tags):
        msg = f"account {name!r}: tags is a list of texts"
        raise ConfigError(msg)
    url = None if table.get("url") is None else check_url(table["url"])
    return FleetAccount(name, check_reference(table.get("token"), name), url, tuple(tags))


def read_accounts(path: str | os.PathLike[str]) -> list[FleetAccount]:
    """Read a file of accounts; raise `ConfigError` where it is none, naming the file and what is wrong."""
    place = Path(path)
    try:
        found = tomllib.loads(place.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        msg = f"{place} cannot be read: {error}"
        raise ConfigError(msg) from error
    except tomllib.TOMLDecodeError as error:
        msg = f"{place} is no TOML: {error}"
        raise ConfigError(msg) from None
    accounts = found.get("accounts")
    if not isinstance(accounts, dict) or set(found) - {"accounts"}:
        msg = f"{place} has one table, [accounts], with a token reference for each name"
        raise ConfigError(msg)
    try:
        return [account_from(name, value) for name, value in accounts.items()]
    except ConfigError as error:
        msg = f"{place}: {error}"
        raise ConfigError(msg) from None
