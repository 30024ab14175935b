"""Says which public names, arguments and defaults went away since a release: the policy of docs/stability.md."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import griffe

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT: Final = Path(__file__).parents[1]
PACKAGE: Final = "linode_orm"
DOORS: Final = ("", "simulator", "testing", "mapping", "models")
"""The packages whose names are public, below the package itself."""


def last_release() -> str:
    """Return the tag of the last release; empty where there is none."""
    command = ["git", "describe", "--tags", "--abbrev=0", "--match", "v*"]
    ended = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)  # noqa: S603  our own words
    return ended.stdout.strip()


def public(package: griffe.Module) -> Iterator[str]:
    """Yield where each public name is defined: the doors import every name as itself."""
    for door in DOORS:
        module = package[door] if door else package
        for name, member in module.members.items():
            is_ours = member.is_alias and member.target_path.startswith(f"{package.name}.")
            if is_ours and not name.startswith("_"):
                yield member.target_path


def gone(old: griffe.Module, new: griffe.Module) -> list[str]:
    """Return what went away of the public names, one line each."""
    places = tuple(public(old))
    return [
        each.explain(griffe.ExplanationStyle.ONE_LINE)
        for each in griffe.find_breaking_changes(old, new)
        if any(each.obj.canonical_path == place or each.obj.canonical_path.startswith(f"{place}.") for place in places)
    ]


def main(arguments: list[str]) -> int:
    """Compare with a release; return 1 where something public went away."""
    ref = arguments[0] if arguments else last_release()
    if not ref:
        sys.stdout.write("no release yet: nothing to compare the public names with\n")
        return 0
    old = griffe.load_git(PACKAGE, ref=ref, repo=ROOT, resolve_aliases=False)
    new = griffe.load(PACKAGE, search_paths=[ROOT], resolve_aliases=False, force_inspection=False)
    found = gone(old, new)
    sys.stdout.write("\n".join([*found, f"{len(found)} public names changed since {ref}"]) + "\n")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
