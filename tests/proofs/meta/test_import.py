"""Measures what `import linode_orm` costs, in a fresh process."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

MODULES = 25
ATTRS_CLASSES = 12
UNWANTED = {
    "linode_orm._generate",
    "linode_orm.cli",
    "linode_orm.simulator",
    "linode_orm.testing",
    "click",
    "rich",
    "sqlite3",
}

LOOK = """
import sys, json
import linode_orm
ours = sorted(name for name in sys.modules if name.split(".")[0] == "linode_orm")
classes = {
    value
    for name in ours
    for value in vars(sys.modules[name]).values()
    if isinstance(value, type) and value.__module__.startswith("linode_orm") and "__attrs_attrs__" in vars(value)
}
print(json.dumps({
    "ours": ours,
    "all": sorted(sys.modules),
    "attrs": sorted(f"{each.__module__}.{each.__qualname__}" for each in classes),
}))
"""


@pytest.fixture(scope="module")
def imported():
    """Import the package in a fresh process and list what came with it."""
    return json.loads(subprocess.run([sys.executable, "-c", LOOK], check=True, capture_output=True, text=True).stdout)


def test_few_modules(imported):
    """The door loads at most 25 of our modules."""
    assert len(imported["ours"]) <= MODULES, imported["ours"]


def test_nothing_unwanted(imported):
    """Neither the simulator, nor the command line, nor what only they need is loaded."""
    assert not UNWANTED & set(imported["all"])


def test_no_model(imported):
    """Declarations are loaded when they are named."""
    assert not [name for name in imported["ours"] if name.startswith("linode_orm.models.")]


def test_few_attrs_classes(imported):
    """At most 12 attrs classes are built, for each costs most of a millisecond."""
    assert len(imported["attrs"]) <= ATTRS_CLASSES, imported["attrs"]


def test_names_of_the_door():
    """Every public name of the door can be imported from it."""
    look = "import linode_orm\nprint([n for n in linode_orm.__all__ if getattr(linode_orm, n, None) is None])"
    found = subprocess.run([sys.executable, "-c", look], check=True, capture_output=True, text=True).stdout
    assert found.strip() == "[]"


def test_command_line_without_its_extra():
    """Without click and rich, `linode-orm` says what to install and exits with 2."""
    look = "import sys; sys.modules['rich'] = sys.modules['click'] = None\n"
    look += "import importlib.util as u; found = u.find_spec\n"
    look += "u.find_spec = lambda name, *rest: None if name in ('rich', 'click') else found(name, *rest)\n"
    look += "from linode_orm.cli import main; main()"
    ended = subprocess.run([sys.executable, "-c", look], check=False, capture_output=True, text=True)
    assert ended.returncode == 2
    assert "pip install 'linode_orm[cli]'" in ended.stderr
    assert not ended.stdout


def test_what_a_script_does_not_use():
    """Who names a session and a class gets neither codecs, conditions, commits nor requests before they are used."""
    look = "import sys, json\nfrom linode_orm import Instance, Session\nprint(json.dumps(sorted(sys.modules)))"
    loaded = json.loads(subprocess.run([sys.executable, "-c", look], check=True, capture_output=True, text=True).stdout)
    ours = [name for name in loaded if name.split(".")[0] == "linode_orm"]
    unused = {
        f"linode_orm.{name}"
        for name in (
            "mapping.codecs",
            "mapping.operators",
            "mapping.query",
            "output",
            "session.parts",
            "wire",
            "simulator",
        )
    }
    assert unused & set(loaded) == set()
    assert len(ours) <= 52, ours
    assert not {"requests", "urllib3", "cachetools", "orjson", "nanoarrow", "sqlite3", "rich"} & set(loaded)


def test_a_plan_imports_nothing_that_sends():
    """A session that only plans loads no part that runs a plan; its commit loads them."""
    look = """
import sys
from linode_orm import Instance, Session
from linode_orm.simulator import Simulator
with Simulator() as sim:
    sim.seed(instances=1)
    with Session(client=sim.client()) as session:
        session.query(Instance).one().label = "other"
        for call in (session.plan, session.commit):
            print(len(call()), "linode_orm.session.commit.executor" in sys.modules, "linode_orm.session.outcome" in sys.modules)
"""
    ended = subprocess.run([sys.executable, "-c", look], check=True, capture_output=True, text=True)
    assert ended.stdout.splitlines() == ["1 False False", "1 True True"]
