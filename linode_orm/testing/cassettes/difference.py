"""Differences: the recording that is nearest to a request, and in what the two differ."""

from __future__ import annotations

import json
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any, Final

from linode_orm.testing.cassettes.form import without_numbers_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from linode_orm.testing.cassettes.form import Form
    from linode_orm.testing.cassettes.matching import Recorded

_SHOWN: Final = 12
_LONGEST: Final = 120
_ABSENT: Final = object()


def nearest(sent: Form, recorded: Iterable[Recorded]) -> Recorded | None:
    """Return the recording that has most in common with a request: first the method, then the path, then the rest."""
    return max(recorded, key=lambda each: _likeness(sent, each.form), default=None)


def _likeness(sent: Form, recorded: Form) -> tuple[float, ...]:
    same_path = sent.place == recorded.place
    path = 1.0 if same_path else SequenceMatcher(None, sent.place, recorded.place, autojunk=False).ratio()
    lines = sum(1 for _ in _compared(sent, recorded)) if same_path else 0
    return (2 * (sent.method == recorded.method) + path, -lines)


def difference(sent: Form, recorded: Form) -> list[str]:
    """Return a line for each part in which a request differs from a recording."""
    lines = [f"{name}: sent {_shown(one)}, recorded {_shown(other)}" for name, one, other in _compared(sent, recorded)]
    more = len(lines) - _SHOWN
    return [*lines[:_SHOWN], f"and {more} more"] if more > 0 else lines


def _compared(sent: Form, recorded: Form) -> Iterator[tuple[str, object, object]]:
    for name in ("method", "place", "query", "x_filter", "body"):
        called = {"place": "path", "x_filter": "filter"}.get(name, name)
        yield from _differing(called, getattr(sent, name), getattr(recorded, name))


def _differing(name: str, sent: Any, recorded: Any) -> Iterator[tuple[str, object, object]]:  # noqa: ANN401  JSON
    if isinstance(sent, dict) and isinstance(recorded, dict):
        for key in sorted({*sent, *recorded}):
            yield from _differing(f"{name}.{key}", sent.get(key, _ABSENT), recorded.get(key, _ABSENT))
    elif isinstance(sent, list) and isinstance(recorded, list) and len(sent) == len(recorded):
        for at, pair in enumerate(zip(sent, recorded, strict=True)):
            yield from _differing(f"{name}[{at}]", *pair)
    elif _text(without_numbers_in(sent)) != _text(without_numbers_in(recorded)):
        yield name, sent, recorded


def _text(value: object) -> str:
    return "absent" if value is _ABSENT else json.dumps(value, sort_keys=True)


def _shown(value: object) -> str:
    text = "nothing" if value is _ABSENT or value is None else json.dumps(value, sort_keys=True, ensure_ascii=False)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."
