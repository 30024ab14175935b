"""What another writer changed beside it is kept by a commit, a save and an undo with the options as they are by default."""

from __future__ import annotations

import signal
import threading
from copy import deepcopy
from typing import Any

import pytest

from linode_orm.errors import CommitError, CommitInterrupted, ConflictError, InvalidRequestError
from linode_orm.models import Config, Firewall, Instance
from linode_orm.session import inspect
from tests.session.commit.reconcile.values import (
    change_here,
    change_there,
    given,
    has_both,
    is_one_value,
    sample,
    whole_fields,
)
from tests.session.fake_api import Cargo, Dock, FakeApi, Rule, Session, refusal

pytestmark = pytest.mark.filterwarnings("ignore::linode_orm.UnknownValue")  # the values that are written are made up

LIMITS = {"cpu": 1, "io": 2, "since": "x"}


class OneObject(FakeApi):
    """An API of one object of any class: its own path, its list, and the paths of values that have one."""

    def get(self, request):
        if request.path in self.objects:
            return deepcopy(self.objects[request.path])
        rows = [deepcopy(each) for each in self.objects.values()]
        return {"data": rows, "page": 1, "pages": 1, "results": len(rows)}

    def put(self, request):
        path, body = request.path, deepcopy(request.body)
        if path not in self.objects:
            path, _, key = path.rpartition("/")
            body = {key: {**self.objects[path][key], **body}}
        self.objects[path] = {**self.objects[path], **body}
        return deepcopy(self.objects[path])


@pytest.fixture
def api() -> FakeApi:
    return FakeApi()


@pytest.fixture
def session(api: FakeApi) -> Session:
    return Session(api)


def dock_of(session: Session, identity: int = 5, **values: object) -> Dock:
    body = {"id": identity, "label": f"dock{identity}", "place": "x", "tags": ["p"], "limits": dict(LIMITS), **values}
    session.api.seed(f"/docks/{identity}", deepcopy(body))
    return session.loaded(Dock, body)


def elsewhere(session: Session, path: str, **values: object) -> None:
    session.api.objects[path] = {**session.api.objects[path], **values}


def seeded(model: Any) -> tuple[Session, Any, str]:
    """Give a session, one object of a class with a value for everything, and its path."""
    api, mapper = OneObject(), model.__mapper__
    session = Session(api)
    parents = tuple(range(31, 31 + mapper.parent_count))
    body = {field.key: sample(field.codec, 1) for field in mapper.fields.values() if not field.is_write_only}
    instance = session.loaded(model, deepcopy(body), *parents)
    path = mapper.path_for(instance.__state__.identity, instance.__state__.parents)
    api.seed(path, body)
    return session, instance, path


@pytest.mark.parametrize(
    ("model", "field"), [pytest.param(*each, id=f"{each[0].__name__}.{each[1].name}") for each in whole_fields()]
)
def test_both_changes_stay(model, field):
    """In each list, map and object of each resource, the change made here and the one made elsewhere both stay."""
    session, instance, path = seeded(model)
    before = deepcopy(session.api.objects[path])
    if not change_here(getattr(instance, field.name), field.codec):
        pytest.fail("nothing of the value can be changed")
    elsewhere(session, path, **{field.key: change_there(before[field.key], field.codec)})
    if is_one_value(field.codec):
        with pytest.raises(ConflictError, match=field.name):
            session.commit()
        assert session.api.sent == []
    else:
        session.commit()
        after = session.api.objects[path]
        assert has_both(after[field.key], before[field.key], field.codec), after[field.key]
        assert len(session.api.read) == 1


@pytest.mark.parametrize(
    ("model", "field"), [pytest.param(*each, id=f"{each[0].__name__}.{each[1].name}") for each in whole_fields()]
)
def test_an_assignment_is_one_edit(model, field):
    """A whole value that was assigned meets any other change of it; where there is none, it is what was assigned."""
    session, instance, path = seeded(model)
    raw = session.api.objects[path][field.key]
    setattr(instance, field.name, given(field.codec, 50))
    elsewhere(session, path, **{field.key: change_there(raw, field.codec)})
    if field.codec.same(field.codec.trim(raw, ""), field.codec.trim(session.api.objects[path][field.key], "")):
        pytest.fail("the other writer changed nothing")
    with pytest.raises(ConflictError, match=field.name):
        session.commit()
    assert session.api.sent == []


