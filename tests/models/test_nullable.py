"""What another source says is null sometimes is declared so: over all such fields."""

from __future__ import annotations

import re

import pytest

from linode_orm import models
from linode_orm._generate.facts import split
from linode_orm._generate.sources.compare import never_null
from linode_orm._generate.sources.files import nullable
from tests.ids import short

FIELDS = [(owner, path, where) for owner, own in nullable().items() for path, where in own.items()]
NAMES = [short(f"{owner}.{path}", 60) for owner, path, _ in FIELDS]
SOURCE = re.compile(r"@linode/api-v4 \w+|(Test|Example)\w+#\d+")


@pytest.mark.parametrize(("owner", "path", "where"), FIELDS, ids=NAMES)
def test_null_is_declared(owner, path, where):
    """The annotation has None, or the field is a list, which reads as empty where it is null; the source is named."""
    assert not never_null(owner, path)
    assert SOURCE.fullmatch(where)


def test_the_rule_sees_what_is_never_null():
    """A text that is always there is told from one that may be null, inside objects as well."""
    assert never_null("Volume", "label")
    assert never_null("Instance", "specs.memory")
    assert not never_null("Event", "entity")
    assert not never_null("Instance", "tags")


def test_many_fields_are_known():
    """The front end's types call more than three hundred fields of answers nullable; each path is one of a class."""
    assert len(FIELDS) > 300
    for owner, path, _ in FIELDS:
        assert split(path)[0] in getattr(models, owner).__mapper__.keys, (owner, path)


def test_a_new_linode_has_a_plan_although_an_answer_may_have_none():
    """`type` is null in some answers, and a create has to have it."""
    field = models.Instance.__mapper__.fields["type_id"]
    assert (field.required, "None" in field.text) == (True, True)
    linode = models.Instance(region="us-east", type="g6-nanode-1")
    assert linode.type_id == "g6-nanode-1"
