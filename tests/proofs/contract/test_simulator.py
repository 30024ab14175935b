"""Without an account: what can be imported, the simulator's own calls, and the account over HTTP."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.error
import urllib.request

import pytest

import linode_orm
from linode_orm import (
    Client,
    CommitError,
    Domain,
    Event,
    Image,
    Instance,
    Kernel,
    NotFound,
    RateLimited,
    Region,
    ServerError,
    Session,
    Type,
    Unauthorized,
    Volume,
    models,
)
from linode_orm.models import INDEX
from linode_orm.simulator import Simulator, serve

DOOR = ("Session", "Client", "sessionmaker", "and_", "or_", "not_", "inspect", "selectin", "raiseload")


@pytest.mark.parametrize("name", DOOR)
def test_the_door(name):
    """Every name of the contract can be imported from `linode_orm`, and is listed by `dir()`."""
    assert getattr(linode_orm, name)
    assert name in dir(linode_orm)


def test_models_stand_at_both_doors():
    """Models come from `linode_orm.models` or from `linode_orm`; `Linode` is another name of `Instance`."""
    for name in INDEX:
        assert getattr(linode_orm, name) is getattr(models, name)
    assert linode_orm.Linode is Instance
    assert models.Linode is Instance
    with pytest.raises(AttributeError, match="Instanse"):
        _ = linode_orm.Instanse


def test_the_simulator_is_stateful(sent):
    """What a session creates, changes and deletes is there for another, and is not afterwards."""
    with Simulator() as sim, Session(client=sim.client()) as session, Session(client=sim.client()) as other:
        volume = Volume(label="data", region="us-east", size=20)
        session.add(volume)
        session.commit()
        assert other.get(Volume, volume.id).label == "data"
        volume.label = "renamed"
        session.commit()
        assert other.load(Volume, volume.id).label == "renamed"
        volume.delete()
        with pytest.raises(NotFound):
            other.load(Volume, volume.id)


def test_seed_requests_and_change():
    """`seed` fills the account without requests, `requests` lists what arrived, `change` is behind the session's back."""
    with Simulator() as sim:
        made = sim.seed(instances=3, domains=[{"domain": "example.com"}])
        assert [len(made["instances"]), made["domains"][0]["domain"]] == [3, "example.com"]
        assert len(sim.requests) == 0
        with Session(client=sim.client()) as session:
            instance = session.query(Instance).filter(Instance.label == made["instances"][0]["label"]).one()
            (arrived,) = sim.requests
            assert (arrived.method, arrived.path, arrived.status) == ("GET", "/linode/instances", 200)
            sim.change(f"/linode/instances/{instance.id}", label="theirs")
            assert instance.label != "theirs"
            session.refresh(instance)
            assert instance.label == "theirs"
            assert session.query(Domain).one().domain == "example.com"
        with pytest.raises(LookupError, match="/volumes/5"):
            sim.change("/volumes/5", label="x")


def test_keys_that_there_are_not():
    """A misspelt key or collection is refused with the one that was meant, and nothing is made or changed."""
    with Simulator() as sim:
        [instance] = sim.seed(instances=[{"label": "a"}])["instances"]
        path = f"/linode/instances/{instance['id']}"
        with pytest.raises(ValueError, match="Instance has no key 'lable'; did you mean 'label'"):
            sim.change(path, lable="b")
        with pytest.raises(ValueError, match="Volume has no key 'sise'; did you mean 'size'"):
            sim.seed(volumes=[{"label": "x", "sise": 10}])
        with pytest.raises(ValueError, match="no collection 'instance'; did you mean 'instances'"):
            sim.seed(instance=1)
        assert sim.read(path)["label"] == "a"
        with Session(client=sim.client()) as session:
            assert session.query(Volume).count() == 0


def test_an_image_wants_a_way_in():
    """A Linode with an image and nobody who could log in is refused, as the API refuses it; one without is made."""
    with Simulator() as sim, Session(client=sim.client()) as session:
        session.add(Instance(label="a", region="us-east", type="g6-nanode-1", image="linode/debian12"))
        with pytest.raises(CommitError, match="Must provide valid root_pass, authorized_keys, or authorized_users"):
            session.commit()
        (refused,) = session.new
        refused.authorized_users = ["me"]
        session.add(Instance(label="b", region="us-east", type="g6-nanode-1"))
        assert session.commit().counts == {"applied": 2}


def test_time_is_simulated():
    """Jobs take a second of simulated time, which stands still until it is moved."""
    with Simulator() as sim, Session(client=sim.client()) as session:
        instance = Instance(label="new", region="us-east", type="g6-nanode-1", image="linode/debian12")
        instance.root_pass = "Correct!Horse9"
        session.add(instance)
        session.commit()
        first = instance.status
        session.refresh(instance)
        assert instance.status == first != "running"
        sim.clock.advance(5)
        session.refresh(instance)
        assert instance.status == "running"
        assert session.query(Event).filter(Event.entity.id == instance.id).exists()


