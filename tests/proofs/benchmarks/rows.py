"""The rows of the benchmarks as single measurements, by public names alone, so that two versions can be compared.

`python tests/proofs/benchmarks/rows.py ROW` measures one row of the version that `PYTHONPATH` names, and prints it as JSON:
`seconds`, `cpu` (seconds of the processor, where nothing is waited for) and `memory` (bytes) vary from run to run,
`requests` and `bytes` (of request bodies) do not.
"""

from __future__ import annotations

import gc
import json
import sys
import tempfile
import time
import timeit
import tracemalloc
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Figures = dict[str, float]

LATENCY = 0.05
REPEATS = 9
FIVE = ("id", "label", "region_id", "status", "created")
SIX = (*FIVE, "type_id")
ROWS: dict[str, Callable[[], Figures]] = {}


def row(name: str) -> Callable[[Callable[[], Figures]], Callable[[], Figures]]:
    """Let a function measure the row of that name."""

    def keep(measure: Callable[[], Figures]) -> Callable[[], Figures]:
        ROWS[name] = measure
        return measure

    return keep


def seconds(action: Callable[[], object], clock: Callable[[], float] = time.perf_counter) -> float:
    """Time one call, with a clean heap before."""
    gc.collect()
    began = clock()
    action()
    return clock() - began


def cpu(action: Callable[[], object]) -> float:
    """Give the processor's time for one call: other programs on the machine add little to it."""
    return seconds(action, time.process_time)


class Canned:
    """A transport in the same process that answers lists of instances from prepared bytes, and counts."""

    def __init__(self, count: int) -> None:
        from harness import Fleet

        self.fleet = Fleet(count, 0.0)
        self.requests = 0

    def send(self, request: Any, *, token: str | None, timeout: float) -> Any:
        """Answer a page."""
        from linode_orm.wire import Response

        self.requests += 1
        asked = request.query or {}
        content = self.fleet.page(int(asked.get("page", 1)), int(asked.get("page_size", 100)))
        headers = {"content-type": "application/json"}
        return Response(status=200, headers=headers, content=content, request=request, elapsed=0.0)

    def close(self) -> None:
        """Nothing to close."""


@contextmanager
def canned(count: int) -> Iterator[Any]:
    """Give a session on that many instances, which never refreshes by itself."""
    from linode_orm import Client, Session

    client = Client("t", transport=Canned(count), budget=None)
    with client, Session(client=client, volatile_ttl=None) as session:
        yield session


def reader(names: tuple[str, ...]) -> Callable[[list[Any]], None]:
    """Make a function that reads attributes of objects without a loop over names."""
    namespace: dict[str, Any] = {}
    exec("def read(objects):\n for x in objects:\n  x\n" + "".join(f"  x.{name}\n" for name in names), namespace)
    return namespace["read"]


def page(names: tuple[str, ...]) -> Figures:
    """Make objects of a page of 500 and read these attributes of each."""
    from linode_orm import Instance

    read, times = reader(names), []
    for _ in range(REPEATS):
        with canned(500) as session:
            times.append(cpu(lambda session=session: read(session.query(Instance).all())))
    return {"cpu": min(times)}


@row("a page of 500")
def page_unread() -> Figures:
    return page(())


@row("five fields of each")
def page_five() -> Figures:
    return page(FIVE)


@row("every declared field of each")
def page_all() -> Figures:
    from linode_orm import Instance

    kinds = Instance.__annotations__.items()
    return page(tuple(name for name, kind in kinds if kind.startswith(("ReadOnly", "Fixed", "Field"))))


@row("a loaded attribute")
def attribute() -> Figures:
    from linode_orm import Instance

    with canned(1) as session:
        instance = session.query(Instance).one()
        _ = instance.label
        times = timeit.repeat(
            "x.label", globals={"x": instance}, number=100_000, repeat=REPEATS, timer=time.process_time
        )
        return {"cpu": min(times)}


def memory(names: tuple[str, ...]) -> Figures:
    """Give the bytes of an object with its body, the map's entry included."""
    from linode_orm import Instance

    read = reader(names)
    with canned(500) as session:
        read(session.query(Instance).all())
    with canned(500) as session:
        gc.collect()
        tracemalloc.start()
        objects = session.query(Instance).all()
        read(objects)
        gc.collect()
        used = tracemalloc.get_traced_memory()[0]
        tracemalloc.stop()
    return {"memory": used / len(objects)}


@row("memory unread")
def memory_unread() -> Figures:
    return memory(())


@row("memory after six reads")
def memory_six() -> Figures:
    return memory(SIX)


