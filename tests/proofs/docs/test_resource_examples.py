"""Runs the example of each resource page on a simulated account; what it sends and prints must be as its comments say."""

from __future__ import annotations

import ast
import io
import re
import tomllib
from contextlib import redirect_stdout

import pytest

from linode_orm._generate.site import build
from linode_orm._generate.site.markdown import slug
from linode_orm._generate.site.scripts import FOLDER
from linode_orm.mapping.registry import lookup
from linode_orm.models import INDEX
from linode_orm.simulator import Simulator
from linode_orm.wire import client as wire_client
from tests.places import ROOT
from tests.proofs.docs.blocks import pattern
from tests.proofs.docs.test_examples import promise

DESCRIBED = sorted(set(tomllib.loads((ROOT / "docs" / "meanings.toml").read_text(encoding="utf-8"))) - {"_common"})
SHORTEST, LONGEST, WIDEST = 3, 12, 92
PRINTED = re.compile(r"^ *print\(.*\)  # (?P<text>.+)$")


def invoice(sim):
    """Make the newest invoice with two lines."""
    newest = sim.make.invoice()
    for name in ("web-1", "web-2"):
        sim.make.invoice_item(invoice=newest, label=f"Linode 2GB - {name} (1234)", amount=12.5, total=13.75)


def traffic(sim):
    """Let most of the transfer pool be used."""
    sim.change("/account/transfer", quota=9000, used=8000)


SCENES = {"InvoiceItem": invoice, "AccountTransfer": traffic}
"""What an account needs beside the usual sample account."""


def file(resource):
    """Give the file of a resource's example."""
    return FOLDER / f"{slug(resource)}.py"


@pytest.fixture
def sim(monkeypatch, tmp_path):
    """Let `Session()` find a simulated account in the place of the network, and time pass there."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LINODE_TOKEN", "a-token")
    monkeypatch.delenv("LINODE_API_URL", raising=False)
    with Simulator() as simulator:
        simulator.populate(30)
        monkeypatch.setattr(wire_client, "SystemClock", lambda: simulator.clock)
        monkeypatch.setattr(wire_client, "_over_http", lambda *_: simulator.transport)
        yield simulator


@pytest.mark.parametrize("resource", DESCRIBED)
def test_an_example_does_what_it_says(resource, sim):
    """The script runs without a refusal, asks for its own resource, and sends and prints what its comments say."""
    SCENES.get(resource, lambda _: None)(sim)
    source = file(resource).read_text(encoding="utf-8")
    with redirect_stdout(io.StringIO()) as output:
        run(source, sim)
    assert [f"{each} {each.body}" for each in sim.requests if (each.status or 600) >= 400] == []
    assert any(asks_for(resource, each) for each in sim.requests.lines), sim.requests.lines
    lines = output.getvalue().splitlines()
    shown = [PRINTED.match(line) for line in source.splitlines() if "print(" in line]
    assert all(shown), "each call of print says what it prints"
    at = 0
    for found in shown:
        matching = [n for n, line in enumerate(lines[at:], at) if re.fullmatch(pattern(found["text"]), line)]
        assert matching, f"{found['text']!r} is not printed: {lines[at:]}"
        at = matching[0] + 1


def run(source, sim):
    """Run a script; its block `with Session()` statement by statement, to count what each of them sends."""
    namespace, lines = {}, source.splitlines()
    *head, block = ast.parse(source).body
    assert isinstance(block, ast.With)
    exec(compile(ast.Module(head, []), "example", "exec"), namespace)
    (item,) = block.items
    with eval(compile(ast.Expression(item.context_expr), "example", "eval"), namespace) as session:
        namespace[item.optional_vars.id] = session
        for statement in block.body:
            before = len(sim.requests)
            exec(compile(ast.Module([statement], []), "example", "exec"), namespace)
            promised = promise(statement, lines)
            assert promised in {None, len(sim.requests) - before}, sim.requests.lines[before:]


def asks_for(resource, line):
    """Say whether a request is to the path of a resource, or below it."""
    path = re.sub(r"\\\{\w+\\\}", r"[^/]+", re.escape(lookup(resource).__mapper__.path))
    return re.match(rf"\w+ {path}(/|\?| |$)", line) is not None


def test_every_described_resource_has_an_example():
    """Each resource whose fields are described has a script, and no script belongs to nothing."""
    assert {each.name for each in FOLDER.iterdir() if each.suffix == ".py"} == {file(each).name for each in DESCRIBED}


@pytest.mark.parametrize("resource", DESCRIBED)
def test_an_example_is_short(resource):
    """A script has 3 to 12 lines that are not blank, none of them wider than 92, and its page shows it whole."""
    text = file(resource).read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line]
    assert SHORTEST <= len(lines) <= LONGEST
    assert max(map(len, lines)) <= WIDEST
    assert f"## Example\n\n```python\n{text}```\n" in build.resources()[f"resources/{slug(resource)}.md"]


def test_other_resources_show_how_they_are_imported():
    """A resource without a script shows its import."""
    pages = build.resources()
    for name in set(INDEX) - set(DESCRIBED):
        assert f"```python\nfrom linode_orm import {name}\n```" in pages[f"resources/{slug(name)}.md"]
