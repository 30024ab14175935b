"""Ends of jobs: the state which shows that the job of an action has ended, as its declaration says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple, Self

if TYPE_CHECKING:
    from collections.abc import Mapping

_BY_EVENT_ALONE: Final = "event"
_NULL: Final = "null"


class JobEnd(NamedTuple):
    """The state of an object in which a job has ended: a key of its body, and the values that it may have then.

    `is_decisive` says that the values come from the request, so that the state from before the action has others.
    """

    keys: tuple[str, ...]
    values: tuple[object, ...]
    is_decisive: bool = False

    @classmethod
    def of(cls, declared: str | None, sent: object) -> Self | None:
        """Return the end that an operation declares, for the body that was sent; None where no state tells.

        `status=offline|running` is one of two values; `type={type}` is what was sent under `type`; `linode_id=null` is
        null. `event` says that only the event tells.
        """
        if not declared or declared == _BY_EVENT_ALONE:
            return None
        key, _, text = declared.partition("=")
        keys, is_sent = tuple(key.split(".")), text.startswith("{")
        if is_sent:
            name = text.strip("{}")
            if not isinstance(sent, dict) or name not in sent:
                return None
            return cls(keys, (sent[name],), is_decisive=True)
        if text == _NULL:
            return cls(keys, (None,), is_decisive=True)
        return cls(keys, tuple(text.split("|")))

    def is_met(self, body: Mapping[str, Any]) -> bool:
        """Whether a body is in that state; below a list every row must be."""
        return all(each in self.values for each in _values(body, self.keys))

    def __str__(self) -> str:
        return f"{'.'.join(self.keys)} = {' or '.join(map(repr, self.values))}"


def _values(value: object, keys: tuple[str, ...]) -> list[object]:
    if not keys:
        return [value]
    if isinstance(value, list):
        return [found for each in value for found in _values(each, keys)]
    return _values(value.get(keys[0]), keys[1:]) if isinstance(value, dict) else [_NOTHING]


_NOTHING: Final = object()
