"""Keeps what other sources say in two files of facts: which fields are null sometimes, and what no declaration has."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any, Final

from linode_orm._generate.facts import FOLDER

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from linode_orm._generate.sources.compare import Comparison
    from linode_orm._generate.sources.value import Source

NULLABLE: Final = "_nullable.toml"
ELSEWHERE: Final = "_elsewhere.toml"
_NULLABLE_HEAD: Final = """\
# Fields of answers that are null sometimes, by other sources than linode-cli's description, each with the one that says
# so. `nox -s drift -- --write` finds those of `@linode/api-v4` (the types of its answers); the others are recordings.
"""
_ELSEWHERE_HEAD: Final = """\
# Operations and keys that the official clients name and no declaration has, as `nox -s drift -- --write` found them.
# docs/api-notes.md lists them. Envelopes of lists are among the keys, and what the API no longer has.
"""


def elsewhere(folder: Path = FOLDER) -> dict[str, Any]:
    """Give by source what it names and no declaration has."""
    return _read(folder / ELSEWHERE)


def nullable(folder: Path = FOLDER) -> dict[str, dict[str, str]]:
    """Give by resource the fields that are null sometimes, with who says so."""
    return _read(folder / NULLABLE)


def _read(file: Path) -> dict[str, Any]:
    return tomllib.loads(file.read_text(encoding="utf-8")) if file.exists() else {}


def write(found: Iterable[tuple[Source, Comparison]], classes: Iterable[str], folder: Path = FOLDER) -> None:
    """Write both files anew; of what is null, what other sources than these say stays."""
    known, sources = nullable(folder), list(found)
    names = {source.name for source, _ in sources}
    kept = {
        owner: {path: where for path, where in own.items() if where.partition(" ")[0] not in names}
        for owner, own in known.items()
    }
    resources = set(classes)
    for source, comparison in sources:
        for each in comparison.nullable:
            if each.owner in resources:
                kept.setdefault(each.owner, {}).setdefault(each.path, f"{source.name} {each.where}")
    (folder / NULLABLE).write_text("\n".join([_NULLABLE_HEAD, *_tables(kept)]), encoding="utf-8")
    (folder / ELSEWHERE).write_text("\n".join([_ELSEWHERE_HEAD, *_lists(sources)]), encoding="utf-8")


def _tables(given: dict[str, dict[str, str]]) -> Iterator[str]:
    for owner, own in sorted(given.items()):
        if own:
            yield f"[{owner}]"
            yield from (f"{_key(path)} = {_quoted(where)}" for path, where in sorted(own.items()))
            yield ""


def _lists(sources: Iterable[tuple[Source, Comparison]]) -> Iterator[str]:
    for source, comparison in sources:
        yield f"[{_quoted(source.name)}]"
        yield f"version = {_quoted(source.version)}"
        yield from _list("operations", comparison.operations)
        yield from _list("keys", (each.name for each in comparison.keys))
        yield ""


def _list(name: str, texts: Iterable[str]) -> Iterator[str]:
    yield f"{name} = ["
    yield from (f"    {_quoted(each)}," for each in texts)
    yield "]"


def _key(path: str) -> str:
    return path if path.isidentifier() else _quoted(path)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
