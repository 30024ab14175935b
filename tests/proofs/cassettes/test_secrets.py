"""No secret is on a cassette, wherever it stood, and what stands in its place is the same wherever it stood."""

from __future__ import annotations

import base64
import json
import re
from urllib.parse import quote

import pytest
import yaml

from linode_orm import CassetteError, Client, Instance, LinodeORMError, Session, Token
from linode_orm.testing import recorder
from linode_orm.wire import Content, Request
from tests.proofs.cassettes.playing import NOWHERE, TOKEN, Canned, recorded, replayed, served

S = "PLANTED"
"""What every planted secret holds; none of them may be on a cassette, as it is, quoted or in base64."""
PEM = f"-----BEGIN PRIVATE KEY-----\n{S}MIIEvQ\n-----END PRIVATE KEY-----"


def get(path="/account", **options):
    """Give a request that reads."""
    return Request("GET", path, **options)


def post(path="/volumes", **options):
    """Give a request that writes."""
    return Request("POST", path, idempotent=False, **options)


def content(data, kind="text/plain"):
    """Give what a request carries that sends a file."""
    return Content(kind, len(data), lambda: iter([data]))


def file(path="/file"):
    """Give a request for a file."""
    return Request("GET", path, url=f"https://files.example.org{path}", accept="*/*")


ADDRESS = "https://us-east-1.linodeobjects.com/b/x"
BY_RULE = [
    "password", "passwd", "db_password", "secret", "client_secret", "token", "access-token", "authorization",
    "passphrase", "private_key", "ssl_key", "secret_key", "api_key", "API_KEY", "servicetoken",
]  # fmt: skip
DECLARED = ["root_pass", "card_number", "cvv", "otp_code", "tfa_code", "install_code", "scratch", "certificate"]
PARAMETERS = [
    "X-Amz-Signature", "X-Amz-Credential", "X-Amz-Security-Token", "Signature", "AWSAccessKeyId", "sig", "token",
    "access_token", "api_key", "key",
]  # fmt: skip
PLACES = {
    **{f"request body: {key}": (post(body={"label": "a", key: f"{S}-{key}"}), {}) for key in BY_RULE},
    **{f"answer: {key}": (get(), {"label": "a", key: f"{S}-{key}"}) for key in [*BY_RULE[:4], *DECLARED]},
    **{f"request body, declared: {key}": (post(body={key: f"{S}-{key}"}), {}) for key in DECLARED[:5]},
    **{f"address in an answer: {name}": (get(), {"url": f"{ADDRESS}?{name}={S}123&a=1"}) for name in PARAMETERS},
    **{f"address of a request: {name}": (file(f"/x?a=1&{name}={S}123"), {}) for name in PARAMETERS[:4]},
    "deep in a request": (post(body={"a": [{"b": [{"c": {"password": f"{S}1"}}]}]}), {}),
    "deep in an answer": (get(), {"data": [{"a": {"b": [{"token": f"{S}1"}]}}], "page": 1, "pages": 1, "results": 1}),
    "a document under a secret key": (post(body={"stackscript_data": {"x": f"{S}1", "y": [f"{S}2", {"z": f"{S}3"}]}}), {}),
    "user data in base64": (post(body={"metadata": {"user_data": base64.b64encode(f"#!/bin/sh\n{S}".encode()).decode()}}), {}),
    "a number": (get(), {"card_number": 4111111111111111}),
    "a value below custom_headers": (post(body={"details": {"custom_headers": [{"name": "X", "value": f"{S}1"}]}}), {}),
    "a key that the request declares": (post(body={"own": f"{S}1"}, secret_keys=frozenset({"own"})), {}),
    "a parameter of the query": (get(query={"token": f"{S}1"}), {}),
    "a value of a filter": (get(x_filter={"api_key": f"{S}1"}), {}),
    "a password of an address": (get(), {"uri": f"postgres://admin:{S}1@db.example.org:5432/x"}),
    "an address in a sentence": (get(), {"description": f"see {ADDRESS}?Signature={S}1 for it"}),
    "a fragment of an address": (get(), {"redirect": f"{ADDRESS}#access_token={S}1"}),
    "the token in an answer": (get(), {"label": f"made with {TOKEN}"}),
    "the token in a page of HTML": (get(), (200, f"<html>Authorization: Bearer {TOKEN}</html>".encode())),
    "the token of a request elsewhere": (get(url="https://elsewhere.example.org/x", token=f"{S}-token-1"), {"x": f"{S}-token-1"}),
    "JSON that breaks off": (get(), (200, f'{{"label": "a", "root_pass": "{S}1'.encode())),
    "a text": (file(), (200, f"password={S}1\nuser=a\n".encode())),
    "a text with colons": (file(), (200, f"users:\n- name: a\n  token: {S}1\n".encode())),
    "an error that repeats it": (
        post(body={"root_pass": f"{S}-weak-1"}),
        (400, {"errors": [{"reason": f"{S}-weak-1 is too weak", "field": "root_pass"}]}),
    ),
    "a path that repeats it": (post(path=f"/x/{S}-in-path", body={"token": f"{S}-in-path"}), {}),
    "a quoted path that repeats it": (post(path=f"/x/{quote(f'{S} in/path', safe='')}", body={"token": f"{S} in/path"}), {}),
    "JSON in a string": (post(body={"script": json.dumps({"x": {"db_password": f"{S}1"}})}), {}),
    "an assignment in a string": (post(body={"script": f"#!/bin/sh\nexport DB_PASSWORD={S}1; run --token={S}2"}), {}),
    "an uploaded file": (post(content=content(f"password={S}1".encode())), {}),
    "an uploaded form": (
        post(content=content(f"--b\r\n\r\n{S}\r\n--b--\r\n".encode(), "multipart/form-data; boundary=b")), {},
    ),
    "a binary file with the token": (file(), (200, b"\xff\x00" + TOKEN.encode())),
}  # fmt: skip


