"""Runs code as a user does: in a new interpreter, in an empty folder, with nothing imported before it."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import linode_orm

if TYPE_CHECKING:
    from collections.abc import Iterator

COMMAND = "from linode_orm.cli import main; main()"
_PARENT = str(Path(linode_orm.__file__).parents[1])
_INSTALLED = os.environ.get("LINODE_ORM_INSTALLED")
"""The interpreter of an environment in which a wheel is installed; otherwise this one runs what lies here."""


def interpreter() -> str:
    """Give the interpreter that runs what is tested."""
    return _INSTALLED or sys.executable


def _command(code: str, arguments: tuple[object, ...]) -> list[str]:
    return [interpreter(), "-c", code, *map(str, arguments)]


def environment_of(given: dict[str, str]) -> dict[str, str]:
    """Give the environment in which what is tested is found, with some variables more."""
    if _INSTALLED:
        return {name: value for name, value in os.environ.items() if name != "PYTHONPATH"} | given
    paths = os.pathsep.join(filter(None, [_PARENT, os.environ.get("PYTHONPATH")]))
    return {**os.environ, "PYTHONPATH": paths, **given}


def python(folder: Path, code: str, *arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run Python code in a folder; give what it said and how it ended."""
    return subprocess.run(
        _command(code, arguments),
        cwd=folder,
        env=environment_of(environment),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@contextmanager
def started(folder: Path, code: str, *arguments: object, **streams: object) -> Iterator[subprocess.Popen[str]]:
    """Start Python code in a folder, and end it where it runs on."""
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, **streams}
    with subprocess.Popen(_command(code, arguments), cwd=folder, env=environment_of({}), **streams) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()
