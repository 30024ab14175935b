"""Scrubbing: what must not be kept of a request or an answer, read from the declarations."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final

from linode_orm import models
from linode_orm.mapping.codecs import Scalar
from linode_orm.mapping.containers import Structure
from linode_orm.wire.messages import MASK

if TYPE_CHECKING:
    from collections.abc import Iterator

ALWAYS: Final = frozenset(
    {"token", "password", "secret", "secret_key", "kubeconfig", "root_pass", "ssl_key", "private_key", "cvv"}
)
"""Keys that are secret wherever they stand: answers of actions have no declaration of their own."""

OPEN: Final = frozenset({"ssl_cert"})
"""Keys that answers mask and that are no secrets."""


@cache
def secret_keys() -> frozenset[str]:
    """Give the keys whose values are kept from cassettes: masked ones, passwords, and what only a request may say."""
    found = set(ALWAYS)
    for name in models.INDEX:
        found.update(_secrets(getattr(models, name).__mapper__))
    return frozenset(found - OPEN)


def _secrets(mapper: Any) -> Iterator[str]:  # noqa: ANN401  of a model or of a nested class
    for field in mapper.fields.values():
        inner = getattr(field.codec, "inner", field.codec)
        is_text = isinstance(inner, Scalar) and str in inner.plain and not inner.choices
        hidden = field.kind == "secret" and is_text and (field.format == "password" or field.key.endswith("_pass"))
        if field.redacted or hidden:
            yield field.key
        if isinstance(inner, Structure):
            yield from _secrets(inner.cls.__mapper__)


def scrub(value: object) -> object:
    """Give a copy of a body in which every secret is masked, at any depth."""
    if isinstance(value, dict):
        keys = secret_keys()
        return {key: MASK if key in keys and each else scrub(each) for key, each in value.items()}
    if isinstance(value, list):
        return [scrub(each) for each in value]
    return value
