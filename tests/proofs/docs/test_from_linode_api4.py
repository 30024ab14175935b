"""Holds the page for users of linode_api4 against both libraries: every call is translated, and every name exists."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re

import pytest

import linode_orm
from linode_orm.simulator import Simulator, serve
from tests.places import ROOT
from tests.proofs.docs.blocks import FENCE

PAGE = ROOT / "docs" / "from-linode-api4.md"
TEXT = PAGE.read_text(encoding="utf-8")
THEIRS = re.findall(r"^\| (`.*?) \|", TEXT, re.MULTILINE)
OURS = re.findall(r"^\| `.*? \| (.*) \|$", TEXT, re.MULTILINE)


def groups(api4):
    """Give the names of the groups of a client, with the public methods of each."""
    client = api4.LinodeClient("token")
    for name, group in vars(client).items():
        if type(group).__module__.startswith("linode_api4.groups"):
            yield name, [each for each in vars(type(group)) if not each.startswith("_")]


def known(name):
    """Give a public class by its name; None where there is none."""
    if not name[0].isupper():
        return None
    return getattr(linode_orm, name, None) or getattr(importlib.import_module("linode_orm.models"), name, None)


def test_every_call_is_translated():
    """The page has a row for every method of every group, and for the calls that stand on the client itself."""
    api4 = pytest.importorskip("linode_api4", reason="an extra of the benchmarks")
    rows = " ".join(THEIRS)
    wanted = [f"client.{name}.{method}(" for name, methods in groups(api4) for method in methods]
    wanted += [f"client.{each}(" for each in vars(api4.LinodeClient) if not each.startswith("_")]
    assert [each for each in wanted if each not in rows] == []
    assert len(list(pkgutil.iter_modules(importlib.import_module("linode_api4.groups").__path__))) > 20


def test_every_name_exists():
    """What the page says to write instead is there: classes, their attributes, and the arguments of their constructors."""
    missing = []
    for text in re.findall(r"`([^`]+)`", " ".join(OURS)):
        for node in ast.walk(ast.parse(text.replace(", ...)", ")"))):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and known(node.value.id):
                missing += [] if hasattr(known(node.value.id), node.attr) else [text]
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                model = known(node.func.id)
                taken = inspect.signature(model).parameters if model is not None else {}
                missing += [f"{text}: {each.arg}" for each in node.keywords if model and each.arg not in taken]
            elif isinstance(node, ast.Name) and node.id[0].isupper() and not node.id.isupper():
                missing += [] if known(node.id) is not None or node.id == "Path" else [text]
    assert missing == []


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_their_scripts_run(monkeypatch):
    """The scripts for linode_api4 run against the simulator, as they stand on the page."""
    api4 = pytest.importorskip("linode_api4", reason="an extra of the benchmarks")
    blocks = [found["text"] for found in FENCE.finditer(TEXT) if found["language"] == "py"]
    assert len(blocks) == 4
    with Simulator() as sim:
        sim.populate(30)
        with serve(sim) as server:
            whole = api4.LinodeClient.__init__
            monkeypatch.setattr(
                api4.LinodeClient, "__init__", lambda self, token: whole(self, token, base_url=f"{server.url}/v4")
            )
            namespace: dict[str, object] = {}
            for block in blocks:
                exec(compile(block, str(PAGE), "exec"), namespace)
    assert any(each.method == "DELETE" for each in sim.requests)
