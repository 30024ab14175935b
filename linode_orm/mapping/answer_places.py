"""Places in answers: the keys and indexes that lead to a value, as text and back."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from linode_orm.mapping.values import ABSENT

if TYPE_CHECKING:
    Place = tuple[str | int, ...]

_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_PART: Final = re.compile(
    r'\.(?P<name>[A-Za-z_][A-Za-z0-9_]*)|\[(?P<index>0|[1-9][0-9]*)\]|\[(?P<key>"(?:[^"\\]|\\.)*")\]'
)


def shown_place(place: Place) -> str:
    """Return a place as text: `.ipv4[0]`; a key that is no name stands in brackets: `.labels["a.b"]`."""
    return "".join(map(_shown_part, place))


def _shown_part(part: str | int) -> str:
    if isinstance(part, int):
        return f"[{part}]"
    return f".{part}" if _NAME.fullmatch(part) else f"[{json.dumps(part)}]"


def parse_place(text: str) -> Place:
    """Return the place that `shown_place` wrote; raise `ValueError` for any other text."""
    place: list[str | int] = []
    at = 0
    while at < len(text):
        found = _PART.match(text, at)
        if found is None:
            msg = f"{text!r} is no place in an answer"
            raise ValueError(msg)
        name, index, key = found["name"], found["index"], found["key"]
        place.append(name if name is not None else int(index) if index is not None else json.loads(key))
        at = found.end()
    return tuple(place)


def value_at(body: Any, place: Place) -> object:  # noqa: ANN401  JSON
    """Return the value at a place in a body in JSON; `ABSENT` where it is missing or null."""
    for part in place:
        if isinstance(part, int):
            if not isinstance(body, list) or part >= len(body):
                return ABSENT
            body = body[part]
        elif not isinstance(body, dict) or part not in body:
            return ABSENT
        else:
            body = body[part]
    return ABSENT if body is None else body
