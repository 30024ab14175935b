"""Uploads are recorded and replayed, whatever the file is given as, and no file comes onto a cassette."""

from __future__ import annotations

import io

import pytest
import requests

from linode_orm.simulator import Simulator, serve
from linode_orm.testing import recorder
from tests.cli.fresh import python

pytestmark = pytest.mark.slow

FILE = b"\x1f\x8b\x08\x00 a disk, packed" * 100
SCRIPT = """
import sys
from linode_orm import Image, Session
from linode_orm.testing import recorder

url, folder, mode, given = sys.argv[1:]
file = {"bytes": lambda: open("disk", "rb").read(), "path": lambda: "disk", "file": lambda: open("disk", "rb")}[given]()
seen = []
with recorder(folder, record=mode == "record").use_cassette("upload.yaml") as cassette:
    with Session("any", base_url=url) as session:
        image = Image.upload(session, file, label="golden", region="us-east", progress=lambda *each: seen.append(each))
        print(image.id, image.label, seen, cassette.play_count if mode != "record" else len(cassette))
"""
EVERY_KIND = """
import sys
from linode_orm import Client, OAuthClient, ObjectStorageBucket, Session, SupportTicket
from linode_orm.testing import recorder

url, folder, mode = sys.argv[1:]
with (
    recorder(folder, record=mode == "record").use_cassette("all.yaml"),
    Client("any", base_url=url, workers=1) as connected,
    Session(client=connected) as session,
):
    bucket = ObjectStorageBucket(region="us-east", label="pictures")
    ticket = SupportTicket(summary="Disk", description="It is slow.")
    client = OAuthClient(label="app", redirect_uri="https://example.org/")
    session.add_all([bucket, ticket, client])
    session.commit()
    bucket.put_object("cats/1.bin", b"\\xff\\x00 miaow", content_type="application/octet-stream")
    print(bucket.get_object("cats/1.bin"))
    ticket.attach(b'{"password": "hunter2-hunter2"}', name="log.json")
    client.set_thumbnail(b"\\x89PNG\\r\\n\\x1a\\n a picture")
    print(client.thumbnail())
"""


@pytest.fixture
def url():
    """Serve an account; give its address."""
    with Simulator() as simulator, serve(simulator, port=0) as server:
        yield server.url


@pytest.mark.parametrize("given", ["bytes", "path", "file"])
def test_an_image_is_recorded_and_replayed(url, tmp_path, given):
    """A script that uploads says the same with the API and, without it, from the cassette."""
    (tmp_path / "disk").write_bytes(FILE)
    recorded = python(tmp_path, SCRIPT, url, tmp_path, "record", given)
    assert recorded.returncode == 0, recorded.stderr
    replayed = python(tmp_path, SCRIPT, "http://127.0.0.1:9", tmp_path, "replay", given)
    assert replayed.stdout == recorded.stdout != "", replayed.stderr
    assert f"[({len(FILE)}, {len(FILE)})]" in recorded.stdout


def test_every_kind_of_file(url, tmp_path):
    """Objects of a bucket, attachments and thumbnails reach the API whole while recording, and downloads are replayed."""
    recorded = python(tmp_path, EVERY_KIND, url, tmp_path, "record")
    assert recorded.returncode == 0, recorded.stderr
    replayed = python(tmp_path, EVERY_KIND, "http://127.0.0.1:9", tmp_path, "replay")
    assert replayed.stdout == recorded.stdout != "", replayed.stderr
    assert recorded.stdout.splitlines() == [r"b'\xff\x00 miaow'", r"b'\x89PNG\r\n\x1a\n a picture'"]


def test_the_cassette_tells_the_length_alone(url, tmp_path):
    """Neither the file nor what is secret in it is on the cassette, which is YAML as it always was."""
    python(tmp_path, EVERY_KIND, url, tmp_path, "record")
    text = (tmp_path / "all.yaml").read_text(encoding="utf-8")
    assert "hunter2" not in text
    assert text.count(" bytes of a file") == 3
    assert "body: 8 bytes of a file" in text
    assert text.endswith("version: 1\n")


def test_a_request_of_another_library_is_not_recorded(url, tmp_path):
    """The recorder stands between clients and their transports; what another library sends goes past it."""
    with recorder(tmp_path, record=True).use_cassette("other.yaml") as cassette:
        requests.put(f"{url}/v4/nowhere", data=io.BytesIO(FILE), timeout=5)
    assert len(cassette) == 0
