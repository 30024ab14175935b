"""The command line `linode-orm`: the only place of the package that prints."""

from __future__ import annotations

import sys
from importlib.util import find_spec

__all__ = ["main"]


def main() -> None:
    """Run the command line; say what to install and exit with 2 where the `cli` extra is missing."""
    missing = [name for name in ("click", "rich") if find_spec(name) is None]
    if missing:
        needed = " and ".join(missing)
        print(f"linode-orm needs {needed}: install them with  pip install 'linode_orm[cli]'", file=sys.stderr)
        sys.exit(2)
    from linode_orm.cli.app import app  # noqa: PLC0415  only now is it known that its libraries are there

    app(prog_name="linode-orm")
