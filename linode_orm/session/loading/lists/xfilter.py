"""Clauses: the part of a condition that is sent, as values that are joined, weakened, split and written as X-Filter."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from linode_orm.mapping.server_filters import Test

    Payload = dict[str, object]

LARGEST: Final = 6_000
"""How many bytes of X-Filter a request may carry; servers refuse header lines from 8 KB on."""
_FRAME: Final = 32
"""What `+and` and `+or` take at most around their parts."""


class Leaf(NamedTuple):
    """An attribute by its dotted raw name, and its test."""

    name: str
    test: Test


class AllOf(NamedTuple):
    """A clause that is true if all parts are."""

    parts: tuple[Clause, ...]


class AnyOf(NamedTuple):
    """A clause that is true if one part is."""

    parts: tuple[Clause, ...]


Clause = Leaf | AllOf | AnyOf


def all_of(clauses: Iterable[Clause | None]) -> Clause | None:
    """Join clauses by "and"; one that is not sent drops out, which gives more rows."""
    parts = [
        part for each in clauses if each is not None for part in (each.parts if isinstance(each, AllOf) else (each,))
    ]
    if len(parts) < 2:  # noqa: PLR2004  one clause needs no joining
        return parts[0] if parts else None
    return AllOf(tuple(parts))


def any_of(clauses: Iterable[Clause | None]) -> Clause | None:
    """Join clauses by "or"; None if one of them is not sent, because its rows would be missing."""
    parts: list[Clause] = []
    for each in clauses:
        if each is None:
            return None
        parts += each.parts if isinstance(each, AnyOf) else (each,)
    return parts[0] if len(parts) == 1 else AnyOf(tuple(parts)) if parts else None


def written(clause: Clause | None) -> Payload:
    """Write a clause as X-Filter: one flat object where no name comes twice."""
    if clause is None:
        return {}
    if isinstance(clause, Leaf):
        return {clause.name: clause.test}
    if isinstance(clause, AnyOf):
        return {"+or": [written(part) for part in clause.parts]}
    parts = [written(part) for part in clause.parts]
    names = [name for part in parts for name in part]
    repeated = [part for part in parts if any(names.count(name) > 1 for name in part)]
    flat = {name: test for part in parts if part not in repeated for name, test in part.items()}
    return {**flat, "+and": repeated} if repeated else flat


def weight(clause: Clause | None) -> int:
    """Return the bytes that a clause takes in the header."""
    return len(json.dumps(written(clause)))


def divided(clause: Clause | None, largest: int = LARGEST) -> list[Clause | None]:
    """Split a clause into clauses that fit into a header and whose rows together are at least its own."""
    if clause is None or weight(clause) <= largest:
        return [clause]
    parts: list[Clause] = list(clause.parts) if isinstance(clause, AllOf) else [clause]
    choices = [part for part in parts if isinstance(part, AnyOf)]
    if not choices:
        return [_lightened(parts, largest)]
    longest = max(choices, key=weight)
    common = _lightened([part for part in parts if part is not longest], largest // 2)
    room = largest - weight(common) - _FRAME
    if any(weight(branch) + 2 > room for branch in longest.parts):
        return [common]
    return [all_of((common, any_of(group))) for group in _groups(longest.parts, room)]


def _lightened(parts: list[Clause], largest: int) -> Clause | None:
    """Join clauses by "and", without the heaviest ones that do not fit."""
    lightest = sorted(range(len(parts)), key=lambda at: weight(parts[at]))
    while lightest and weight(all_of(parts[at] for at in sorted(lightest))) > largest:
        lightest.pop()
    return all_of(parts[at] for at in sorted(lightest))


def _groups(branches: tuple[Clause, ...], room: int) -> Iterator[tuple[Clause, ...]]:
    """Split the branches of an "or" into as few groups as fit, of about the same size."""
    total = sum(weight(branch) + 2 for branch in branches)
    wanted = -(-total // room)
    share = -(-total // wanted)
    group: list[Clause] = []
    used = 0
    for branch in branches:
        size = weight(branch) + 2
        if group and used + size > min(share + size, room):
            yield tuple(group)
            group, used = [], 0
        group.append(branch)
        used += size
    if group:
        yield tuple(group)
