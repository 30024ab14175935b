"""What is there already is no change, and what is not there is one: over every attribute that can be changed (no network)."""

from __future__ import annotations

from copy import deepcopy

import pytest

from linode_orm.mapping.codecs import Scalar
from linode_orm.mapping.model import resource
from linode_orm.mapping.normal_forms import NORMAL_FORMS
from linode_orm.models._index import INDEX
from linode_orm.session.planning import planner
from tests.ids import short
from tests.session.fake_api import Session

NOW = "2026-01-01T00:00:00"
CASES = [
    (name, key)
    for name in sorted(INDEX)
    for key, field in resource(name).__mapper__.keys.items()
    if field.mutable and not field.is_write_only and not field.redacted
]
OTHER_FORMS = {
    "seconds": (3600, 3599),
    "host": ("a.example.org", "A.Example.org."),
    "record": ("www", "WWW"),
    "address": ("2001:db8::1", "2001:DB8:0:0:0:0:0:1"),
    "chosen": ("2001:db8::1", "2001:DB8:0:0:0:0:0:1"),
    "target": ("2001:db8::1", "2001:DB8:0:0:0:0:0:1"),
    "network": ("192.0.2.1/32", "192.0.2.1"),
    "ports": ("22-24, 80", "22-24,80"),
    "engine": ("mysql", "mysql/8"),
}
"""For each normal form a value as the API writes it, and the same in another form."""


def filled(field, form=0, depth=0):
    """Give a value of a field in JSON that says something everywhere; `form` 1 gives it in another form."""
    codec = field.codec.bare
    if field.form:
        value = OTHER_FORMS[next(name for name, each in NORMAL_FORMS.items() if each is field.form)][form]
        return [value] if codec.blank(None, "") == [] else value
    is_list = codec.blank(None, "") == [] and not (codec.nested and codec.fields)
    if codec.nested and depth < 5:
        keys = codec.nested[0].__mapper__.keys
        value = {key: filled(each, form, depth + 1) for key, each in keys.items() if not each.is_write_only}
        return [value] if is_list else value
    if is_list:
        sample = "a" if codec.accepts(["a"]) else 7
        if codec.accepts([sample]):
            return [sample, "b" if sample == "a" else 8]
        return []
    return first(codec)


def first(codec):
    """Give a value of a plain type."""
    choices = getattr(codec, "choices", ())
    tried = (*choices, "text", 7, True, NOW, {"a": {"b": 1}})
    return next(deepcopy(each) for each in tried if codec.accepts(each))


def wanted(field, raw, *, terse=False, reverse=False, verb="update"):
    """Give a value as a user writes it: without what only the API sets; terse without what stands for nothing."""
    if isinstance(raw, list):
        items = [wanted(field, each, terse=terse, reverse=reverse, verb=verb) for each in raw]
        if items and items[0] == {} and "id" in raw[0]:
            items = [each["id"] for each in raw]  # nothing of them can be set: requests name them by their ids
        return items[::-1] if reverse and field.unordered else items
    if not isinstance(raw, dict) or not field.codec.nested:
        return raw
    keys = field.codec.nested[0].__mapper__.keys
    given = {key: each for key, each in raw.items() if key not in keys or keys[key].takes(verb)}
    if terse:
        given = {key: each for key, each in given.items() if each not in (None, "", [], {}, False)}
    return {
        key: wanted(keys[key], each, terse=terse, reverse=reverse, verb=verb) if key in keys else each
        for key, each in given.items()
    }


def loaded(name, key, value):
    """Give an object of a class that has this value, with the session that holds it."""
    model = resource(name)
    mapper = model.__mapper__
    body = {each.key: filled(each) for each in mapper.fields.values() if each.put_required or not each.is_write_only}
    session = Session()
    body[key] = value
    return session, session.loaded(model, body, *above(mapper))


def above(mapper):
    """Give ids for the parents of a class."""
    if mapper.parent is None:
        return [1] * mapper.parent_count
    parent = resource(mapper.parent).__mapper__
    own = () if parent.singleton else (1,) if len(parent.id_names) == 1 else (("us-east", "b"),)
    return [*above(parent), *own]


def plan(session):
    return [line for step in planner.plan(session._parts.changes) for line in str(step).splitlines()]


@pytest.mark.parametrize(("name", "key"), CASES, ids=lambda each: short(each, 13))
class TestWhatIsThere:
    """Assigning it plans nothing, and leaves what the API has readable."""

    def check(self, name, key, raw, value):
        session, instance = loaded(name, key, raw)
        attribute = instance.__mapper__.keys[key].name
        setattr(instance, attribute, value)
        assert plan(session) == []
        assert not instance.__state__.edits

    def test_without_the_rest(self, name, key):
        """Read-only keys beside it are no difference."""
        field = resource(name).__mapper__.keys[key]
        self.check(name, key, filled(field), wanted(field, filled(field)))

    def test_in_another_order(self, name, key):
        """Lists that the API keeps as sets have no order."""
        field = resource(name).__mapper__.keys[key]
        self.check(name, key, filled(field), wanted(field, filled(field), reverse=True))

    def test_in_another_form(self, name, key):
        """Values that the API rewrites are the same in every form that it takes."""
        field = resource(name).__mapper__.keys[key]
        self.check(name, key, filled(field), wanted(field, filled(field, form=1)))

    def test_tersely(self, name, key):
        """What stands for nothing may be left out inside an object."""
        field = resource(name).__mapper__.keys[key]
        raw = emptied(field, filled(field))
        self.check(name, key, raw, wanted(field, raw, terse=True))


