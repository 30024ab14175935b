"""Fields and operations that linode-cli's description lacks: taken, sent and read, on the simulator."""

from __future__ import annotations

import pytest

from linode_orm import (
    VPC,
    Firewall,
    Instance,
    LKECluster,
    LKENodePool,
    NodeBalancer,
    ObjectStorageBucket,
    PlacementGroup,
    Session,
    Tag,
    Volume,
    models,
)
from linode_orm.errors import ReadOnlyAttribute
from linode_orm.mapping import Field
from linode_orm.models import (
    AccountEntity,
    ChildAccountDelegation,
    DelegatedAccount,
    DelegateRolePermissions,
    StreamDestination,
    User,
    UserRolePermissions,
)
from linode_orm.models.tags._extra import KINDS
from linode_orm.simulator import Simulator

EUUID = "A1BC2DEF-34GH-567I-J890KLMN12O34P57"


@pytest.fixture
def sim():
    with Simulator(job_seconds=0.0) as simulator:
        yield simulator


@pytest.fixture
def session(sim):
    with Session(client=sim.client()) as opened:
        yield opened


def test_every_class_with_tags_is_a_kind_of_tagged_object():
    """`Tag.objects()` knows each class whose objects carry tags; pools stand in no list of tagged objects."""
    tagged = {
        name
        for name in models.INDEX
        if "tags" in (fields := getattr(models, name).__mapper__.fields) and isinstance(fields["tags"], Field)
    }
    assert tagged - set(KINDS.values()) == {"LKENodePool"}
    assert set(KINDS.values()) <= set(models.INDEX)


def test_a_tag_gives_clusters_and_firewalls(sim, session):
    """A new tag is put on clusters, and gives back everything that carries it."""
    sim.seed(clusters=1, firewalls=1, instances=1)
    cluster, wall = session.query(LKECluster).one(), session.query(Firewall).one()
    session.add_all([Tag(label="prod", lke_clusters=[cluster.id]), Tag(label="prod-2")])
    session.commit()
    wall.tags.add("prod-2")
    session.commit()
    assert [type(each) for each in Tag(session, "prod").objects()] == [LKECluster]
    assert [type(each) for each in Tag(session, "prod-2").objects()] == [Firewall]


def test_a_configuration_has_sixty_four_slots(sim, session):
    """Every slot from `sda` to `sdbl` can be set; a configuration shows those up to the last that is used."""
    sim.seed(instances=1, configs=1, disks=1)
    disk = session.query(models.Disk).one().id
    config = session.query(Instance).one().configs[0]
    slots = list(models.Config.__mapper__.fields["devices"].codec.fields)
    assert (len(slots), slots[0], slots[25:28], slots[-1]) == (64, "sda", ["sdz", "sdaa", "sdab"], "sdbl")
    config.devices.sdaa = {"disk_id": disk}
    session.commit()
    session.refresh(config)
    assert (config.devices.sdaa.disk_id, config.devices.sdz, config.devices.sdab) == (disk, None, None)
    assert sim.requests.writes[-1].body["devices"]["sdaa"] == {"disk_id": disk}


def test_a_pool_of_an_enterprise_cluster_is_isolated(session):
    """A pool takes where its nodes can be reached, and its label, version and update strategy change."""
    pool = LKENodePool(type="g6-standard-1", count=1, isolation={"public_ipv4": False, "public_ipv6": True})
    cluster = LKECluster(label="c", region="us-east", k8s_version="v1.33.4+lke1", tier="enterprise", node_pools=[])
    session.add(cluster)
    session.commit()
    cluster.pools.append(pool)
    session.commit()
    pool.label, pool.update_strategy, pool.isolation.public_ipv6 = "workers", "on_recycle", False
    session.commit()
    session.refresh(pool)
    assert (pool.label, pool.isolation.public_ipv4, pool.isolation.public_ipv6) == ("workers", False, False)


@pytest.mark.parametrize(
    ("address", "expected"), [("192.168.1.2:80", "legacy"), ("[2001:db8::5]:80", "ipv6"), (None, "undefined")]
)
def test_a_balancer_says_how_it_reaches_its_backends(session, address, expected):
    """What is not said at creation follows from the first backend."""
    nodes = [{"address": address, "label": "one"}] if address else []
    balancer = NodeBalancer(region="us-east", configs=[{"port": 80, "nodes": nodes}] if nodes else [])
    session.add(balancer)
    session.commit()
    assert balancer.backend_connectivity == expected
    assert (balancer.backend_ipv6_prefix is not None) == (expected == "ipv6")


def test_where_logs_go_is_typed(sim, session):
    """A destination's details are typed for both of its kinds, and no secret is in an answer or a plan."""
    details = {
        "endpoint_url": "https://logs.example.com",
        "data_compression": "gzip",
        "authentication": {
            "type": "basic",
            "details": {"basic_authentication_user": "u", "basic_authentication_password": "very-secret"},
        },
        "custom_headers": [{"name": "X-Token", "value": "also-secret"}],
    }
    https = StreamDestination(label="there", type="custom_https", details=details)
    session.add(https)
    assert "secret" not in str(session.plan())
    session.commit()
    assert sim.requests.writes[-1].body["details"] == details
    session.refresh(https)
    assert (https.details.endpoint_url, https.details.authentication.type) == ("https://logs.example.com", "basic")
    assert (https.details.bucket_name, https.details.authentication.details.basic_authentication_user) == (None, "u")
    assert "very-secret" not in str(sim.exchange("GET", f"/monitor/streams/destinations/{https.id}").content)


