"""The recipes of docs/fleet-engines.md give what threads give, where their engines are installed; no token stays behind."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from linode_orm.fleet import Fleet
from linode_orm.simulator import Estate
from tests.fleet import jobs
from tests.places import ROOT
from tests.proofs.docs.blocks import FILE, blocks

PAGE = ROOT / "docs" / "fleet-engines.md"
NAMES = [f"a{at:02}" for at in range(7)]
PREFIX = "token-of-"
ENGINES = {
    "on_processes": "concurrent",
    "on_loky": "loky",
    "on_dask": "distributed",
    "on_ray": "ray",
    "on_celery": "celery",
    "on_prefect": "prefect",
}


def needs(engine):
    """Skip a test where an engine is not installed."""
    return pytest.mark.skipif(find_spec(engine) is None, reason=f"{engine} is not installed")


@pytest.fixture
def folder(tmp_path):
    """Write the recipes beside a file of seven accounts; give the folder."""
    for block in blocks(PAGE, "py"):
        (tmp_path / FILE.match(block.text)[1]).write_text(block.text, encoding="utf-8")
    with Estate() as estate:
        for name in NAMES:
            estate.account(PREFIX + name, company=name).seed(instances=2)
            (tmp_path / f"secret-of-{name}").write_text(PREFIX + name, encoding="utf-8")
        with estate.serve() as server:
            lines = [
                f'{each} = {{ token = "file:{tmp_path}/secret-of-{each}", url = "{server.url}" }}' for each in NAMES
            ]
            (tmp_path / "accounts.toml").write_text("\n".join(["[accounts]", *lines]), encoding="utf-8")
            yield tmp_path


def printed(folder, script, *arguments):
    """Run a recipe as a program; give the lines that it prints about accounts, and all that it says."""
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(folder)]),
        "CELERY_BROKER": "memory://",
        "CELERY_BACKEND": "cache+memory://",
        "CELERY_EAGER": "1",
        "PREFECT_HOME": str(folder / "prefect"),
        "RAY_USAGE_STATS_ENABLED": "0",
    }
    command = [sys.executable, str(folder / f"{script}.py"), *arguments]
    ended = subprocess.run(
        command, cwd=folder, env=environment, check=False, capture_output=True, text=True, timeout=240
    )
    assert ended.returncode == 0, ended.stderr[-3000:]
    return sorted(line for line in ended.stdout.splitlines() if line[:3] in NAMES), ended.stdout + ended.stderr


def expected(folder):
    """Give what threads give, as lines."""
    return sorted(f"{each.account} {each.value}" for each in Fleet.load(folder / "accounts.toml").map(jobs.labels))


@pytest.mark.slow
@pytest.mark.parametrize("script", [pytest.param(each, marks=needs(engine)) for each, engine in ENGINES.items()])
def test_recipes(folder, script):
    """Each engine gives equal outcomes, and says no token."""
    lines, said = printed(folder, script)
    assert lines == expected(folder)
    assert PREFIX not in said


def test_cron(folder):
    """The shards of several machines are the whole fleet, and each account is in one of them."""
    shards = [printed(folder, "on_cron", f"{at}/3")[0] for at in (1, 2, 3)]
    assert sorted(line for each in shards for line in each) == expected(folder)
    assert max(map(len, shards)) < len(NAMES)
    assert not any(PREFIX in path.read_bytes().decode(errors="replace") for path in (folder / "journals").iterdir())


def test_every_recipe_is_run():
    """No recipe of the page is without a test."""
    files = {FILE.match(block.text)[1].removesuffix(".py") for block in blocks(PAGE, "py")}
    assert files == {*ENGINES, "on_cron", "fleet_jobs", "celery_tasks"}


@pytest.mark.slow
@needs("distributed")
@pytest.mark.skipif(sys.platform != "linux", reason="the memory of another process is read in /proc")
def test_no_token_in_the_scheduler(folder):
    """The memory of Dask's scheduler, a process of its own, holds work items and no token."""
    distributed = pytest.importorskip("distributed")
    processes = pytest.importorskip("distributed.deploy.subprocess")
    with processes.SubprocessCluster() as cluster, distributed.Client(cluster) as client:
        executor = client.get_executor(pure=False, retries=0)
        fleet = Fleet.load(folder / "accounts.toml")
        assert all(each.ok for each in fleet.map(jobs.labels, executor=executor, workers=2))
        held = memory(client.run_on_scheduler(os.getpid))
    assert b"secret-of-a03" in held
    assert PREFIX.encode() not in held


def memory(process):
    """Give what a process has in its writable memory."""
    found = []
    try:
        with Path(f"/proc/{process}/mem").open("rb") as file:
            for line in Path(f"/proc/{process}/maps").read_text(encoding="utf-8").splitlines():
                place, rights, *_ = line.split()
                if "rw" in rights:
                    begin, end = (int(each, 16) for each in place.split("-"))
                    file.seek(begin)
                    found.append(file.read(end - begin))
    except PermissionError:
        pytest.skip("this system lets nobody read the memory of another process")
    return b"".join(found)