def emptied(field, raw):
    """Give a value with null in the place of every key of an object that may be null."""
    if isinstance(raw, list):
        return [emptied(field, each) for each in raw]
    if not isinstance(raw, dict) or not field.codec.nested:
        return raw
    keys = field.codec.nested[0].__mapper__.keys
    return {
        key: None if key in keys and keys[key].codec.allows_null else emptied(keys[key], each) if key in keys else each
        for key, each in raw.items()
    }


def changed(field, raw):
    """Give each value that differs in one place that a PUT can change."""
    if isinstance(raw, dict) and field.codec.nested:
        keys = field.codec.nested[0].__mapper__.keys
        for key, each in raw.items():
            if key in keys and keys[key].mutable and not keys[key].is_write_only:
                for other in changed(keys[key], each):
                    yield {**raw, key: other}
    elif isinstance(raw, list):
        yield raw[:-1]
        for other in changed(field, raw[0]) if raw else ():
            yield [other, *raw[1:]]
    else:
        others = (each for each in ("other", 8, False, {"a": {"b": 2}}, "2027-01-01T00:00:00") if each != raw)
        item = field.codec.bare
        found = next((each for each in others if item.accepts(each) or item.accepts([each])), None)
        if found is not None:
            yield found


@pytest.mark.filterwarnings("ignore::linode_orm.UnknownValue")  # some of the values are none that the API knows
@pytest.mark.parametrize(("name", "key"), CASES)
def test_what_is_not_there_is_a_change(name, key):
    """Each leaf that a PUT can change plans a request where it differs."""
    field = resource(name).__mapper__.keys[key]
    raw = filled(field)
    for other in changed(field, raw):
        session, instance = loaded(name, key, raw)
        try:
            setattr(instance, field.name, wanted(field, other))
        except TypeError:
            continue
        assert plan(session), f"{raw} and {other}"


def test_every_form_is_tried_and_has_a_source():
    """The table of normal forms names where each is known from, and each is tried above."""
    assert NORMAL_FORMS.keys() == OTHER_FORMS.keys()
    for name, form in NORMAL_FORMS.items():
        one, other = OTHER_FORMS[name]
        assert len(form.source) > 20
        assert form.of(one) == form.of(other) == one


ANSWERS = {"auto": "203.0.113.1", "any": "203.0.113.1", "/64": "2600:3c00::/64"}
"""What asks the API to choose, and what it may choose."""


@pytest.mark.parametrize("wish", ANSWERS)
@pytest.mark.parametrize("name", [name for name, form in NORMAL_FORMS.items() if form.stands_for])
def test_what_the_api_chose_is_what_was_wished(name, wish):
    """A wish is granted by what stands there; what is wished by name is not granted by anything else."""
    codec = Scalar("str", frozenset({str})).marked("", NORMAL_FORMS[name])
    assert codec.alike(wish, ANSWERS[wish])
    assert not codec.alike(ANSWERS[wish], wish)
    assert not codec.alike(wish, "")
    assert not codec.alike("203.0.113.2", ANSWERS[wish])


def test_an_address_that_the_api_chose():
    """An interface that was given no address, or any, has the one that the API gave it."""
    face = {"purpose": "vpc", "subnet_id": 5}
    there = {**face, "id": 7, "primary": False, "ipv4": {"vpc": "10.0.0.2", "nat_1_1": "203.0.113.1"}}
    session, config = loaded("Config", "interfaces", [there])
    for mine in ({"nat_1_1": "any"}, {"nat_1_1": "any", "vpc": "10.0.0.2"}):
        config.interfaces = [{**face, "ipv4": mine}]
        assert plan(session) == []
    config.interfaces = [{**face, "ipv4": {"nat_1_1": "any", "vpc": "10.0.0.3"}}]
    assert plan(session)


@pytest.mark.parametrize("name", ["www", "WWW", "www.example.org", "www.Example.org."])
def test_the_name_of_a_record(name):
    """The name of its zone may stand behind it; another zone's is a part of the name."""
    session = Session()
    zone = session.loaded(resource("Domain"), {"id": 1, "domain": "example.org"})
    record = session.loaded(resource("DomainRecord"), {"id": 2, "type": "A", "name": "www", "target": "192.0.2.1"}, 1)
    record.name = name
    assert plan(session) == []
    record.name = "www.example.net"
    assert plan(session)
    record.name = name
    assert plan(session) == []
    assert zone.domain == "example.org"


def test_a_part_of_an_object_changes_that_part():
    """Assigning one key plans a line about it alone, and the others stay readable."""
    session, instance = loaded("Instance", "alerts", {"cpu": 90, "io": 10000, "network_in": 10})
    instance.alerts = {"cpu": 95}
    assert plan(session)[1:] == ["  alerts.cpu: 90 -> 95"]
    assert instance.alerts.io == 10000
    instance.alerts = {"cpu": 90}
    assert plan(session) == []


def test_a_value_with_a_request_of_its_own_is_replaced_whole():
    """What is left out of the rules of a firewall is taken away."""
    rule = {"action": "ACCEPT", "protocol": "TCP", "ports": "22", "addresses": {"ipv4": ["192.0.2.1/32"]}}
    rules = {"inbound": [rule], "inbound_policy": "DROP", "outbound": [], "outbound_policy": "ACCEPT"}
    session, wall = loaded("Firewall", "rules", {**rules, "version": 3, "fingerprint": "abc"})
    wall.rules = {**rules, "inbound": [{**rule, "ports": "80"}]}
    assert plan(session)
    wall.rules = rules
    assert plan(session) == []
    wall.rules = {**rules, "inbound": []}
    assert plan(session)
