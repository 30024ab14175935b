"""Files go up and come down: where to, with which headers, and who is told how far they are."""

from __future__ import annotations

import io
import json
import stat
from base64 import b64encode

import pytest

from linode_orm import (
    Client,
    Image,
    InvalidRequestError,
    LKECluster,
    OAuthClient,
    ObjectStorageBucket,
    Session,
    SupportTicket,
)
from linode_orm.models import LKEKubeconfig
from linode_orm.models.images._extra import ImageUpload
from tests.models.conformance import needed
from tests.models.described import serving

pytestmark = needed

TOKEN = "a-token-of-the-api"
LARGE = b"0123456789abcdef" * 200_000
IMAGE = {"id": "private/7", "label": "disk", "status": "pending_upload"}


@pytest.fixture(scope="module")
def servers():
    """Serve the API, and a place elsewhere that takes files."""
    with serving() as api, serving() as storage:
        storage[1].otherwise = b""
        yield api, storage


@pytest.fixture
def api(servers):
    """Give the API's side with nothing on its log."""
    described = servers[0][1]
    described.log.clear()
    described.answers.clear()
    return described


@pytest.fixture
def storage(servers):
    """Give the other side with nothing on its log."""
    servers[1][1].log.clear()
    return servers[1]


@pytest.fixture
def session(servers):
    """Give a session over real sockets."""
    with Client(TOKEN, base_url=servers[0][0]) as client, Session(client=client) as session:
        yield session


@pytest.fixture
def waiting(api, storage):
    """Let an image wait for its file at the other side."""
    upload_to = f"{storage[0]}/images/7?Signature=secret"
    api.answers["POST /images/upload"] = json.dumps({"image": IMAGE, "upload_to": upload_to}).encode()
    return upload_to


def test_an_image_goes_elsewhere_without_the_token(session, api, storage, waiting):
    """One POST to the API, one PUT to the address it gave: the bytes, their length, and no token of the API."""
    seen = []
    image = Image.upload(
        session,
        io.BytesIO(LARGE),
        label="disk",
        region="us-east",
        progress=lambda gone, all_: seen.append((gone, all_)),
    )
    assert [(each.method, each.path, each.body) for each in api.log] == [
        ("POST", "/images/upload", {"label": "disk", "region": "us-east"})
    ]
    (put,) = storage[1].log
    assert (put.method, f"/{put.version}{put.path}", put.query) == ("PUT", "/images/7", {"Signature": "secret"})
    assert put.content == LARGE
    assert put.headers["content-length"] == str(len(LARGE))
    assert put.headers["content-type"] == "application/octet-stream"
    assert "authorization" not in put.headers
    assert TOKEN not in str(put.headers)
    assert seen[-1] == (len(LARGE), len(LARGE))
    assert [gone for gone, _ in seen] == sorted({gone for gone, _ in seen})
    assert len(seen) > 1
    assert session.get(Image, "private/7") is image
    assert image.status == "pending_upload"


def test_an_image_from_a_path_and_in_two_steps(session, storage, waiting, tmp_path):
    """The upload may wait: what `create_upload` gives holds the image and the address, which it does not show."""
    (tmp_path / "disk.img.gz").write_bytes(b"packed")
    upload = Image.create_upload(session, label="disk", region="us-east", tags=["a"])
    assert storage[1].log == []
    assert "Signature" not in repr(upload)
    assert upload.upload_to == waiting
    upload.send(tmp_path / "disk.img.gz")
    assert storage[1].log[-1].content == b"packed"


def test_an_open_file_is_sent_from_where_it_stands(session, storage, waiting):
    """What was read already is not sent; the length tells what is."""
    file = io.BytesIO(b"head and the rest")
    file.read(9)
    Image.upload(session, file, label="disk", region="us-east")
    assert storage[1].log[-1].content == b"the rest"


def test_a_read_only_client_uploads_nothing(servers, storage, waiting):
    """Files elsewhere are written to as well."""
    with (
        Client(TOKEN, base_url=servers[0][0], read_only=True) as client,
        Session(client=client) as session,
        pytest.raises(InvalidRequestError, match="read-only"),
    ):
        ImageUpload(Image(session, "private/7"), waiting).send(b"1")
    assert storage[1].log == []