class TestRows:
    RULES = ("ssh", "web", "dns")

    @pytest.fixture
    def session(self) -> Session:
        return Session(OneObject())

    @pytest.fixture
    def wall(self, session):
        rules = [self.rule(label) for label in self.RULES]
        body = {"id": 5, "label": "wall", "rules": {"inbound": rules, "inbound_policy": "DROP"}, "tags": []}
        session.api.seed("/networking/firewalls/5", deepcopy(body))
        return session.loaded(Firewall, body)

    @staticmethod
    def rule(label: str | None, ports: str = "22") -> dict[str, Any]:
        rule = {"action": "ACCEPT", "ports": ports, "protocol": "TCP", "addresses": {"ipv4": ["192.0.2.1/32"]}}
        return rule if label is None else {"label": label, **rule}

    @staticmethod
    def there(session: Session) -> dict[str, Any]:
        return session.api.objects["/networking/firewalls/5"]["rules"]

    def test_different_rules_and_parts_of_rules_both_stay(self, session, wall):
        """The ports of one, the addresses of the same one, another one that is gone, and a new one of each side."""
        there = self.there(session)
        ssh = wall.rules.inbound[0]
        ssh.ports = "2222"
        wall.rules.inbound.append(self.rule("mine"))
        there["inbound"] = [self.rule("theirs"), *there["inbound"][:2]]
        there["inbound"][1]["addresses"]["ipv4"].append("198.51.100.1/32")
        there["inbound_policy"] = "ACCEPT"
        session.commit()
        after = self.there(session)
        assert [each["label"] for each in after["inbound"]] == ["theirs", "ssh", "web", "mine"]
        assert (after["inbound"][1]["ports"], after["inbound_policy"]) == ("2222", "ACCEPT")
        assert after["inbound"][1]["addresses"]["ipv4"] == ["192.0.2.1/32", "198.51.100.1/32"]
        assert ssh is wall.rules.inbound[1]

    def test_the_same_rule_on_both_sides(self, session, wall):
        """Changed here and there in the same place, or taken out on one side only: a conflict, and nothing is sent."""
        for change in (lambda rule: {**rule, "ports": "8022"}, lambda _: None):
            wall.rules.inbound[0].ports = "2222"
            rules = [self.rule(label) for label in self.RULES]
            self.there(session)["inbound"] = [each for each in [change(rules[0]), *rules[1:]] if each is not None]
            with pytest.raises(ConflictError, match=r"rules"):
                session.commit()
            session.rollback()
            self.there(session)["inbound"] = rules
            session.refresh(wall)
        del wall.rules.inbound[0]
        self.there(session)["inbound"][0]["ports"] = "8022"
        with pytest.raises(ConflictError, match=r"rules"):
            session.commit()
        assert session.api.sent == []

    def test_rules_without_a_name(self, session, wall):
        """They are told apart by what they hold; one that both sides seem to have changed is a conflict."""
        there = self.there(session)
        there["inbound"] = [self.rule(None, "1"), self.rule(None, "2")]
        session.refresh(wall)
        wall.rules.inbound[0].ports = "10"
        there["inbound"] = [self.rule(None, "1"), self.rule(None, "2"), self.rule(None, "3")]
        session.commit()
        assert [each["ports"] for each in self.there(session)["inbound"]] == ["10", "2", "3"]
        wall.rules.inbound[0].ports = "11"
        self.there(session)["inbound"][0]["ports"] = "12"
        with pytest.raises(ConflictError):
            session.commit()

    def test_an_order_that_one_side_changed(self, session, wall):
        """It counts, with the other side's new rule in it; changed on both sides it is a conflict."""
        wall.rules.inbound.reverse()
        self.there(session)["inbound"].append(self.rule("theirs"))
        session.commit()
        assert [each["label"] for each in self.there(session)["inbound"]] == ["dns", "theirs", "web", "ssh"]
        wall.rules.inbound.sort(key=lambda each: each.label)
        rules = self.there(session)["inbound"]
        self.there(session)["inbound"] = [rules[2], *rules[:2], rules[3]]
        with pytest.raises(ConflictError):
            session.commit()

    def test_a_list_that_was_assigned_inside(self, session, wall):
        """It is one edit of that list; the other parts of the object are merged."""
        there = self.there(session)
        wall.rules.inbound = [self.rule("only")]
        there["inbound_policy"] = "ACCEPT"
        session.commit()
        after = self.there(session)
        assert ([each["label"] for each in after["inbound"]], after["inbound_policy"]) == (["only"], "ACCEPT")
        wall.rules.inbound = []
        self.there(session)["inbound"].append(self.rule("theirs"))
        with pytest.raises(ConflictError):
            session.commit()


