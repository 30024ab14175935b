"""Scrubbing: what must not be kept of a request or an answer, read from the declarations."""

from __future__ import annotations

from linode_orm._secrets import MASK, is_secret
from linode_orm.testing.declared import declared_keys


def secret_keys() -> frozenset[str]:
    """Return the keys of what is declared as a secret, of any class or action; other secrets end as secrets do."""
    return declared_keys().secret


def scrub(value: object) -> object:
    """Return a copy of a body in which every secret is masked, at any depth."""
    if isinstance(value, dict):
        keys = secret_keys()
        return {key: MASK if each and is_secret(key, each, keys) else scrub(each) for key, each in value.items()}
    if isinstance(value, list):
        return [scrub(each) for each in value]
    return value
