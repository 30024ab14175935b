"""The official Python library as a client of a served account: what it lists, loads, makes, saves and deletes."""

from __future__ import annotations

from collections import defaultdict
from importlib.metadata import version

import pytest

from linode_orm.simulator import serve
from tests.simulator.driver import Driver, needed
from tests.table import note

linode_api4 = pytest.importorskip("linode_api4", reason="the official library is not installed")

from tests.simulator.official import CREATES, Walk, classes, public  # noqa: E402  after the skip
from tests.simulator.official_creates import ELSEWHERE, GROUPS, OBJECTS  # noqa: E402

pytestmark = [needed, pytest.mark.conformance]

# What the library itself does wrong, whoever answers.
DEFECTS = {
    "list client.profile.logins()": "its path has no leading slash",
    "get ProfileLogin": "its path has no leading slash",
    "list client.object_storage.clusters()": "deprecated, with a warning",
    "get DatabaseType": "loading it by its id fails before anything is sent",
}


@pytest.fixture(scope="module")
def walk():
    """Serve an account with something of everything, and walk through it."""
    driver = Driver()
    driver.sim.job_seconds = 0.0
    with serve(driver.sim) as server:
        client = linode_api4.LinodeClient("a-token", base_url=f"{server.url}/v4beta", retry=False)
        walk = Walk(driver, client)
        walk.lists()
        found = list(walk.gets())
        walk.updates(found)
        for name, make in GROUPS.items():
            group = getattr(client, name.partition(".")[0])
            walk.attempt("create", f"client.{name}()", lambda make=make, group=group: make(walk, group))
        kinds = {kind.__name__: kind for kind in classes()}
        for name, make in OBJECTS.items():
            kind = kinds[name.partition(".")[0]]
            walk.attempt("create", name, lambda make=make, kind=kind: make(walk, walk.load(kind)))
        walk.deletes(found)
        yield walk


@pytest.mark.slow
def test_everything_that_makes_something_is_called(walk):
    """No method of the library that makes something is left out."""
    groups = {
        f"{name}.{method}"
        for name, group in vars(walk.client).items()
        if hasattr(group, "client")
        for method in public(type(group))
        if CREATES.search(method)
    }
    own = {f"{kind.__name__}.{name}" for kind in classes() for name in public(kind) if name in vars(kind)}
    assert groups - GROUPS.keys() - ELSEWHERE.keys() == set()
    assert {each for each in own if CREATES.search(each.partition(".")[2])} - OBJECTS.keys() - ELSEWHERE.keys() == set()


def test_every_list_get_create_update_and_delete_works(walk):
    """Nothing is refused, and nothing comes that the library cannot read, but for its own defects."""
    figures = defaultdict(dict)
    for (service, verb), number in walk.tried.items():
        figures[service][verb] = number
    for service, verbs in sorted(figures.items()):
        print(f"  {service:17} " + ", ".join(f"{verb} {number}" for verb, number in sorted(verbs.items())))
    wrong = [each for each in walk.wrong if not each.startswith(tuple(f"{start}:" for start in DEFECTS))]
    number = sum(walk.tried.values())
    own = [f"{name}: {why}" for name, why in DEFECTS.items()]
    seen = f"{number - len(walk.wrong)} of {number} calls"
    note(f"client linode_api4 {version('linode_api4')}", seen, "all but its own defects", [*wrong, *own])
    assert not wrong
    assert {verb for _, verb in walk.tried} == {"list", "get", "create", "update", "delete"}
    assert all(any(each.startswith(f"{start}:") for each in walk.wrong) for start in DEFECTS), "a defect is gone"