def test_a_list_in_which_order_means_something_is_one_value():
    """The interfaces of a configuration profile, and its slots of devices: two changes of them are a conflict."""
    assert [name for name, field in Config.__mapper__.fields.items() if field.ordered] == ["devices", "interfaces"]


class TestDefaults:
    def test_scalars_are_not_read(self, session, api):
        """They go alone in their PUT, and the last writer wins; what stands beside them is not sent."""
        dock = dock_of(session)
        dock.label = "mine"
        elsewhere(session, "/docks/5", label="theirs", tags=["theirs"])
        session.commit()
        assert (api.read, api.body("PUT /docks/5")) == ([], {"label": "mine"})
        assert api.objects["/docks/5"]["tags"] == ["theirs"]

    def test_one_list_a_class_and_one_get_for_one_object(self, session, api):
        """Nothing else is read, and what takes no PUT that holds others' values costs nothing."""
        for identity in range(1, 41):
            dock_of(session, identity).tags.add("edge")
        dock_of(session, 50).label = "alone"
        session.commit()
        assert api.read == ["/docks"]
        api.log.clear()
        dock_of(session).limits.cpu = 7
        session.commit()
        assert (api.read, api.sent) == (["/docks/5"], ["PUT /docks/5"])

    @pytest.mark.parametrize("call", ["commit", "save"])
    def test_both_calls_merge(self, session, api, call):
        """`session.commit()` and `x.save()` keep what stood there."""
        dock = dock_of(session)
        dock.tags.add("mine")
        elsewhere(session, "/docks/5", tags=["p", "theirs"])
        session.commit() if call == "commit" else dock.save()
        assert api.objects["/docks/5"]["tags"] == ["p", "theirs", "mine"]

    def test_an_assignment_wins_over_what_was_read_last(self, session, api):
        """What the session has seen in the meantime is no surprise; with a check it is a conflict all the same."""
        dock, other = dock_of(session), dock_of(session, 6)
        for each in (dock, other):
            each.tags = ["mine"]
            elsewhere(session, f"/docks/{each.id}", tags=["theirs"])
        session.query(Dock).all()
        with pytest.raises(ConflictError):
            session.commit(conflicts="check")
        dock.save()
        assert api.objects["/docks/5"]["tags"] == ["mine"]
        elsewhere(session, "/docks/6", tags=["again"])
        with pytest.raises(ConflictError):
            other.save()

    def test_an_augmented_assignment_is_an_edit_in_place(self, session, api):
        """`x.tags += [...]` adds to whatever is there; it assigns nothing whole."""
        dock = dock_of(session)
        dock.tags += ["mine"]
        elsewhere(session, "/docks/5", tags=["p", "theirs"])
        session.commit()
        assert api.objects["/docks/5"]["tags"] == ["p", "theirs", "mine"]

    def test_what_no_put_may_lack_is_sent_as_it_is_there(self, session, api):
        """A value that is sent along because it has to be is no old one."""
        api.seed("/cargo/5", {"id": 5, "name": "box", "weight": 1})
        cargo = session.loaded(Cargo, {"id": 5, "name": "box", "weight": 1})
        cargo.name = "crate"
        elsewhere(session, "/cargo/5", weight=7)
        session.commit()
        assert api.body("PUT /cargo/5") == {"name": "crate", "weight": 7}

    def test_ignore_reads_nothing(self, session, api):
        """What was seen is sent, with the change."""
        dock = dock_of(session)
        dock.tags.add("mine")
        elsewhere(session, "/docks/5", tags=["p", "theirs"])
        session.commit(conflicts="ignore")
        assert (api.read, api.body("PUT /docks/5")) == ([], {"tags": ["p", "mine"]})

    def test_an_object_that_is_gone(self, session, api):
        """It cannot be built on, and is named before anything is written."""
        dock, other = dock_of(session), dock_of(session, 6)
        dock.tags.add("mine")
        other.label = "b"
        del api.objects["/docks/5"]
        with pytest.raises(ConflictError, match="Dock 5 is gone"):
            session.commit()
        assert api.sent == []

    def test_what_cannot_be_read_fails_alone(self, session, api):
        """An update whose newest value cannot be read is not sent; the others are, as after any failure."""
        dock, other = dock_of(session), dock_of(session, 6)
        dock.tags.add("mine")
        other.label = "b"

        def fault(request):
            if request.method == "GET":
                raise refusal("Forbidden", 403)

        api.fault = fault
        with pytest.raises(CommitError) as caught:
            session.commit(on_error="continue")
        assert [entry.object for entry in caught.value.failed] == [dock]
        assert [entry.object for entry in caught.value.applied] == [other]
        api.fault = lambda _: None
        session.commit()
        assert api.objects["/docks/5"]["tags"] == ["p", "mine"]

    def test_ctrl_c_while_it_reads(self, session, api):
        """Nothing was written, and the session holds everything."""
        dock = dock_of(session)
        dock.tags.add("mine")

        def fault(request):
            if request.method == "GET":
                signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)

        api.fault = fault
        with pytest.raises(CommitInterrupted) as caught:
            session.commit()
        assert ([entry.object for entry in caught.value.pending], api.sent) == ([dock], [])
        assert session.dirty == (dock,)

    def test_a_plan_counts_what_a_commit_reads(self, session):
        """The list is among its requests."""
        for identity in (1, 2):
            dock_of(session, identity).tags.add("edge")
        assert (len(session.plan()), session.plan().requests) == (2, 3)


