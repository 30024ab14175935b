"""Runs every example of README and docs against the simulator, over HTTP; what they print and send must be as they say."""

from __future__ import annotations

import ast
import io
import itertools
import re
import shlex
import shutil
import sys
import tomllib
from contextlib import redirect_stdout
from pathlib import Path
from types import ModuleType

import pytest

from linode_orm.mapping import registry
from linode_orm.simulator import Simulator, serve
from tests.places import ROOT
from tests.proofs.docs.blocks import blocks, pattern

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
PROMISE = re.compile(r"#.*?\b(?P<count>\d+) requests?\b")


@pytest.fixture
def account(monkeypatch, tmp_path):
    """Serve a simulated account with a fleet, and let `Session()` find it; classes and files of a page go with it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(registry, "_classes", dict(registry._classes))
    with Simulator() as simulator:
        simulator.populate(30)
        with serve(simulator) as server:
            monkeypatch.setenv("LINODE_API_URL", server.url)
            monkeypatch.setenv("LINODE_TOKEN", "a-token-of-the-simulator")
            yield simulator


def names(pages):
    """Name pages as a reader would."""
    return [str(page.relative_to(ROOT)) for page in pages]


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES, ids=names(PAGES))
def test_python_blocks(page, account, monkeypatch):
    """The Python blocks of a page run in order, send what their comments promise and print what stands below them."""
    script = ModuleType("__main__")  # where a worker of this process finds the functions of a script by their names
    monkeypatch.setitem(sys.modules, "__main__", script)
    namespace = vars(script)
    printed = ""
    for block in blocks(page, "python", "output"):
        if block.language == "output":
            assert re.fullmatch(pattern(block.text), printed, re.DOTALL), f"{page.name}:{block.line}: {printed}"
            continue
        if block.file:  # tests/proofs/docs/test_projects.py runs the files of a page
            continue
        with redirect_stdout(io.StringIO()) as output:
            run_block(block, account, namespace)
        printed = output.getvalue()


def run_block(block, account, namespace):
    """Run the statements of a block, and count what each of them sends."""
    # lines keep their numbers, so that a traceback names the place in the page
    source = "\n" * (block.line - 1) + block.text
    lines = source.splitlines()
    for statement in ast.parse(source, str(block.page)).body:
        before = len(account.requests)
        run(statement, block.page, namespace)
        promised = promise(statement, lines)
        if promised is not None:
            sent = account.requests[before:]
            assert len(sent) == promised, f"{block.page.name}:{statement.lineno} sent {sent}"


def promise(statement, lines):
    """Give the number of requests that a statement's comments add up to, None where they promise none."""
    found = [PROMISE.search(line) for line in lines[statement.lineno - 1 : statement.end_lineno]]
    numbers = [int(each["count"]) for each in found if each]
    return sum(numbers) if numbers else None


def run(statement, page, namespace):
    """Run one statement of a page, compiled as in a file that begins with the usual future import."""
    exec(compile(ast.Module([statement], []), str(page), "exec", flags=annotations.compiler_flag), namespace)


SHELL = [block for page in PAGES for block in blocks(page, "sh")]


@pytest.mark.parametrize("block", SHELL, ids=[f"{block.page.name}:{block.line}" for block in SHELL])
def test_shell_blocks(block):
    """Every command of a shell block exists: in the repo, on the machine, or as a script of the package or its tools."""
    for line in block.text.splitlines():
        for command in re.split(r"&&|\|", line):
            first, *arguments = shlex.split(command, comments=True) or [""]
            arguments = arguments[2:] if first == "env" else arguments
            while first in {"export", "env"} or "=" in first:
                first, *arguments = arguments or [""]
            check(first, arguments)


def check(command, arguments):
    """Find one command, and the subcommand where it is one of ours."""
    name = Path(command).name
    if name == "nox":
        sessions = [argument for before, argument in itertools.pairwise(arguments) if before == "-s"]
        text = (ROOT / "noxfile.py").read_text(encoding="utf-8")
        assert all(f"\ndef {session}(" in text for session in sessions)
    elif name == "linode-orm":
        from linode_orm.cli.app import app

        assert app.get_command(None, arguments[0]) or arguments[0].startswith("-")
    elif command.startswith(".venv/bin/"):
        scripts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["scripts"]
        assert name in scripts or shutil.which(name, path=str(Path(sys.executable).parent))
    elif command:
        assert shutil.which(command) or (ROOT / command).is_file()


def test_every_page_is_linked():
    """The first page of the site names every page of docs."""
    contents = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    pages = [page.name for page in PAGES[1:] if page.name != "index.md"]
    assert [name for name in pages if f"]({name})" not in contents] == []


def test_links_lead_somewhere():
    """Links between pages point at files that exist."""
    for page in PAGES:
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"
