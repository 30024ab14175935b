"""What users do, replayed from cassettes that hold no secret."""

from __future__ import annotations

import pytest

from linode_orm import Instance, NotFound, Session, Token, Volume, or_
from linode_orm.testing import count_requests, scrub
from linode_orm.testing.scrub import secret_keys
from tests.proofs.cassettes.conftest import FOLDER

PASSWORD = "correct horse 9 battery"


def test_edit_many(client):
    """Ask by a typed filter, edit, look at the plan, commit."""
    with Session(client=client) as session:
        found = session.query(Instance).filter(or_(Instance.label.contains("db"), Instance.tags.contains("dev"))).all()
        for instance in found:
            instance.tags.add("edge")
        assert [step.method for step in session.plan()] == ["PUT"] * len(found)
        with count_requests(session) as sent:
            report = session.commit()
        assert sent.requests - 1 == len(report.applied) == len(found) > 0, "one list, and one PUT an object"
        assert all("edge" in each.tags for each in found)


def test_create_and_delete(client):
    """Create a Linode with a volume, wait, and delete both."""
    with Session(client=client) as session:
        server = Instance(
            region="us-east", type="g6-nanode-1", image="linode/debian12", label="cassette", root_pass=PASSWORD
        )
        session.add(server)
        session.commit()
        server.wait_until(Instance.status == "running", timeout=300)
        volume = Volume(label="cassette-data", region="us-east", size=20)
        session.add(volume)
        session.commit()
        volume.attach(server)
        assert volume.linode is server
        session.delete(server)
        session.commit()
        with pytest.raises(NotFound):
            session.load(Instance, server.id)


def test_new_token(client):
    """A new token can be read once, and nowhere on the cassette."""
    with Session(client=client) as session:
        token = Token(label="cassette", scopes="volumes:read_only")
        session.add(token)
        session.commit()
        assert token.token
        session.delete(token)
        session.commit()


def test_walk(client):
    """Walk from volumes to their Linodes and regions."""
    with Session(client=client) as session:
        shown = [(each.label, each.linode and each.linode.label, each.region.country) for each in session.query(Volume)]
        assert shown


SECRETS = (PASSWORD, "a-secret-token", "Bearer", 'root_pass": "correct')


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.yaml")), ids=lambda path: path.stem)
def test_no_cassette_holds_a_secret(path):
    """No token, password or key is on any cassette."""
    text = path.read_text(encoding="utf-8")
    assert not [secret for secret in SECRETS if secret in text]
    assert "authorization" not in text.lower()


def test_scrubbing_masks_by_schema():
    """Every key that a declaration marks is masked at any depth, and nothing else is."""
    body = {"label": "x", "root_pass": "1", "nested": [{"token": "2", "ssl_key": "3", "size": 4}], "secret_key": ""}
    assert scrub(body) == {
        "label": "x",
        "root_pass": "***",
        "secret_key": "",
        "nested": [{"token": "***", "ssl_key": "***", "size": 4}],
    }
    assert "root_pass" in secret_keys()
    assert not {"label", "tags", "authorized_keys", "id", "status"} & secret_keys()
