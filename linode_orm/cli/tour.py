"""The steps of `linode-orm demo`, as chapters of ordinary code that is shown as it stands here.

Each chapter is a generator: a step ends at its `yield`, whose value is the result that is shown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from linode_orm import CommitError, Domain, DomainRecord, Firewall, Instance, Volume, or_, selectin

if TYPE_CHECKING:
    from collections.abc import Iterator

    from linode_orm import Session
    from linode_orm.simulator import Simulator


def asking(session: Session, sim: Simulator) -> Iterator[object]:
    """Ask for objects."""
    # Which of these conditions can the server be trusted with? Explaining sends nothing.
    query = (
        session.query(Instance)
        .filter(Instance.region == "us-east", or_(Instance.label.contains("web"), Instance.tags.contains("prod")))
        .order_by(Instance.created.desc())
    )
    yield query.explain()

    # Now it is sent.
    web = query.all()
    yield web

    # One thing is one object, whichever way it is reached.
    yield session.get(Instance, web[0].id) is web[0]

    # How many are there? One request, no objects.
    yield session.query(Instance).count(), len(sim.requests)


def walking(session: Session, sim: Simulator) -> Iterator[object]:
    """Walk from object to object."""
    # Volumes and the Linodes that they are attached to: two requests, however many there are.
    volumes = session.query(Volume).order_by(Volume.label).limit(5).all()
    yield [(volume.label, volume.linode.label if volume.linode else None) for volume in volumes]

    # Regions come from one list that the client keeps for a while; the disks of all, side by side.
    some = session.query(Instance).limit(3).options(selectin(Instance.disks)).all()
    yield [(each.label, each.region.country, [disk.label for disk in each.disks]) for each in some]

    # What waits in the simulated account's log:
    yield f"{len(sim.requests)} requests so far"


def changing(session: Session, sim: Simulator) -> Iterator[object]:
    """Change many objects at once."""
    # Assignments and changes inside lists and nested values are only written down.
    for instance in session.query(Instance).filter(Instance.tags.contains("dev")):
        instance.tags.add("edge")
    first = session.query(Instance).first()
    if first is not None:
        first.label, first.alerts.cpu = "renamed", 80
    before = len(sim.requests)
    yield session.plan()

    # The plan, and nothing else, goes over the wire.
    yield session.commit()
    yield f"{len(sim.requests) - before} requests"

    # New objects may refer to each other before they exist; parents go first.
    domain = Domain(domain="example.org", type="master", soa_email="me@example.org")
    domain.records.append(DomainRecord(type="A", name="www", target="203.0.113.5"))
    session.add(domain)
    session.add(Volume(label="new-data", region="us-east", size=40))
    yield session.plan()
    yield session.commit()

    # A rule of a firewall is a value in a list; its change is a PUT of the rules.
    firewall = session.query(Firewall).first()
    if firewall is not None:
        firewall.rules.inbound[0].ports = "443"
    yield session.plan()
    session.commit()


def surviving(session: Session, sim: Simulator) -> Iterator[object]:
    """Survive a bad day."""
    # The API will refuse one of three updates.
    sim.faults.add("PUT", "/linode/instances/*", nth=2, action=400)
    for instance in session.query(Instance).limit(3):
        instance.tags.add("reviewed")
    try:
        session.commit(on_error="continue")
    except CommitError as error:
        yield error.report

    # The session holds exactly what is not done.
    yield session.plan()
    yield session.commit()


CHAPTERS = (asking, walking, changing, surviving)
