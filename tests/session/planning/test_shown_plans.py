"""A plan is read by people: as text, and as one page of HTML."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from html.parser import HTMLParser

import pytest

from linode_orm import (
    Domain,
    DomainRecord,
    Firewall,
    Instance,
    InvalidRequestError,
    LKECluster,
    LKENodePool,
    MySQLDatabase,
    NodeBalancer,
    Plan,
    Session,
    Type,
    Volume,
)
from linode_orm.simulator import Simulator

HARMFUL = '<script>alert("x")</script>'


@pytest.fixture
def sim():
    """An account in memory."""
    with Simulator() as simulator:
        simulator.seed(instances=30, volumes=2, domains=1, records=3, firewalls=1)
        yield simulator


@pytest.fixture
def thousand(sim):
    """A session over a thousand Linodes."""
    sim.seed(instances=970)
    with Session(client=sim.client()) as session:
        yield session


@pytest.fixture
def session(sim):
    """A session over it."""
    with Session(client=sim.client()) as session:
        yield session


def last_line(plan):
    """Give the line that counts."""
    return str(plan).splitlines()[-1]


class TestBlocks:
    """What does the same to many objects is shown once."""

    def test_the_same_edit_of_a_thousand(self, thousand):
        """A thousand equal edits take at most 12 lines, with the edit, a few examples and the count."""
        for instance in thousand.query(Instance):
            instance.tags.append("edge")
        lines = str(thousand.plan()).splitlines()
        assert len(lines) <= 12
        assert lines[0] == "1-1000. change 1,000 Instances, the same in each"
        assert lines[1] == "   tags: +edge  (on the newest value)"
        assert lines[2].startswith("   1. Instance ")
        assert "   and 997 more" in lines
        assert lines[-1].startswith("1,000 writes, ")

    def test_a_thousand_different_edits(self, thousand):
        """Edits of one kind with a value of each are one block too, whose examples show what each edit is."""
        for number, instance in enumerate(thousand.query(Instance)):
            instance.label = f"node-{number}"
        lines = str(thousand.plan()).splitlines()
        assert len(lines) <= 12
        assert 'label: "' in lines[1]
        assert '-> "node-0"' in lines[1]

    def test_a_thousand_creations_that_wait(self, session):
        """New children are one block, which says that they wait for their parent."""
        domain = Domain(domain="example.org", type="master", soa_email="me@example.org")
        session.add(domain)
        for number in range(1000):
            domain.records.append(DomainRecord(type="A", name=f"h{number}", target="192.0.2.1"))
        text = str(session.plan())
        assert len(text.splitlines()) <= 15
        assert "2-1001. create 1,000 DomainRecords\n   waits for step 1\n" in text

    def test_few_are_named_each(self, session):
        """Up to eight objects of a block are all named, with their requests."""
        some = session.query(Instance).limit(8).all()
        for instance in some:
            instance.tags.append("edge")
        text = str(session.plan())
        assert text.count("PUT /linode/instances/") == 8
        assert text.count("tags: +edge") == 1

    def test_nothing_is_hidden_for_ever(self, thousand):
        """`to_text(full=True)` shows every step, and so does each step by itself."""
        for instance in thousand.query(Instance):
            instance.tags.append("edge")
        plan = thousand.plan()
        assert plan.to_text(full=True).count("tags: +edge") == 1000
        assert "tags: +edge" in str(plan[500])

    def test_one_of_another_kind_stands_alone(self, session):
        """An object with one more edit is no member of the block, and is shown whole."""
        some = session.query(Instance).limit(20).all()
        for instance in some:
            instance.tags.append("edge")
        some[7].label = "odd-one-out"
        text = str(session.plan())
        assert "change 19 Instances" in text
        assert 'odd-one-out"\n   tags: +edge' in text

    def test_creations_that_wait_for_one_each(self, session):
        """Steps that wait for different steps of one kind say so."""
        for number in range(10):
            server = Instance(label=f"s-{number}", region="us-east", type="g6-nanode-1")
            session.add_all([server, Volume(label=f"v-{number}", size=20, linode=server)])
        assert "each waits for its own of steps " in str(session.plan())


class TestNames:
    """Objects have the names that people know."""

    def test_a_child_is_named_by_zone_and_type(self, session):
        """A record is called by its type, its name and its zone, and not by two ids."""
        domain = session.query(Domain).one()
        record = domain.records[0]
        record.ttl_sec = 3600
        (step,) = session.plan()
        assert step.title == f"DomainRecord {record.type} {record.name!r} of Domain {domain.domain!r}"

    def test_a_rule_is_named_by_its_label(self, session):
        """An edit of a firewall's rule shows the rule and the key; a new one shows what comes."""
        firewall = session.query(Firewall).one()
        label = firewall.rules.inbound[0].label
        firewall.rules.inbound[0].ports = "443"
        firewall.rules.inbound.append(
            {"label": "dns", "action": "ACCEPT", "protocol": "UDP", "ports": "53", "addresses": {"ipv4": ["0.0.0.0/0"]}}
        )
        text = str(session.plan())
        assert re.search(rf'rules\.inbound\[{label}\]\.ports: ".*" -> "443"', text)
        assert 'rules.inbound[dns]: +{"' in text

    def test_the_order_of_rules(self, session):
        """Rules that only change places are shown by their labels."""
        firewall = session.query(Firewall).one()
        more = {"label": "dns", "action": "ACCEPT", "protocol": "UDP", "ports": "53", "addresses": {"ipv4": ["::/0"]}}
        firewall.rules.inbound.append(more | {"addresses": {"ipv4": ["192.0.2.0/24"]}})
        session.commit()
        firewall.rules.inbound.reverse()
        assert "rules.inbound: in the order let-in, dns -> dns, let-in" in str(session.plan())

    def test_references_have_the_name_of_the_api(self, session):
        """The text says `region`, as the API does, and never `region_id`."""
        session.add(Instance(label="x", region="us-east", type="g6-nanode-1"))
        text = str(session.plan())
        assert 'region: "us-east"' in text
        assert "region_id" not in text + session.plan().to_html()

    @pytest.mark.parametrize("tag", ["5", "true", "null", "a b", "é🎉", "-x", "", '"', "a,b"])
    def test_words_that_could_be_taken_for_others_are_quoted(self, session, tag):
        """A tag stands without quotes only where nothing else could be meant."""
        instance = session.query(Instance).first()
        instance.tags.append(tag)
        shown = re.search(r"tags: \+(\S.*?)  \(", str(session.plan()))[1]
        assert json.loads(shown) == tag

    def test_names_from_elsewhere_do_no_harm(self, sim, session):
        """Control characters of a label are escaped in the text, and markup in the page."""
        instance = session.query(Instance).first()
        sim.change(f"/linode/instances/{instance.id}", label=f"\x1b[31m{HARMFUL}")
        session.refresh(instance)
        instance.tags.append(HARMFUL)
        plan = session.plan()
        assert "\x1b" not in str(plan) + plan.to_html() + plan._repr_html_()
        assert "<script" not in plan.to_html() + plan._repr_html_()