class TestUndo:
    def test_a_failed_commit_keeps_what_others_wrote_since(self, session, api):
        """With `on_error="undo"` the tag of this commit is taken off again, and theirs stays."""
        dock = dock_of(session)
        dock.tags.add("mine")
        dock_of(session, 6, label="six").label = "b"
        api.client.workers = 1

        def fault(request):
            if request.method == "PUT" and request.path == "/docks/6":
                elsewhere(session, "/docks/5", tags=[*api.objects["/docks/5"]["tags"], "late"])
                raise refusal("BadRequest", 400)

        api.fault = fault
        with pytest.raises(CommitError) as caught:
            session.commit(on_error="undo")
        assert not caught.value.not_undone
        assert api.objects["/docks/5"]["tags"] == ["p", "late"]
        assert (list(dock.tags), session.dirty[0]) == (["p", "mine"], dock)

    def test_what_both_changed_is_not_undone(self, session, api):
        """The entry says so, and what the other writer wrote stays."""
        dock = dock_of(session)
        dock.limits.cpu = 7
        dock_of(session, 6).label = "b"
        api.client.workers = 1

        def fault(request):
            if request.method == "PUT" and request.path == "/docks/6":
                elsewhere(session, "/docks/5", limits={**LIMITS, "cpu": 99})
                raise refusal("BadRequest", 400)

        api.fault = fault
        with pytest.raises(CommitError) as caught:
            session.commit(on_error="undo")
        assert [entry.object for entry in caught.value.not_undone] == [dock]
        assert api.objects["/docks/5"]["limits"]["cpu"] == 99

    def test_the_plan_of_an_undo_merges(self, session, api):
        """Only what the commit changed goes back, in lists and in values with parts."""
        dock = dock_of(session)
        dock.limits.cpu = 7
        dock.tags.add("mine")
        report = session.commit()
        elsewhere(session, "/docks/5", limits={**LIMITS, "cpu": 7, "io": 77}, tags=["p", "mine", "theirs"])
        session.undo(report.id).apply(session.client)
        there = api.objects["/docks/5"]
        assert (there["limits"]["cpu"], there["limits"]["io"], there["tags"]) == (1, 77, ["p", "theirs"])


