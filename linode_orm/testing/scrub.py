"""Scrubbing: what must not be kept of a request or an answer, read from the declarations."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final

from linode_orm import models
from linode_orm.wire.messages import MASK

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ALWAYS: Final = frozenset(
    {"token", "password", "secret", "secret_key", "kubeconfig", "root_pass", "ssl_key", "private_key", "cvv"}
)
"""Keys that are secret wherever they stand: answers of actions have no declaration of their own."""

OPEN: Final = frozenset({"ssl_cert"})
"""Keys that answers mask and that are no secrets."""


@cache
def secret_keys() -> frozenset[str]:
    """Return the keys whose values are kept from cassettes: masked ones, passwords, and what only a request may say."""
    found = set(ALWAYS)
    for name in models.INDEX:
        found.update(_secrets(getattr(models, name).__mapper__.fields))
    return frozenset(found - OPEN)


def _secrets(fields: Mapping[str, Any]) -> Iterator[str]:
    for field in fields.values():
        is_password = field.format == "password" or field.key.endswith("_pass")
        if field.redacted or (field.is_secret and is_password):
            yield field.key
        yield from _secrets(field.codec.fields)


def scrub(value: object) -> object:
    """Return a copy of a body in which every secret is masked, at any depth."""
    if isinstance(value, dict):
        keys = secret_keys()
        return {key: MASK if key in keys and each else scrub(each) for key, each in value.items()}
    if isinstance(value, list):
        return [scrub(each) for each in value]
    return value
