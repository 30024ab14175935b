"""A value of the answer that creates one object stands in the body of another, wherever the value could."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing

import pytest

from linode_orm import (
    CommitError,
    Domain,
    DomainRecord,
    Firewall,
    Instance,
    InvalidRequestError,
    NodeBalancer,
    Plan,
    ResponseError,
    Session,
    StackScript,
    Volume,
    inspect,
    later,
)
from linode_orm.mapping.answer_places import parse_place, shown_place
from linode_orm.session.planning.plan_file import step_from_dict


def web(label="web"):
    """Return a new Linode."""
    return Instance(label=label, region="us-east", type="g6-nanode-1")


def guarded(target, *place):
    """Return a new firewall with a rule for an address that an answer tells."""
    addresses = {"ipv4": [later(target, *place)]}
    rule = {"action": "ACCEPT", "protocol": "TCP", "ports": "22", "addresses": addresses}
    rules = {"inbound": [rule], "outbound": [], "inbound_policy": "DROP", "outbound_policy": "ACCEPT"}
    return Firewall(label="guard", rules=rules)


def writes(simulator):
    """Return the requests that changed something."""
    return [(each.method, each.path) for each in simulator.requests if each.method != "GET"]


@pytest.fixture
def zone(linode_session):
    """Return a new zone with a record for a new NodeBalancer."""
    balancer = NodeBalancer(label="entry", region="us-east")
    domain = Domain(domain="example.com", type="master", soa_email="a@example.com")
    domain.records.append(DomainRecord(type="A", name="www", target=later(balancer, "ipv4")))
    linode_session.add(domain)
    return domain


class TestPlaces:
    def test_a_field(self, linode_session, zone):
        """The value is filled in when the answer is there, and the object is created before."""
        linode_session.commit()
        (record,) = zone.records
        assert record.target == linode_session.query(NodeBalancer).one().ipv4

    def test_inside_lists_and_nested_values(self, linode_session, linode_simulator):
        """A value stands in a list inside a nested value inside a row of a list."""
        instance = web()
        firewall = guarded(instance, "ipv4", 0)
        linode_session.add(firewall)
        linode_session.commit()
        assert firewall.rules.inbound[0].addresses.ipv4 == [instance.ipv4[0]]
        assert len(writes(linode_simulator)) == 2

    def test_appended_to_a_list_of_what_exists(self, linode_session):
        """A change in place of an object that exists waits for the answer too, and keeps what is there."""
        other = web("other")
        firewall = guarded(other, "ipv4", 0)
        linode_session.add(firewall)
        linode_session.commit()
        instance = web()
        linode_session.add(instance)
        firewall.rules.inbound[0].addresses.ipv4.append(later(instance, "ipv4", 0))
        linode_session.commit()
        assert firewall.rules.inbound[0].addresses.ipv4 == [other.ipv4[0], instance.ipv4[0]]

    def test_in_a_plain_dict(self, linode_session, linode_simulator):
        """Undeclared JSON takes it at any depth."""
        instance = web()
        script = StackScript(label="script", images=["any/all"], script="#!/bin/sh")
        target = web("target")
        target.stackscript_data = {"peer": later(instance, "ipv4", 0), "all": [{"of": later(instance, "ipv4")}]}
        target.image, target.root_pass, target.stackscript = "linode/debian12", "a-Str0ng-phrase", script
        linode_session.add(target)
        linode_session.commit()
        (body,) = [
            each.body
            for each in linode_simulator.requests
            if each.method == "POST" and isinstance(each.body, dict) and each.body.get("label") == "target"
        ]
        assert body["stackscript_data"] == {"peer": instance.ipv4[0], "all": [{"of": [*instance.ipv4]}]}

    def test_children_given_as_plain_dicts(self, linode_session):
        """Children that are plain dicts in the body of their parent may hold it."""
        instance = web()
        node = {"label": "node", "address": later(instance, "ipv4", 0)}
        config = {"port": 80, "protocol": "http", "nodes": [node]}
        linode_session.add(NodeBalancer(label="balancer", region="us-east", configs=[config]))
        first, second = linode_session.plan()
        assert (first.model, second.model) == ("Instance", "NodeBalancer")
        assert "{new:1.ipv4[0]}" in str(second)

    def test_an_id_is_a_value_too(self, linode_session):
        """The id of the answer goes where the raw id goes."""
        instance = web()
        volume = Volume(label="v", size=10, linode_id=later(instance, "id"))
        linode_session.add(volume)
        linode_session.commit()
        assert volume.linode_id == instance.id

    def test_it_reads_none_until_the_commit(self, zone):
        """Nobody knows the value before."""
        assert zone.records[0].target is None


class TestShown:
    def test_a_plan_says_what_stands_for_it(self, linode_session, zone):
        """Whoever reads the plan learns what the name of a value stands for."""
        front = NodeBalancer(label="front", region="us-east")
        linode_session.add(DomainRecord(domain=zone, type="A", name="www", target=later(front, "ipv4")))
        assert ".ipv4} stands for a value of the answer that creates its object" in str(linode_session.plan())

    def test_in_plans_and_plan_files(self, linode_session, zone, tmp_path):
        """A plan shows attribute, indices and names; its file has the same text, and reads back as the same plan."""
        linode_session.add(guarded(web(), "ipv4", 0))
        plan = linode_session.plan()
        assert "target: {new:3.ipv4}" in str(plan).replace("new:2", "new:3")
        path = tmp_path / "plan.json"
        plan.save(path)
        assert ".ipv4}" in path.read_text()
        assert ".ipv4[0]}" in path.read_text()
        assert Plan.load(path) == plan

    @pytest.mark.parametrize(
        "place", [("ipv4",), ("ipv4", 0), ("a", "b", 3, "c"), ("labels", "a.b"), ("x", 'q"]['), ("x", ""), ("x", "é")]
    )
    def test_a_place_reads_back(self, place):
        """Whatever the keys are, the text of a place means one place."""
        assert parse_place(shown_place(place)) == place

    @pytest.mark.parametrize("text", ["ipv4", ".", "[x]", "[-1]", "[01]", ".a b", '["a]', "[0"])
    def test_other_texts_are_refused(self, text):
        """What is no place is refused, and not read as another one."""
        with pytest.raises(ValueError, match="no place"):
            parse_place(text)

    def test_a_plan_of_unknown_objects_is_refused(self, linode_session, zone, tmp_path):
        """A file that names the answer of nothing in it is no plan."""
        path = tmp_path / "plan.json"
        linode_session.plan().save(path)
        document = json.loads(path.read_text())
        record = next(each for each in document["steps"] if each["object"]["type"] == "DomainRecord")
        record["body"]["target"] = {"$later": "not a value"}
        with pytest.raises(ValueError, match="stands for no value"):
            step_from_dict(record)


class TestFiles:
    def test_a_saved_plan(self, linode_session, linode_client, zone, tmp_path):
        """The process that applies a saved plan fills the value in from its own answers."""
        path = tmp_path / "plan.json"
        linode_session.plan().save(path)
        linode_session.rollback()
        Plan.load(path).apply(linode_client)
        (balancer,) = linode_session.query(NodeBalancer)
        assert [each.target for each in linode_session.query(DomainRecord)] == [balancer.ipv4]

    @pytest.mark.parametrize("is_reopened", [False, True])
    def test_undo(self, linode_client, tmp_path, is_reopened):
        """The way back of an update takes out what the answer told, from memory and from a journal."""
        path = tmp_path / "journal" if is_reopened else None
        with Session(client=linode_client, journal=path) as session:
            firewall = guarded(web("one"), "ipv4", 0)
            session.add(firewall)
            session.commit()
            before = [*firewall.rules.inbound[0].addresses.ipv4]
            instance = web("two")
            session.add(instance)
            firewall.rules.inbound[0].addresses.ipv4.append(later(instance, "ipv4", 0))
            done = session.commit()
            if not is_reopened:
                session.undo(done.id).apply(linode_client)
        with Session(client=linode_client, journal=path) as session:
            if is_reopened:
                session.undo(done.id).apply(linode_client)
            assert session.load(Firewall, firewall.id).rules.inbound[0].addresses.ipv4 == before
            assert [each.label for each in session.query(Instance)] == ["one"]

    def test_the_journal_holds_the_value(self, linode_client, tmp_path):
        """What an answer told is written down with the outcome, so that a recovery knows it."""
        path = tmp_path / "journal"
        with Session(client=linode_client, journal=path) as session:
            instance = web()
            session.add(guarded(instance, "ipv4", 0))
            session.commit()
        with closing(sqlite3.connect(path)) as connection:
            written = " ".join(str(each) for (each,) in connection.execute("SELECT identity FROM steps"))
        assert instance.ipv4[0] in written


class TestMissing:
    def test_the_step_fails_before_it_is_sent(self, linode_session, linode_simulator):
        """An index that the answer lacks fails the step alone; what depends on it stays pending."""
        instance = web()
        firewall = guarded(instance, "ipv4", 7)
        linode_session.add(firewall)
        dependent = web("dependent")
        dependent.firewall = firewall
        linode_session.add(dependent)
        with pytest.raises(CommitError) as raised:
            linode_session.commit(on_error="continue")
        assert [each.object for each in raised.value.applied] == [instance]
        assert [each.object for each in raised.value.failed] == [firewall]
        assert [each.object for each in raised.value.pending] == [dependent]
        assert not raised.value.in_doubt
        (entry,) = raised.value.failed
        assert isinstance(entry.error, ResponseError)
        assert "ipv4[7]" in str(entry.error)
        assert writes(linode_simulator) == [("POST", "/linode/instances")]

    def test_it_is_mended_by_another_value(self, linode_session):
        """The next commit says what is missing, and sends the rest as soon as it is assigned."""
        instance = web()
        firewall = guarded(instance, "ipv4", 7)
        linode_session.add(firewall)
        with pytest.raises(CommitError):
            linode_session.commit()
        with pytest.raises(InvalidRequestError, match=r"ipv4\[7\]"):
            linode_session.commit()
        firewall.rules.inbound[0].addresses.ipv4[0] = instance.ipv4[0]
        linode_session.commit()
        assert inspect(firewall).persistent

    def test_undo_takes_all_back(self, linode_session, linode_simulator):
        """With `undo`, what was created before the missing value is deleted again."""
        linode_session.add(guarded(web(), "ipv4", 7))
        with pytest.raises(CommitError):
            linode_session.commit(on_error="undo")
        assert [method for method, _ in writes(linode_simulator)] == ["POST", "DELETE"]

    def test_what_failed_after_the_answer_keeps_the_value(self, linode_session, linode_simulator):
        """A second commit sends the value of the first one's answer, without a read."""
        linode_simulator.faults.add("POST", "/networking/firewalls", 1, 400)
        instance = web()
        firewall = guarded(instance, "ipv4", 0)
        linode_session.add(firewall)
        with pytest.raises(CommitError):
            linode_session.commit()
        assert firewall.rules.inbound[0].addresses.ipv4 == [instance.ipv4[0]]
        before = len(linode_simulator.requests)
        linode_session.commit()
        assert [each.method for each in linode_simulator.requests[before:]] == ["POST"]

    def test_so_does_a_field(self, linode_session, linode_simulator, zone):
        """The value stands in the field from the first answer on."""
        linode_simulator.faults.add("POST", "/domains", 1, 400)
        with pytest.raises(CommitError):
            linode_session.commit(on_error="continue")
        assert zone.records[0].target == linode_session.query(NodeBalancer).one().ipv4
        linode_session.commit()
        assert [each.target for each in linode_session.query(DomainRecord)] == [zone.records[0].target]