class TestLastLine:
    """The last line counts."""

    def test_writes_and_reads_are_those_of_the_commit(self, sim, session):
        """The commit sends exactly so many writes, and at least so many reads."""
        for instance in session.query(Instance).limit(3):
            instance.tags.append("edge")
        plan = session.plan()
        assert last_line(plan) == "3 writes, at least 1 read, at least 0.0 s"
        before = len(sim.requests)
        session.commit()
        methods = [each.method for each in sim.requests][before:]
        assert (methods.count("PUT"), methods.count("GET")) == (3, 1)

    def test_nothing_is_built_on_newer_values_under_ignore(self, session):
        """`plan()` takes the options of `commit()`: with `ignore` nothing is read, and no line says so."""
        session.query(Instance).first().tags.append("edge")
        plan = session.plan(conflicts="ignore")
        assert "newest" not in str(plan)
        assert last_line(plan) == "1 write, at least 0 reads, at least 0.0 s"

    def test_money_is_known_where_price_lists_are(self, sim, session):
        """Without price lists the cost is not known; `prices=True` reads those that are needed, once."""
        server = Instance(label="n", region="br-gru", type="g6-standard-2", backups_enabled=True)
        session.add_all([server, Volume(label="v", size=50, linode=server), NodeBalancer(region="us-east", label="b")])
        before = len(sim.requests)
        unknown = session.plan()
        assert len(sim.requests) == before
        assert unknown.monthly_cost is None
        assert set(unknown.unpriced) == {"Instance 'n'", "Volume 'v'", "NodeBalancer 'b'"}
        assert "cost a month not known" in last_line(unknown)
        known = session.plan(prices=True)
        lists = ["GET /linode/types", "GET /volumes/types", "GET /nodebalancers/types"]
        assert sim.requests.lines[before:] == lists
        assert session.plan().monthly_cost == known.monthly_cost
        assert last_line(known).endswith(f"+${known.monthly_cost:,.2f} a month")

    def test_prices_of_each_kind(self, sim, session):
        """The cost is the sum of the lists' prices in the region: pools by nodes, databases by size, volumes by GB."""
        kind = sim.read("/linode/types/g6-standard-2")
        monthly = Decimal(str(kind["price"]["monthly"]))
        pools = [{"type": "g6-standard-2", "count": 3}]
        available = {"high_availability": True}
        session.add(
            LKECluster(label="k", region="us-east", k8s_version="1.33", node_pools=pools, control_plane=available)
        )
        assert session.plan(prices=True).monthly_cost == 60 + 3 * monthly
        session.rollback()
        session.add(Volume(label="v", region="us-east", size=50))
        assert session.plan(prices=True).monthly_cost == Decimal("5.0")
        session.rollback()
        session.add(MySQLDatabase(label="d", region="us-east", type="g6-nanode-1", engine="mysql/8", cluster_size=3))
        sizes = sim.read("/databases/types/g6-nanode-1")["engines"]["mysql"]
        (price,) = (each["price"]["monthly"] for each in sizes if each["quantity"] == 3)
        assert session.plan(prices=True).monthly_cost == Decimal(str(price))

    def test_deletions_and_resizes(self, session):
        """A deletion saves what its object costs; fewer nodes of a pool cost less."""
        volume = session.query(Volume).filter(Volume.linode_id.is_(None)).first() or session.query(Volume).first()
        session.delete(volume)
        assert session.plan(prices=True).monthly_cost == -Decimal("0.1") * volume.size
        session.rollback()
        cluster = LKECluster(
            label="k", region="us-east", k8s_version="1.33", node_pools=[{"type": "g6-standard-2", "count": 3}]
        )
        session.add(cluster)
        price = session.plan(prices=True).monthly_cost / 3
        session.commit()
        (pool,) = session.query(LKENodePool).filter(LKENodePool.lke_cluster == cluster)
        pool.count = 1
        assert session.plan().monthly_cost == -2 * price

    def test_a_way_back(self, sim, session):
        """The plan of an undo says what it reads, builds on newest values and costs, and applying it takes those reads."""
        session.plan(prices=True)
        instance = session.query(Instance).first()
        instance.tags.append("edge")
        session.add(Volume(label="data", region="us-east", size=50))
        session.plan(prices=True)
        back = session.undo(session.commit().id)
        assert back.monthly_cost == -Decimal("5.0")
        assert "tags: -edge  (on the newest value)" in str(back)
        sim.requests.clear()
        back.apply(session.client)
        assert len(sim.requests) == back.requests == len(back) + 1

    def test_verified(self, sim, session):
        """With `verify=True` the reads count what is read back."""
        for instance in session.query(Instance):
            instance.label += "-x"
        plain, verified = session.plan(), session.plan(verify=True)
        sim.requests.clear()
        session.commit(verify=True)
        assert len(sim.requests) == verified.requests == plain.requests + 1

    def test_actions(self, session):
        """Resizes, copies and backups cost; a reboot does not, and a copy into what exists is free."""
        session.query(Type).all()
        small = session.query(Instance).first()
        price = {each.id: Decimal(str(each.price.monthly)) for each in session.query(Type)}

        def cost(action, **arguments):
            return session.act([small], action, arguments=arguments, dry_run=True).monthly_cost

        other = next(each for each in price if price[each] > price[small.type_id] and not each.startswith("g1"))
        assert cost(Instance.resize, type=other) == price[other] - price[small.type_id]
        assert cost(Instance.clone, region=small.region_id) == price[small.type_id]
        assert cost(Instance.clone, linode=small) == 0
        assert cost(Instance.reboot) == 0
        assert cost(Instance.allocate_ip, public=True, type="ipv4") is None

    def test_what_costs_nothing_says_nothing_of_money(self, session):
        """An edit of tags does not speak of money, and its cost is 0."""
        session.query(Instance).first().tags.append("edge")
        plan = session.plan()
        assert "$" not in str(plan)
        assert plan.monthly_cost == 0


