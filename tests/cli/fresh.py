"""Runs code as a user does: in a new interpreter, in an empty folder, with nothing imported before it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import linode_orm

COMMAND = "from linode_orm.cli import main; main()"
_PARENT = str(Path(linode_orm.__file__).parents[1])


def python(folder: Path, code: str, *arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run Python code in a folder; give what it said and how it ended."""
    paths = os.pathsep.join(filter(None, [_PARENT, os.environ.get("PYTHONPATH")]))
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": paths, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
