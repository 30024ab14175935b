"""The command line `linode-orm`: the only place of the package that prints."""

from __future__ import annotations

import gc
import sys

from linode_orm.cli import late_imports

__all__ = ["main"]

_LIBRARIES = {"click", "rich"}
_ALLOCATIONS = 200_000
"""Objects between two looks for garbage: a command lives shortly, and each look at what it imported is in vain.

What it imports and one page of 500 rows are fewer; a command that runs for long is looked through all the same."""


def main() -> None:
    """Run the command line; say what to install and exit with 2 where the `cli` extra is missing."""
    gc.set_threshold(_ALLOCATIONS)
    late_imports.install()
    try:
        from linode_orm.cli.app import app  # noqa: PLC0415  its libraries may be missing

        app()
    except ImportError as error:
        if (error.name or "").partition(".")[0] not in _LIBRARIES:
            raise
        print("linode-orm needs click and rich: install them with  pip install 'linode_orm[cli]'", file=sys.stderr)
        sys.exit(2)
    finally:
        gc.freeze()  # the interpreter looks once more at its end, when everything goes anyway
