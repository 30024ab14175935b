"""Secrets that a plan file or a journal asks for: texts and documents, checked by name and type before anything is sent."""

from __future__ import annotations

import json
import os
import signal
from typing import TYPE_CHECKING

import pytest

from linode_orm import (
    CommitInterrupted,
    Instance,
    InvalidRequestError,
    NodeBalancer,
    Plan,
    Session,
    Volume,
    recover,
)
from linode_orm.models.linode.instance_types import InstanceMetadata
from linode_orm.simulator import Simulator

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DOCUMENT = {"user_data": "I2Nsb3VkLWNvbmZpZw=="}
VALUES = {"db_password": "hunter2-hunter2", "sizes": [1, 2]}
SECRETS = {"new:1.root_pass": "hunter2-hunter2", "new:1.metadata": DOCUMENT, "new:1.stackscript_data": VALUES}


@pytest.fixture
def sim() -> Iterator[Simulator]:
    with Simulator() as simulator:
        simulator.make.stack_script(id=10079)
        yield simulator


def server() -> Instance:
    return Instance(
        label="web",
        region="us-east",
        type="g6-nanode-1",
        image="linode/debian12",
        stackscript_id=10079,
        root_pass="hunter2-hunter2",
        metadata=DOCUMENT,
        stackscript_data=VALUES,
    )


@pytest.fixture
def file(sim: Simulator, tmp_path: Path) -> Path:
    path = tmp_path / "plan.json"
    with Session(client=sim.client()) as session:
        session.add(server())
        session.plan().save(path)
    assert "hunter2" not in path.read_text()
    assert DOCUMENT["user_data"] not in path.read_text()
    sim.requests.clear()
    return path


@pytest.mark.parametrize(
    ("metadata", "data"),
    [
        (DOCUMENT, VALUES),
        (InstanceMetadata(**DOCUMENT), VALUES),
        (json.dumps(DOCUMENT), json.dumps(VALUES)),
    ],
    ids=["dicts", "a typed value", "JSON"],
)
def test_documents_are_sent_as_they_are(sim, file, metadata, data):
    """A plan from a file sends what its session would have sent."""
    assert {*Plan.load(file).secrets} == {*SECRETS}
    secrets = {**SECRETS, "new:1.metadata": metadata, "new:1.stackscript_data": data}
    assert Plan.load(file).apply(sim.client(), secrets=secrets).counts == {"applied": 1}
    [sent] = sim.requests.writes
    assert (sent.body["metadata"], sent.body["stackscript_data"]) == (DOCUMENT, VALUES)
    assert sent.body["root_pass"] == "hunter2-hunter2"


@pytest.mark.parametrize(
    ("secrets", "says"),
    [
        ({"new:1.root_pass": 12345678}, r"new:1\.root_pass: str expected, and the int that was given is none"),
        ({"new:1.root_pass": DOCUMENT}, r"new:1\.root_pass: str expected, and the dict"),
        ({"new:1.metadata": ["hunter2"]}, r"new:1\.metadata: InstanceMetadata expected, and the list"),
        ({"new:1.metadata": {"user": "hunter2"}}, r"new:1\.metadata: InstanceMetadata expected, and the dict"),
        ({"new:1.metadata": "hunter2"}, r"new:1\.metadata: .* the text that was given is no JSON"),
        ({"new:1.metadata": '"hunter2"'}, r"new:1\.metadata: InstanceMetadata expected, and the str"),
        ({"new:1.stackscript_data": {1: "hunter2"}}, r"new:1\.stackscript_data: .* expected, and the dict"),
        ({"new:1.stackscript_data": {"a": {"hunter2"}}}, r"new:1\.stackscript_data: .* expected, and the dict"),
        ({"new:1.rootpass": "hunter2"}, r"no secrets new:1\.rootpass \(did you mean new:1\.root_pass\?\)"),
        ({1: "hunter2"}, "has no secrets 1"),
    ],
)
def test_what_does_not_fit_is_refused_unshown(sim, file, secrets, says):
    """The error has the name, what is expected, and no value; nothing is sent."""
    with pytest.raises(InvalidRequestError, match=says) as caught:
        Plan.load(file).apply(sim.client(), secrets={**SECRETS, **secrets})
    shown = [str(caught.value), repr(caught.value.__cause__), repr(caught.value.__context__)]
    assert not any("hunter2" in each or "12345678" in each for each in shown)
    assert "nothing was sent" in str(caught.value)
    assert not sim.requests


def test_no_mapping_is_refused(sim, file):
    """The form is said."""
    with pytest.raises(InvalidRequestError, match=r"secrets=.* expected, not list"):
        Plan.load(file).apply(sim.client(), secrets=["hunter2"])  # type: ignore[arg-type]  # the mistake
    assert not sim.requests


def test_children_that_are_plain_dicts(sim, tmp_path):
    """What is secret in them is asked for by its place, and checked as what it is."""
    config = {"port": 443, "protocol": "https", "ssl_cert": "CERT", "ssl_key": "hunter2"}
    with Session(client=sim.client()) as session:
        session.add(NodeBalancer(region="us-east", configs=[config]))
        session.plan().save(tmp_path / "plan.json")
    plan = Plan.load(tmp_path / "plan.json")
    given = {"new:1.configs.0.ssl_cert": "CERT", "new:1.configs.0.ssl_key": "hunter2"}
    assert {*plan.secrets} == {*given}
    with pytest.raises(InvalidRequestError, match=r"configs\.0\.ssl_key: str \| None expected"):
        plan.apply(sim.client(), secrets={**given, "new:1.configs.0.ssl_key": 5})
    plan.apply(sim.client(), secrets=given)
    [sent] = sim.requests.writes
    assert sent.body["configs"] == [config]


def test_recovery_takes_them_too(sim, tmp_path):
    """A journal that waits for a document gets it; a name that it does not know is refused before anything is sent."""
    path, client = tmp_path / "journal", sim.client(workers=1)
    session = Session(client=client, journal=path)
    session.add_all(Volume(label=f"v{at}", size=10, region="us-east") for at in range(9))
    session.add(server())

    def press(entry: object, done: int, total: int) -> None:
        if done == 1:
            os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(CommitInterrupted) as caught:
        session.commit(progress=press)
    name = next(str(entry.step.token) for entry in caught.value.pending if entry.step.model == "Instance")
    session.close()
    sim.requests.clear()
    given = {key.replace("new:1", name): value for key, value in SECRETS.items()}
    with pytest.raises(InvalidRequestError, match="has no secrets pin"):
        recover(path, client=client, secrets={**given, "pin": "1"})
    assert not sim.requests
    report = recover(path, client=client, secrets={f"{name}.metadata": DOCUMENT})
    assert [entry.step.model for entry in report.pending] == ["Instance"]
    recover(path, client=client, secrets=given)
    [sent] = sim.requests.matching("POST", "/linode/instances")
    assert (sent.body["metadata"], sent.body["stackscript_data"]) == (DOCUMENT, VALUES)
    assert not recover(path, client=client, secrets=given)
