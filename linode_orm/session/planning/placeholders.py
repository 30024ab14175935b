"""Placeholders: what stands in a plan for an id that comes later, and for a secret that no plan holds."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from attrs import frozen

from linode_orm.errors import ResponseError
from linode_orm.mapping.addressing import quoted
from linode_orm.mapping.answer_places import parse_place, shown_place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

SECRET: Final = "***"  # noqa: S105  what is shown instead
_LEAVES: Final = frozenset({str, int, float, bool, type(None)})
_TOKEN: Final = re.compile(r"\{(new:\d+)\}")
_VALUE: Final = re.compile(r"\{(new:\d+)([.\[].*)\}", re.DOTALL)


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


@frozen(repr=False)
class PendingValue(Pending):
    """A placeholder for a value of the answer that creates an object: `{new:3.ipv4[0]}`.

    `place` leads from the answer to the value, by keys and by indexes of lists.
    """

    place: tuple[str | int, ...] = ()

    @property
    def name(self) -> str:
        """The name under which the value stands beside the ids of created objects: `new:3.ipv4[0]`."""
        return f"{self.token}{shown_place(self.place)}"

    def id_in(self, ids: Mapping[str, object]) -> object:
        """Return the value among the ids and values of created objects; raise `ResponseError` where it is missing."""
        if self.name not in ids:  # promise 47: what an answer lacks is no value, and nothing is sent with it
            msg = f"{self} has no value: the answer that created the object shows none there; assign one"
            raise ResponseError(msg)
        return ids[self.name]

    def __str__(self) -> str:
        return f"{{{self.name}}}"

    __repr__ = __str__


def is_token(name: str) -> bool:
    """Whether a name is that of a new object, and not of a value of its answer."""
    return _TOKEN.fullmatch(f"{{{name}}}") is not None


def value_from(text: str) -> PendingValue:
    """Return the placeholder that shows itself as a text; raise `ValueError` for a text that shows none."""
    found = _VALUE.fullmatch(text)
    if found is None:
        msg = f"{text!r} stands for no value of an answer"
        raise ValueError(msg)
    return PendingValue(found[1], parse_place(found[2]))


def values_wanted(bodies: Iterable[object]) -> dict[str, set[PendingValue]]:
    """Return the values of answers that stand in some bodies, by the token of the object that is created."""
    wanted: dict[str, set[PendingValue]] = {}
    for body in bodies:
        for each in pending_in(body):
            if isinstance(each, PendingValue):
                wanted.setdefault(each.token, set()).add(each)
    return wanted


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
    """Yield the tokens of the objects whose ids, or values of whose answers, a value needs."""
    for each in pending_in(value):
        yield each.token


def pending_in(value: object) -> Iterator[Pending]:
    """Yield the placeholders of ids and of values of answers that stand in a value, at any depth."""
    if isinstance(value, Pending):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from pending_in(each)
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from pending_in(each)


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
