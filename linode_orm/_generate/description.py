"""Reads the API description that the published linode-cli carries, without running any of its code."""

from __future__ import annotations

import importlib.util
import pickle
import re
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

DATA = "linodecli/data-3"
_ALLOWED = re.compile(r"linodecli\.baked\.\w+|openapi3\.openapi")
_SEGMENT = re.compile(r"(?<!\\)\.")


@dataclass(frozen=True)
class Key:
    """One key of a body or of an answer; `path` leads to it, `depth` counts the lists right above it."""

    path: tuple[str, ...]
    type: str
    items: str = ""
    format: str = ""
    required: bool = False
    nullable: bool = False
    read_only: bool = False
    filterable: bool = False
    is_list: bool = False
    depth: int = 0


@dataclass(frozen=True)
class Operation:
    """One request that the API knows; `path` is without the version, `page` the address of its documentation."""

    name: str
    method: str
    path: str
    version: str
    summary: str
    params: tuple[tuple[str, str], ...]
    page: str = ""
    rows: tuple[str, ...] = ()
    request: tuple[Key, ...] = ()
    answer: tuple[Key, ...] = ()

    @property
    def route(self) -> str:
        """Method and path, which name an operation."""
        return f"{self.method} {self.path}"


@dataclass(frozen=True)
class Description:
    """All operations, by route."""

    version: str
    operations: dict[str, Operation] = field(default_factory=dict)


class _StandIn:
    """Takes the place of every class in the pickle: a bag of attributes."""

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)


class _Restricted(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> type:
        if not _ALLOWED.fullmatch(module):
            msg = f"the description names {module}.{name}, which no description needs; it is not read"
            raise pickle.UnpicklingError(msg)
        return type(name, (_StandIn,), {})


def read(file: BinaryIO) -> Description:
    """Make plain values of the pickle; every class in it becomes a stand-in, any other makes it an error."""
    commands = _Restricted(file).load()
    found = {}
    for command, actions in commands.items():
        if command.startswith("_"):
            continue
        for action, raw in actions.items():
            operation = _operation(f"{command}/{action}", raw)
            found[operation.route] = operation
    return Description(commands["_spec_version"], found)


def locate(version: str = "", wheel: Path | None = None) -> BinaryIO:
    """Open the description: of a wheel, of an installed linode-cli of that version, or of one fetched by pip."""
    if wheel is not None:
        return BytesIO(zipfile.ZipFile(wheel).read(DATA))
    spec = importlib.util.find_spec("linodecli")
    if spec is not None and spec.origin is not None and _installed() == version:
        return (Path(spec.origin).parent / Path(DATA).name).open("rb")
    with tempfile.TemporaryDirectory() as folder:
        wanted = f"linode-cli=={version}" if version else "linode-cli"
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", folder, wanted]
        subprocess.run(command, check=True)  # noqa: S603  pip and a version from our own file
        return locate(wheel=next(Path(folder).glob("*.whl")))


def _installed() -> str:
    from importlib import metadata  # noqa: PLC0415  only where linode-cli is installed

    return metadata.version("linode-cli")


def _operation(name: str, raw: Any) -> Operation:  # noqa: ANN401  a stand-in
    answer = raw.response_model
    request = raw.request if raw.method in {"post", "put"} else None
    return Operation(
        name=name,
        method=raw.method.upper(),
        path=raw.url_path.removeprefix("/{apiVersion}"),
        version=raw.default_api_version,
        summary=raw.summary,
        params=tuple((each.name, each.type) for each in raw.params),
        page=getattr(raw, "docs_url", None) or "",
        rows=tuple((answer and answer.rows) or ()),
        request=tuple(_asked(each) for each in (request.attrs if request else ())),
        answer=tuple(_answered(each) for each in (answer.attrs if answer else ())),
    )


def _path(text: str) -> tuple[str, ...]:
    return tuple(part.replace("\\.", ".") for part in _SEGMENT.split(text))


def _asked(raw: Any) -> Key:  # noqa: ANN401  a stand-in
    return Key(
        path=_path(raw.path),
        type="array" if raw.is_parent else raw.datatype,
        items="object" if raw.is_parent else raw.item_type or "",
        format="" if raw.format == "json" else raw.format or "",
        required=bool(raw.required),
        nullable=bool(raw.nullable),
        read_only=bool(raw.read_only),
        is_list=bool(raw.is_parent),
    )


def _answered(raw: Any) -> Key:  # noqa: ANN401  a stand-in
    return Key(
        path=_path(raw.name),
        type=raw.datatype,
        items=raw.item_type or "",
        read_only=bool(raw.read_only),
        filterable=bool(raw.filterable),
        depth=raw.nested_list_depth,
    )
