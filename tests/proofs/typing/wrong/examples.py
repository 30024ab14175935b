"""What both checkers must refuse, line by line: each line that ends in `# wrong`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linode_orm import (
    Client,
    Disk,
    Domain,
    DomainRecord,
    Event,
    Firewall,
    Instance,
    Region,
    Session,
    Volume,
    and_,
    later,
    selectin,
    sessionmaker,
)
from linode_orm.testing import assert_requests, no_n_plus_one

if TYPE_CHECKING:
    from linode_orm.simulator import Simulator


def wrong(session: Session, instance: Instance, volume: Volume, domain: Domain) -> None:
    """Nothing here makes sense."""
    instance.lable  # wrong
    instance.label = 5  # wrong
    instance.id = 7  # wrong
    instance.status = "running"  # wrong
    instance.created = instance.updated  # wrong
    instance.watchdog_enabled = "yes"  # wrong
    instance.alerts.cpu = "high"  # wrong
    instance.alerts.cpus = 3  # wrong
    instance.tags.append(5)  # wrong
    instance.tags.ad("x")  # wrong
    instance.tags = "edge"  # wrong
    instance.specs.memory = 5  # wrong
    instance.region.county  # wrong
    instance.disks[0].label = None  # wrong
    instance.disks.append(volume)  # wrong
    instance.disks["first"]  # wrong
    instance.resize()  # wrong
    instance.boot(config_id="x")  # wrong
    instance.bot()  # wrong
    volume.attach("five")  # wrong
    volume.attach()  # wrong
    volume.resize(size="big")  # wrong
    volume.linode.label  # wrong
    Instance(region="us-east")  # wrong
    Instance(region="us-east", type="g6-nanode-1", labl="x")  # wrong
    Instance(region="us-east", type="g6-nanode-1", label=5)  # wrong
    Instance(session, "five")  # wrong
    Disk(session, 5)  # wrong
    Volume(size="big", label="x")  # wrong
    Instance.lable == "x"  # wrong
    Instance.label.contians("x")  # wrong
    Instance.label > 5  # wrong
    Instance.specs.memry > 5  # wrong
    Event.entity.idd == 5  # wrong
    Volume.linode.has("x")  # wrong
    Volume.linode.any()  # wrong
    Instance.volumes.any(5)  # wrong
    Instance.volumes.has()  # wrong
    Instance.tags.any("x")  # wrong
    Instance.label.any()  # wrong
    Instance.label.like(5)  # wrong
    Instance.id.not_in(["x"])  # wrong
    Instance.label.is_("x")  # wrong
    "x" in Instance.tags  # wrong
    session.query(Instance)["x"]  # wrong
    session.query(Instance).where("x")  # wrong
    session.query(Instance).join(Volume)  # wrong
    session.flush()  # wrong
    session.query(Instance, Volume)  # wrong
    session.query("Instance")  # wrong
    session.query(Instance).filter("label == 'x'")  # wrong
    session.query(Instance).filter(True)  # wrong
    session.query(Instance).order_by("label")  # wrong
    session.query(Instance).limit("5")  # wrong
    session.query(Instance).al()  # wrong
    session.query(Instance).options(Instance.disks)  # wrong
    and_(Instance.label == "x", "y")  # wrong
    selectin("disks")  # wrong
    session.commit(on_error="ignore")  # wrong
    session.commit(max_deletes="none")  # wrong
    session.add("x")  # wrong
    session.delete(5)  # wrong
    session.get(5, Instance)  # wrong
    Session(lazy="never")  # wrong
    Session(volatile_ttl="1")  # wrong
    Client(workers="8")  # wrong
    found: list[Volume] = session.query(Instance).all()  # wrong
    one: Instance = session.query(Instance).first()  # wrong
    region: str = instance.region  # wrong
    firewall: Region = Firewall(session, 5)  # wrong
    print(found, one, region, firewall, domain)


def reading(instance: Instance) -> None:
    """A value of another type."""
    label: int = instance.label  # wrong
    print(label)


def making(client: Client, session: Session) -> None:
    """Options that there are not, answers of any shape, and relations that are none."""
    sessionmaker(client=client, lazzy="raise")  # wrong
    sessionmaker(client=client, lazy="eager")  # wrong
    sessionmaker(client=client)(volatile_ttl="5")  # wrong
    client.request("GET", "/account")["email"]  # wrong
    session.query(Volume).options(selectin(Volume.label))  # wrong
    session.query(Volume).order_by(Instance.disks)  # wrong
    session.query(Volume).order_by(5)  # wrong
    session.query(Volume).table("label")  # wrong
    session.query(Volume).table(Instance.disks)  # wrong
    size: str = session.query(Volume).table(Volume.label, Volume.size)[0][1]  # wrong
    print(size)


def stacking(session: Session, instance: Instance) -> None:
    """Values of answers and orders of what they are not."""
    later("instance", "ipv4")  # wrong
    later(instance, Instance.ipv4)  # wrong
    later(instance, "ipv4", 0.5)  # wrong
    session.depends_on("instance", instance)  # wrong
    session.depends_on(instance, 5)  # wrong
    session.depends_on(instance, others=[instance])  # wrong


def testing(sim: Simulator, session: Session) -> None:
    """Seed data of other names and types, and bounds that are none."""
    sim.make.volum()  # wrong
    sim.make.volume(sise=3)  # wrong
    sim.make.volume(size="3")  # wrong
    sim.make.volume(linode=Volume(session, 5))  # wrong
    sim.make.instance(label="web").lable  # wrong
    sim.seed(instances="3")  # wrong
    sim.seed(instances=3)[Instance][0].lable  # wrong
    sim.seed(instances=3)["instances"][0]["id"] + 1  # wrong
    sim.read(Volume, 5).lable  # wrong
    sim.read("/volumes/5")["size"] + 1  # wrong
    assert_requests(session, "3")  # wrong
    assert_requests(sim, 3)  # wrong
    assert_requests(session, atmost=3)  # wrong
    no_n_plus_one(sim)  # wrong
    Session(detect_n_plus_one="yes")  # wrong


def declaring(session: Session, zone: Domain) -> None:
    """Objects of another class, and keys that are none."""
    session.upsert("web")  # wrong
    session.upsert(Volume(label="data", region="us-east"), key="label")  # wrong
    session.upsert_all(Volume(label="data", region="us-east"))  # wrong
    zone.records.sync([Volume(label="data", region="us-east")])  # wrong
    session.query(Volume).sync([DomainRecord(type="A")])  # wrong
    session.query(Volume).sync([], remove=False)  # wrong
    zone.records.extend([5])  # wrong
    with session.temporary("web"):  # wrong
        pass
