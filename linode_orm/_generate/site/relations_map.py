"""The map of all relations: resources around a circle by service, and a curve for each relation between two."""

from __future__ import annotations

from collections import defaultdict
from html import escape
from math import cos, pi, sin
from typing import TYPE_CHECKING, Final

from linode_orm._generate.site.markdown import slug, title

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from linode_orm.mapping.mapper import Mapper

SIZE: Final = 1200
RADIUS: Final = 410
GAP: Final = 2
"""Empty places between two services."""


def drawing(mappers: Iterable[Mapper]) -> Iterator[str]:
    """Yield the lines of the map; the name of each resource links its page."""
    by_service: dict[str, list[Mapper]] = defaultdict(list)
    for each in mappers:
        by_service[each.service].append(each)
    places = _places(by_service)
    half = SIZE / 2
    yield '<div class="drawing">'
    yield f'<svg class="map" viewBox="{-half} {-half} {SIZE} {SIZE}" width="{SIZE}" role="group" aria-label="{_LABEL}">'
    yield f"<title>{_LABEL}</title>"
    for at, own in enumerate(by_service.values()):
        colour = f"hsl({round(at * 137.5) % 360} 60% 50%)"
        yield f'<g fill="none" stroke="{colour}" stroke-width="1.2" opacity="0.55">'
        yield from (curve for mapper in own for curve in _curves(mapper, places))
        yield "</g>"
    yield '<g font-size="10" font-family="sans-serif" fill="currentColor">'
    for service, own in by_service.items():
        yield from (_name(mapper.name, places[mapper.name], title(service)) for mapper in own)
    yield "</g>"
    yield from ("</svg>", "</div>")


_LABEL: Final = "Relations between all resources, grouped by service"


def _places(by_service: dict[str, list[Mapper]]) -> dict[str, float]:
    """Return the angle of each resource."""
    count = sum(len(own) + GAP for own in by_service.values())
    found, at = {}, 0
    for own in by_service.values():
        for mapper in own:
            found[mapper.name] = 2 * pi * at / count
            at += 1
        at += GAP
    return found


def _curves(mapper: Mapper, places: dict[str, float]) -> Iterator[str]:
    x, y = _point(places[mapper.name])
    for target in sorted({each.target for each in mapper.relations.values()} & places.keys() - {mapper.name}):
        to_x, to_y = _point(places[target])
        middle_x, middle_y = (x + to_x) / 5, (y + to_y) / 5
        yield f'<path d="M{x:.0f} {y:.0f} Q {middle_x:.0f} {middle_y:.0f}, {to_x:.0f} {to_y:.0f}"/>'


def _point(angle: float, radius: float = RADIUS) -> tuple[float, float]:
    return radius * cos(angle), radius * sin(angle)


def _name(name: str, angle: float, service: str) -> str:
    x, y = _point(angle, RADIUS + 6)
    turn = angle * 180 / pi
    is_left = pi / 2 < angle < 3 * pi / 2
    anchor = ' text-anchor="end"' if is_left else ""
    turn = turn + 180 if is_left else turn
    place = f'transform="translate({x:.1f} {y:.1f}) rotate({turn:.1f})"{anchor} dy="4"'
    return f'<a href="{slug(name)}.html"><title>{service}</title><text {place}>{escape(name)}</text></a>'