def on_the_cassette(text):
    """Give the planted secrets on a cassette: as they are, or in base64 of any offset."""
    encoded = {
        base64.b64encode(b" " * at + S.encode()).decode()[(at + 2) // 3 * 4 or 0 : -4].strip("=") for at in range(3)
    }
    seen = [each for each in (S, TOKEN, "4111111111111111", *encoded) if each and each in text]
    for each in re.findall(r"[A-Za-z0-9+/]{16,}={0,2}", text):
        try:
            seen += [each] if S.encode() in base64.b64decode(each + "=" * (-len(each) % 4)) else []
        except ValueError:
            continue
    return seen


@pytest.fixture
def record(tmp_path):
    """Give a function that records one request with its answer, and gives the text of the cassette."""

    def recorded(request, answer, **options):
        client = Client(TOKEN, transport=Canned(lambda _: answer), budget=None, deadline=0.1)
        with recorder(tmp_path, record=True, **options).use_cassette("one"), client:
            try:
                client.send(request)
            except LinodeORMError:
                assert not isinstance(answer, dict)
        return (tmp_path / "one.yaml").read_text(encoding="utf-8")

    return recorded


def test_there_are_sixty_places():
    """The places are many, and of every kind."""
    assert len(PLACES) >= 60


@pytest.mark.parametrize("place", PLACES)
def test_no_secret(record, place):
    """A secret that is planted in one place of a request or an answer is not on the cassette."""
    request, answer = PLACES[place]
    text = record(request, answer)
    assert on_the_cassette(text) == []
    assert yaml.safe_load(text)["interactions"]


@pytest.mark.parametrize("place", PLACES)
def test_it_replays(record, tmp_path, place):
    """A program that sends the same secret again is answered."""
    request, answer = PLACES[place]
    record(request, answer)
    with recorder(tmp_path).use_cassette("one") as cassette, Client("x", base_url=NOWHERE, deadline=0.1) as client:
        try:
            client.send(request)
        except LinodeORMError:
            assert not isinstance(answer, dict)
        assert cassette.all_played


SUSPECTS = {
    "wifi_pass": "a", "dbPass": "a", "login-pwd": "a", "my_pin": 1234, "vault_credentials": "a", "signing_key": "a",
    "session_cookie": "a", "userPassword2": "a", "secret_value": "a", "password_hash": "a", "access_key_material": "a",
    "anything": PEM, "note": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.c2lnbmF0dXJl", "digest": "0a" * 32,
    "number": "4111111111111111",
}  # fmt: skip
PLAIN = {
    "token_id": "a", "token_uuid": "a", "password_created": "2026-01-01T00:00:00", "secret_count": 4, "has_token": True,
    "pinned": "a", "passive": "a", "compass": "a", "note": "g" * 64, "number": "4111111111111112", "label": "password",
    "authorized_keys": ["ssh-ed25519 AAAA"],
}  # fmt: skip


class TestSuspects:
    """Fields that nothing declares."""

    @pytest.mark.parametrize("key", SUSPECTS)
    @pytest.mark.parametrize("side", ["request", "answer"])
    def test_a_suspect(self, record, tmp_path, key, side):
        """A field that looks like a secret and is declared nowhere is named by its path, and no file is written."""
        body = {"rows": [{"label": "a"}, {key: SUSPECTS[key]}]}
        with pytest.raises(CassetteError, match=re.escape(f"{side}: body.rows[1].{key}")) as caught:
            record(*((post(body=body), {}) if side == "request" else (get(), body)))
        assert SUSPECTS[key] == "a" or str(SUSPECTS[key]) not in str(caught.value)
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.parametrize("key", PLAIN)
    def test_what_is_none(self, record, key):
        """Ids, dates, counts and words that only contain such a word are recorded as they are."""
        assert json.dumps(PLAIN[key]) in record(get(), {"x": {key: PLAIN[key]}})

    def test_a_user_declares_a_secret(self, record):
        """A key that the recorder is given as a secret is scrubbed."""
        text = record(get(), {"wifi_pass": f"{S}1"}, secret_keys=["wifi_pass"])
        assert on_the_cassette(text) == []
        assert '"wifi_pass": "***1"' in text

    def test_a_user_declares_what_is_none(self, record):
        """A key that the recorder is given as plain stays, although it looks like a secret."""
        assert '"my_pin": 1234' in record(get(), {"my_pin": 1234}, plain_keys=["my_pin"])
        assert '"token": "plain"' in record(get(), {"token": "plain"}, plain_keys=["token"])


class TestStandIns:
    """What stands in the place of a secret."""

    def test_the_same_secret_has_the_same_stand_in(self, record):
        """Two secrets are told apart, and one is the same wherever it stands."""
        one, other = f"{S}-one", f"{S}-other"
        text = record(post(body={"token": one, "label": f"of {other}"}), {"secret": other, "again": {"token": one}})
        assert '"label": "of ***2", "token": "***1"' in text
        assert '"again": {"token": "***1"}, "secret": "***2"' in text

    def test_masks_of_the_api_stay(self, record):
        """What the API answers in place of a secret is kept, for a client knows it as a mask."""
        body = {"secret": "<REDACTED>", "secret_key": "[REDACTED]", "token": "***", "password": "", "api_key": None}
        (interaction,) = yaml.safe_load(record(get(), body))["interactions"]
        assert json.loads(interaction["response"]["body"]["string"]) == body

    def test_a_secret_that_is_a_word(self, record):
        """A password that is an ordinary word is replaced where it stands alone, and leaves other words as they are."""
        text = record(
            post(body={"root_pass": "password"}),
            {"password_created": "x", "description": "no password", "label": "password"},
        )
        assert json.dumps({"description": "no password", "label": "***1", "password_created": "x"}) in text

    def test_a_document_in_base64_can_be_decoded(self, record):
        """A kubeconfig is still one text in base64."""
        text = record(get(), {"kubeconfig": base64.b64encode(f"token: {S}".encode()).decode()})
        (found,) = re.findall(r'"kubeconfig": "([^"]+)"', text)
        assert base64.b64decode(found) == b"***1"

    def test_a_new_token_is_used_again(self, tmp_path):
        """What a recorded answer gave once is readable in the replay, and goes into the next request."""

        def program(client):
            with Session(client=client) as session:
                token = Token(label="ci", scopes="volumes:read_only")
                session.add(token)
                session.commit()
                assert token.token
                client.send(Request("POST", "/profile/tfa-enable-confirm", body={"tfa_code": token.token}))
                return token.id

        def answer(request):
            return {"id": 7, "label": "ci", "token": f"{S}-new"} if request.path == "/profile/tokens" else {}

        with recorder(tmp_path, record=True).use_cassette("x"), Client(TOKEN, transport=Canned(answer)) as client:
            program(client)
        assert on_the_cassette((tmp_path / "x.yaml").read_text(encoding="utf-8")) == []
        assert replayed(tmp_path, program) == (7, True)

    def test_another_password_replays(self, tmp_path):
        """A program that makes its password anew each time replays, whatever it is."""

        def program(password):
            def run(client):
                with Session(client=client) as session:
                    new = Instance(
                        region="us-east", type="g6-nanode-1", image="linode/debian12", label="x", root_pass=password
                    )
                    session.add(new)
                    session.commit()
                    return new.id

            return run

        with served() as (_, url):
            made, _ = recorded(tmp_path, program(f"{S}-first-password-1"), url)
        assert on_the_cassette((tmp_path / "x.yaml").read_text(encoding="utf-8")) == []
        assert replayed(tmp_path, program("quite-another-Passw0rd")) == (made, True)
