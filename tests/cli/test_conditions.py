"""Conditions from text: what they mean, what is refused with its place, and that hostile ones cost nothing."""

from __future__ import annotations

import time

import click
import pytest

from linode_orm.cli.class_names import class_called
from linode_orm.cli.conditions import DEEPEST, LONGEST, ConditionError, condition_of

MEANT = {
    ("Instance", 'region == "us-east" and "prod" in tags'): "and_(Instance.region_id == 'us-east', Instance.tags.contains('prod'))",
    ("Instance", '"prod" not in tags or not has_user_data'): "or_(not_(Instance.tags.contains('prod')), not_(Instance.has_user_data.is_(True)))",
    ("Instance", 'region in ("us-east", "us-west")'): "Instance.region_id.in_(['us-east', 'us-west'])",
    ("Instance", 'label not in ["a", "b"]'): "not_(Instance.label.in_(['a', 'b']))",
    ("Instance", "1024 <= specs.memory < 4096"): "and_(Instance.specs.memory >= 1024, Instance.specs.memory < 4096)",
    ("Instance", "label is None or label is not None"): "or_(Instance.label.is_(None), not_(Instance.label.is_(None)))",
    ("Instance", 'created > "2024-01-31"'): "Instance.created > '2024-01-31T00:00:00'",
    ("Instance", 'created > "2024-01-31T12:00:00+02:00"'): "Instance.created > '2024-01-31T10:00:00'",
    ("Instance", "created < datetime(2024, 1, 31, 12)"): "Instance.created < '2024-01-31T12:00:00'",
    ("Instance", 'created.between("2024-01-01", date(2025, 1, 1))'): "and_(Instance.created >= '2024-01-01T00:00:00', Instance.created <= '2025-01-01T00:00:00')",
    ("Instance", 'label.startswith("web") & ~(id == -5)'): "and_(Instance.label.startswith('web'), not_(Instance.id == -5))",
    ("Instance", 'or_(label.ilike("w%"), label.like("x!%", escape="!"))'): "or_(Instance.label.ilike('w%'), Instance.label.like('x!%', escape='!'))",
    ("Instance", "volumes.any(size > 100) and not firewalls.any()"): "and_(Instance.volumes.any(Volume.size > 100), not_(Instance.firewalls.any()))",
    ("Volume", 'linode.has(region == "us-east")'): "Volume.linode.has(Instance.region_id == 'us-east')",
    ("Volume", "linode.has(Instance.volumes.any(Volume.size > 5))"): "Volume.linode.has(Instance.volumes.any(Volume.size > 5))",
    ("Volume", "linode is None"): "Volume.linode_id.is_(None)",
    ("Linode", 'Linode.label == "x"'): "Instance.label == 'x'",
    ("NodeBalancer", 'transfer["in"] > 3'): "NodeBalancer.transfer.in_ > 3",
    ("LKENodePool", 'nodes.any(status == "ready")'): "LKENodePool.nodes.any(LKENode.status == 'ready')",
    ("Event", 'entity.type == "linode" and entity.id == 5'): "and_(Event.entity.type == 'linode', Event.entity.id == 5)",
    ("DomainRecord", 'domain == 5 and "A" == type'): "and_(DomainRecord.domain is 5, DomainRecord.type == 'A')",
}  # fmt: skip

REFUSED = {
    ('regoin == "x"', "regoin"): "did you mean 'region'?",
    ("specs.memry == 3", "specs.memry"): "did you mean 'memory'?",
    ("label == 5", "label"): "str expected",
    ('label = "a"', "="): "write == to compare",
    ('label == "a" && id == 5', "&"): "write and",
    ("label", "label"): "compare it",
    ("volumes", "volumes"): "write volumes.any()",
    ('region.label == "x"', "region.label"): "write region.has(label == ...)",
    ("volumes.size == 5", "volumes.size"): "write volumes.any(size == ...)",
    ("volumes.has(size > 5)", "volumes.has(size > 5)"): "write any()",
    ('created > "yesterday"', '"yesterday"'): "is no date or time",
    ("label == label", "label"): "compared with a value",
    ("id == 9 ** 9 ** 9", "9 ** 9 ** 9"): "a computation",
    ("id == 1e999", "1e999"): "too large",
    ('label == f"{id}"', 'f"{id}"'): "this is no value",
    ("label.foo('x')", "label.foo"): "no method 'foo'",
    ("label.like('x', wild='y')", "label.like('x', wild='y')"): "takes 1 value",
    ("1 == 1", "1"): "name an attribute",
    ("True", "True"): "this is no condition",
    ("id is 5", "5"): "asks for None",
    ('"é" in tags and lable == "é"', "lable"): "did you mean 'label'?",
}

CODE = [
    '__import__("os").system("x")',
    "().__class__.__bases__[0].__subclasses__()",
    "label.__class__ == 'x'",
    "label.field.codec == 'x'",
    "__class__ == 5",
    "__mapper__ == 5",
    "open('x')",
    "[x for x in tags]",
    "lambda: 0",
    "(label := 'x') == 'x'",
    "label.contains(open('x'))",
    "label == ''.join(['a'])",
    "label.op('==', 'x')",
    "volumes.any(__import__('os'))",
    "transfer[0] == 5",
    "tags[0] == 'x'",
    "f'{label}' == 'x'",
    "await label",
    "*label",
    "region.has.__self__ == 'x'",
]