def import_libraries() -> None:
    """Import what the package stands on, so that only its own modules are timed."""
    for name in ("requests", "attrs", "cachetools"):
        import_module(name)


@row("import linode_orm")
def importing() -> Figures:
    import_libraries()
    return {"cpu": cpu(lambda: import_module("linode_orm"))}


@row("from linode_orm import Session, Instance")
def importing_more() -> Figures:
    import_libraries()
    return {"cpu": cpu(lambda: exec("from linode_orm import Session, Instance"))}


@row("planning 100,000 objects, a tenth changed")
def planning() -> Figures:
    from linode_orm import Instance

    with canned(100_000) as session:
        objects = session.query(Instance).all()
        for each in objects[::10]:
            each.label += "x"
        return {"cpu": cpu(session.plan)}


@row("streaming 20,000 rows, peak")
def streaming() -> Figures:
    from linode_orm import Instance

    with canned(20_000) as session:
        gc.collect()
        tracemalloc.start()
        for _ in session.query(Instance):
            pass
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    return {"memory": peak}


@contextmanager
def served(count: int, **options: Any) -> Iterator[tuple[Any, Any]]:
    """Give a server of that many instances at 50 ms, and a session on it."""
    from harness import fleet

    from linode_orm import Client, Session

    with fleet(count, LATENCY) as server:
        client = Client("t", base_url=server.url, budget=None)
        with client, Session(client=client, volatile_ttl=None, **options) as session:
            yield server, session


@row("10,000 instances at 50 ms")
def listing() -> Figures:
    from linode_orm import Instance

    with served(10_000) as (server, session):
        server.arrived()
        took = seconds(session.query(Instance).all)
        return {"seconds": took, "requests": server.arrived()[0]}


def commit_of_a_thousand(change: Callable[[Any], None], **options: Any) -> Figures:
    """Change 1,000 instances and commit, at 50 ms with 8 workers."""
    from linode_orm import Instance

    with served(1_000, **options) as (server, session):
        objects = session.query(Instance).all()
        server.arrived()

        def work() -> None:
            for each in objects:
                change(each)
            session.commit()

        took = seconds(work)
        requests, size = server.arrived()
        return {"seconds": took, "requests": requests, "bytes": size}


@row("tagging 1,000 and committing")
def tagging() -> Figures:
    return commit_of_a_thousand(lambda each: each.tags.append("edge"))


def relabel(instance: Any) -> None:
    """Change a scalar."""
    instance.label = f"n{instance.id}"


@row("1,000 updates")
def updates() -> Figures:
    return commit_of_a_thousand(relabel)


@row("1,000 updates with a journal")
def updates_written_down() -> Figures:
    with tempfile.TemporaryDirectory() as folder:
        return commit_of_a_thousand(relabel, journal=Path(folder) / "journal")


@row("200 updates recorded on a cassette")
def updates_recorded() -> Figures:
    from linode_orm import Instance
    from linode_orm.testing import recorder

    with tempfile.TemporaryDirectory() as folder, served(200) as (server, session):
        objects = session.query(Instance).all()
        server.arrived()

        def work() -> None:
            with recorder(folder, record=True).use_cassette("updates.yaml"):
                for each in objects:
                    relabel(each)
                session.commit()

        took = seconds(work)
        return {"seconds": took, "requests": server.arrived()[0]}


@row("150 instances with regions, volumes and disks")
def everything() -> Figures:
    from linode_orm import Instance, Session, selectin
    from linode_orm.simulator import Simulator

    with Simulator() as sim:
        sim.seed(instances=150, volumes=100, disks=2)
        with Session(client=sim.client()) as session:
            query = session.query(Instance).options(selectin(Instance.volumes), selectin(Instance.disks))

            def work() -> None:
                for each in query:
                    _ = each.region.country, [v.size for v in each.volumes], [d.size for d in each.disks]

            took = cpu(work)
        return {"cpu": took, "requests": len(sim.requests)}


@row("200 volumes and their Linodes in a loop")
def loop() -> Figures:
    from linode_orm import Session, Volume
    from linode_orm.simulator import Simulator

    with Simulator() as sim:
        hosts = [each["id"] for each in sim.seed(instances=150)["instances"]]
        sim.seed(volumes=[{"label": f"v{at}", "linode_id": hosts[at % 150]} for at in range(200)])
        with Session(client=sim.client()) as session:
            took = cpu(lambda: [volume.linode.label for volume in session.query(Volume)])
        return {"cpu": took, "requests": len(sim.requests)}


if __name__ == "__main__":
    figures = ROWS[sys.argv[1]]()
    print(json.dumps({"package": sys.modules["linode_orm"].__file__, "figures": figures}))
