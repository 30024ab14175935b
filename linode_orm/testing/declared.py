"""The keys that declarations name: those of secrets, in every body or below one key alone, and all others."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final

from attrs import field, frozen

from linode_orm import models
from linode_orm._secrets import is_secret_key

if TYPE_CHECKING:
    from collections.abc import Mapping

    from linode_orm.mapping.protocols import FieldFacts

OPEN: Final = frozenset({"ssl_cert"})
"""Keys that answers mask and that are no secrets."""


@frozen
class DeclaredKeys:
    """The keys of all classes and actions.

    `secret` are declared as secrets although their names do not say so. `secret_below` has those of them that are open
    in other places, each with the key of the value that holds them. `value` is a secret below `custom_headers`, and
    none below `taints`. The holder of a whole body is empty. `known` has every key.
    """

    secret: frozenset[str]
    secret_below: frozenset[tuple[str, str]]
    known: frozenset[str]


@cache
def declared_keys() -> DeclaredKeys:
    """Read every declaration."""
    walk = _Walk()
    for name in models.INDEX:
        mapper = getattr(models, name).__mapper__
        walk.fields("", mapper.keys)
        for operation in mapper.operations.values():
            walk.known.update(each for each in operation.body.values() if each)
            walk.secret.update(("", key) for key in operation.secret)
            if operation.gives is not None:
                walk.fields("", operation.gives.__mapper__.keys)
    closed = {key for _, key in walk.secret} - walk.plain - OPEN
    return DeclaredKeys(
        frozenset(closed),
        frozenset(pair for pair in walk.secret if pair[1] not in closed | OPEN),
        frozenset(walk.known),
    )


@frozen
class _Walk:
    secret: set[tuple[str, str]] = field(factory=set)
    plain: set[str] = field(factory=set)
    known: set[str] = field(factory=set)
    _seen: set[tuple[str, Any]] = field(factory=set)

    def fields(self, holder: str, fields: Mapping[str, FieldFacts]) -> None:
        """Take the fields of one class, and those of the nested values in it."""
        for key, each in fields.items():
            self.known.add(key)
            if not each.is_secret:
                self.plain.add(key)
            elif not is_secret_key(key):
                self.secret.add((holder, key))
            for nested in each.codec.nested:
                if (key, nested) not in self._seen:
                    self._seen.add((key, nested))
                    self.fields(key, nested.__mapper__.keys)