HOSTILE = {
    "nots": "not " * (LONGEST // 4),
    "brackets": "(" * 9_000,
    "mixed brackets": "[[[[{(" * 3_000,
    "brackets that close": "(" * 300 + "id == 1" + ")" * 300,
    "attributes": "a" + ".a" * 9_000,
    "signs": "-" * 19_000 + "1",
    "alternatives": "a|" * 9_000 + "a",
    "choices": "a if b else " * 1_500 + "c",
    "functions": "lambda:" * 2_500 + "x",
    "a number": "id == " + "9" * 19_000,
    "comparisons": "a<" * 9_000 + "b",
    "conditions": "a and " * 3_000 + "b",
    "calls": "a(" * 9_000,
    "half characters": "label == '\ud800'",
    "a null byte": "label == '\0'",
    "relations": "volumes.any(linode.has(" * DEEPEST + "id == 1" + "))" * DEEPEST,
    "too long": "x" * (LONGEST + 1),
}


@pytest.mark.parametrize(("given", "meant"), MEANT.items(), ids=[text for _, text in MEANT])
def test_what_a_condition_means(given, meant):
    """A text stands for the condition that one writes in Python."""
    name, text = given
    assert str(condition_of(class_called(name), text)) == meant


@pytest.mark.parametrize(("given", "said"), REFUSED.items(), ids=[text for text, _ in REFUSED])
def test_what_is_refused_is_marked(given, said):
    """A condition that is not understood is refused with a reason, and carets stand below the place."""
    text, place = given
    with pytest.raises(ConditionError) as caught:
        condition_of(class_called("Instance"), text)
    message, line, marks = caught.value.message.splitlines()
    assert said in message
    assert isinstance(caught.value, click.UsageError)
    begin = marks.index("^")
    assert line[begin : len(marks)] == place


@pytest.mark.parametrize("text", CODE)
def test_nothing_is_run(text, monkeypatch):
    """Code is refused, and none of it is evaluated."""

    def fail(*_):
        pytest.fail("it was evaluated")

    monkeypatch.setattr("builtins.eval", fail)
    monkeypatch.setattr("builtins.exec", fail)
    monkeypatch.setattr("os.system", fail)
    for name in ("Instance", "NodeBalancer"):
        with pytest.raises(ConditionError):
            condition_of(class_called(name), text)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_conditions_are_refused_cheaply(text):
    """Depth and length are refused in less than a second of the processor, in a few lines."""
    began = time.process_time()
    with pytest.raises(ConditionError) as caught:
        condition_of(class_called("Instance"), text)
    assert time.process_time() - began < 1
    assert len(caught.value.message) < 2_000


def test_a_long_list_of_ids_is_taken():
    """A thousand ids fit into a condition."""
    text = f"id in ({', '.join(map(str, range(1_000_000, 1_001_000)))})"
    assert "1000 values" in str(condition_of(class_called("Instance"), text))


def test_the_mark_of_a_long_condition_is_near_its_place():
    """Of a long condition the part around the place is shown."""
    with pytest.raises(ConditionError) as caught:
        condition_of(class_called("Instance"), "id == 1 and " * 200 + 'regoin == "x"')
    _, line, marks = caught.value.message.splitlines()
    assert len(line) < 200
    assert line[marks.index("^") : len(marks)] == "regoin"


def test_control_characters_are_not_repeated():
    """What is shown of a condition controls no terminal."""
    with pytest.raises(ConditionError) as caught:
        condition_of(class_called("Instance"), "lable == '\x1b]0;x\x07'")
    assert "\x1b" not in caught.value.message


@pytest.mark.parametrize(
    ("text", "name"),
    {
        "Instance": "Instance",
        "instances": "Instance",
        "linode": "Instance",
        "/linode/instances": "Instance",
        "volumes": "Volume",
        "lke/clusters": "LKECluster",
        "domains/records": "DomainRecord",
        "vpcs/subnets": "VPCSubnet",
        "nodebalancers": "NodeBalancer",
        "databases/types": "DatabaseType",
        "types": "Type",
        "ssh_keys": "SSHKey",
        "buckets": "ObjectStorageBucket",
        "networking/ips": "IPAddress",
    }.items(),
)
def test_classes_are_named_as_in_python_or_by_their_path(text, name):
    """A class is found by its name, by its path, and by the end of its path."""
    assert class_called(text).__name__ == name


@pytest.mark.parametrize(("text", "said"), {"Instanc": "did you mean 'Instance'", "clusters": "LKECluster, ObjectStorageCluster", "": "no class", "os.path": "no class", "x" * 10_000: "no class"}.items(), ids=["close", "several", "empty", "a module", "long"])  # fmt: skip
def test_unknown_classes_are_refused(text, said):
    """A name that there is not is refused with what comes closest, or with the classes that it may be."""
    with pytest.raises(LookupError, match=said):
        class_called(text)
