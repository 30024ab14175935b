"""What users do, replayed with any number of workers from cassettes that hold no secret."""

from __future__ import annotations

import pytest
import yaml

from linode_orm import (
    CommitError,
    Domain,
    DomainRecord,
    Firewall,
    Image,
    Instance,
    NotFound,
    ObjectStorageBucket,
    Session,
    Token,
    Volume,
    or_,
    recover,
)
from linode_orm.testing import count_requests, scrub
from linode_orm.testing.scrubbing import secret_keys
from tests.proofs.cassettes.conftest import FOLDER
from tests.proofs.cassettes.playing import TOKEN

PASSWORD = "correct horse 9 battery"
DISK = b"\x1f\x8b\x08\x00 a disk, packed" * 20
PICTURE = b"\x89PNG\r\n\x1a\n a picture"


def test_edit_many(account):
    """Ask by a typed filter, edit, look at the plan, commit."""
    with Session(client=account.client) as session:
        found = session.query(Instance).filter(or_(Instance.label.contains("db"), Instance.tags.contains("dev"))).all()
        for instance in found:
            instance.tags.add("edge")
        assert [step.method for step in session.plan()] == ["PUT"] * len(found)
        with count_requests(session) as sent:
            report = session.commit()
        assert sent.requests - 1 == len(report.applied) == len(found) > 0, "one list, and one PUT an object"
        assert all("edge" in each.tags for each in found)


def test_create_and_delete(account):
    """Create a Linode with a volume, wait, and delete both."""
    with Session(client=account.client) as session:
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


def test_stack(account):
    """Make a Linode, its firewall, and a zone with records in one commit, and take them away in another."""
    with Session(client=account.client) as session:
        web = Instance(region="us-east", type="g6-nanode-1", image="linode/debian12", label="web", root_pass=PASSWORD)
        rules = {"inbound_policy": "DROP", "outbound_policy": "ACCEPT", "inbound": [], "outbound": []}
        wall = Firewall(label="front", rules=rules)
        data = Volume(label="data", size=20, linode=web)
        zone = Domain(domain="stack.example.org", type="master", soa_email="ops@example.org")
        records = [
            DomainRecord(type="A", name=name, target="203.0.113.7", domain=zone) for name in ("www", "api", "db")
        ]
        made = [web, wall, data, zone, *records]
        session.add_all(made)
        assert len(session.commit().applied) == len(made)
        assert data.linode is web
        assert {each.id for each in records} == {each.id for each in zone.records}
        for each in (wall, web, data, zone):
            session.delete(each)
        assert len(session.commit().applied) == 4


def test_wait_for_twenty_rounds(account):
    """Reboot a Linode and wait for it: twenty rounds, in no time."""
    with Session(client=account.client) as session:
        instance = session.query(Instance).filter(Instance.status == "running").limit(1).one()
        instance.shutdown()
        with count_requests(session) as sent:
            instance.wait_until(Instance.status == "offline", timeout=400)
        assert sent.requests >= 20
        assert instance.status == "offline"


def test_recovery(account, tmp_path):
    """A commit whose answers are lost fails, and `recover()` finds what was done and sends the rest."""
    journal = tmp_path / "journal"
    account.fault("POST", "/volumes", 2, "reset_after")
    account.fault("GET", "/volumes", None, 500)
    with Session(client=account.client, journal=journal) as session:
        session.add_all([Volume(label=f"precious-{number}", region="us-east", size=20) for number in range(3)])
        with pytest.raises(CommitError) as caught:
            session.commit()
        assert caught.value.in_doubt
    account.heal()
    report = recover(journal, client=account.client)
    assert {entry.status for entry in report} == {"applied"}
    with Session(client=account.client) as session:
        labels = [each.label for each in session.query(Volume).filter(Volume.label.startswith("precious-"))]
        assert sorted(labels) == ["precious-0", "precious-1", "precious-2"]


def test_upload(account):
    """Upload an image and an object, and fetch the object again."""
    with Session(client=account.client) as session:
        seen = []
        image = Image.upload(session, DISK, label="golden", region="us-east", progress=lambda *each: seen.append(each))
        assert seen == [(len(DISK), len(DISK))]
        assert image.label == "golden"
        bucket = ObjectStorageBucket(region="us-east", label="pictures")
        session.add(bucket)
        session.commit()
        bucket.put_object("cat.png", PICTURE, content_type="image/png")
        assert bucket.get_object("cat.png") == PICTURE


def test_fan_out(account):
    """Read the records of all zones: one list for each zone, side by side."""
    with Session(client=account.client) as session:
        session.add_all(
            [Domain(domain=f"n{n}.example.org", type="master", soa_email="a@example.org") for n in range(8)]
        )
        session.commit()
        zones = session.query(Domain).all()
        session.add_all([DomainRecord(type="TXT", name="x", target=each.domain, domain=each) for each in zones])
        session.commit()
        with count_requests(session) as sent:
            found = session.query(DomainRecord).filter(DomainRecord.type == "TXT").all()
        assert {each.domain.domain for each in found} >= {each.domain for each in zones}
        assert sent.requests >= len(zones)


def test_new_token(account):
    """A new token can be read once, and nowhere on the cassette."""
    with Session(client=account.client) as session:
        token = Token(label="cassette", scopes="volumes:read_only")
        session.add(token)
        session.commit()
        assert token.token
        session.delete(token)
        session.commit()


def test_walk(account):
    """Walk from volumes to their Linodes and regions."""
    with Session(client=account.client) as session:
        shown = [(each.label, each.linode and each.linode.label, each.region.country) for each in session.query(Volume)]
        assert shown


SECRETS = (PASSWORD, TOKEN, "Bearer", 'root_pass": "correct')
CASSETTES = sorted(FOLDER.glob("*.yaml"))


@pytest.mark.parametrize("path", CASSETTES, ids=lambda path: path.stem)
def test_no_cassette_holds_a_secret(path):
    """No token, password or key is on any cassette."""
    text = path.read_text(encoding="utf-8")
    assert not [secret for secret in SECRETS if secret in text]
    assert "authorization" not in text.lower()


@pytest.mark.parametrize("path", CASSETTES, ids=lambda path: path.stem)
def test_every_cassette_is_described(path):
    """Each cassette is of this format, is played by a test, and stands in the page beside it."""
    assert yaml.safe_load(path.read_text(encoding="utf-8"))["linode_orm"]["format"] == 2
    assert f"test_{path.stem}" in globals()
    assert f"`{path.name}`" in (FOLDER / "README.md").read_text(encoding="utf-8")


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
