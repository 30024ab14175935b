"""The odd things of the API, done right: on a transport that answers as recorded or described, and keeps a log."""

from __future__ import annotations

import json

import pytest

from linode_orm import (
    VPC,
    AlertDefinition,
    Client,
    Disk,
    Domain,
    Firewall,
    Image,
    Instance,
    IPAddress,
    NotFound,
    ObjectStorageBucket,
    Session,
    Tag,
    Type,
    Volume,
    inspect,
)
from linode_orm.errors import DetachedInstanceError
from linode_orm.models import (
    AccountAvailability,
    Config,
    FirewallRules,
    InstanceIPAddress,
    InvoiceItem,
    IPv6Range,
    LKEControlPlaneACL,
    Marketplace,
    MonitorService,
    ObjectStorage,
    PaymentMethod,
    PostgreSQLConfig,
    ReservedIPAddress,
    VPCSubnet,
)
from linode_orm.simulator import Simulator
from linode_orm.wire import Response


class Scripted:
    """A transport that answers by method and path, and knows no declaration."""

    def __init__(self, **answers) -> None:
        self.answers = {}
        self.log = []

    def send(self, request, *, token, timeout):
        """Write a request down and answer it."""
        self.log.append((request, token))
        answer = self.answers.get(f"{request.method} {request.path}")
        status, body = (200, answer) if answer is not None else (404, {"errors": [{"reason": "Not found"}]})
        return Response(status, {"content-type": "application/json"}, json.dumps(body).encode(), request)

    def close(self) -> None:
        """Nothing to close."""

    @property
    def sent(self):
        return [f"{request.method} {request.path}" for request, _ in self.log]


def page(*rows):
    return {"data": list(rows), "page": 1, "pages": 1, "results": len(rows)}


@pytest.fixture
def wire():
    """Give a transport to be scripted."""
    return Scripted()


@pytest.fixture
def session(wire):
    """Give a session over it."""
    with Session(client=Client("api-token", transport=wire)) as session:
        yield session


@pytest.fixture
def account():
    """Give a session on a simulated account."""
    with Simulator() as sim, Session(client=sim.client()) as session:
        yield sim, session


# -- identities ----------------------------------------------------------------------------------------------------------


def test_a_bucket_is_named_by_region_and_label(session, wire):
    """A composite id is a tuple; a row and a reference with the same parts are one object."""
    row = {"region": "us-east", "label": "b", "size": 1, "objects": 2, "created": "2018-01-02T03:04:05"}
    wire.answers["GET /object-storage/buckets/us-east"] = page(row)
    reference = ObjectStorageBucket(session, ("us-east", "b"))
    (found,) = ObjectStorageBucket.in_region(session, region="us-east").filter(ObjectStorageBucket.label == "b")
    assert found is reference
    assert found.size == 1
    assert wire.sent == ["GET /object-storage/buckets/us-east"]
    assert inspect(found).key[1] == ("us-east", "b")


def test_a_range_is_one_object_with_and_without_its_length(session, wire):
    """POST answers the range with its length, list and GET without: one key, and the path has no length."""
    wire.answers["POST /networking/ipv6/ranges"] = {"range": "2600:3c01::/64", "route_target": "2600::1"}
    wire.answers["GET /networking/ipv6/ranges"] = page(
        {"range": "2600:3c01::", "prefix": 64, "region": "us-east", "route_target": "2600::1"}
    )
    wire.answers["GET /networking/ipv6/ranges/2600%3A3c01%3A%3A"] = {
        "range": "2600:3c01::",
        "prefix": 64,
        "region": "us-east",
        "is_bgp": False,
        "linodes": [1],
    }
    made = IPv6Range(linode=1, prefix_length=64)
    session.add(made)
    session.commit()
    assert session.query(IPv6Range).one() is made
    session.refresh(made)
    assert made.linodes == [1]
    assert wire.sent[-1] == "GET /networking/ipv6/ranges/2600%3A3c01%3A%3A"


