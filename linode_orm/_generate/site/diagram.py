"""Small drawings of relations, as SVG that takes its colours from the page."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

from linode_orm.mapping.relations import Many

if TYPE_CHECKING:
    from collections.abc import Iterator

    from linode_orm.mapping.mapper import Mapper

ROW: Final = 26
WIDTH: Final = 620
MOST: Final = 24
"""How many relations a drawing shows; the table below it has all."""


def drawing(mapper: Mapper) -> Iterator[str]:
    """Yield the lines of a drawing: the resource on the left, what it leads to on the right, one line each.

    The table of relations says the same in words, so that a screen reader passes over the drawing.
    """
    shown = [*mapper.relations.items()][:MOST]
    if not shown:
        return
    height = ROW * len(shown) + 10
    middle = height / 2
    yield '<div class="drawing">'
    yield f'<svg class="relations" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" aria-hidden="true" focusable="false">'
    yield '<g fill="none" stroke="currentColor" font-size="13" font-family="sans-serif">'
    yield _box(4, middle - 13, 190, mapper.name)
    for at, (name, relation) in enumerate(shown):
        y = 5 + ROW * at + ROW / 2
        dash = "" if isinstance(relation, Many) else ' stroke-dasharray="5 3"'
        yield f'<path d="M194 {middle} C 230 {middle}, 220 {y}, 258 {y} L 420 {y}"{dash} opacity="0.7"/>'
        count = " ×n" if isinstance(relation, Many) else ""  # noqa: RUF001  the sign of multiplication is meant
        yield _label(262, y - 4, name + count)
        yield _box(420, y - 11, 196, relation.target, 22)
    yield from ("</g>", "</svg>", "</div>")


def _box(x: float, y: float, width: float, name: str, height: float = 26) -> str:
    text = f'<text x="{x + width / 2}" y="{y + height / 2 + 4.5}" text-anchor="middle" {_INK}>{escape(name)}</text>'
    return f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="5"/>{text}'


def _label(x: float, y: float, text: str) -> str:
    return f'<text x="{x}" y="{y}" font-size="11" {_INK}>{escape(text)}</text>'


_INK: Final = 'fill="currentColor" stroke="none"'