class TestRefused:
    @pytest.mark.parametrize(
        ("error", "place"),
        [
            (AttributeError, ("ipv5",)),
            (AttributeError, ("specs", "memry")),
            (TypeError, ("ipv4", "first")),
            (TypeError, ("ipv4", -1)),
            (TypeError, ("ipv4", True)),
            (TypeError, ("ipv4", 0.5)),
            (TypeError, ("label", 0)),
            (TypeError, ("specs", 0)),
            (TypeError, (4,)),
            (InvalidRequestError, ("root_pass",)),
            (InvalidRequestError, ("disks",)),
        ],
    )
    def test_a_place_that_there_is_not(self, error, place):
        """An attribute, an index or a name that the class lacks is refused at once."""
        with pytest.raises(error, match=r"later|Instance"):
            later(web(), *place)

    def test_an_object_that_exists(self, linode_session, linode_simulator):
        """It has its value already, such as the answer of an upsert in a second run."""
        instance = web()
        linode_session.add(instance)
        linode_session.commit()
        linode_simulator.requests.clear()
        assert later(instance, "ipv4", 0) == instance.ipv4[0]
        assert later(instance, "specs", "memory") == instance.specs.memory
        assert not linode_simulator.requests
        for place in (("ipv4", 5), ("lke_cluster_id",)):
            with pytest.raises(InvalidRequestError, match="has no value there"):
                later(instance, *place)

    def test_an_object_that_goes(self, linode_session):
        """What is to be deleted, or is gone, gets no answer any more."""
        instance = web()
        linode_session.add(instance)
        linode_session.commit()
        linode_session.delete(instance)
        with pytest.raises(InvalidRequestError, match="is deleted, so no answer will create it"):
            later(instance, "ipv4", 0)
        linode_session.commit()
        with pytest.raises(InvalidRequestError, match="is detached, so no answer will create it"):
            later(instance, "ipv4", 0)

    def test_what_is_no_object(self):
        """Only an object of a resource class has an answer."""
        with pytest.raises(TypeError, match="a new object"):
            later("web", "ipv4")

    def test_a_type_that_does_not_fit(self):
        """A field refuses a value whose declared type it never takes, at the assignment."""
        with pytest.raises(TypeError, match="str expected"):
            DomainRecord(target=later(web(), "specs"))
        with pytest.raises(TypeError, match="expected"):
            Volume(size=later(web(), "label"))
        firewall = guarded(web(), "ipv4", 0)
        with pytest.raises(TypeError, match="an item"):
            firewall.rules.inbound[0].addresses.ipv4.append(later(web(), "ipv4"))
        with pytest.raises(TypeError, match="expected"):
            Instance(tags=later(web(), "label"))

    def test_an_object_of_another_session(self, linode_client, linode_session):
        """An object that another session creates is refused when it is assigned, or when its holder is added."""
        with Session(client=linode_client) as other:
            foreign = web()
            other.add(foreign)
            firewall = guarded(foreign, "ipv4", 0)
            with pytest.raises(InvalidRequestError, match="another session"):
                linode_session.add(firewall)
            assert not linode_session.new
            mine = guarded(web(), "ipv4", 0)
            linode_session.add(mine)
            with pytest.raises(InvalidRequestError, match="another session"):
                mine.label = later(foreign, "label")
            with pytest.raises(InvalidRequestError, match="another session"):
                mine.rules.inbound[0].addresses.ipv4.append(later(foreign, "ipv4", 0))

    def test_its_own_answer(self, linode_session):
        """A body cannot hold what the answer to itself tells."""
        instance = web()
        instance.label = later(instance, "region")
        linode_session.add(instance)
        with pytest.raises(InvalidRequestError, match="cannot be put in an order"):
            linode_session.plan()

    def test_two_that_wait_for_each_other(self, linode_session):
        """A circle of answers is refused before anything is sent."""
        one, other = web("one"), web("other")
        one.label, other.label = later(other, "label"), later(one, "label")
        linode_session.add_all([one, other])
        with pytest.raises(InvalidRequestError, match="cannot be put in an order"):
            linode_session.commit()