@pytest.mark.parametrize(
    ("model", "identity", "path"),
    [
        (Image, "private/7", "/images/private%2F7"),
        (Image, "linode/debian12", "/images/linode%2Fdebian12"),
        (IPAddress, "2600::1", "/networking/ips/2600%3A%3A1"),
        (Tag, "a/b c?", "/tags/a%2Fb%20c%3F"),
        (Domain, 7, "/domains/7"),
    ],
)
def test_an_id_is_one_segment_of_a_path(session, wire, model, identity, path):
    """Ids with slashes, colons and blanks are quoted whole."""
    wire.answers[f"DELETE {path}"] = {}
    wire.answers[f"PUT {path}"] = {"address": identity}
    if "delete" in model.__mapper__.verbs:
        model(session, identity).delete()
    else:
        model(session, identity).rdns = "a.example.com"
        session.commit()
    assert wire.sent[0].split(" ")[1] == path


def test_a_reserved_address_is_an_address(session, wire):
    """One class, one object, whichever path it came by; tags are written where reserved addresses live."""
    row = {
        "address": "192.0.2.7",
        "reserved": True,
        "region": "us-east",
        "type": "ipv4",
        "public": True,
        "linode_id": None,
    }
    wire.answers["GET /networking/ips"] = page(row)
    wire.answers["GET /networking/reserved/ips"] = page(row | {"tags": ["a"]})
    wire.answers["POST /networking/reserved/ips"] = row | {"tags": []}
    wire.answers["GET /networking/reserved/ips/192.0.2.7"] = row | {"tags": ["a"]}
    wire.answers["PUT /networking/reserved/ips/192.0.2.7"] = row | {"tags": ["b"]}
    wire.answers["DELETE /networking/reserved/ips/192.0.2.7"] = {}
    wire.answers["GET /linode/instances/5/ips/192.0.2.7"] = row | {"linode_id": 5, "tags": ["a"]}
    reserved = IPAddress.reserve(session, "us-east")
    assert reserved is IPAddress.reserved_ips(session).one() is IPAddress.reserved_ip(session, address="192.0.2.7")
    assert reserved is session.query(IPAddress).one() is Instance(session, 5).ip(address="192.0.2.7")
    assert (reserved.tags, reserved.linode) == (["a"], Instance(session, 5))
    assert reserved.replace_tags(tags=["b"]) is reserved
    assert reserved.tags == ["b"]
    assert wire.log[-1][0].body == {"tags": ["b"]}
    reserved.unreserve()
    assert wire.sent[-1] == "DELETE /networking/reserved/ips/192.0.2.7"
    assert ReservedIPAddress is InstanceIPAddress is IPAddress


def test_an_alert_definition_is_one_object_below_its_service_and_in_the_list_of_all(session, wire):
    """Rows of a list above all parents name their parent themselves."""
    row = {"id": 5, "label": "a", "service_type": "dbaas", "status": "enabled"}
    wire.answers["GET /monitor/alert-definitions"] = page(row)
    wire.answers["GET /monitor/services/dbaas/alert-definitions/5"] = row
    found = AlertDefinition.of_all_services(session).filter(AlertDefinition.label == "a").one()
    assert session.get(AlertDefinition, 5, "dbaas") is found
    assert found.monitor_service is MonitorService(session, "dbaas")
    session.refresh(found)
    assert wire.sent == ["GET /monitor/alert-definitions", "GET /monitor/services/dbaas/alert-definitions/5"]


def test_what_has_no_id_stands_in_lists_alone(session, wire):
    """Rows without an id are objects with values, each its own."""
    wire.answers["GET /account/invoices/7/items"] = page({"label": "a", "amount": 1}, {"label": "a", "amount": 1})
    wire.answers["GET /account/availability"] = page({"region": "us-east", "available": ["Linodes"], "unavailable": []})
    first, second = session.query(InvoiceItem).filter(InvoiceItem.invoice == 7)
    assert first is not second
    assert (first.label, second.amount) == ("a", 1)
    assert session.query(AccountAvailability).one().available == ["Linodes"]


def test_singletons(session, wire):
    """There is one of each, below its parent if it has one."""
    wire.answers["GET /account"] = {"email": "a@example.com", "company": ""}
    wire.answers["GET /lke/clusters/5/control_plane_acl"] = {
        "acl": {"enabled": True, "addresses": {"ipv4": [], "ipv6": []}}
    }
    assert session.account.email == "a@example.com"
    acl = session.load(LKEControlPlaneACL, 5)
    assert acl.acl.enabled
    assert session.get(LKEControlPlaneACL, 5) is acl
    assert session.get(LKEControlPlaneACL, 6) is None
    assert acl.lke_cluster.id == 5


# -- PUT -----------------------------------------------------------------------------------------------------------------


