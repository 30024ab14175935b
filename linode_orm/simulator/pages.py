"""Lists: which rows a page holds, and the four envelopes in which they come."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar, cast

from linode_orm.simulator.errors import bad, not_found
from linode_orm.simulator.store import encode

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from linode_orm.simulator.schema import Resource
    from linode_orm.simulator.store import Body, Row

T = TypeVar("T")
DEFAULT_SIZE: Final = 100
SMALLEST: Final = 25
LARGEST: Final = 500


def window(query: Mapping[str, str], largest: int | None = LARGEST) -> tuple[int, int]:
    """Return page number and page size of a query, or refuse them."""
    page = _number(query, "page", 1)
    if page < 1:
        raise bad("Must be greater than 0", "page")
    size = _number(query, "page_size", DEFAULT_SIZE)
    if "page_size" in query and not SMALLEST <= size <= (largest or LARGEST):
        raise bad(f"Must be {SMALLEST}-{largest or LARGEST}", "page_size")
    return page, size


def _number(query: Mapping[str, str], name: str, default: int) -> int:
    try:
        return int(query.get(name, default))
    except ValueError:
        raise bad("Must be an integer", name) from None


def render(
    resource: Resource, rows: Sequence[Row], query: Mapping[str, str], results_off: int = 0, envelope: str = "page"
) -> bytes:
    """Return a list's answer in its envelope."""
    if envelope == "page":
        return page_of(rows, query, lambda row: row.encoded(listed=True), resource.page_size, results_off)
    if envelope.startswith("rows:"):
        return encode(_scattered(envelope.removeprefix("rows:").split(), [row.body for row in rows]))
    whole = b"[" + b", ".join(row.encoded(listed=True) for row in rows) + b"]"
    if envelope == "array":
        return whole
    key = envelope.partition(":")[2] or "data"
    return b'{"%s": %s}' % (key.encode(), whole)


def _scattered(paths: list[str], bodies: list[Body]) -> dict[str, object]:
    """Distribute rows over the lists of an answer: the first takes those that no other one names."""
    answer: dict[str, object] = {}
    for path in paths:
        *above, last = path.split(".")
        place = answer
        for key in above:
            place = cast("dict[str, object]", place.setdefault(key, {}))
        mine = [body for body in bodies if (body.get("type") == above[0] if above else body.get("type") not in paths)]
        place[last] = (mine[0] if mine and last == "current" else None) if above else mine
    return answer


def page_of(
    rows: Sequence[T],
    query: Mapping[str, str],
    encoded: Callable[[T], bytes],
    largest: int | None = LARGEST,
    results_off: int = 0,
) -> bytes:
    """Return one page of rows, of which only that page is encoded; past the last page nothing is found."""
    page, size = window(query, largest)
    pages = max(1, -(-len(rows) // size))
    if page > pages:
        raise not_found()
    held = b", ".join(encoded(row) for row in rows[(page - 1) * size : page * size])
    return b'{"data": [%s], "page": %d, "pages": %d, "results": %d}' % (held, page, pages, len(rows) + results_off)
