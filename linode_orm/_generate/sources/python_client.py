"""Reads the published `linode_api4`, the official client for Python: the properties of its classes, by their paths."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import zipfile
from typing import TYPE_CHECKING, Final

from linode_orm._generate.sources.value import Asked, Path, Source

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path as File

PACKAGE: Final = "linode_api4"
_DEEPEST: Final = 8


def fetch(place: File) -> File:
    """Download the newest wheel by pip."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(place), PACKAGE]
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603  pip and a fixed name
    return next(place.glob("linode_api4-*.whl"))


def read(wheel: File) -> Source:
    """Give the properties of every class that has a path: those that a GET answers, and those that a PUT takes."""
    with zipfile.ZipFile(wheel) as archive:
        names = [
            each for each in archive.namelist() if each.startswith("linode_api4/objects/") and each.endswith(".py")
        ]
        trees = [ast.parse(archive.read(name)) for name in names]
    classes = {each.name: each for tree in trees for each in ast.walk(tree) if isinstance(each, ast.ClassDef)}
    operations: dict[str, Asked] = {}
    where: dict[str, str] = {}
    for name, each in classes.items():
        endpoint, properties = _value(each, "api_endpoint"), _value(each, "properties")
        if not isinstance(endpoint, ast.Constant) or not isinstance(properties, ast.Dict):
            continue
        path = re.sub(r"\{\w+\}", "{}", str(endpoint.value)).rstrip("/")
        path = path if path.startswith("/") else f"/{path}"
        above = re.findall(r"\{(\w+)\}", str(endpoint.value))[:-1]  # ids of parents, which no body has
        known = [(key, mutable) for key, mutable in _properties(properties, classes) if key[0] not in above]
        operations[f"GET {path}"] = Asked(answer={key: False for key, _ in known})
        operations[f"PUT {path}"] = Asked(request={key: False for key, mutable in known if mutable})
        where[f"GET {path}"] = where[f"PUT {path}"] = name
    version = wheel.name.split("-")[1]
    return Source(
        PACKAGE,
        version,
        {route: each for route, each in operations.items() if each != Asked()},
        where,
        exact_requests=True,
    )


def _value(owner: ast.ClassDef, name: str) -> ast.expr | None:
    """Give what a class assigns to a name."""
    for each in owner.body:
        if isinstance(each, ast.Assign) and any(isinstance(one, ast.Name) and one.id == name for one in each.targets):
            return each.value
    return None


def _properties(given: ast.Dict, classes: dict[str, ast.ClassDef]) -> Iterator[tuple[Path, bool]]:
    """Give path and mutability of each property; objects of other classes are relations and no keys."""
    for key, value in zip(given.keys, given.values, strict=True):
        if not isinstance(key, ast.Constant) or not isinstance(value, ast.Call):
            continue
        marks = {each.arg: each.value for each in value.keywords}
        if "derived_class" in marks:
            continue
        mutable = isinstance(marks.get("mutable"), ast.Constant) and bool(ast.literal_eval(marks["mutable"]))
        alias = marks.get("alias_of")
        name = str(alias.value) if isinstance(alias, ast.Constant) else str(key.value)
        yield (name,), mutable
        inner = marks.get("json_object")
        if isinstance(inner, ast.Name):
            for path in _fields(inner.id, classes, (name,)):
                yield path, False


def _fields(name: str, classes: dict[str, ast.ClassDef], path: Path) -> Iterator[Path]:
    """Give the fields of a data class, and of those inside it."""
    owner = classes.get(name)
    if owner is None or name == "JSONObject" or len(path) > _DEEPEST:
        return
    for base in owner.bases:
        if isinstance(base, ast.Name):
            yield from _fields(base.id, classes, path)
    for each in owner.body:
        if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name) and each.target.id != "put_class":
            below = (*path, _key(each.target.id, each.value))
            yield below
            for inner in re.findall(r"\w+", ast.unparse(each.annotation)):
                yield from _fields(inner, classes, below) if inner in classes else ()


def _key(name: str, default: ast.expr | None) -> str:
    """Give the raw key of a data class's field: its name, unless its metadata says otherwise."""
    for each in ast.walk(default) if default is not None else ():
        if isinstance(each, ast.Dict):
            marks = dict(zip((ast.unparse(key) for key in each.keys if key is not None), each.values, strict=False))
            given = marks.get("'json_key'")
            if isinstance(given, ast.Constant):
                return str(given.value)
    return name
