"""What both checkers must accept."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, assert_type

from linode_orm import (
    VPC,
    Client,
    CommitError,
    Config,
    ConfigInterface,
    Disk,
    Domain,
    DomainRecord,
    Event,
    Expression,
    Firewall,
    Instance,
    Linode,
    LKECluster,
    LKENode,
    LKENodePool,
    NodeBalancer,
    ObjectStorageKey,
    Region,
    Session,
    Stream,
    StreamDestination,
    SyncResult,
    Volume,
    VPCSubnet,
    and_,
    asdict,
    inspect,
    later,
    not_,
    or_,
    selectin,
    sessionmaker,
)
from linode_orm.mapping import JSON, Collection, Query, TagList
from linode_orm.models.networking.firewall import FirewallRule
from linode_orm.testing import assert_requests, count_requests, no_n_plus_one

if TYPE_CHECKING:
    from linode_orm.simulator import Simulator


def reading(session: Session) -> None:
    """Values have the types of their declarations."""
    query = session.query(Instance)
    assert_type(query, Query[Instance])
    assert_type(query.all(), list[Instance])
    assert_type(query.first(), Instance | None)
    assert_type(query.one(), Instance)
    assert_type(query.count(), int)
    assert_type(session.get(Instance, 5), Instance | None)
    assert_type(session.load(Disk, 5, 3), Disk)
    instance = Linode(session, 5)
    assert_type(instance.label, str)
    assert_type(instance.tags, TagList)
    assert_type(instance.created, datetime)
    assert_type(instance.specs.memory, int)
    assert_type(instance.region, Region)
    assert_type(instance.region_id, str)
    assert_type(instance.disks, Collection[Disk])
    assert_type(instance.disks[0].size, int)
    assert_type(Volume(session, 1).linode, Instance | None)
    for each in query:
        assert_type(each, Instance)


def tabling(session: Session) -> None:
    """A table knows the types of up to six columns."""
    table = session.query(Volume).table(Volume.label, Volume.size, Volume.linode_id, Volume.linode.label)
    for row in table:
        assert_type(row[0], str)
        assert_type(row[1], int)
        assert_type(row[2], int | None)
        label, size, _, _ = row
        assert_type(label, str)
        assert_type(size, int)
        print(row.label, row["linode.label"], row.count)
    instances = session.query(Instance)
    assert_type(instances.table(Instance.created)[0][0], datetime)
    assert_type(instances.table(Instance.specs.memory)[:5][0][0], int)
    assert_type(instances.table(Instance.region)[0][0], int | str | None)
    six = instances.table(
        Instance.id, Instance.label, Instance.created, Instance.tags, Instance.watchdog_enabled, Instance.region_id
    )
    assert_type(six[0][4], bool)
    assert_type(six[0][5], str)
    every = instances.table()
    print(every[0].label, every[0]["specs.memory"], every.columns, every.problems, every.to_dicts())
    assert_type(every.to_json(), str)
    every.to_csv("instances.csv")
    assert_type(asdict(instances.all()), list[JSON])
    assert_type(asdict(Instance(session, 5), raw=True), dict[str, JSON])


def asking(session: Session) -> None:
    """Attributes of classes are conditions."""
    condition = and_(
        or_(Instance.label.contains("web"), Instance.tags.contains("prod")),
        not_(Instance.status == "offline"),
        Instance.specs.memory >= 2048,
        Instance.region == "us-east",
        Instance.region.in_(["us-east", "eu-west"]),
        Instance.id.in_([1, 2]),
        Event.entity.id == 3,
        Volume.linode.is_(None),
    )
    session.query(Instance).filter(condition, ~condition | condition).order_by(Instance.created.desc(), Instance.label)
    session.query(Instance).options(selectin(Instance.disks), selectin(Instance.volumes, Volume.region))
    further = or_(
        Volume.linode.has(Instance.region == "us-east"),
        not_(Volume.linode.has()),
        Volume.label.like("50#%", escape="#"),
        Volume.label.icontains("web"),
        Volume.size.not_in([1, 2]),
        Volume.linode_id.is_not(None),
    )
    assert_type(further, Expression)
    assert_type(session.query(Volume).where(further)[0], Volume)
    assert_type(session.query(Volume).where(further)[:3], list[Volume])
    fleet = session.query(Instance).filter(
        Instance.firewalls.any(), ~Instance.volumes.any(Volume.size > 100), Instance.watchdog_enabled.is_(True)
    )
    fleet.options(selectin(Instance.firewalls))
    session.query(LKENodePool).filter(LKENodePool.nodes.any(LKENode.status == "ready"))
    session.query(Firewall).filter(Firewall.rules.inbound.any(FirewallRule.action == "DROP"), Firewall.entities.any())
    session.query(Config).filter(Config.interfaces.any(ConfigInterface.purpose == "vpc"))
    session.query(DomainRecord).filter(DomainRecord.domain == 5).update({"ttl_sec": 300})


def writing(session: Session) -> None:
    """Assignments, new objects and actions."""
    instance = Instance(region="us-east", type="g6-nanode-1", label="a", root_pass="secret", tags=["x"])
    instance.label = "b"
    instance.alerts.cpu = 80
    instance.tags.append("edge")
    instance.tags = ["exactly", "these"]
    volume = Volume(label="data", size=20, linode=instance)
    domain = Domain(domain="example.org", type="master", soa_email="me@example.org")
    domain.records.append(DomainRecord(type="A", name="www", target="203.0.113.5"))
    session.add_all([instance, volume, domain])
    firewall = Firewall(session, 5)
    firewall.rules.inbound[0].ports = "443"
    print(session.plan(), inspect(instance).history["label"].mine)
    try:
        report = session.commit(on_error="continue", max_deletes=0)
        print(report.applied)
    except CommitError as error:
        print(error.failed, error.in_doubt)
    instance.boot()
    instance.resize(Instance(session, 2).type)
    assert_type(volume.attach(instance), Volume)
    instance.wait_until(Instance.status == "running", timeout=60)


def creating(session: Session) -> None:
    """Children inside a parent, as objects and as dicts; objects named by their ids."""
    session.add(VPC(label="net", region="us-east", subnets=[VPCSubnet(label="a")]))
    session.add(VPC(label="net", region="us-east", subnets=[{"label": "a"}]))
    session.add(Stream(label="logs", type="audit_logs", destinations=[512, StreamDestination(session, 513)]))
    session.add(ObjectStorageKey(label="key", regions=["us-east"]))
    cluster = LKECluster(label="c", region="us-east", k8s_version="1.32")
    cluster.pools.append(LKENodePool(type="g6-standard-1", count=2))
    session.add(cluster)


def stacking(session: Session) -> None:
    """Values of answers stand wherever the values themselves may."""
    entry, web = NodeBalancer(label="b", region="us-east"), Instance(label="w", region="us-east", type="g6-nanode-1")
    record = DomainRecord(type="A", target=later(entry, "ipv4"))
    record.target = later(entry, "ipv4")
    record.ttl_sec = later(entry, "client_conn_throttle")
    address = later(web, "ipv4", 0)
    record.target = address
    web.tags.append(later(entry, "label"))
    Instance(label="x", region="us-east", type="g6-nanode-1", tags=[later(entry, "label"), "edge"])
    rules = {"inbound": [{"addresses": {"ipv4": [later(web, "ipv4", 0)]}}]}
    session.add_all([record, Firewall(label="f", rules=rules)])
    assert_type(session.depends_on(entry, web, record), None)


def testing(sim: Simulator, session: Session) -> None:
    """Seed data, and what holds a test to its requests."""
    web = sim.make.instance(label="web", status="offline", tags=["a"], alerts={"cpu": 90})
    assert_type(web, Instance)
    assert_type(sim.make.volume(linode=web, size=40).linode, Instance | None)
    assert_type(sim.make.disk(instance=web.id), Disk)
    assert_type(sim.make.vpc_subnet(vpc=VPC(session, 1), ipv4="10.0.0.0/24"), VPCSubnet)
    assert_type(sim.make(Volume, label="data"), Volume)
    made = sim.seed(instances=2, disks=1, volumes=[{"label": "data"}])
    assert_type(made[Instance], list[Instance])
    assert_type(made[Instance][0].specs.memory, int)
    assert_type(made["instances"], list[dict[str, object]])
    assert_type(sim.read(Volume, 5), Volume)
    assert_type(sim.read(Disk, 5, web), Disk)
    assert_type(sim.read(web), Instance)
    assert_type(sim.read("/volumes/5"), dict[str, object])
    assert_type(sim.change(web, label="other"), Instance)
    assert_type(sim.change("/volumes/5", label="other"), dict[str, object])
    sim.remove(web)
    with assert_requests(session, 3) as sent, assert_requests(session.client, at_least=1, at_most=4):
        assert_type(sent.lines, list[str])
    with count_requests(session), no_n_plus_one(session):
        Session(client=session.client, detect_n_plus_one=True).close()


def connecting() -> None:
    """Clients, sessions and factories."""
    with Client("token", workers=4) as client, Session(client=client, lazy="raise") as session, session.begin():
        session.rollback()
    with sessionmaker(client=client, volatile_ttl=None).begin() as block:
        assert_type(block, Session)


def declaring(session: Session, zone: Domain) -> None:
    """What is wanted has the class of what is answered."""
    assert_type(session.upsert(Volume(label="data", region="us-east")), Volume)
    assert_type(session.upsert(DomainRecord(type="A"), key=("type", "name")), DomainRecord)
    assert_type(session.upsert_all([Volume(label="data", region="us-east")]), list[Volume])
    result = zone.records.sync([DomainRecord(type="A")], key=("type", "name"), delete=False)
    assert_type(result, SyncResult[DomainRecord])
    assert_type(result.added, tuple[DomainRecord, ...])
    assert_type(session.query(Volume).sync([], partial=True), SyncResult[Volume])
    zone.records.extend([DomainRecord(type="A")])
    zone.records.remove(zone.records[0])
    zone.records.clear()
    with session.temporary(DomainRecord(type="A", domain=zone)) as made:
        print(made[0].save)
