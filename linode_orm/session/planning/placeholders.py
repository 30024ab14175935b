"""Placeholders: what stands in a plan for an id that comes later, and for a secret that no plan holds."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from attrs import frozen

from linode_orm.mapping.addressing import quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

SECRET: Final = "***"  # noqa: S105  what is shown instead
_LEAVES: Final = frozenset({str, int, float, bool, type(None)})
_TOKEN: Final = re.compile(r"\{(new:\d+)\}")


@frozen
class Pending:
    """A placeholder for the id of an object that an earlier step creates."""

    token: str

    def id_in(self, ids: Mapping[str, object]) -> object:
        """Return the id among those of created objects."""
        return ids[self.token]

    def __str__(self) -> str:
        return f"{{{self.token}}}"

    __repr__ = __str__


@frozen(repr=False)
class PendingName(Pending):
    """A placeholder for such an id where the API takes it as text."""

    def id_in(self, ids: Mapping[str, object]) -> object:
        """Return the id among those of created objects, as text."""
        return str(ids[self.token])


@frozen
class Hidden:
    """A placeholder for a secret, which no plan holds; the value is taken from the object when its request is sent.

    `path` leads from the body to the value, by keys and by indexes of lists.
    """

    path: tuple[str | int, ...]

    def __repr__(self) -> str:
        return SECRET


def fill(value: object, resolve: Callable[[Pending | Hidden], object]) -> object:
    """Return a body with its placeholders replaced by what they stand for."""
    if isinstance(value, (Pending, Hidden)):
        return resolve(value)
    if isinstance(value, dict):
        # Most of a body are strings and numbers, which hold no placeholder.
        return {key: each if type(each) in _LEAVES else fill(each, resolve) for key, each in value.items()}
    if isinstance(value, list):
        return [fill(each, resolve) for each in value]
    return value


def fill_path(path: str, resolve: Callable[[Pending], str]) -> str:
    """Return a path with its tokens replaced by ids."""
    return _TOKEN.sub(lambda match: resolve(Pending(match[1])), path)


def with_tokens(path: str, parents: Iterable[object]) -> str:
    """Return the path of a collection with the tokens of its new parents in place of the quoted ones."""
    for parent in parents:
        if isinstance(parent, Pending):
            path = path.replace(quoted(str(parent)), str(parent))
    return path


def waits_for(value: object) -> Iterator[str]:
    """Yield the tokens of the objects whose ids a value needs."""
    if isinstance(value, Pending):
        yield value.token
    elif isinstance(value, dict):
        for each in value.values():
            yield from waits_for(each)
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from waits_for(each)


def hidden_in(value: object) -> Iterator[Hidden]:
    """Yield the placeholders of secrets in a body."""
    if isinstance(value, Hidden):
        yield value
    elif isinstance(value, (dict, list)):
        for each in value.values() if isinstance(value, dict) else value:
            yield from hidden_in(each)


def with_secrets_of(sent: object, value: object) -> object:
    """Return what was sent with the parts of another value in place of its hidden ones, to compare the two."""
    if isinstance(sent, Hidden):
        return value
    if isinstance(sent, dict) and isinstance(value, dict):
        return {key: with_secrets_of(each, value.get(key)) for key, each in sent.items()}
    if isinstance(sent, list) and isinstance(value, list) and len(sent) == len(value):
        return [with_secrets_of(one, other) for one, other in zip(sent, value, strict=True)]
    return sent
