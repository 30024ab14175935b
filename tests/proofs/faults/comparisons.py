"""Compares a session with the account: attributes that differ, objects created twice, changes not sent."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from linode_orm import Session
    from linode_orm.mapping import Model
    from tests.proofs.faults.fake_account import FakeAccount

COLLECTIONS = {
    "Instance": "/linode/instances",
    "Volume": "/volumes",
    "Domain": "/domains",
    "DomainRecord": "/domains/{}/records",
    "Firewall": "/networking/firewalls",
    "SSHKey": "/profile/sshkeys",
    "NodeBalancer": "/nodebalancers",
    "NodeBalancerConfig": "/nodebalancers/{}/configs",
    "NodeBalancerNode": "/nodebalancers/{}/configs/{}/nodes",
}


def row_of(account: FakeAccount, instance: Model) -> dict[str, Any] | None:
    """Return the account's row of an object; None if there is none, or the object has no id."""
    if instance.__state__.identity is None:
        return None
    collection = COLLECTIONS[type(instance).__name__].format(*instance.__state__.parents)
    return account.rows.get(collection, {}).get(instance.id)  # type: ignore[attr-defined]  # each of them has one


def disagreements(account: FakeAccount, instances: Iterable[Model], but: Collection[str] = ()) -> list[str]:
    """Return every attribute in which a session and the account differ; keys in `but` may."""
    found: list[str] = []
    for instance in instances:
        row = row_of(account, instance)
        if row is None:
            found.append(f"{instance!r} is in the session and not in the account")
            continue
        found += [
            f"{instance!r}.{key} is {plain(value)!r}, and {row[key]!r} in the account"
            for key, value in attributes(instance, row)
            if without(plain(value, row[key]), but) != without(row[key], but)
        ]
    return found


def attributes(instance: Any, row: dict[str, Any]) -> Iterable[tuple[str, Any]]:
    """Give what an object has for each key of a body; when it was updated last changes by itself."""
    for key in row:
        field = instance.__mapper__.keys.get(key)
        if field is not None and key != "updated":
            yield key, getattr(instance, field.name)


def without(value: Any, keys: Collection[str]) -> Any:
    """Leave keys out of a body."""
    return {key: each for key, each in value.items() if key not in keys} if isinstance(value, dict) else value


def plain(value: Any, like: Any = None) -> Any:
    """Give a value of the library as the API writes it; of a nested one, what `like` has."""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%S")
    if isinstance(value, (list, tuple)):
        others = like if isinstance(like, list) and len(like) == len(value) else [None] * len(value)
        return [plain(each, other) for each, other in zip(value, others, strict=True)]
    if hasattr(value, "__mapper__") and isinstance(like, dict):
        return {key: plain(each, like[key]) for key, each in attributes(value, like)}
    return value


def doubled(account: FakeAccount) -> list[str]:
    """Give what was created twice; names tell one creation from another."""
    counts = Counter((effect.collection, effect.name) for effect in account.effects if effect.method == "POST")
    return [f"{name!r} in {collection} {count} times" for (collection, name), count in counts.items() if count > 1]


def left_over(session: Session) -> list[str]:
    """Give what the session would still send."""
    return [repr(each) for each in (*session.new, *session.dirty, *session.deleted)]


def difference(have: dict[str, list[str]], want: dict[str, list[str]]) -> list[str]:
    """Give what is lacking and what is too much, by collection."""
    found: list[str] = []
    for collection in sorted({*have, *want}):
        there, wanted = Counter(have.get(collection, [])), Counter(want.get(collection, []))
        found += [f"{collection} lacks {each}" for each in (wanted - there).elements()]
        found += [f"{collection} has {each} too much" for each in (there - wanted).elements()]
    return found
