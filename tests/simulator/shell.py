"""Runs commands of linode-cli in this one process, one after the other: lines of JSON come in and go out."""

from __future__ import annotations

import io
import json
import sys
from typing import TextIO


def run(arguments: list[str], out: io.StringIO, err: io.StringIO) -> dict[str, object]:
    """Run one command as a shell would; give its exit code and what it printed."""
    import linodecli  # after the streams are ours: it keeps those that it finds

    sys.argv[:] = ["linode-cli", *arguments]
    linodecli.cli.pagination = True
    code: object = 0
    try:
        linodecli.main()
    except SystemExit as end:
        code = end.code or 0
    except Exception as error:  # noqa: BLE001  whatever it raises is a finding
        code = f"{type(error).__name__}: {error}"
    said = {"code": code, "out": out.getvalue(), "err": err.getvalue()}
    for stream in (out, err):
        stream.seek(0)
        stream.truncate()
    return said


def main(answers: TextIO) -> None:
    """Serve commands until there are no more."""
    sys.stdout, sys.stderr = out, err = io.StringIO(), io.StringIO()
    sys.argv[:] = ["linode-cli"]
    for line in sys.stdin:
        print(json.dumps(run(json.loads(line), out, err)), file=answers, flush=True)


if __name__ == "__main__":
    main(sys.stdout)
