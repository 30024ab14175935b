"""Writes the last tables of the notes on the real API: what clients alone name, and fields that answers leave out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from linode_orm._generate.sources.files import elsewhere

if TYPE_CHECKING:
    from linode_orm._generate.facts import Facts

PAGE: Final = Path(__file__).parents[2] / "docs" / "api-notes.md"
HEAD: Final = "| resource | fields | missing in |\n|---|---|---|\n"
CLIENTS: Final = "| what | named by |\n|---|---|\n"
AFTER: Final = "\n## Fields that an answer may leave out\n"


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


def clients(known: dict[str, Any] | None = None) -> str:
    """Give the rows of what the official clients name and no declaration has: operations, then keys by their class."""
    known = elsewhere() if known is None else known
    sources: dict[str, list[str]] = {}
    for name, own in known.items():
        for each in (*own["operations"], *own["keys"]):
            sources.setdefault(each, []).append(f"{name} {own['version']}")
    operations = {each: names for each, names in sources.items() if " " in each}
    keys: dict[tuple[str, str], list[str]] = {}
    for each, names in sources.items():
        if " " not in each:
            owner, _, path = each.partition(".")
            keys.setdefault((owner, ", ".join(names)), []).append(f"`{path}`")
    rows = [f"| `{route}` | {', '.join(names)} |\n" for route, names in sorted(operations.items(), key=_by_path)]
    rows += [f"| {owner}: {', '.join(paths)} | {names} |\n" for (owner, names), paths in sorted(keys.items())]
    return "".join(rows)


def _by_path(item: tuple[str, list[str]]) -> tuple[str, str]:
    method, _, path = item[0].partition(" ")
    return path, method


def page(facts: Facts, text: str) -> str:
    """Give the page with both tables in the place of the old ones."""
    before, head, _ = text.partition(HEAD)
    start, above, rest = before.partition(CLIENTS)
    if above:
        before = start + above + clients() + AFTER + rest.partition(AFTER)[2]
    return before + head + table(facts)


def differs(facts: Facts, path: Path = PAGE) -> bool:
    """Whether the page is not what the facts say."""
    text = path.read_text(encoding="utf-8")
    return page(facts, text) != text


def settle(facts: Facts, path: Path = PAGE) -> None:
    """Put the tables in the place of the old ones."""
    path.write_text(page(facts, path.read_text(encoding="utf-8")), encoding="utf-8")
