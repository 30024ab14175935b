"""Processor time and memory per object, as ratios in one run."""

from __future__ import annotations

import gc
import json
import subprocess
import sys
import timeit
import tracemalloc

import pytest

from linode_orm import Client, Instance, Session
from linode_orm.session.loading.identity_map import IdentityMap
from linode_orm.simulator import Simulator
from linode_orm.wire import Request, Response
from tests.proofs.benchmarks.harness import instances, page, ratio, seconds
from tests.table import note


@pytest.fixture(scope="module")
def data():
    """Give the bytes of a page of 500."""
    return page(instances(500))


class Holder:
    """A session with a fresh identity map, and nothing to send."""

    def __init__(self) -> None:
        self.session = Session(client=Simulator(catalogue=False).client(), volatile_ttl=3600)

    def load(self, data):
        """Make objects of a page, from its bytes."""
        session = self.session
        session._parts.identity_map = session._parts.loader._map = IdentityMap()
        return session._parts.loader.rows(Instance, (), json.loads(data)["data"])


NAMES = [name for name, field in Instance.__mapper__.fields.items() if not field.is_write_only]
FIVE = ("id", "label", "region_id", "status", "created")


def reader(names):
    """Make a function that reads attributes of objects without a loop over names."""
    namespace = {}
    exec("def read(objects):\n for x in objects:\n" + "".join(f"  x.{name}\n" for name in names), namespace)
    return namespace["read"]


@pytest.mark.parametrize(
    ("what", "names", "wanted"),
    [
        ("a page of 500 over json.loads", (), 1.30),
        ("  five fields of every object", FIVE, 2.0),
        ("  every declared field", NAMES, 4.0),
    ],
)
def test_page(data, what, names, wanted):
    """Making objects of a page, and reading them, over parsing its bytes."""
    holder, read = Holder(), reader(names) if names else None

    def ours():
        objects = holder.load(data)
        if read:
            read(objects)

    seen = ratio(ours, lambda: json.loads(data))
    note(what, f"{seen:.2f} x", f"<= {wanted} x")


def test_attribute_read():
    """Reading a loaded attribute, over linode_api4 and SQLAlchemy."""
    linode_api4 = pytest.importorskip("linode_api4")
    sqlalchemy = pytest.importorskip("sqlalchemy")
    from sqlalchemy.orm import Session as Database
    from sqlalchemy.orm import declarative_base

    body = instances(1)[0]
    holder = Holder()
    mine = holder.load(page([body]))[0]
    client = linode_api4.LinodeClient("token")
    theirs = linode_api4.Instance(client, body["id"], json=body)
    base = declarative_base()

    class Row(base):
        __tablename__ = "row"
        id = sqlalchemy.Column(sqlalchemy.Integer, primary_key=True)
        label = sqlalchemy.Column(sqlalchemy.String)

    engine = sqlalchemy.create_engine("sqlite://")
    base.metadata.create_all(engine)
    with Database(engine) as database:
        database.add(Row(id=1, label="x"))
        database.commit()
        row = database.get(Row, 1)
        _ = row.label, mine.label, theirs.label
        times = {
            name: min(timeit.repeat("x.label", globals={"x": x}, number=100_000, repeat=7)) * 1e4
            for name, x in {"ours": mine, "linode_api4": theirs, "SQLAlchemy": row}.items()
        }
    note(
        "reading a loaded attribute, of linode_api4's",
        f"1/{times['linode_api4'] / times['ours']:.0f} ({times['ours']:.0f} ns)",
        "<= 1/10",
    )
    note("  of SQLAlchemy's", f"1/{times['SQLAlchemy'] / times['ours']:.1f}", "<= 1/4")


SIX = ("id", "label", "region_id", "type_id", "status", "created")


@pytest.mark.parametrize(("names", "wanted"), [((), 400), (SIX, 700)])
def test_memory(data, names, wanted):
    """Bytes per object beyond its parsed JSON, the map's entry included."""
    holder, read = Holder(), reader(names) if names else None
    holder.load(data)
    bodies = json.loads(data)["data"]
    session = holder.session
    session._parts.identity_map = session._parts.loader._map = IdentityMap()
    gc.collect()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    objects = session._parts.loader.rows(Instance, (), bodies)
    if read:
        read(objects)
    gc.collect()
    used = (tracemalloc.get_traced_memory()[0] - before) / len(objects)
    tracemalloc.stop()
    note(f"memory per object {'after six reads' if names else 'unread'}", f"{used:.0f} B", f"<= {wanted} B")


def test_import():
    """Importing the package, over importing what it stands on."""

    def run(code):
        subprocess.run([sys.executable, "-c", code], check=True)

    base = "import requests, attrs, cachetools"
    for what, code in {
        "import linode_orm": "import linode_orm",
        "  from linode_orm import Session, Instance": "from linode_orm import Session, Instance",
    }.items():
        seen = ratio(lambda code=code: run(f"{base}; {code}"), lambda: run(base), pairs=9)
        note(what, f"{seen:.2f} x its libraries", "printed" if what.startswith("import") else "<= 1.6 x")


@pytest.mark.parametrize("count", [25_000, 50_000, 100_000])
def test_planning(count):
    """Planning a commit of many objects of which a tenth is dirty."""
    session = Holder().session
    body = instances(1)[0]
    rows = [{**body, "id": each, "label": f"l{each}"} for each in range(1, count + 1)]
    objects = session._parts.loader.rows(Instance, (), rows)
    for instance in objects[::10]:
        instance.label = instance.label + "x"
    took = seconds(session.plan)
    note(f"planning {count:,} objects, 10 % dirty", f"{took:.2f} s", "linear, < 1 s at 100,000")
    assert len(session.plan()) == count // 10


class Canned:
    """A transport that answers every list with the same bytes."""

    def __init__(self, content):
        self.content = content

    def send(self, request, *, token, timeout):
        """Answer the page."""
        del token, timeout
        return Response(200, {"content-type": "application/json"}, self.content, request)

    def close(self):
        """Nothing to close."""


def test_table(data):
    """A table of a page of 500 with every scalar column, each cell read once, over parsing its bytes."""
    session = Session(client=Client("t", transport=Canned(data), budget=None), volatile_ttl=None)

    def ours():
        for row in session.query(Instance).table():
            for _ in row:
                pass

    seen = ratio(ours, lambda: json.loads(data))
    note("a table of a page of 500, every cell read, over json.loads", f"{seen:.2f} x", "<= 2.0 x")


def test_page_with_speed(data):
    """Making objects of the bytes of a page of 500 with orjson, the checks of an answer included, over json.loads."""
    pytest.importorskip("orjson")
    holder = Holder()

    def ours():
        answer = Response(200, {}, data, Request("GET", "/linode/instances"))
        session = holder.session
        session._parts.identity_map = session._parts.loader._map = IdentityMap()
        session._parts.loader.rows(Instance, (), answer.json()["data"])

    seen = ratio(ours, lambda: json.loads(data))
    note("a page of 500 from bytes to objects over json.loads, with `speed`", f"{seen:.2f} x", "<= 0.7 x")
