"""Runs the commands of the page of the command line in a shell; they must print what the page says."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

from linode_orm.cli.app import app
from linode_orm.simulator import Simulator, serve
from tests.places import ROOT
from tests.proofs.docs.blocks import blocks, pattern

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform == "win32", reason="a POSIX shell")]

PAGE = ROOT / "docs" / "command-line.md"


@pytest.fixture
def shell(tmp_path):
    """Serve the account of the page, and give what runs a line in a shell that finds the program."""
    program = tmp_path / "bin" / "linode-orm"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m linode_orm "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    with Simulator() as simulator:
        simulator.populate(30)
        with serve(simulator, port=0) as server:
            paths = [str(ROOT), os.environ.get("PYTHONPATH", "")]
            environment = {
                **os.environ,
                "PATH": os.pathsep.join([str(program.parent), os.environ["PATH"]]),
                "PYTHONPATH": os.pathsep.join(filter(None, paths)),
                "LINODE_API_URL": server.url,
                "LINODE_TOKEN": "any",
            }

            def run(line):
                ended = subprocess.run(
                    ["sh", "-c", line],
                    cwd=tmp_path,
                    env=environment,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    text=True,
                    check=False,
                )
                return ended.stdout

            yield run


def test_commands_print_what_the_page_says(shell):
    """Each line that begins with `$` prints what stands below it; three dots are anything, seven digits any id."""
    for block in blocks(PAGE, "console"):
        for command in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
            line, _, expected = command.partition("\n")
            printed = shell(line)
            assert re.fullmatch(pattern(expected), printed, re.DOTALL), f"line {block.line}: {line}\n{printed}"


def test_every_command_has_a_row():
    """The table of the page names each command."""
    text = PAGE.read_text(encoding="utf-8")
    table = text[text.index("| command | does |") : text.index("`linode-orm COMMAND --help`")]
    named = set(re.findall(r"`([a-z]+)", "".join(row.split("|")[1] for row in table.splitlines()[2:] if row)))
    assert named == set(app.list_commands(None))
