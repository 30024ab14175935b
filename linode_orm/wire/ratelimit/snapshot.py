"""The budget snapshot: what remains of each budget at one moment, as a value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import asdict, frozen

if TYPE_CHECKING:
    from collections.abc import Iterator


@frozen
class BudgetRow:
    """One budget: `left` of `limit` requests in `per` seconds.

    `resets_in` is the seconds until there are `limit` again, None if no answer has reported it. `pace` is the part of
    the limit that is used since the API refused requests, 1 for all of it. `source` names where the limit comes from.
    """

    name: str
    limit: int
    per: float
    left: int
    resets_in: float | None
    pace: float
    source: str

    def __str__(self) -> str:
        reset = "" if self.resets_in is None else f", anew in {self.resets_in:.0f} s"
        pace = "" if self.pace >= 1 else f", slowed to {self.pace:.0%}"
        return f"{self.name}: {self.left} of {self.limit} in {self.per:g} s{reset}{pace} ({self.source})"


@frozen(repr=False)
class BudgetSnapshot:
    """What remains of each budget of a client: iterate it, print it, or take `to_dict()`.

    `shared` is the address of the counter that processes share, None without one. `share` is the part of every budget
    that this process uses. The snapshot is false if the client keeps no budgets.
    """

    rows: tuple[BudgetRow, ...] = ()
    shared: str | None = None
    share: float = 1.0
    kept: bool = True

    def to_dict(self) -> dict[str, object]:
        """Return the snapshot as a value for JSON."""
        return {
            "kept": self.kept,
            "shared": self.shared,
            "share": self.share,
            "rows": [asdict(each) for each in self.rows],
        }

    def __iter__(self) -> Iterator[BudgetRow]:
        return iter(self.rows)

    def __bool__(self) -> bool:
        return self.kept

    def __repr__(self) -> str:
        if not self.kept:
            return "<budget: none is kept>"
        where = "of this process alone" if self.shared is None else f"shared through {self.shared}"
        if self.share < 1:
            where += f", {self.share:.0%} of it here"
        return "\n  ".join([f"<budget {where}", *map(str, self.rows)]) + ">"
