"""Diffs: the lines that show how a value changes."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from linode_orm.mapping.list_merging import ROW_KEYS
from linode_orm.mapping.values import ABSENT

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    Row = dict[str, Any]

_WORD: Final = re.compile(r"[\w./:@*][\w./:@*-]*")


def diff_lines(name: str, old: object, new: object) -> Iterator[str]:
    """Yield a line for each leaf that differs; rows of lists are named by their key, such as the label of a rule."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in [*new, *(key for key in old if key not in new)]:
            if old.get(key, ABSENT) != new.get(key, ABSENT):
                yield from diff_lines(f"{name}.{key}", old.get(key, ABSENT), new.get(key, ABSENT))
    elif isinstance(old, list) and isinstance(new, list):
        yield from _list_lines(name, old, new)
    elif old is ABSENT:
        yield f"{name}: {_shown(new)}"
    elif new is ABSENT:
        yield f"{name}: {_shown(old)} -> left out"
    else:
        yield f"{name}: {_shown(old)} -> {_shown(new)}"


def _list_lines(name: str, old: list[Any], new: list[Any]) -> Iterator[str]:
    """Yield what comes and goes; of rows, what changes in each."""
    gone, come = [each for each in old if each not in new], [each for each in new if each not in old]
    are_rows = all(isinstance(each, dict) for each in (*old, *new)) and bool(old or new)
    keys = _keys_of(old, new) if are_rows else ()
    if keys:
        yield from _keyed_lines(name, old, new, keys)
    elif not gone and not come:
        yield f"{name}: {_shown(old)} -> {_shown(new)}"
    elif are_rows:
        yield from _placed_lines(name, old, new)
    else:
        yield f"{name}: {' '.join([*(f'+{_word(each)}' for each in come), *(f'-{_word(each)}' for each in gone)])}"


def _keys_of(old: Sequence[Row], new: Sequence[Row]) -> tuple[str, ...]:
    """Return the keys by which the rows of both lists differ, none where some rows are alike in them."""
    for keys in ROW_KEYS:
        found = [[tuple(row.get(key) for key in keys) for row in rows] for rows in (old, new)]
        named = all(isinstance(each, (str, int)) for those in found for one in those for each in one)
        if named and all(len(set(those)) == len(those) for those in found):
            return keys
    return ()


def _keyed_lines(name: str, old: Sequence[Row], new: Sequence[Row], keys: tuple[str, ...]) -> Iterator[str]:
    was, now = ({" ".join(_word(row[key]) for key in keys): row for row in rows} for rows in (old, new))
    for key in [*now, *(key for key in was if key not in now)]:
        if was.get(key) != now.get(key):
            yield from _row_lines(f"{name}[{key}]", was.get(key), now.get(key))
    before, after = [key for key in was if key in now], [key for key in now if key in was]
    if before != after:
        yield f"{name}: in the order {', '.join(before)} -> {', '.join(after)}"


def _placed_lines(name: str, old: Sequence[Row], new: Sequence[Row]) -> Iterator[str]:
    """Yield the changes of rows without a key: by their places where as many come as go."""
    gone = [at for at, row in enumerate(old) if row not in new]
    come = [at for at, row in enumerate(new) if row not in old]
    if gone == come:
        for at in come:
            yield from _row_lines(f"{name}[{at}]", old[at], new[at])
        return
    for at in come:
        yield from _row_lines(name, None, new[at])
    for at in gone:
        yield from _row_lines(name, old[at], None)


def _row_lines(name: str, old: Row | None, new: Row | None) -> Iterator[str]:
    if old is not None and new is not None:
        yield from diff_lines(name, old, new)
    else:
        yield f"{name}: {f'-{_shown(old)}' if new is None else f'+{_shown(new)}'}"


def _word(value: object) -> str:
    """Show an element of a list: a word as it stands, everything that could be taken for something else as JSON."""
    if not isinstance(value, str) or not _WORD.fullmatch(value):
        return _shown(value)
    try:
        json.loads(value)
    except ValueError:
        return value
    return _shown(value)


def _shown(value: object) -> str:
    """Show a value as JSON, and a placeholder in it as it shows itself."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)}: {_shown(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_shown, value)) + "]"
    if value is None or isinstance(value, (str, int, float)):
        return json.dumps(value, ensure_ascii=False)
    return repr(value)
