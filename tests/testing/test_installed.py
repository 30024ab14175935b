"""The plugin of an installed wheel: a fresh project in a virtual environment of its own, whose pytest finds it."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import textwrap

import pytest

from tests.places import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform == "win32", reason="paths of a virtual environment")]

PROJECT = """
import pytest
from linode_orm import Instance, LinodeORMError, Session


def test_fixtures(linode_simulator, linode_client, linode_session):
    linode_simulator.make.instance(label="web")
    assert linode_session.query(Instance).one().label == "web"

def test_reaches_the_api():
    Session("token").query(Instance).all()

def test_swallows_the_error():
    with pytest.raises(LinodeORMError):
        Session("token").query(Instance).all()

def test_no_cassette(linode_cassette):
    pass

@pytest.mark.linode(fault=("GET", "/linode/instances", 1, 502), max_requests=2)
def test_marks(linode_session):
    assert linode_session.query(Instance).all() == []
"""


@pytest.fixture(scope="module")
def python(tmp_path_factory):
    """Build the wheel, and install it into an environment that sees the libraries of this one, and not this checkout."""
    pytest.importorskip("build", reason="a development tool")
    folder = tmp_path_factory.mktemp("installed")
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    built = run([sys.executable, "-m", "build", "--wheel", "--outdir", str(folder), str(ROOT)], folder, environment)
    if built.returncode and "hatchling" in built.stdout:
        pytest.skip("the build backend is neither here nor at an index of packages")
    assert not built.returncode, built.stdout
    (wheel,) = folder.glob("*.whl")
    assert not run([sys.executable, "-m", "venv", str(folder / "venv")], folder, environment).returncode
    python = folder / "venv" / "bin" / "python"
    purelib = run([str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], folder, environment)
    # without `site`, so that an editable install of the checkout there is not followed
    (folder / "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n")
    (folder / "libraries.pth").rename(f"{purelib.stdout.strip()}/libraries.pth")
    installed = run(
        [str(python), "-m", "pip", "install", "--no-deps", "--no-index", "--force-reinstall", str(wheel)],
        folder,
        environment,
    )
    assert not installed.returncode, installed.stdout
    return python


def run(command, folder, environment):
    """Run a program, and give what it says, errors too."""
    return subprocess.run(
        command, cwd=folder, env=environment, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


@pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["plain", "xdist"])
def test_a_fresh_project(python, tmp_path, workers):
    """Fixtures and marks are found without a line of configuration, and the guard fails what would reach the API."""
    if workers:
        pytest.importorskip("xdist", reason="a development tool")
    (tmp_path / "test_project.py").write_text(textwrap.dedent(PROJECT))
    environment = {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "LINODE_API_URL"}}
    where = run([str(python), "-c", "import linode_orm; print(linode_orm.__file__)"], tmp_path, environment)
    assert str(python.parent.parent) in where.stdout
    ended = run([str(python), "-m", "pytest", "-rA", "-p", "no:cacheprovider", *workers], tmp_path, environment)
    for line in (
        "PASSED test_project.py::test_fixtures",
        "PASSED test_project.py::test_marks",
        "FAILED test_project.py::test_reaches_the_api",
        "FAILED test_project.py::test_swallows_the_error",
        "ERROR test_project.py::test_no_cassette",
        "2 failed, 2 passed, 1 error",
    ):
        assert line in ended.stdout, ended.stdout
    assert "GET /linode/instances is not sent: no test may reach the real API (api.linode.com)" in ended.stdout


def test_it_can_be_switched_off(python, tmp_path):
    """`-p no:linode_orm` leaves neither fixtures nor the guard."""
    (tmp_path / "test_off.py").write_text("def test_off(linode_session): pass\n")
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    command = [str(python), "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:linode_orm"]
    assert "fixture 'linode_session' not found" in run(command, tmp_path, environment).stdout


def test_type_checkers_see_the_factories(python, tmp_path):
    """The stubs of the factories are in the wheel."""
    look = "import linode_orm.models as m, pathlib; print(len([*pathlib.Path(m.__path__[0]).rglob('_factories.pyi')]))"
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    stubs = len([*(ROOT / "linode_orm" / "models").rglob("_factories.pyi")])
    assert run([str(python), "-c", look], tmp_path, environment).stdout.strip() == str(stubs)
