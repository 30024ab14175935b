"""Compares two checkouts: `python tests/proofs/benchmarks/pairs.py --old DIR --new DIR [--pairs 15] [--rows TEXT ...]`.

Every measurement is a process of its own with the checkout in `PYTHONPATH`. Old and new take turns, and which is first
changes from pair to pair, so that what else runs on the machine meets both alike. Time and memory are shown as the median
of new over old in each pair, with the least and the most; requests and bytes have to be the same in every run, and the
exit status is 1 where they are not.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from rows import ROWS

SCRIPT = Path(__file__).with_name("rows.py")
COUNTED = frozenset({"requests", "bytes"})

Sample = dict[str, float]


class Checkout:
    """One version of the package; its bytecode is kept elsewhere, as its folder may be read-only."""

    def __init__(self, place: Path, bytecode: str) -> None:
        self.place = place.resolve()
        self._environment = os.environ | {"PYTHONPATH": str(self.place), "PYTHONPYCACHEPREFIX": bytecode}
        self._environment.pop("PYTHONDONTWRITEBYTECODE", None)

    def measured(self, row: str) -> Sample:
        """Measure one row."""
        run = [sys.executable, str(SCRIPT), row]
        ended = subprocess.run(run, env=self._environment, check=True, stdout=subprocess.PIPE, text=True)
        answer = json.loads(ended.stdout)
        if not Path(answer["package"]).is_relative_to(self.place):
            sys.exit(f"{self.place} holds no linode_orm: {answer['package']} was imported")
        return answer["figures"]


def pairs(row: str, old: Checkout, new: Checkout, count: int) -> list[tuple[Sample, Sample]]:
    """Measure old and new by turns, after a run of each that fills caches of files and bytecode."""
    old.measured(row), new.measured(row)
    found = []
    for number in range(count):
        if number % 2:
            second, first = new.measured(row), old.measured(row)
        else:
            first, second = old.measured(row), new.measured(row)
        found.append((first, second))
    return found


def shown(figure: str, found: list[tuple[Sample, Sample]]) -> tuple[str, bool]:
    """Say how new compares with old in one figure, and whether it is as it has to be."""
    if figure in COUNTED:
        before, after = ({sample[figure] for sample in side} for side in zip(*found, strict=True))
        if before == after and len(before) == 1:
            return f"{before.pop():,.0f}, the same", True
        return f"old {sorted(before)}, new {sorted(after)}", False
    ratios = [after[figure] / before[figure] for before, after in found]
    middle = statistics.median(before[figure] for before, _ in found)
    unit = f"{middle * 1000:,.2f} ms" if figure in {"seconds", "cpu"} else f"{middle:,.0f} B"
    return f"{statistics.median(ratios):.3f}  ({min(ratios):.3f} to {max(ratios):.3f})  old {unit}", True


def main() -> None:
    """Print a line for each figure of each row."""
    parser = argparse.ArgumentParser(
        description="compare two checkouts of linode_orm, row by row, in interleaved pairs"
    )
    parser.add_argument("--old", type=Path, required=True)
    parser.add_argument("--new", type=Path, required=True)
    parser.add_argument("--pairs", type=int, default=15)
    parser.add_argument("--rows", nargs="+", default=[""], help="only the rows with one of these texts in their name")
    chosen = parser.parse_args()
    rows = [row for row in ROWS if any(text in row for text in chosen.rows)]
    print(f"{chosen.pairs} pairs; new over old: median (least to most)")
    with tempfile.TemporaryDirectory() as bytecode:
        old, new = Checkout(chosen.old, bytecode), Checkout(chosen.new, bytecode)
        unequal = [row for row in rows if not compared(row, pairs(row, old, new, chosen.pairs))]
    sys.exit(f"not the same count: {', '.join(unequal)}" if unequal else 0)


def compared(row: str, found: list[tuple[Sample, Sample]]) -> bool:
    """Print a line for each figure of a row; say whether all that is counted is the same."""
    is_well = True
    for figure in found[0][0]:
        text, is_right = shown(figure, found)
        is_well = is_well and is_right
        print(f"{row:<46} {figure:<9} {text}", flush=True)
    return is_well


if __name__ == "__main__":
    main()