def test_pictures_of_applications(session, api):
    """A picture goes up as PNG and comes down as bytes."""
    client = OAuthClient(session, "abc")
    client.set_thumbnail(b"\x89PNG picture")
    assert client.thumbnail() == b"\x89PNG"
    put, get = api.log
    assert (put.method, put.path, put.headers["content-type"]) == (
        "PUT",
        "/account/oauth-clients/abc/thumbnail",
        "image/png",
    )
    assert put.content == b"\x89PNG picture"
    assert put.headers["authorization"] == f"Bearer {TOKEN}"
    assert (get.method, get.headers["accept"]) == ("GET", "*/*")


def test_attachments_of_tickets(session, api, tmp_path):
    """A file goes up as a form with its name and type; a name cannot end the form's header."""
    (tmp_path / "log.txt").write_bytes(b"line")
    ticket = SupportTicket(session, 7)
    ticket.attach(tmp_path / "log.txt")
    ticket.attach(b"x", name='a"\r\nb.png')
    first, second = api.log
    assert first.path == "/support/tickets/7/attachments"
    boundary = first.headers["content-type"].partition("boundary=")[2]
    assert first.content.startswith(f"--{boundary}\r\n".encode())
    assert first.content.endswith(f"\r\n--{boundary}--\r\n".encode())
    assert b'name="file"; filename="log.txt"\r\nContent-Type: text/plain\r\n\r\nline\r\n' in first.content
    assert second.content.count(b"\r\n\r\n") == 1


def test_a_kubeconfig_is_a_file_of_its_owner(session, api, tmp_path):
    """The API sends base64; `text` is the file, `write_to` keeps others from reading it."""
    api.answers["GET /lke/clusters/5/kubeconfig"] = json.dumps(
        {"kubeconfig": b64encode(b"kind: Config").decode()}
    ).encode()
    config = session.load(LKEKubeconfig, LKECluster(session, 5))
    target = config.write_to(tmp_path / "kubeconfig")
    assert (config.text(), target.read_text()) == ("kind: Config", "kind: Config")
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert len(api.log) == 1


def test_objects_of_a_bucket(session, api, storage):
    """Objects go up and come down by signed addresses, without the token of the API."""
    signed = f"{storage[0]}/bucket/a.txt?Signature=secret"
    api.answers["POST /object-storage/buckets/us-east/b/object-url"] = json.dumps(
        {"url": signed, "exists": True}
    ).encode()
    bucket = ObjectStorageBucket(session, ("us-east", "b"))
    bucket.put_object("a.txt", b"hello", content_type="text/plain")
    bucket.get_object("a.txt")
    bucket.delete_object("a.txt")
    assert [each.body for each in api.log] == [
        {"name": "a.txt", "method": "PUT", "content_type": "text/plain"},
        {"name": "a.txt", "method": "GET"},
        {"name": "a.txt", "method": "DELETE"},
    ]
    assert [(each.method, each.content) for each in storage[1].log] == [
        ("PUT", b"hello"),
        ("GET", b""),
        ("DELETE", b""),
    ]
    assert storage[1].log[0].headers["content-type"] == "text/plain"
    assert not [each for each in storage[1].log if "authorization" in each.headers]


def test_a_listing_of_a_bucket_goes_on_by_markers(servers, api):
    """Parts of a listing follow one another by marker until one says that it is the last."""
    parts = iter([
        {"data": [{"name": "a", "size": 1, "last_modified": "2018-01-02T03:04:05.828Z"}], "is_truncated": True, "next_marker": "a"},
        {"data": [{"name": "b"}], "is_truncated": False, "next_marker": None},
    ])  # fmt: skip

    class Turning(dict):
        def __contains__(self, key):
            return key == "GET /object-storage/buckets/us-east/b/object-list"

        def __getitem__(self, key):
            return json.dumps(next(parts)).encode()

    servers[0][1].answers, before = Turning(), servers[0][1].answers
    try:
        with Client(TOKEN, base_url=servers[0][0]) as client, Session(client=client) as session:
            found = list(ObjectStorageBucket(session, ("us-east", "b")).object_list(prefix="x"))
    finally:
        servers[0][1].answers = before
    assert [each.name for each in found] == ["a", "b"]
    assert found[0].last_modified.microsecond == 828_000
    assert found[1].size is None
    assert [each.query for each in api.log] == [{"prefix": "x"}, {"prefix": "x", "marker": "a"}]
