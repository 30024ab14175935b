"""linode-cli as a client of a served account: each of its commands, with arguments made from the description."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from collections import Counter, defaultdict
from importlib.metadata import version
from pathlib import Path
from typing import Self

import pytest

from linode_orm.simulator import serve
from tests.simulator.driver import Driver, key_of, needed
from tests.table import note

pytestmark = [
    needed,
    pytest.mark.slow,
    pytest.mark.conformance,
    pytest.mark.skipif(importlib.util.find_spec("linodecli") is None, reason="linode-cli is not installed"),
]

SHELL = Path(__file__).with_name("shell.py")
# Commands whose arguments stand the other way round than in the path.
REVERSED = {"vlans/delete"}
ORDER = {"GET": 0, "PUT": 1, "POST": 2, "DELETE": 3}


class Shell:
    """linode-cli in a process of its own, against one server."""

    def __init__(self, url: str, home: Path) -> None:
        scheme, _, host = url.partition("://")
        settings = {"TOKEN": "a-token", "API_HOST": host, "API_SCHEME": scheme, "API_VERSION": "v4beta"}
        environment = {f"LINODE_CLI_{key}": value for key, value in settings.items()}
        kept = {key: os.environ[key] for key in ("PATH", "LANG") if key in os.environ}
        self.process = subprocess.Popen(
            [sys.executable, str(SHELL)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**kept, **environment, "HOME": str(home), "XDG_CONFIG_HOME": str(home)},
        )

    def run(self, *arguments: str) -> dict[str, object]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(arguments) + "\n")
        self.process.stdin.flush()
        return dict(json.loads(self.process.stdout.readline()))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.__exit__(None, None, None)


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory):
    """Run every command once: reads first, deletes last and from the inside out."""
    driver = Driver()
    driver.sim.job_seconds = 0.0
    found = []
    with serve(driver.sim) as server, Shell(server.url, tmp_path_factory.mktemp("home")) as shell:
        offered = [each for each in driver.operations if "cli" in each["src"]]
        for operation in sorted(offered, key=turn):
            arguments = command(driver, operation)
            before = len(driver.sim.requests)
            said = shell.run(*arguments)
            found.append((operation, arguments, said, driver.sim.requests[before:]))
    return found


def turn(operation):
    inside_out = -operation["path"].count("{") if operation["method"] == "DELETE" else 0
    return ORDER[operation["method"]], inside_out


def command(driver, operation):
    """Give the arguments of a command: a flat body as options, any other as it is."""
    values, body = driver.prepare(operation)
    if operation["operation"] in REVERSED:
        values.reverse()
    arguments = [
        *operation["operation"].split("/"),
        *map(str, values),
        "--json",
        "--suppress-warnings",
        "--no-defaults",
    ]
    if not body:
        return arguments
    if any(isinstance(each, (dict, list)) or each is None for each in body.values()):
        return [*arguments, "--raw-body", json.dumps(body)]
    options = {key: str(each).lower() if isinstance(each, bool) else str(each) for key, each in body.items()}
    return [*arguments, *(part for key, each in options.items() for part in (f"--{key}", each))]


def test_every_command_works(outcomes):
    """Each ends well, sends the request that the description says, and prints JSON."""
    figures, wrong = defaultdict(Counter), []
    for operation, arguments, said, sent in outcomes:
        asked = f"{key_of(operation)}: linode-cli {' '.join(arguments)}"
        statuses = [each.status for each in sent]
        good = said["code"] == 0 and statuses and all(status in {200, 204} for status in statuses)
        figures[operation["service"]]["all"] += 1
        figures[operation["service"]]["works"] += bool(good)
        if not good:
            wrong.append(f"{asked} -> {said['code']} {[*map(str, sent)]} {said['err']}"[:400])
        elif said["out"].strip():
            json.loads(said["out"])
    for service, each in sorted(figures.items()):
        print(f"  {service:17} {each['works']:3} of {each['all']:3}")
    seen = f"{len(outcomes) - len(wrong)} of {len(outcomes)} commands"
    note(f"client linode-cli {version('linode-cli')}", seen, "all", wrong)
    assert len(outcomes) >= 463
    assert not wrong
