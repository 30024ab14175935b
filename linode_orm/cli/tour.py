"""The steps of `linode-orm demo`, as chapters of ordinary code that is shown as it stands here.

Each chapter is a generator: a step ends at its `yield`, whose value is the result that is shown. Lines stay within 84
columns, so that they fit a terminal of 80 once they are out of their function.
"""

# ruff: noqa: PLR2004  figures of an example
from __future__ import annotations

from typing import TYPE_CHECKING

from linode_orm import (
    CommitError,
    Domain,
    DomainRecord,
    Firewall,
    Instance,
    Volume,
    inspect,
    or_,
    selectin,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from linode_orm import Session
    from linode_orm.simulator import Simulator


def one_minute(session: Session, _: Simulator) -> Iterator[object]:
    """The one-minute script."""
    # A query is typed, and sends nothing before its objects are asked for.
    web = (
        session.query(Instance)
        .filter(
            Instance.region == "us-east",
            or_(Instance.label.contains("web"), Instance.tags.contains("prod")),
        )
        .order_by(Instance.created.desc())
        .all()
    )
    yield [(each, each.region_id, each.tags) for each in web]

    # A change is written down. Only the plan says what a commit would send.
    for instance in web:
        instance.tags.append("edge")
    yield session.plan()

    # One PUT an instance, holding the tags and nothing else.
    yield session.commit()


def questions(session: Session, _: Simulator) -> Iterator[object]:
    """Questions that the server cannot answer alone."""
    # The API filters by region, and not by memory or status. This says so.
    query = session.query(Instance).filter(
        Instance.region == "eu-west",
        Instance.status == "running",
        Instance.specs.memory >= 2048,
    )
    yield query.explain()

    # It is answered exactly all the same.
    yield [(each.label, each.status, each.specs.memory) for each in query]

    # One object is one object, however it is reached.
    first = query.all()[0]
    yield session.get(Instance, first.id) is first


def relationships(session: Session, _: Simulator) -> Iterator[object]:
    """Relationships, without a request for each object."""
    # The Linodes of all volumes come together, not one by one.
    volumes = session.query(Volume).all()
    pairs = [(volume, volume.linode) for volume in volumes if volume.linode]
    yield [(volume.label, volume.size, linode.label) for volume, linode in pairs]

    # Regions come from one list, which the client keeps for a while.
    yield sorted({linode.region.country for _, linode in pairs})

    # The disks of three Linodes: three lists, side by side.
    some = session.query(Instance).limit(3).options(selectin(Instance.disks))
    yield [(each.label, [disk.label for disk in each.disks]) for each in some]


def many_changes(session: Session, _: Simulator) -> Iterator[object]:
    """Many changes, one plan."""
    # Every match, without a loop.
    large = session.query(Volume).filter(Volume.size >= 80)
    marked = large.update({"tags": ["large"]})
    # A nested value, and a rule inside a list of them.
    instance = session.query(Instance).order_by(Instance.id).limit(1).one()
    instance.label, instance.alerts.cpu = "renamed", 80
    firewall = session.query(Firewall).order_by(Firewall.id).limit(1).one()
    firewall.rules.inbound[0].ports = "443"
    # New objects that refer to each other before they exist.
    domain = Domain(domain="example.org", type="master", soa_email="me@example.org")
    domain.records.append(DomainRecord(type="A", name="www", target="203.0.113.5"))
    session.add(domain)
    # And one that goes.
    session.delete(session.query(Domain).order_by(Domain.id).limit(1).one())
    yield f"{marked} volumes marked, {len(session.plan())} requests planned"

    # Nothing was written yet. This is what would be, in this order.
    yield session.plan()

    # What is independent goes side by side; the record waits for its domain.
    yield session.commit()


def others(session: Session, sim: Simulator) -> Iterator[object]:
    """Somebody else changes the same object."""
    # The label and the tags change behind this session's back.
    instance = session.query(Instance).order_by(Instance.id.desc()).limit(1).one()
    instance.tags.add("mine")
    path = f"/linode/instances/{instance.id}"
    sim.change(path, label="renamed-by-hand", tags=[*instance.tags[:-1], "theirs"])
    session.refresh(instance)
    yield inspect(instance).history["tags"]._asdict()

    # Tags are edited as a set, on whatever the newest value is: nothing is lost.
    session.commit()
    yield sim.read(path)["label"], sim.read(path)["tags"]


def mistakes(session: Session, _: Simulator) -> Iterator[object]:
    """Mistakes are refused before anything is sent."""
    # What is wrong is refused where it is written, naming what would be right.
    instance, volume = Instance(session, 1), Volume(session, 2)
    wrong: dict[str, Callable[[], object]] = {
        "a typo": lambda: setattr(instance, "lable", "web-1"),
        "a value of the wrong type": lambda: Instance.label == 5,
        "Python's and": lambda: Instance.id > 1 and Instance.label == "web-1",
        "what only an action changes": lambda: setattr(volume, "size", 100),
    }
    said = []
    for name, mistake in wrong.items():
        try:
            mistake()
        except (AttributeError, TypeError) as error:
            said.append(f"{name}: {error}")
    yield said


def bad_day(session: Session, sim: Simulator) -> Iterator[object]:
    """A bad day: refusals, and an answer that is lost."""
    # The API refuses the second of three updates, and the answer to a POST is lost.
    sim.faults.add("PUT", "/linode/instances/*", nth=2, action=400)
    sim.faults.add("POST", "/volumes", action="reset_after")
    for instance in session.query(Instance).order_by(Instance.id).limit(3):
        instance.tags.add("reviewed")
    session.add(Volume(label="precious", region="us-east", size=20))
    report = None
    try:
        session.commit(on_error="continue")
    except CommitError as error:
        report = error.report
    yield report

    # The volume was looked for, found, and not created twice. The session holds
    # exactly what is not done, so that a second commit sends only that.
    yield session.plan()
    session.commit()
    yield session.query(Volume).filter(Volume.label == "precious").count()


def actions(session: Session, _: Simulator) -> Iterator[object]:
    """Actions are methods, and immediate."""
    # A job takes simulated time; so does waiting for it.
    server = session.query(Instance).order_by(Instance.id).limit(1).one()
    server.shutdown()
    server.wait_until(Instance.status == "offline", timeout=60)
    yield server.label, server.status


CHAPTERS = (one_minute, questions, relationships, many_changes, others, mistakes, bad_day, actions)