def test_faults_and_limits():
    """Faults strike the n-th request of a method and path; a budget answers 429; latency takes simulated time."""
    with Simulator() as sim:
        sim.seed(volumes=2)
        with Session(client=sim.client(deadline=0.5)) as session:
            fault = sim.faults.add("GET", "/volumes", nth=2, action=404)
            session.query(Volume).all()
            with pytest.raises(NotFound):
                session.query(Volume).all()
            assert (fault.seen, fault.hits) == (2, 1)
            session.query(Volume).all()
            sim.faults.add("GET", "/volumes", nth=None, action="html502")
            with pytest.raises(ServerError, match="502"):
                session.query(Volume).all()
            sim.faults.clear()
            sim.faults.add("GET", "/volumes", nth=None, action=429)
            with pytest.raises(RateLimited):
                session.query(Volume).all()
            with pytest.raises(ValueError, match="no fault is called 'flood'; there are"):
                sim.faults.add("GET", "*", action="flood")
        sim.faults.clear()
        sim.latency = 2.0
        before = sim.clock.monotonic()
        with Session(client=sim.client()) as session:
            session.query(Volume).all()
        assert sim.clock.monotonic() - before == pytest.approx(2.0)


def test_a_new_account_has_the_catalogues_alone():
    """A new account has regions, types, kernels and images, and nothing else."""
    with Simulator() as sim, Session(client=sim.client()) as session:
        assert all(session.query(each).exists() for each in (Region, Type, Kernel, Image))
        assert not any(session.query(each).exists() for each in (Instance, Volume, Domain, Event))


def test_tokens():
    """Any token is good but one that starts with `bad`."""
    with Simulator() as sim:
        assert Session(client=sim.client("anything")).account.email
        with pytest.raises(Unauthorized, match="GET /account: 401"):
            _ = Session(client=sim.client("bad-one")).account.email


def ask(url, method="GET", body=None, token="any"):
    """Ask like any HTTP client would."""
    data = None if body is None else json.dumps(body).encode()
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    request = urllib.request.Request(url, data=data, headers=headers, method=method)
    try:
        with urllib.request.urlopen(request) as response:
            return response.status, json.loads(response.read() or b"{}")
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.loads(error.read())


def test_served_to_any_client():
    """Over HTTP, both base paths answer any client with the API's shapes and words."""
    with Simulator() as sim, serve(sim) as server:
        for base in ("/v4", "/v4beta"):
            code, page = ask(f"{server.url}{base}/regions?page_size=25")
            assert (code, page["page"], len(page["data"])) == (200, 1, min(25, page["results"]))
        code, made = ask(f"{server.url}/v4/volumes", "POST", {"label": "data", "region": "us-east", "size": 20})
        assert (code, made["label"]) == (200, "data")
        assert ask(f"{server.url}/v4/volumes/{made['id']}")[1]["label"] == "data"
        assert ask(f"{server.url}/v4/volumes/{made['id']}", "PUT", {"label": "x"})[1]["label"] == "x"
        assert ask(f"{server.url}/v4/volumes/{made['id']}", "DELETE") == (200, {})
        assert ask(f"{server.url}/v4/volumes/{made['id']}") == (404, {"errors": [{"reason": "Not found"}]})
        assert ask(f"{server.url}/v4/account", token="bad")[0] == 401
        code, refused = ask(f"{server.url}/v4/volumes", "POST", {"size": "much"})
        assert code == 400
        assert all({"reason"} <= each.keys() for each in refused["errors"])
        with Client("any", base_url=f"{server.url}/v4beta") as client, Session(client=client) as session:
            assert session.query(Volume).count() == 0


TEN = '''
from __future__ import annotations

from linode_orm import Session, inspect
from linode_orm.mapping import Field, Fixed, Model, One, ReadOnly, TagList
from linode_orm.simulator import Simulator


class Lighthouse(Model, path="/lighthouses"):
    """A light on the coast."""

    id: ReadOnly[int] = ReadOnly(filterable=True)
    label: Field[str] = Field(filterable=True, required=True, unique=True)
    height: Fixed[int]
    tags: Field[TagList]
    region_id: Fixed[str] = Fixed(key="region")
    region = One("Region", via="region_id")


with Simulator() as sim, Session(client=sim.client()) as session:
    light = Lighthouse(label="north", height=40, region="us-east")
    session.add(light)
    session.commit()
    assert session.query(Lighthouse).filter(Lighthouse.label == "north", Lighthouse.height > 30).one() is light
    assert light.region.country == "us"
    light.tags.add("lit")
    assert "PUT /lighthouses" in str(session.plan())
    session.commit()
    assert sim.requests[-1].body == {"tags": ["lit"]}
    try:
        light.height = 50
    except AttributeError as error:
        assert "Lighthouse" in str(error)
    assert session.query(Lighthouse).order_by(Lighthouse.height.desc()).all() == [light]
    light.delete()
    assert not session.query(Lighthouse).exists() and inspect(light).detached
'''


def test_a_declaration_says_what_it_lacks():
    """A module whose annotations Python evaluates is told what to begin with."""
    evaluated = TEN.replace("from __future__ import annotations", "")
    ended = subprocess.run([sys.executable, "-c", evaluated], check=False, capture_output=True, text=True)
    assert "class Lighthouse: annotations are read as text; begin its module with" in ended.stderr


def test_a_resource_in_ten_lines():
    """A new resource is one class of ten lines: created, filtered, referred from, edited, deleted, and simulated."""
    declaration = TEN.partition("class ")[2].partition("\n\n\n")[0]
    assert len([line for line in declaration.splitlines() if line.strip()]) <= 10
    ended = subprocess.run([sys.executable, "-c", TEN], check=False, capture_output=True, text=True)
    assert (ended.returncode, ended.stderr) == (0, "")