class TestResolve:
    def conflict(self, session) -> tuple[Dock, ConflictError]:
        dock = dock_of(session)
        dock.limits.cpu = 9
        dock.tags = ["mine"]
        elsewhere(session, "/docks/5", limits={**LIMITS, "cpu": 7, "io": 8}, tags=["theirs"])
        with pytest.raises(ConflictError) as caught:
            session.commit()
        return dock, caught.value

    def test_the_error_lists_them(self, session):
        """Object, attribute, base, theirs and mine of each."""
        dock, error = self.conflict(session)
        assert [(each.object, each.attribute) for each in error.conflicts] == [(dock, "limits"), (dock, "tags")]
        assert error.conflicts[1][2:5] == (["p"], ["theirs"], ["mine"])

    def test_mine(self, session, api):
        """What was changed here is sent; what they changed beside it stays."""
        dock, _ = self.conflict(session)
        session.resolve(dock, "mine")
        session.commit()
        there = api.objects["/docks/5"]
        assert (there["limits"]["cpu"], there["limits"]["io"], there["tags"]) == (9, 8, ["mine"])

    def test_theirs(self, session, api):
        """The changes are taken back; nothing is left to send."""
        dock, _ = self.conflict(session)
        session.resolve(dock, "theirs")
        assert (list(dock.tags), dock.limits.cpu, session.dirty) == (["theirs"], 7, ())
        session.commit()
        assert api.sent == []

    def test_by_name(self, session, api):
        """Each attribute may be settled in its own way."""
        dock, _ = self.conflict(session)
        session.resolve(dock, "theirs", "tags")
        session.resolve(dock, "mine", "limits")
        session.commit()
        there = api.objects["/docks/5"]
        assert (there["limits"]["cpu"], there["tags"]) == (9, ["theirs"])

    def test_another_change_after_it_is_another_conflict(self, session):
        """What was settled is what was read."""
        dock, _ = self.conflict(session)
        session.resolve(dock, "mine")
        elsewhere(session, "/docks/5", tags=["again"])
        with pytest.raises(ConflictError, match="again"):
            session.commit()

    def test_bad_input(self, session):
        """Another side, a name that is none, one without a change, and an object of nobody are refused."""
        dock, _ = self.conflict(session)
        for side, names in (("ours", ()), ("mine", ("label",))):
            with pytest.raises(InvalidRequestError):
                session.resolve(dock, side, *names)
        with pytest.raises(AttributeError):
            session.resolve(dock, "mine", "lable")
        with pytest.raises(InvalidRequestError):
            session.resolve(Dock(label="b", place="y"), "mine")