class TestOptions:
    """`plan()` takes what `commit()` takes."""

    def test_every_option(self, session):
        """Every option is taken, and nothing is sent."""
        session.query(Instance).first().label = "x"
        plan = session.plan(
            on_error="undo",
            conflicts="check",
            verify=True,
            max_deletes=1,
            protected_tags=["prod"],
            progress=False,
            fold=False,
            fold_tags=True,
        )
        assert len(plan) == 1
        with pytest.raises(InvalidRequestError):
            session.plan(conflicts="no")

    def test_what_would_refuse_the_commit(self, sim, session, tmp_path):
        """Guards do not stop a plan; it says what would refuse the commit, and cannot be saved."""
        session.delete(session.query(Volume).first())
        before = len(sim.requests)
        plan = session.plan(max_deletes=0)
        assert len(sim.requests) == before
        assert "max_deletes is 0" in plan.refusals[0]
        assert "refused: " in str(plan)
        with pytest.raises(InvalidRequestError, match="max_deletes is 0"):
            plan.save(tmp_path / "plan.json")
        assert not session.plan(max_deletes=1).refusals


class _Page(HTMLParser):
    """Collects tags, and what would reach out of the page."""

    def __init__(self):
        super().__init__()
        self.tags, self.outside = [], []

    def handle_starttag(self, tag, attrs):
        """Take a tag down."""
        self.tags.append(tag)
        self.outside += [value for name, value in attrs if name in {"src", "href"}]


