"""The figures that the recordings give, printed at the end of a run."""

from __future__ import annotations

from attrs import frozen

from tests import table

ROWS: dict[str, Figure] = {}


@frozen
class Figure:
    """How many of all are as they should be; `rest` names each that is not, with the reason."""

    name: str
    total: int
    rest: list[str]
    missed: int

    @property
    def share(self) -> float:
        """The share of the good ones."""
        return 1 - self.missed / self.total if self.total else 0.0

    def __str__(self) -> str:
        good = self.total - self.missed
        return "\n    ".join([f"{self.name}: {good} of {self.total} ({self.share:.2%})", *self.rest])


def note(name: str, total: int, rest: list[str], missed: int | None = None) -> Figure:
    """Write a figure down, and give it; `missed` where one line of the rest stands for several."""
    figure = ROWS[name] = Figure(name, total, rest, len(rest) if missed is None else missed)
    table.note(name, f"{total - figure.missed} of {total} ({figure.share:.2%})", ">= 99 %", rest)
    return figure
