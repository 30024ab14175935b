"""Diffs: the lines that show how a value changes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from linode_orm.mapping.values import ABSENT

if TYPE_CHECKING:
    from collections.abc import Iterator


def diff_lines(name: str, old: object, new: object) -> Iterator[str]:
    """Yield a line for each leaf that differs; of lists, one with the elements that come and go."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in [*new, *(key for key in old if key not in new)]:
            if old.get(key, ABSENT) != new.get(key, ABSENT):
                yield from diff_lines(f"{name}.{key}", old.get(key, ABSENT), new.get(key, ABSENT))
    elif isinstance(old, list) and isinstance(new, list):
        gone, come = [each for each in old if each not in new], [each for each in new if each not in old]
        if gone or come:
            marked = [*(f"+{_shown(each)}" for each in come), *(f"-{_shown(each)}" for each in gone)]
            yield f"{name}: {' '.join(marked)}"
        else:
            yield f"{name}: {_shown(old)} -> {_shown(new)}"
    elif old is ABSENT:
        yield f"{name}: {_shown(new)}"
    elif new is ABSENT:
        yield f"{name}: {_shown(old)} -> left out"
    else:
        yield f"{name}: {_shown(old)} -> {_shown(new)}"


def _shown(value: object) -> str:
    """Show a value as JSON, and a placeholder in it as it shows itself."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)}: {_shown(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_shown, value)) + "]"
    if value is None or isinstance(value, (str, int, float)):
        return json.dumps(value, ensure_ascii=False)
    return repr(value)
