"""The tour of `linode-orm demo`, as a newcomer sees it and step by step."""

from __future__ import annotations

import ast
import io
import os
import re
import resource
import subprocess
import sys
from functools import partialmethod
from pathlib import Path

import pytest
from rich.console import Console

from linode_orm import Session
from linode_orm.cli import demo, tour
from linode_orm.simulator import Simulator

COMMAND = [sys.executable, "-c", "from linode_orm.cli import main; main()", "demo"]
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
SECONDS = re.compile(r"in \d+\.\d+ s")


def shown(**environment):
    """Run the demo in a process of its own, with nothing in its environment but what is given."""
    bare = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "PYTHONPATH") if name in os.environ}
    ended = subprocess.run(
        COMMAND, env=bare | environment, check=False, capture_output=True, text=True, encoding="utf-8"
    )
    assert ended.returncode == 0, ended.stderr
    assert not ended.stderr
    return ended.stdout


@pytest.fixture(scope="module")
def plain():
    """Give the demo's output through a pipe."""
    return shown(COLUMNS="80")


@pytest.fixture
def drawn(monkeypatch):
    """Draw the demo in this process on a console of any width; one worker sends its requests in the same order each time."""
    monkeypatch.setattr(Simulator, "client", partialmethod(Simulator.client, workers=1))

    def draw(**options):
        file = io.StringIO()
        demo.run(Console(file=file, highlight=False, **options))
        return file.getvalue()

    return draw


@pytest.mark.slow
def test_newcomers_run():
    """It ends with 0 within five seconds of processor time, without token, home or terminal."""
    began = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    shown()
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - began < 5


def test_no_codes_in_a_pipe(plain):
    """A pipe gets text and no colour."""
    assert "\x1b" not in plain


def test_no_color(drawn):
    """NO_COLOR takes the colours away on a terminal, too."""
    text = drawn(force_terminal=True, width=100, no_color=True)
    assert not re.search(r"\x1b\[(?:[0-9;]*;)?(?:3|4|9)[0-7]", text)


def test_colour_says_nothing_new(drawn):
    """With its codes taken out, a terminal's text is a pipe's."""
    bright = drawn(force_terminal=True, color_system="standard", width=100)
    assert COLOUR.search(bright)
    assert SECONDS.sub("", COLOUR.sub("", bright)) == SECONDS.sub("", drawn(width=100))


def test_eighty_columns(plain):
    """No line is wider than a terminal of 80 columns, and no line of code is broken."""
    assert max(map(len, plain.splitlines())) <= 80
    code = [line for chapter in tour.CHAPTERS for step in demo.sources(chapter) for line in step.splitlines()]
    assert [line for line in code if line.rstrip() not in plain] == []


@pytest.mark.parametrize("width", [30, 200])
def test_any_width(drawn, width):
    """Narrow and wide terminals show every chapter."""
    text = " ".join(drawn(width=width).split())
    assert all((chapter.__doc__ or "").split(",")[0].rstrip(".")[:20] in text for chapter in tour.CHAPTERS)


@pytest.mark.slow
def test_poor_encoding():
    """An output that knows ASCII alone can show everything."""
    assert shown(PYTHONIOENCODING="ascii", COLUMNS="80").isascii()


def test_what_it_shows(plain):
    """The plan is a diff, requests are counted, failures are named and survived."""
    for text in (
        '|   label: "db-1" -> "renamed"',
        '|   tags: +"large" -"prod"',
        "| POST /domains/{new:1}/records  new DomainRecord 'www'",
        "= 3 requests: GET /linode/instances, 2 x PUT /linode/instances/...",
        "= 2 requests: GET /volumes, GET /linode/instances",
        "did you mean 'label'?",
        "looked for and found",
        "400 An error occurred",
        "| renamed  offline",
    ):
        assert text in plain, text


def test_one_minute_script():
    """The contract's script sends one list, one more, and one PUT an instance with its tags and nothing else."""
    with Simulator() as sim:
        sim.seed(instances=30)
        with Session(client=sim.client()) as session:
            rows, plan, report = tour.one_minute(session, sim)
        assert len(rows) == len(plan) == len(report.applied) == 2
        assert [each.method for each in sim.requests] == ["GET", "GET", "PUT", "PUT"]
        assert all(list(each.body) == ["tags"] and each.body["tags"][-1] == "edge" for each in sim.requests.writes)


def test_chapters_can_be_cut():
    """Steps end at plain yields of the chapter itself, after which nothing follows."""
    for chapter in ast.parse(Path(tour.__file__).read_text(encoding="utf-8")).body:
        if isinstance(chapter, ast.FunctionDef):
            every = [node for node in ast.walk(chapter) if isinstance(node, ast.Yield)]
            plain = [node.value for node in chapter.body if isinstance(node, ast.Expr)]
            assert [node for node in every if node not in plain] == []
            assert isinstance(chapter.body[-1].value, ast.Yield)


def test_the_whole_source_is_shown():
    """The steps of a chapter, put together, are its code."""
    for chapter in tour.CHAPTERS:
        steps = "\n".join(demo.sources(chapter))
        assert "yield" not in steps
        ast.parse(steps)


@pytest.mark.parametrize(
    ("line", "spans"),
    [
        ("PUT /volumes/1  Volume 1 'data'", [("PUT /volumes/1  Volume 1 'data'", "bold yellow")]),
        ('  label: "a" -> "b"', [('"a"', "red"), ('"b"', "green")]),
        ('  tags: +"x" -"y"', [('+"x"', "green"), (' -"y"', "red")]),
        ('  tags: -"y"', [('-"y"', "red")]),
        ("  ports: -null", [("-null", "red")]),
        ("  size: 20", [("20", "green")]),
    ],
)
def test_colours_of_a_plan(line, spans):
    """What goes is red, what comes is green, a request has its method's colour."""
    text = demo.coloured(line)
    found = [(text.plain[span.start : span.end], str(span.style)) for span in text.spans]
    assert text.plain == line
    assert (found or [(text.plain, str(text.style))]) == spans


def test_requests_in_a_line():
    """Requests that differ only in their ids count together."""
    lines = ["PUT /volumes/1", "PUT /volumes/2", "GET /domains/3/records"]
    assert demo.requests_of(lines).plain == "  = 3 requests: 2 x PUT /volumes/..., GET /domains/.../records"
    assert demo.requests_of([]).plain == "  = 0 requests"