def test_an_action_takes_a_configuration_or_its_id(sim, session):
    """The profile may be given as an object, by id, or under the key's own name; not in two ways at once."""
    sim.seed(instances=[{"region": "us-east"}], configs=1, volumes=[{"region": "us-east", "linode_id": None}])
    instance, volume = session.query(Instance).one(), session.query(Volume).one()
    config = instance.configs[0]
    volume.attach(instance, config=config)
    assert sim.requests.writes[-1].body["config_id"] == config.id
    instance.boot(config=config.id)
    instance.reboot(config_id=config.id)
    assert [each.body for each in sim.requests.writes[-2:]] == [{"config_id": config.id}] * 2
    with pytest.raises(TypeError, match="config= or config_id=, not both"):
        instance.boot(config=config, config_id=config.id)
    with pytest.raises(TypeError, match=r"boot\(config=\) takes Config"):
        instance.boot(config=volume)


def test_entities_of_the_account_and_of_a_user(sim, session):
    """Objects are listed by class and id; a restricted user has those that a role is given for."""
    sim.seed(instances=2, firewalls=1, users=[{"username": "eve", "restricted": True}])
    found = session.query(AccountEntity).filter(AccountEntity.type == "linode").all()
    assert len(found) == 2
    assert {each.type for each in session.query(AccountEntity)} == {"linode", "firewall"}
    access = session.load(UserRolePermissions, "eve")
    assert access.entities(type="linode", permission="reboot_linode") == []
    access.entity_access = [{"id": found[0].id, "type": "linode", "roles": ["linode_viewer"]}]
    session.commit()
    assert access.entities(type="linode") == [found[0]]
    assert access.account_permissions() == []


def test_delegation(sim, session):
    """Users of a parent account work in its child accounts, with a token for each."""
    sim.seed(child_accounts=[{"euuid": EUUID, "company": "Example"}], users=[{"username": "eve"}])
    child = session.query(ChildAccountDelegation).one()
    mine = session.profile.username
    assert (child.company, child.users()) == ("Example", [])
    assert child.replace_users(users=[User(session, "eve"), mine]) == sorted(["eve", mine])
    assert child.users() == sorted(["eve", mine])
    assert ChildAccountDelegation.of_user(session, username="eve").all() == [child]
    account = session.query(DelegatedAccount).one()
    assert session.load(DelegatedAccount, EUUID) is account
    assert (account.company, account.token().scopes) == ("Example", "*")


def test_roles_of_new_delegates(sim, session):
    """A PUT of the default roles names both kinds of access, whichever changed."""
    roles = session.load(DelegateRolePermissions)
    roles.account_access = ["account_viewer"]
    session.commit()
    assert sim.requests.writes[-1].body == {"account_access": ["account_viewer"], "entity_access": []}
    assert sim.requests.writes[-1].path == "/iam/delegation/default-role-permissions"


def test_a_new_linode_asks_for_a_compliant_place(sim, session):
    """`compliant_only` stands beside the id of the placement group in the create, and in no answer."""
    sim.seed(placement_groups=[{"region": "us-east"}])
    group = session.query(PlacementGroup).one()
    wanted = {"id": group.id, "compliant_only": True}
    linode = Instance(region="us-east", type="g6-nanode-1", placement_group=wanted)
    session.add(linode)
    session.commit()
    assert sim.requests.writes[-1].body["placement_group"] == wanted
    assert "compliant_only" not in str(sim.exchange("GET", f"/linode/instances/{linode.id}").content)


def test_a_range_of_a_vpc_names_its_inventory(sim, session):
    """`allocation_class` is sent with the range that a VPC asks for."""
    session.add(VPC(label="v", region="us-east", ipv6=[{"range": "/52", "allocation_class": "vpc"}]))
    session.commit()
    assert sim.requests.writes[-1].body["ipv6"] == [{"range": "/52", "allocation_class": "vpc"}]


def test_a_signed_address_may_offer_a_download(sim, session):
    """`content_disposition` is sent where it is given."""
    sim.seed(buckets=[{"region": "us-east", "label": "pictures"}])
    bucket = session.query(ObjectStorageBucket).one()
    bucket.object_url(name="a.png", method="GET", content_disposition="attachment")
    assert sim.requests.writes[-1].body["content_disposition"] == "attachment"


def test_a_refused_assignment_names_the_class_that_may(session):
    """What one class reads and another one changes is not said to be the server's, inside its values either."""
    made = models.MySQLDatabase(label="database", region="us-east", type="g6-nanode-1", engine="mysql/8")
    session.add(made)
    session.commit()
    database = session.query(models.Database).one()
    says = "cannot be assigned here; load the object as MySQLDatabase or PostgreSQLDatabase"
    with pytest.raises(ReadOnlyAttribute, match=rf"allow_list {says}"):
        database.allow_list = ["192.0.2.1/32"]
    with pytest.raises(ReadOnlyAttribute, match=rf"hour_of_day {says}"):
        database.updates.hour_of_day = 3
    with pytest.raises(ReadOnlyAttribute, match="status is read-only: the server sets it"):
        database.status = "active"
