"""Writes the last table of the notes on the real API: fields that answers may leave out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from linode_orm._generate.facts import Facts

PAGE: Final = Path(__file__).parents[2] / "docs" / "api-notes.md"
HEAD: Final = "| resource | fields | missing in |\n|---|---|---|\n"


def table(facts: Facts) -> str:
    """Give the rows, one for each resource and recording."""
    found: dict[tuple[str, str], list[str]] = {}
    for service in facts.services.values():
        for resource, own in service.items():
            for field, recording in own.get("absent", {}).items():
                found.setdefault((resource, recording), []).append(f"`{field}`")
            for field, like in own.get("like", {}).items():
                above, names = field.rpartition(".")[0], like["names"]
                if "absent" in like:
                    texts = f"`{above}.{names[0]}` to `{above}.{names[-1]}`"
                    found.setdefault((resource, like["absent"]), []).append(texts)
    return "".join(
        f"| {resource} | {', '.join(fields)} | `{recording}` |\n" for (resource, recording), fields in found.items()
    )


def settle(facts: Facts, page: Path = PAGE) -> None:
    """Put the table in the place of the old one."""
    before, head, _ = page.read_text(encoding="utf-8").partition(HEAD)
    page.write_text(before + head + table(facts), encoding="utf-8")