class TestReports:
    """A conflict that is found before the first request says what was not sent."""

    @pytest.mark.parametrize("call", ["commit", "save", "delete", "apply"])
    def test_all_is_pending(self, api, call):
        """The report of the error names each operation and its object, for every call that writes."""
        session = Session(api, conflicts="check" if call == "delete" else "merge")
        dock = dock_of(session)
        if call != "delete":
            dock.limits.cpu = 7
        plan = session.plan()
        elsewhere(session, "/docks/5", limits={**LIMITS, "cpu": 9})
        calls = {
            "commit": session.commit,
            "save": dock.save,
            "delete": dock.delete,
            "apply": lambda: plan.apply(session.client),
        }
        with pytest.raises(ConflictError) as caught:
            calls[call]()
        (entry,) = caught.value.report.pending
        assert (entry.object.id, entry.step.method) == (5, "DELETE" if call == "delete" else "PUT")
        assert api.sent == []

    def test_of_a_conflict_while_it_runs(self, session, api):
        """`save()` raises the conflict itself, and its report has what was done before."""
        dock = dock_of(session, rules={"inbound": [{"action": "first"}], "version": 1})
        dock.limits.cpu, dock.rules.inbound = 7, [Rule(action="b")]
        api.client.workers = 1

        def fault(request):
            if request.method == "PUT" and not api.sent[1:]:
                changed = {"limits": {**LIMITS, "cpu": 9}, "rules": {"inbound": [{"action": "theirs"}], "version": 2}}
                elsewhere(session, "/docks/5", **changed)
                api.clock.sleep(5)

        api.fault = fault
        with pytest.raises(ConflictError) as caught:
            dock.save()
        report = caught.value.report
        assert ([f"PUT {each.step.path}" for each in report.applied], len(report.failed)) == (api.sent, 1)
        assert len(api.sent) == 1


class TestWhileItRuns:
    COUNT = 230

    def many(self, session) -> list[Dock]:
        session.api.client.workers = 1
        docks = [dock_of(session, identity) for identity in range(1, self.COUNT + 1)]
        for each in docks:
            each.tags.add("mine")
        return docks

    def test_values_are_read_again_every_hundred_requests(self, session, api):
        """What another writer changes while the commit runs is kept, for an object whose turn comes later."""
        self.many(session)
        last = f"/docks/{self.COUNT}"

        def fault(request):
            if (request.method, request.path) == ("PUT", "/docks/20"):
                elsewhere(session, last, tags=["p", "late"])

        api.fault = fault
        report = session.commit()
        assert api.objects[last]["tags"] == ["p", "late", "mine"]
        assert len(report.applied) == self.COUNT
        lists = [at for at, (method, _, _) in enumerate(api.log) if method == "GET"]
        written = [sum(method == "PUT" for method, _, _ in api.log[:at]) for at in lists]
        first, second = (count for count in written if count)
        # Two requests may be on their way while the list is read.
        assert 98 <= first <= 100, written
        assert 198 <= second <= 200, written

    def test_values_are_read_again_after_five_seconds(self, session, api):
        """Whichever comes first: so the gap between a read and its write stays short, and the report says how long."""
        self.many(session)
        api.fault = lambda request: api.clock.sleep(0.5) if request.method == "PUT" else None
        report = session.commit()
        assert len(api.read) > self.COUNT * 0.5 / 6
        assert 4 <= report.window <= 8

    def test_what_both_changed_meanwhile_is_not_sent(self, session, api):
        """Its entry has the conflict; the others are sent or stay pending as with any failure, and it can be settled."""
        docks = self.many(session)
        docks[-1].limits.cpu = 9
        last = f"/docks/{self.COUNT}"

        def fault(request):
            if (request.method, request.path) == ("PUT", "/docks/20"):
                elsewhere(session, last, limits={**LIMITS, "cpu": 7})

        api.fault = fault
        with pytest.raises(CommitError) as caught:
            session.commit(on_error="continue")
        assert isinstance(caught.value.__cause__, ConflictError)
        assert [entry.object for entry in caught.value.failed] == [docks[-1]]
        assert len(caught.value.applied) == self.COUNT - 1
        assert api.objects[last]["limits"]["cpu"] == 7
        session.resolve(docks[-1], "mine")
        session.commit()
        assert (api.objects[last]["limits"]["cpu"], api.objects[last]["tags"]) == (9, ["p", "mine"])