class TestPage:
    """`plan.to_html()` is one page that needs no other file."""

    def test_it_is_self_contained(self, session):
        """It has light and dark colours, fits narrow screens, and loads and runs nothing."""
        for instance in session.query(Instance):
            instance.tags.append("edge")
        page = session.plan().to_html()
        parsed = _Page()
        parsed.feed(page)
        assert page.startswith("<!DOCTYPE html>")
        assert parsed.outside == []
        assert not {"script", "link", "img", "iframe"} & set(parsed.tags)
        assert "prefers-color-scheme:dark" in page
        assert 'name="viewport" content="width=device-width' in page
        assert "@import" not in page
        assert "url(" not in page

    def test_it_names_every_object(self, thousand):
        """Blocks are folded, and every object of them is named."""
        for instance in thousand.query(Instance):
            instance.tags.append("edge")
        plan = thousand.plan()
        page = plan.to_html()
        assert page.count("<li>") == 1001
        assert "<details>" in page
        assert "1,000 writes" in page
        assert len(plan._repr_html_()) < 6000

    def test_an_empty_plan(self, session, tmp_path):
        """It says that there is nothing to do; a plan of a file is shown as well."""
        assert "nothing to commit" in session.plan().to_html()
        session.query(Instance).first().label = "x"
        session.plan().save(tmp_path / "plan.json")
        assert "1 to change" in Plan.load(tmp_path / "plan.json").to_html()
