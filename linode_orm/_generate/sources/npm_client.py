"""Reads the npm package `@linode/api-v4` of Linode's own front end: its operations, and the types of bodies."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tarfile
from typing import TYPE_CHECKING, Final

from linode_orm._generate.sources.typescript import UNKNOWN, Type, declarations
from linode_orm._generate.sources.value import Asked, Path, Source

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path as File

PACKAGE: Final = "@linode/api-v4"
_HEADING: Final = re.compile(r"^// src/(.+)\.ts$", re.MULTILINE)
_FUNCTION: Final = re.compile(r"^var (\w+) = ", re.MULTILINE)
_ADDRESS: Final = re.compile(r"setURL\(\s*`\$\{(?:BETA_)?API_ROOT\}(.*?)`\s*,?\s*\)", re.DOTALL)
_METHOD: Final = re.compile(r'setMethod\("(\w+)"\)')
_DATA: Final = re.compile(r"setData\(\s*(\{[^}]*\}|\w+)")
_KEY: Final = re.compile(r"(\w+)\s*[,:}]")
_DEEPEST: Final = 8


def fetch(place: File) -> File | None:
    """Download the newest package by npm; None where there is no npm."""
    npm = shutil.which("npm")
    if npm is None:
        return None
    subprocess.run(  # noqa: S603  npm and a fixed name
        [npm, "pack", "--silent", PACKAGE], cwd=place, check=True, capture_output=True
    )
    return next(place.glob("linode-api-v4-*.tgz"))


def read(package: File) -> Source:
    """Give what the package says of each operation that it calls."""
    texts = dict(_texts(package))
    types = Types({name: text for name, text in texts.items() if name.endswith(".d.ts")})
    operations: dict[str, Asked] = {}
    where: dict[str, str] = {}
    for folder, function, code in _functions(texts["lib/index.js"]):
        found = types.find(function, folder)
        declared, place = found if found is not None else (UNKNOWN, folder)
        for route, given in _requests(code):
            asked = operations.setdefault(route, Asked())
            if declared.kind == "function":
                _join(asked.answer, types.keys(declared.parts[0], place))
                _join(asked.request, _sent(types, declared, given, place))
            where.setdefault(route, function)
    return Source(PACKAGE, json.loads(texts["package.json"])["version"], operations, where)


def _texts(package: File) -> Iterator[tuple[str, str]]:
    with tarfile.open(package) as archive:
        for member in archive.getmembers():
            name = member.name.removeprefix("package/")
            file = archive.extractfile(member) if name.endswith((".d.ts", "index.js", "package.json")) else None
            if file is not None:
                yield name, file.read().decode("utf-8")


def _functions(bundle: str) -> Iterator[tuple[str, str, str]]:
    """Give folder, name and code of each function of the bundle."""
    parts = _HEADING.split(bundle)
    for module, code in zip(parts[1::2], parts[2::2], strict=True):
        pieces = _FUNCTION.split(code)
        for name, body in zip(pieces[1::2], pieces[2::2], strict=True):
            yield module.rpartition("/")[0], name, body


def _requests(code: str) -> Iterator[tuple[str, str]]:
    """Give each route that a function calls, with what it sends: the name of an argument, or an object's text."""
    for call in code.split("request_default(")[1:]:
        address = _ADDRESS.search(call)
        if address is None:
            continue
        method, data = _METHOD.search(call), _DATA.search(call)
        path = re.sub(r"\$\{(?:[^{}]|\{[^{}]*\})*\}", "{}", address[1]).partition("?")[0]
        yield f"{method[1] if method else 'GET'} {path}", data[1] if data else ""


def _sent(types: Types, function: Type, given: str, folder: str) -> dict[Path, bool]:
    """Give the keys of what a function sends."""
    if given.startswith("{"):
        return {(name,): False for name in _KEY.findall(given)}
    argument = function.properties.get(given)
    return types.keys(argument.type, folder) if argument is not None else {}


def _join(known: dict[Path, bool], more: dict[Path, bool]) -> None:
    for path, nullable in more.items():
        known[path] = known.get(path, False) or nullable


class Types:
    """The declarations of all modules; a name is looked for in its own folder first."""

    def __init__(self, texts: dict[str, str]) -> None:
        self._folders: dict[str, dict[str, Type]] = {}
        for name, text in texts.items():
            folder = name.removeprefix("lib/").rpartition("/")[0]
            self._folders.setdefault(folder, {}).update(declarations(text))

    def find(self, name: str, folder: str) -> tuple[Type, str] | None:
        """Give a declaration and the folder that it stands in."""
        for place in (folder, *sorted(self._folders)):
            found = self._folders.get(place, {}).get(name)
            if found is not None:
                return found, place
        return None

    def keys(self, kind: Type, folder: str) -> dict[Path, bool]:
        """Give the keys inside a type, with whether null may stand there; of a page or a list, those of its rows."""
        found: dict[Path, bool] = {}
        self._walk(kind, folder, (), found)
        return found

    def _walk(self, kind: Type, folder: str, path: Path, found: dict[Path, bool]) -> None:
        if len(path) > _DEEPEST:
            return
        if kind.kind == "object":
            for name, each in kind.properties.items():
                below = (*path, name)
                if name != "[]":
                    found[below] = found.get(below, False) or self._may_be_null(each.type, folder)
                    self._walk(each.type, folder, below, found)
        elif kind.kind in {"union", "all", "array"}:
            for part in kind.parts:
                self._walk(part, folder, path, found)
        elif kind.kind == "name":
            self._named(kind, folder, path, found)

    def _named(self, kind: Type, folder: str, path: Path, found: dict[Path, bool]) -> None:
        if kind.name in {"Promise", "ResourcePage", "Page", "Partial", "Required", "Array", "Readonly", "DeepPartial"}:
            self._walk(kind.parts[0], folder, path, found)
        elif kind.name in {"Omit", "Pick"}:
            self._some_of(kind, folder, path, found)
        else:
            target = self.find(kind.name, folder) if kind.name not in {"Record", "Map"} else None
            if target is not None:
                self._walk(*target, path, found)

    def _some_of(self, kind: Type, folder: str, path: Path, found: dict[Path, bool]) -> None:
        whole: dict[Path, bool] = {}
        self._walk(kind.parts[0], folder, path, whole)
        chosen = kind.parts[1].parts if kind.parts[1].kind == "union" else (kind.parts[1],)
        names = {each.parts[0].name for each in chosen if each.parts}
        for below, nullable in whole.items():
            if (below[len(path)] in names) == (kind.name == "Pick"):
                found[below] = found.get(below, False) or nullable

    def _may_be_null(self, kind: Type, folder: str, *, seen: int = 0) -> bool:
        if kind.kind == "union":
            return any(self._may_be_null(each, folder, seen=seen) for each in kind.parts)
        if kind.kind == "name" and kind.name == "null":
            return True
        target = self.find(kind.name, folder) if kind.kind == "name" and not kind.parts else None
        return target is not None and seen < _DEEPEST and self._may_be_null(*target, seen=seen + 1)