def test_a_put_replaces_lists_whole(account):
    """A list goes whole, the items that were there before with it; what the server wrote is left out."""
    sim, session = account
    seeded = sim.seed(instances=1, disks=1)
    host, disk = seeded["instances"][0]["id"], seeded["disks"][0]["id"]
    config = Config(label="c", devices={"sda": {"disk_id": disk}}, instance=host, interfaces=[{"purpose": "public"}])
    session.add(config)
    session.commit()
    config.interfaces.append({"purpose": "vlan", "label": "v", "ipam_address": "10.0.0.1/24"})
    session.commit()
    sent = sim.requests[-1]
    assert (sent.method, sent.body.keys()) == ("PUT", {"interfaces"})
    assert [each["purpose"] for each in sent.body["interfaces"]] == ["public", "vlan"]


def test_a_field_that_another_operation_writes(session, wire):
    """Rules are a value of their firewall, and have a PUT of their own that takes them whole."""
    rules = {"inbound": [], "inbound_policy": "DROP", "outbound": [], "outbound_policy": "ACCEPT"}
    wire.answers["GET /networking/firewalls/5"] = {
        "id": 5,
        "label": "a",
        "rules": rules,
        "status": "enabled",
        "tags": [],
    }
    wire.answers["PUT /networking/firewalls/5/rules"] = rules | {
        "inbound_policy": "ACCEPT",
        "version": 2,
        "fingerprint": "f",
    }
    firewall = session.load(Firewall, 5)
    firewall.rules.inbound_policy = "ACCEPT"
    session.commit()
    assert wire.log[-1][0].body == rules | {"inbound_policy": "ACCEPT"}
    assert wire.sent[-1] == "PUT /networking/firewalls/5/rules"


def test_rules_by_themselves_go_whole(session, wire):
    """The same document as an object of its own: what was not changed goes along."""
    rules = {"inbound": [], "inbound_policy": "DROP", "outbound": [], "outbound_policy": "ACCEPT"}
    wire.answers["GET /networking/firewalls/5/rules"] = rules | {"version": 1}
    wire.answers["PUT /networking/firewalls/5/rules"] = rules | {"outbound_policy": "DROP", "version": 2}
    own = session.load(FirewallRules, 5)
    own.outbound_policy = "DROP"
    session.commit()
    assert wire.log[-1][0].body == rules | {"outbound_policy": "DROP"}


def test_a_put_that_answers_something_else(session, wire):
    """Where the answer is not the object, the object is read again at the next look."""
    wire.answers["GET /vpcs/5"] = {"id": 5, "label": "new", "region": "us-east", "description": "", "subnets": []}
    wire.answers["PUT /vpcs/5"] = {}
    vpc = VPC(session, 5)
    vpc.label = "new"
    session.commit()
    assert vpc.description == ""
    assert wire.sent == ["PUT /vpcs/5", "GET /vpcs/5"]


# -- POST ----------------------------------------------------------------------------------------------------------------


def test_actions_that_make_an_object_put_it_into_the_session(account):
    """Clones, images of disks and restored things are objects of the session, found by their id without a request."""
    sim, session = account
    host = Instance(session, sim.seed(instances=1)["instances"][0]["id"])
    clone = host.clone(region="us-east", type="g6-nanode-1")
    before = len(sim.requests)
    assert session.get(Instance, clone.id) is clone
    assert clone is not host
    assert clone.label
    volume = Volume(label="v", region="us-east", size=20)
    session.add(volume)
    session.commit()
    copy = volume.clone(label="w")
    assert (copy.label, session.get(Volume, copy.id) is copy, copy is volume) == ("w", True, False)
    assert len(sim.requests) == before + 2


def test_an_image_of_a_disk(session, wire):
    """Imagizing is a create: the disk's id goes, an image comes."""
    wire.answers["POST /images"] = {"id": "private/9", "label": "i", "status": "creating"}
    wire.answers["GET /images/private%2F9"] = wire.answers["POST /images"]
    image = Image(disk_id=5, label="i")
    session.add(image)
    session.commit()
    assert wire.log[-1][0].body == {"disk_id": 5, "label": "i"}
    assert session.get(Image, "private/9") is image


def test_a_clone_of_a_disk_stands_below_its_linode(session, wire):
    """What a child's action answers has the same parent."""
    wire.answers["POST /linode/instances/3/disks/5/clone"] = {
        "id": 6,
        "label": "copy",
        "size": 1,
        "status": "not ready",
    }
    copy = Disk(session, 5, 3).clone()
    assert (copy.id, copy.instance, copy.label) == (6, Instance(session, 3), "copy")


