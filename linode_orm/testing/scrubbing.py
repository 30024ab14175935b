"""Scrubbing: what must not be kept of a request or an answer, read from the declarations."""

from __future__ import annotations

from functools import cache
from typing import Final

from linode_orm import models
from linode_orm._secrets import MASK, is_secret

OPEN: Final = frozenset({"ssl_cert"})
"""Keys that answers mask and that are no secrets."""


@cache
def secret_keys() -> frozenset[str]:
    """Return the keys of what is declared as a secret, of any class or action; other secrets end as secrets do."""
    found: set[str] = set()
    for name in models.INDEX:
        mapper = getattr(models, name).__mapper__
        found.update(mapper.secret_keys, *(each.secret for each in mapper.operations.values()))
    return frozenset(found - OPEN)


def scrub(value: object) -> object:
    """Return a copy of a body in which every secret is masked, at any depth."""
    if isinstance(value, dict):
        keys = secret_keys()
        return {key: MASK if each and is_secret(key, each, keys) else scrub(each) for key, each in value.items()}
    if isinstance(value, list):
        return [scrub(each) for each in value]
    return value
