"""`python -m linode_orm._generate`: writes the declarations anew, or says with `--check` whether they would differ."""

from __future__ import annotations

import argparse
import filecmp
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from linode_orm._generate import api_pages, coverage, notes
from linode_orm._generate.description import locate, read
from linode_orm._generate.factories import factory_stubs
from linode_orm._generate.facts import FOLDER, Facts
from linode_orm._generate.index import door, index, service_door
from linode_orm._generate.module import Module
from linode_orm._generate.resources import build

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from linode_orm._generate.description import Description

ROOT: Final = Path(__file__).parents[2]
TARGET: Final = ROOT / "linode_orm" / "models"
BY_HAND: Final = frozenset({"_extra.py", "_files.py", "_jobs.py"})


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the generator; give 1 where `--check` finds a difference."""
    parser = argparse.ArgumentParser(prog="python -m linode_orm._generate", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, and fail where something would change")
    parser.add_argument("--wheel", type=Path, help="a linode-cli wheel to read instead of the release in _common.toml")
    parser.add_argument("--facts", type=Path, default=FOLDER, help="another folder of facts")
    parser.add_argument("--target", type=Path, default=TARGET, help="another folder to write to")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder) / "models"
        facts = Facts(given.facts)
        write(fresh, facts, given.wheel)
        if given.check:
            return report(fresh, given.target) or pages(given.target, facts, given.wheel)
        settle(fresh, given.target)
        if given.target == TARGET:
            notes.settle(facts)
            coverage.settle()
            api_pages.settle(described(facts, given.wheel))
    return 0


def write(target: Path, facts: Facts, wheel: Path | None = None) -> None:
    """Write every module into an empty folder, formatted."""
    resources = build(described(facts, wheel), facts)
    for service, own in facts.services.items():
        (target / service).mkdir(parents=True)
        title = str(own.get("service", {}).get("title", service.replace("_", " ")))
        (target / service / "__init__.py").write_text(service_door(title), encoding="utf-8")
    for resource in resources.values():
        for name, text in Module(resource, resources).files():
            (target / resource.service / f"{name}.py").write_text(text, encoding="utf-8")
    for name, text in factory_stubs(resources):
        (target / f"{name}.pyi").write_text(text, encoding="utf-8")
    for name, make in (("__init__", door), ("_index", index)):
        (target / f"{name}.py").write_text(make(resources.values(), facts.common["aliases"]), encoding="utf-8")
    config = ["--config", str(ROOT / "pyproject.toml")]
    for command in (["check", "--select", "I,RUF022", "--fix"], ["format"]):
        subprocess.run(  # noqa: S603  our own files
            [sys.executable, "-m", "ruff", *command, "--quiet", *config, str(target)], check=True
        )


def described(facts: Facts, wheel: Path | None) -> Description:
    """Read the description of a wheel, or of the release that the facts name."""
    with locate(facts.common["linode_cli"], wheel) as file:
        return read(file)


def modules(folder: Path) -> Iterator[Path]:
    """Give the modules that the generator writes, without those that people do."""
    for file in sorted(folder.rglob("*.py*")):
        if file.suffix in {".py", ".pyi"} and file.name not in BY_HAND:
            yield file.relative_to(folder)


def report(fresh: Path, target: Path) -> int:
    """Say which modules differ from what the description and the facts give."""
    new, old = set(modules(fresh)), set(modules(target))
    differing = [name for name in new & old if not filecmp.cmp(fresh / name, target / name, shallow=False)]
    for what, names in (("missing", new - old), ("not generated", old - new), ("different", differing)):
        for name in sorted(names):
            sys.stdout.write(f"{what}: {name}\n")
    return int(bool(new ^ old or differing))


def pages(target: Path, facts: Facts, wheel: Path | None = None) -> int:
    """Say which pages that are written with the declarations differ from what they and the facts say."""
    if target != TARGET:
        return 0
    kept = {
        "coverage.md": coverage.differs(),
        "api-notes.md": notes.differs(facts),
        "api-pages.json": api_pages.differs(described(facts, wheel)),
    }
    found = [name for name, differs in kept.items() if differs]
    for name in found:
        sys.stdout.write(f"different: docs/{name}\n")
    return int(bool(found))


def settle(fresh: Path, target: Path) -> None:
    """Put the new modules in the place of the old ones."""
    for name in set(modules(target)) - set(modules(fresh)):
        (target / name).unlink()
    for name in modules(fresh):
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(fresh / name, target / name)


if __name__ == "__main__":
    sys.exit(main())