def test_a_post_that_answers_a_list(session, wire):
    """The objects of a list are objects of the session."""
    wire.answers["PUT /linode/instances/3/firewalls"] = page({"id": 5, "label": "a"}, {"id": 6, "label": "b"})
    found = Instance(session, 3).replace_firewalls(firewalls=[5, Firewall(session, 6)])
    assert found == [Firewall(session, 5), Firewall(session, 6)]
    assert [each.label for each in found] == ["a", "b"]
    assert wire.log[-1][0].body == {"firewall_ids": [5, 6]}


def test_a_create_that_answers_nothing(session, wire):
    """Where the API does not tell the new id, the object exists and leaves the session; a query finds it."""
    wire.answers["POST /account/payment-methods"] = {}
    wire.answers["GET /account/payment-methods"] = page(
        {"id": 5, "type": "credit_card", "is_default": True, "created": "2018-01-02T03:04:05", "data": {}}
    )
    method = PaymentMethod(type="credit_card", is_default=True, data={"card_number": "4111"})
    session.add(method)
    report = session.commit()
    assert len(report.applied) == 1
    assert method not in session
    assert session.new == ()
    with pytest.raises(DetachedInstanceError):
        session.refresh(method) if method in session else method.make_default()
    assert session.query(PaymentMethod).one().id == 5


def test_children_of_an_answer_are_objects_at_no_request(account):
    """A VPC's subnets stand in its own answer, with their ids."""
    sim, session = account
    vpc = VPC(label="v", region="us-east", subnets=[VPCSubnet(label="s", ipv4="10.0.0.0/24")])
    session.add(vpc)
    session.commit()
    before = len(sim.requests)
    assert [each.label for each in vpc.subnets] == ["s"]
    assert session.get(VPCSubnet, vpc.subnets[0].id, vpc.id) is vpc.subnets[0]
    assert len(sim.requests) == before


# -- answers -------------------------------------------------------------------------------------------------------------


def test_collections_without_an_envelope(session, wire):
    """A bare array, and an object with rows in several places, are collections like others."""
    wire.answers["GET /linode/instances/3/configs/4/interfaces"] = [
        {"id": 1, "purpose": "public"},
        {"id": 2, "purpose": "vlan"},
    ]
    wire.answers["GET /linode/instances/3/backups"] = {
        "automatic": [{"id": 1}],
        "snapshot": {"current": {"id": 2}, "in_progress": None},
    }
    wire.answers["GET /regions/us-east/availability"] = [
        {"region": "us-east", "plan": "g6-nanode-1", "available": True}
    ]
    wire.answers["GET /linode/instances/3"] = {"id": 3}
    config = Config(session, 4, 3)
    from linode_orm import ConfigInterface, Region

    interfaces = session.query(ConfigInterface).filter(ConfigInterface.config == config).all()
    assert [each.id for each in interfaces] == [1, 2]
    assert [each.id for each in Instance(session, 3).backup_list] == [1, 2]
    assert [each.plan for each in Region(session, "us-east").availability] == ["g6-nanode-1"]


def test_what_carries_a_tag_is_of_several_classes(session, wire):
    """Rows of {type, data} are the objects themselves; kinds that nobody knows are left out."""
    rows = [
        {"type": "linode", "data": {"id": 5, "label": "web"}},
        {"type": "volume", "data": {"id": 6, "label": "data"}},
        {"type": "something-new", "data": {"id": 7}},
    ]
    wire.answers["GET /tags/prod"] = page(*rows)
    found = Tag(session, "prod").objects()
    assert found == [Instance(session, 5), Volume(session, 6)]
    assert Volume(session, 6).label == "data"
    assert wire.sent == ["GET /tags/prod"]


def test_keys_with_a_dot_are_fields(session, wire):
    """A dot inside a key is no path (`TestDatabasePostgres_EngineConfig_Get#0`)."""
    setting = {"description": "which", "enum": ["all", "top"], "requires_restart": False, "type": "string"}
    wire.answers["GET /databases/postgresql/config"] = {"pg": {"pg_stat_statements.track": setting}}
    config = session.load(PostgreSQLConfig)
    assert config.pg.pg_stat_statements_track.enum == ["all", "top"]


