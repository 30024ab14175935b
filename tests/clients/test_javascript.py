"""@linode/api-v4, the library of Cloud Manager, as a client: each of its functions, with arguments made from the description."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any, Self

import pytest

from linode_orm.simulator import serve
from tests.clients.calls import Calls
from tests.clients.javascript_bodies import BESIDE, WHOLE
from tests.simulator.driver import Driver, needed

MODULES = Path(os.environ.get("LINODE_ORM_NODE_MODULES", "/nowhere"))
"""The folder in which npm has put the package."""
PACKAGE = MODULES / "node_modules" / "@linode" / "api-v4" / "package.json"

pytestmark = [
    needed,
    pytest.mark.slow,
    pytest.mark.conformance,
    pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed"),
    pytest.mark.skipif(not PACKAGE.exists(), reason="@linode/api-v4 is not installed"),
]

ORDER = {"GET": 0, "PUT": 1, "POST": 2, "DELETE": 3}
OPTIONS = {"params", "filter", "filters", "headers"}
"""Parameters that say how to ask, and nothing of what."""
DEFECTS: dict[str, str] = {}
"""What the library itself does wrong, whoever answers."""
WORDS = {"engine": "mysql", "type": "object-storage", "collection": "quotas"}
"""What stands in a path where the description has a path for each value."""

Function = dict[str, Any]


class Library:
    """The library in a process of Node's, against one server."""

    def __init__(self, url: str) -> None:
        script = Path(__file__).with_name("javascript.mjs")
        self.process = subprocess.Popen(
            [str(shutil.which("node")), str(script), str(MODULES), url],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        self.functions: list[Function] = json.loads(self.process.stdout.readline())

    def call(self, name: str, arguments: list[Any]) -> dict[str, Any]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps({"name": name, "args": arguments}) + "\n")
        self.process.stdin.flush()
        return dict(json.loads(self.process.stdout.readline()))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.__exit__(None, None, None)


def operation_of(driver: Driver, function: Function) -> Function | None:
    """Give the operation that a function asks for; None where the description has none."""
    asked = function["path"].partition("?")[0].strip("/").split("/")
    found = [
        each
        for each in driver.operations
        if each["method"] == function["method"] and fits(each["path"].strip("/").split("/"), asked)
    ]
    return min(found, key=lambda each: each["path"].count("{"), default=None)


def fits(described: list[str], asked: list[str]) -> bool:
    """Say whether a path of a function is one of the description."""
    if len(described) != len(asked):
        return False
    return all(
        one == WORDS.get(other.strip("{}"), other) or (one.startswith("{") and other.startswith("{"))
        for one, other in zip(described, asked, strict=True)
    )


def arguments(driver: Driver, function: Function, operation: Function) -> list[Any]:
    """Give the arguments of a function, by the names of its parameters: values of the path, keys of the body, the body."""
    values, body = driver.prepare(operation)
    body = {**(body or {}), **WHOLE.get(function["name"], lambda _: {})(driver)}
    rest, named = (
        iter(values),
        {f"params.{name}": "picture.png" for name in re.findall(r"\{params\.(\w+)\}", function["path"])},
    )
    for described, asked in zip(
        operation["path"].split("/"), function["path"].partition("?")[0].split("/"), strict=False
    ):
        if asked.startswith("{"):
            named[asked.strip("{}")] = next(rest) if described.startswith("{") else described
        elif described.startswith("{"):
            next(rest)
    return [argument(each, named, body) for each in function["parameters"]]


def argument(parameter: Any, named: dict[str, Any], body: dict[str, Any]) -> Any:
    if isinstance(parameter, list):  # taken apart: an object with these keys
        return {each[0]: argument(each[-1], named, body) for each in parameter if each[-1] != "headers"}
    if parameter in named:
        return named[parameter]
    inside = {name.partition(".")[2]: value for name, value in named.items() if name.startswith(f"{parameter}.")}
    if parameter in OPTIONS:
        return inside
    return body[parameter] if parameter in body and parameter != "data" else {**body, **inside}


def test_every_function_works():
    """Each sends a request that is answered well, but for those of paths that the description does not have."""
    driver = Driver()
    driver.sim.job_seconds = 0.0
    calls = Calls("@linode/api-v4", json.loads(PACKAGE.read_text(encoding="utf-8"))["version"])
    undescribed = []
    with serve(driver.sim) as server, Library(server.url) as library:
        for function in sorted(library.functions, key=turn):
            operation = operation_of(driver, function)
            name = f"{function['name']} {function['method']} {function['path']}"
            if operation is not None:
                attempt(calls, library, name, arguments(driver, function, operation))
            elif function["name"] not in BESIDE:
                undescribed.append(f"the description does not have {name}")
        for name, make in BESIDE.items():
            attempt(calls, library, name, make(driver))
    wrong = calls.report(DEFECTS, [*undescribed])
    assert calls.tried >= 400
    assert wrong == []


def attempt(calls: Calls, library: Library, name: str, given: list[Any]) -> None:
    """Call a function, and write down what is wrong with the answer."""
    calls.tried += 1
    said = library.call(name.partition(" ")[0], given)
    if not said["good"]:
        calls.failed(name, f"{json.dumps(given)[:200]} -> {said['why']}")


def turn(function: Function) -> tuple[int, int]:
    inside_out = -function["path"].count("{") if function["method"] == "DELETE" else 0
    return ORDER[function["method"]], inside_out
