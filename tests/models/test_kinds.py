"""What only requests have is write-only; what nobody may see of it is a secret: over all declarations."""

from __future__ import annotations

import re

import pytest

from linode_orm import Instance, Session, inspect, models
from linode_orm._generate.facts import Facts
from linode_orm._generate.touch import _classes
from linode_orm.simulator import Simulator
from tests.ids import short

ENDINGS = (
    "password", "passwd", "secret", "token", "authorization", "passphrase", "private_key", "secret_key", "ssl_key",
    "api_key",
)  # fmt: skip
"""What the contract calls a secret by its key."""

FIELDS = [(cls, field) for cls in _classes() for field in cls.__mapper__.fields.values() if field.is_write_only]

NAMES = [short(f"{cls.__name__}.{field.name}", 40) for cls, field in FIELDS]


@pytest.mark.parametrize(("cls", "field"), FIELDS, ids=NAMES)
def test_what_is_secret_by_its_key(cls, field):
    """Texts and documents whose keys end like secrets are `Secret`, numbers, choices and names are `WriteOnly`."""
    is_text = bool(re.match(r"(str|dict|[A-Z]\w+)\b", field.text))
    by_key = is_text and field.key.endswith(tuple(Facts().common["secret"]))
    by_hand = (cls.__name__, field.name) == ("ObjectStorageBucketSSL", "certificate")
    assert (field.kind == "secret") == (by_key or by_hand)
    assert field.is_secret == (field.kind == "secret" or field.redacted)


def test_the_rule_knows_what_the_contract_names():
    """Each ending that the contract names is one of the generator's."""
    assert set(ENDINGS) <= set(Facts().common["secret"])


def test_no_document_of_secrets_is_merely_write_only():
    """Passwords and what a machine is told at its birth are secrets."""
    fields = models.Instance.__mapper__.fields
    assert {name for name, field in fields.items() if field.kind == "secret"} == {
        "metadata",
        "root_pass",
        "stackscript_data",
    }
    assert {"booted", "swap_size", "authorized_users", "kernel_id"} <= {
        name for name, field in fields.items() if field.kind == "writeonly"
    }


def test_a_write_only_value_is_shown_and_a_secret_is_not():
    """A plan, a history and a pickle's body hold what is write-only, and mask what is secret."""
    with Simulator() as sim, Session(client=sim.client()) as session:
        linode = Instance(
            region="us-east", type="g6-nanode-1", image="linode/debian12", root_pass="Very-Secret-1", swap_size=256
        )
        session.add(linode)
        text = str(session.plan())
        assert "swap_size: 256" in text
        assert "root_pass: ***" in text
        assert "Very-Secret-1" not in text
        assert inspect(linode).history["swap_size"].mine == 256
        assert str(inspect(linode).history["root_pass"].mine) == "***"
        session.commit()
        assert linode.swap_size is None
        assert linode.root_pass is None