def test_values_are_typed(session, wire):
    """Statistics, rules of an earlier version and the answers of actions are values with attributes."""
    wire.answers["GET /linode/instances/5/stats/2026/1"] = {
        "cpu": [[1521483600000, 0.42]],
        "netv4": {"in": [[1, 2]]},
        "title": "t",
    }
    wire.answers["GET /linode/instances/5/transfer/2026/1"] = {"bytes_in": 1, "bytes_out": 2, "bytes_total": 3}
    wire.answers["GET /networking/firewalls/5/history/rules/3"] = {
        "version": 3,
        "inbound": [{"action": "DROP", "protocol": "TCP"}],
        "inbound_policy": "DROP",
    }
    wire.answers["POST /account/cancel"] = {"survey_link": "https://example.com"}
    wire.answers["POST /profile/tfa-enable"] = {"secret": "s", "expiry": "2018-01-02T03:04:05"}
    instance = Instance(session, 5)
    stats = instance.monthly_stats(year=2026, month=1)
    assert (stats.cpu[0][1], stats.netv4.in_[0][0], stats.title) == (0.42, 1, "t")
    assert instance.monthly_transfer(year=2026, month=1).bytes_total == 3
    assert Firewall(session, 5).rules_version(version=3).inbound[0].action == "DROP"
    assert session.account.cancel().survey_link == "https://example.com"
    assert session.profile.tfa_enable().expiry.year == 2018


def test_metrics_lie_on_another_host_with_a_token_of_their_own(session, wire):
    """The API gives a token for the objects asked about; the values come from the other host with that token alone."""
    wire.answers["POST /monitor/services/dbaas/token"] = {"token": "monitor-token"}
    wire.answers["POST /monitor/services/dbaas/metrics"] = {
        "data": {"result": [{"metric": {"entity_id": 5}, "values": [[1739177796, "90.55"]]}], "resultType": "matrix"},
        "isPartial": False, "stats": {"executionTimeMsec": 21, "seriesFetched": "2"}, "status": "success",
    }  # fmt: skip
    found = MonitorService(session, "dbaas").metrics(
        entity_ids=[5], metrics=[{"name": "cpu", "aggregate_function": "avg"}]
    )
    (first, token), (second, other) = wire.log
    assert (first.body, token) == ({"entity_ids": [5]}, "api-token")
    assert second.url == "https://monitor-api.linode.com/v2beta/monitor/services/dbaas/metrics"
    assert (other, second.body["entity_ids"]) == ("monitor-token", [5])
    assert "monitor-token" not in repr(second)
    assert (found.data.result[0].values[0][1], found.stats.execution_time_msec, found.status) == (
        "90.55",
        21,
        "success",
    )


def test_services_without_objects(session, wire):
    """What belongs to a whole service is a method of the class that is named after it."""
    wire.answers["POST /object-storage/cancel"] = {}
    wire.answers["POST /marketplace"] = {}
    ObjectStorage.cancel(session)
    Marketplace.refer(session, partner_name="p", product_name="q", name="n", email="e@example.com", tc_consent_given=True,
                      country_code="US", phone="1", phone_country_code="1")  # fmt: skip
    assert wire.sent == ["POST /object-storage/cancel", "POST /marketplace"]
    assert wire.log[-1][0].version == "v4beta"


def test_lists_of_actions_are_read_whole(session, wire):
    """An action that answers a page gives the rows of all of them."""

    class Paged(dict):
        def get(self, key, default=None):
            number = wire.log[-1][0].query.get("page", 1)
            return {"data": [{"address": f"192.0.2.{number}"}], "page": number, "pages": 3, "results": 3}

    wire.answers = Paged()
    assert [each.address for each in IPAddress.listed(session, skip_ipv6_rdns=True)] == [
        "192.0.2.1",
        "192.0.2.2",
        "192.0.2.3",
    ]
    assert [request.query.get("skip_ipv6_rdns") for request, _ in wire.log] == ["true"] * 3


def test_what_is_not_there_is_not_found(session):
    """A version, an address or a type that the API does not have is `NotFound`, with the path."""
    with pytest.raises(NotFound, match="history/rules/9"):
        Firewall(session, 5).rules_version(version=9)
    with pytest.raises(NotFound, match="reserved"):
        IPAddress.reserved_ip(session, address="192.0.2.9")
    assert session.get(Type, "no-such-type") is None
