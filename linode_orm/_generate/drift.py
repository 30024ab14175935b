"""`python -m linode_orm._generate.drift`: what the newest descriptions and clients have and the declarations lack."""

from __future__ import annotations

import argparse
import difflib
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from linode_orm._generate.__main__ import TARGET, modules, write
from linode_orm._generate.description import Description, locate, read
from linode_orm._generate.facts import FOLDER, Facts
from linode_orm._generate.resources import build, homeless
from linode_orm._generate.sources import files, npm_client, python_client
from linode_orm._generate.sources.compare import compare, never_null
from linode_orm.models import INDEX

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from linode_orm._generate.description import Key, Operation
    from linode_orm._generate.sources.compare import Comparison
    from linode_orm._generate.sources.value import Source


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a report; give 0 whatever it says, for it is news and no fault of the tree."""
    parser = argparse.ArgumentParser(prog="python -m linode_orm._generate.drift", description=__doc__)
    parser.add_argument("--wheel", type=Path, help="a linode-cli wheel in the place of the newest one")
    parser.add_argument("--facts", type=Path, default=FOLDER, help="another folder of facts")
    parser.add_argument("--target", type=Path, default=TARGET, help="another folder of declarations")
    parser.add_argument("--write", action="store_true", help="keep what the official clients say in the files of facts")
    given = parser.parse_args(arguments)
    for line in report(given.wheel, given.facts, given.target):
        sys.stdout.write(f"{line}\n")
    with tempfile.TemporaryDirectory() as place:
        found = list(clients(Path(place)))
    for each in found:
        for line in [each] if isinstance(each, str) else news(*each, given.facts):
            sys.stdout.write(f"{line}\n")
    if given.write:
        read_ones = [each for each in found if not isinstance(each, str)]
        files.write(read_ones, INDEX, given.facts)
    return 0


def report(wheel: Path | None, folder: Path, target: Path) -> Iterator[str]:
    """Give the lines of the report."""
    facts = Facts(folder)
    try:
        with tempfile.TemporaryDirectory() as place:
            newest = wheel or fetched(Path(place))
            with locate(facts.common["linode_cli"]) as old, locate(wheel=newest) as new:
                before, after = read(old), read(new)
            yield f"declared: linode-cli {facts.common['linode_cli']}, description {before.version}"
            yield f"newest:   {newest.name}, description {after.version}"
            yield from operations(before, after)
            yield from declarations(newest, folder, target, after)
    except (OSError, subprocess.CalledProcessError):
        yield "drift: the registry of packages cannot be reached, so that nothing was compared"


def clients(place: Path) -> Iterator[tuple[Source, Comparison] | str]:
    """Give what each official client says, held against the declarations; a line of text where it cannot be had."""
    for module in (npm_client, python_client):
        try:
            package = module.fetch(place)
            source = module.read(package) if package is not None else None
        except (OSError, subprocess.CalledProcessError):
            yield f"drift: {module.PACKAGE} cannot be fetched, so that it was not compared"
            continue
        if source is None:
            yield f"drift: there is no npm here, so that {module.PACKAGE} was not compared"
        else:
            yield source, compare(source)


def news(source: Source, found: Comparison, folder: Path) -> Iterator[str]:
    """Say what a client has that the declarations lack and the facts do not list, and what the facts list in vain."""
    yield f"{source.name} {source.version}: {len(source.operations)} operations"
    listed = files.elsewhere(folder).get(source.name, {})
    for what, now in (("operations", found.operations), ("keys", [each.name for each in found.keys])):
        old = set(listed.get(what, ()))
        yield from (
            f"{source.name} has {each}, which is neither declared nor listed" for each in now if each not in old
        )
        yield from (f"{source.name}: {each} is listed, and declared or gone" for each in sorted(old - set(now)))
    for each in found.nullable:
        if each.owner in INDEX and never_null(each.owner, each.path):
            yield f"{source.name} says that {each.name} may be null ({each.where}), and it is declared as never null"


def fetched(place: Path) -> Path:
    """Download the newest linode-cli."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(place), "linode-cli"]
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603  pip and a fixed name
    return next(place.glob("*.whl"))


def operations(before: Description, after: Description) -> Iterator[str]:
    """Say which operations came, went, or take or answer other keys."""
    old, new = before.operations, after.operations
    yield from (f"new: {route} ({new[route].summary})" for route in sorted(new.keys() - old.keys()))
    yield from (f"gone: {route}" for route in sorted(old.keys() - new.keys()))
    for route in sorted(old.keys() & new.keys()):
        yield from (f"different: {route}: {what}" for what in unlike(old[route], new[route]))
    if old == new:
        yield "no operation is new, gone or different"


def unlike(old: Operation, new: Operation) -> Iterator[str]:
    """Say in what one operation differs from its older self."""
    for name, one, other in (("takes", old.request, new.request), ("answers", old.answer, new.answer)):
        before, after = _keys(one), _keys(other)
        yield from (f"{name} {path}" for path in sorted(after.keys() - before.keys()))
        yield from (f"no longer {name} {path}" for path in sorted(before.keys() - after.keys()))
        for path in sorted(before.keys() & after.keys()):
            if before[path] != after[path]:
                yield f"{name} {path} otherwise: {_words(after[path])}, no longer {_words(before[path])}"
    if old.version != new.version:
        yield f"version {new.version}, no longer {old.version}"


def _keys(keys: tuple[Key, ...]) -> dict[str, Key]:
    return {".".join(each.path): each for each in keys}


def _words(key: Key) -> str:
    marks = [name for name in ("required", "nullable", "read_only", "filterable", "is_list") if getattr(key, name)]
    return " ".join([f"{key.type} of {key.items}" if key.items else key.type, *marks])


def declarations(wheel: Path, folder: Path, target: Path, after: Description) -> Iterator[str]:
    """Make the declarations from the newest description, and say what of them would change."""
    with tempfile.TemporaryDirectory() as place:
        fresh = Path(place) / "models"
        lenient = Facts(folder, strict=False)
        write(fresh, lenient, wheel)
        yield from (f"a fact fits no longer: {each}" for each in lenient.misfits)
        yield from changed(fresh, target)
    lenient = Facts(folder, strict=False)
    for route in homeless(build(after, lenient), after, lenient):
        yield f"no resource declares {route}: it waits for facts that name one"


def changed(fresh: Path, target: Path) -> Iterator[str]:
    """Say which declared lines came and went, module by module."""
    new, old = set(modules(fresh)), set(modules(target))
    yield from (f"a new module: {name}" for name in sorted(new - old))
    yield from (f"a module that is gone: {name}" for name in sorted(old - new))
    same = True
    for name in sorted(new & old):
        before, after = ((folder / name).read_text(encoding="utf-8").splitlines() for folder in (target, fresh))
        difference = difflib.unified_diff(before, after, lineterm="", n=0)
        lines = [each for each in difference if not each.startswith(("---", "+++", "@@"))]
        same = same and not lines
        yield from ([f"{name}:", *(f"  {each}" for each in lines)] if lines else ())
    if same and new == old:
        yield "the declarations stay as they are"


if __name__ == "__main__":
    sys.exit(main())