class TestDeletions:
    @staticmethod
    def delete(session: Session, dock: Dock, way: str) -> None:
        if way == "now":
            dock.delete()
        else:
            session.delete(dock)
            session.commit()

    def test_a_query_holds_its_condition(self, session, api):
        """What does not meet it any more is not deleted, whatever the options; nothing is sent."""
        for conflicts in ("merge", "check", "ignore"):
            for identity in (1, 2, 3):
                dock_of(session, identity, label="old" if identity < 3 else "new")
            assert session.query(Dock).filter(Dock.label == "old").delete() == 2
            elsewhere(session, "/docks/2", label="precious")
            with pytest.raises(ConflictError, match=r"Dock 2\.label: read 'old', theirs 'precious'.*deleted") as caught:
                session.commit(conflicts=conflicts)
            assert [each.attribute for each in caught.value.conflicts] == ["label"]
            assert api.sent == []
            session.rollback()

    def test_one_list_looks_at_them(self, session, api):
        """The objects of a class are read together."""
        for identity in range(1, 31):
            dock_of(session, identity, label="old")
        session.query(Dock).filter(Dock.label == "old").delete()
        api.log.clear()
        session.commit()
        assert (api.read, len(api.sent)) == (["/docks"], 30)

    def test_a_mark_by_hand_rests_on_no_condition(self, session, api):
        """What its user marked is deleted, whether a query marks it too or not."""
        for identity in (5, 6):
            dock_of(session, identity, label="old")
        session.delete(session.get(Dock, 5))
        session.query(Dock).filter(Dock.label == "old").delete()
        session.delete(session.get(Dock, 6))
        for identity in (5, 6):
            elsewhere(session, f"/docks/{identity}", label="new")
        session.commit()
        assert api.objects == {}

    def test_without_a_condition_nothing_is_read(self, session, api):
        """What was marked by hand, or by a query for everything, rests on nothing."""
        session.delete(dock_of(session))
        dock_of(session, 6)
        session.query(Dock).delete()
        api.log.clear()
        session.commit()
        assert (api.read, len(api.sent)) == ([], 2)

    def test_a_mark_of_its_own_needs_no_condition(self, session, api):
        """What is gone already, or was confirmed, is deleted."""
        dock, other = dock_of(session, label="old"), dock_of(session, 6, label="old")
        session.query(Dock).filter(Dock.label == "old").delete()
        elsewhere(session, "/docks/5", label="new")
        del api.objects["/docks/6"]
        with pytest.raises(ConflictError):
            session.commit()
        session.resolve(dock, "mine")
        session.commit()
        assert (api.objects, inspect(other).state) == ({}, "detached")

    def test_theirs_keeps_the_object(self, session, api):
        """The mark is taken off."""
        dock = dock_of(session, label="old")
        session.query(Dock).filter(Dock.label == "old").delete()
        elsewhere(session, "/docks/5", label="new")
        with pytest.raises(ConflictError):
            session.commit()
        session.resolve(dock, "theirs")
        session.commit()
        assert (session.deleted, api.sent) == ((), [])

    @pytest.mark.parametrize("way", ["commit", "now"])
    def test_a_check_looks_at_what_is_to_be_deleted(self, api, way):
        """Something else is there than what was seen: that is not deleted."""
        session = Session(api, conflicts="check")
        dock = dock_of(session)
        elsewhere(session, "/docks/5", tags=["p", "precious"])
        with pytest.raises(ConflictError, match=r"Dock 5\.tags"):
            self.delete(session, dock, way)
        assert api.sent == []

    @pytest.mark.parametrize("conflicts", ["merge", "check", "ignore"])
    @pytest.mark.parametrize("way", ["commit", "now"])
    def test_protected_tags_are_read_again(self, api, way, conflicts):
        """A tag that was put on since the read protects too."""
        session = Session(api, conflicts=conflicts, protected_tags={"keep"})
        dock = dock_of(session)
        elsewhere(session, "/docks/5", tags=["keep"])
        with pytest.raises(InvalidRequestError, match="protected tags"):
            self.delete(session, dock, way)
        assert api.sent == []


def test_the_default_is_merge(api):
    """For sessions, and for what they send."""
    session = Session(api)
    dock_of(session).tags.add("b")
    session.commit()
    assert len(api.read) == 1
    with pytest.raises(InvalidRequestError, match="'merge' or 'check' or 'ignore'"):
        Session(api, conflicts="mine")
    assert Instance.__mapper__.fields["tags"].codec.mutable
