"""A session over real sockets against a server that is not the simulator: what breaks on the way, and what that becomes."""

from __future__ import annotations

import itertools
import json
import logging
import pickle
import threading
import traceback
from datetime import UTC, datetime

import pytest

from linode_orm import (
    BadRequest,
    Client,
    CommitError,
    InvalidRequestError,
    LinodeORMError,
    RateLimited,
    ResponseError,
    ServerError,
    Session,
    TransportError,
    Volume,
    sessionmaker,
)
from tests.ids import short
from tests.wire.server import Answer, serving

TOKEN = "secret-of-the-account"
HTML = b"<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"
DEEP = b"[" * 100_000 + b"]" * 100_000
ENDLESS = b'{"data": [{"id": 7}], "page": 1, "pages": 1000000000, "results": 100000000000}'
BODY = {
    "id": 7,
    "label": "data",
    "size": 20,
    "region": "us-east",
    "status": "active",
    "tags": [],
    "linode_id": None,
    "linode_label": None,
    "created": "2024-01-01T00:00:00",
    "updated": "2024-01-01T00:00:00",
}


def volume(identity, **fields):
    """Give the body of a volume."""
    return {**BODY, "id": identity, "label": f"volume-{identity}", **fields}


class Volumes:
    """A few volumes behind HTTP, with an account of what arrived; `fault` may answer in its place."""

    def __init__(self, script):
        self.script, self.url = script, script.url
        self.rows = {7: volume(7, label="data"), 8: volume(8, label="logs")}
        self._ids = itertools.count(9)  # the API gives no id twice
        self.fault = lambda _: None
        self._lock = threading.Lock()
        script.decide = self.answer

    def answer(self, arrived):
        """Answer as the API would, unless something goes wrong."""
        spoiled = self.fault(arrived)
        if spoiled is not None and spoiled.cut != "done":
            return spoiled
        with self._lock:
            done = self._done(arrived)
        if spoiled is None:
            return done
        return Answer(cut="before")

    def _done(self, arrived):
        path = arrived.path.partition("?")[0].removeprefix("/v4")
        if arrived.method == "GET" and path == "/volumes":
            rows = sorted(self.rows.values(), key=lambda row: row["id"])
            wanted = json.loads(arrived.headers.get("x-filter", "{}"))
            rows = [row for row in rows if row["label"] == wanted.get("label", row["label"])]
            return self._json({"data": rows, "page": 1, "pages": 1, "results": len(rows)})
        if arrived.method == "POST" and path == "/volumes":
            identity = next(self._ids)
            now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S")
            self.rows[identity] = volume(identity, created=now, updated=now, **json.loads(arrived.body))
            return self._json(self.rows[identity])
        identity = int(path.rpartition("/")[2])
        if arrived.method == "DELETE":
            self.rows.pop(identity)
            return self._json({})
        if arrived.method == "PUT":
            self.rows[identity] |= json.loads(arrived.body)
        return self._json(self.rows[identity])

    @staticmethod
    def _json(body):
        return Answer(body=json.dumps(body).encode())

    def sent(self, method):
        """Give the paths of what arrived with a method."""
        return [each.path for each in self.script.arrived if each.method == method]


@pytest.fixture
def server():
    """Run the server."""
    with serving() as script:
        yield Volumes(script)


@pytest.fixture
def session(server):
    """Open a session on it that gives up soon."""
    with Client(TOKEN, base_url=server.url, timeout=2, deadline=3) as client, Session(client=client) as opened:
        yield opened


def times(count, answer, method="GET"):
    """Give a fault that spoils the first requests with a method."""
    left = [count]

    def fault(arrived):
        if arrived.method != method or not left[0]:
            return None
        left[0] -= 1
        return answer

    return fault


def test_the_unit_of_work_against_another_server(server, session):
    """Query, edit, create, delete: one request each, and the read before an edit of a list, with the promised bodies."""
    data, logs = session.query(Volume).order_by(Volume.id).all()
    data.tags.append("edge")
    session.delete(logs)
    session.add(Volume(label="new", region="us-east", size=30))
    session.commit()
    writes = [each for each in server.script.arrived if each.method != "GET"]
    assert {(each.method, each.path): json.loads(each.body or b"null") for each in writes} == {
        ("PUT", "/v4/volumes/7"): {"tags": ["edge"]},
        ("DELETE", "/v4/volumes/8"): None,
        ("POST", "/v4/volumes"): {"label": "new", "region": "us-east", "size": 30},
    }
    assert server.sent("GET") == ["/v4/volumes?page=1&page_size=500", "/v4/volumes/7"]
    assert {row["label"] for row in server.rows.values()} == {"data", "new"}


@pytest.mark.parametrize(
    "broken",
    [
        Answer(429, b'{"errors": [{"reason": "Too many requests"}]}', {"Retry-After": "0"}),
        Answer(502, HTML, {"Content-Type": "text/html"}),
        Answer(503, b""),
        Answer(cut="before"),
        Answer(body=json.dumps({"data": []}).encode(), cut="within"),
        Answer(body=DEEP),
    ],
    ids=["429", "502-html", "503-empty", "dropped", "half-an-answer", "nested-too-deep"],
)
def test_what_passes_is_not_noticed(server, session, broken):
    """What breaks once is asked again, for reads and for writes that may be repeated alike."""
    server.fault = times(1, broken)
    data, _ = session.query(Volume).all()
    assert len(server.sent("GET")) == 2
    data.label = "renamed"
    server.fault = times(1, broken, "PUT")
    session.commit()
    assert len(server.sent("PUT")) == 2
    assert server.rows[7]["label"] == "renamed"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("broken", "error", "said"),
    [
        (Answer(429, b'{"errors": [{"reason": "Too many requests"}]}', {"Retry-After": "60"}), RateLimited, "429"),
        (Answer(502, HTML, {"Content-Type": "text/html", "Retry-After": "0"}), ServerError, "502"),
        (Answer(cut="before"), TransportError, "GET /volumes"),
        (Answer(body=b'{"data": [{"id": 7, "label": "da'), ResponseError, "no JSON"),
        (Answer(body=DEEP), ResponseError, "no JSON"),
        (Answer(body=ENDLESS), ResponseError, "page 1 came, page 2 was asked for"),
        (Answer(400, DEEP), BadRequest, "400 Bad Request"),
        (Answer(body=HTML, headers={"Content-Type": "text/html"}), ResponseError, "text/html"),
        (Answer(body=b""), ResponseError, "GET /volumes"),
        (Answer(body=b"[]"), ResponseError, "GET /volumes"),
        (Answer(body=b"null"), ResponseError, "GET /volumes"),
        (Answer(body=b'{"data": 5, "page": 1, "pages": 1, "results": 1}'), ResponseError, "GET /volumes"),
        (Answer(body=b'{"data": [5], "page": 1, "pages": 1, "results": 1}'), ResponseError, "GET /volumes"),
        (Answer(body=b'{"data": [{"label": "x"}], "page": 1, "pages": 1, "results": 1}'), ResponseError, "id"),
        (Answer(body=b'{"data": [{"id": "x"}], "page": 1, "pages": 1, "results": 1}'), ResponseError, "id"),
        (Answer(body=b'{"data": [{"id": null}], "page": 1, "pages": 1, "results": 1}'), ResponseError, "id"),
    ],
    ids=lambda each: f"{each.status}{each.cut}{short(each.body, 9)}" if isinstance(each, Answer) else short(each, 10),
)
def test_what_stays_broken_is_reported(server, session, broken, error, said):
    """An answer that never gets right is an error of its class that names the request; nothing pending is lost."""
    session.add(Volume(label="new", region="us-east"))
    server.fault = times(100, broken)
    with pytest.raises(error, match=said) as caught:
        session.query(Volume).all()
    assert "GET /volumes" in str(caught.value)
    assert TOKEN not in str(caught.value)
    server.fault = lambda _: None
    session.commit()
    assert len(server.sent("POST")) == 1


@pytest.mark.slow
def test_an_answer_that_cannot_be_read_is_kept_nowhere(server, session):
    """Half an answer may hold a secret that is shown once; what is raised, and what it comes from, does not."""
    server.fault = times(100, Answer(body=b'{"id": 7, "token": "hunter2", "la'))
    with pytest.raises(ResponseError, match="no JSON") as caught:
        session.query(Volume).all()
    error, shown = caught.value, b""
    while error is not None:
        shown += pickle.dumps(error) + repr(vars(error)).encode()
        error = error.__cause__ or error.__context__
    assert b"hunter2" not in shown


def test_a_server_that_never_answers(server):
    """Each request is given up after `timeout`, the call after `deadline`, and both say so."""
    server.fault = lambda _: Answer(pause=1.5)
    with Client(TOKEN, base_url=server.url, timeout=0.2, deadline=0.5) as client, Session(client=client) as session:
        began = client.clock.monotonic()
        with pytest.raises(TransportError, match="GET /volumes"):
            session.query(Volume).all()
        assert client.clock.monotonic() - began < 1.4
        assert 1 <= len(server.sent("GET")) <= 4


@pytest.mark.parametrize(
    "broken", [Answer(cut="done"), Answer(502, HTML, {"Content-Type": "text/html"})], ids=["done", "not-done"]
)
def test_a_create_without_an_answer(server, session, broken):
    """A POST whose answer is lost is looked for before it is sent again, in the same commit, and never made twice."""
    session.add(Volume(label="new", region="us-east"))
    server.fault = times(1, broken, "POST")
    session.commit()
    assert [row["label"] for row in server.rows.values()].count("new") == 1
    assert len(server.sent("POST")) == (1 if broken.cut else 2)
    assert len(server.sent("GET")) == 1
    assert not session.new


def test_a_create_that_was_refused_by_the_limiter(server, session):
    """A 429 says that nothing was done, so that a create may be sent again."""
    session.add(Volume(label="new", region="us-east"))
    busy = Answer(429, b'{"errors": [{"reason": "Too many requests"}]}', {"Retry-After": "0"})
    server.fault = times(2, busy, "POST")
    session.commit()
    assert len(server.sent("POST")) == 3
    assert [row["label"] for row in server.rows.values()].count("new") == 1


def test_nobody_listens():
    """A server that is not there is named with what to do, and the commit knows that nothing was done."""
    client = Client(TOKEN, base_url="http://127.0.0.1:1", timeout=1, deadline=1)
    with client, Session(client=client) as session:
        session.add(Volume(label="new", region="us-east"))
        with pytest.raises(CommitError) as caught:
            session.commit()
        assert not caught.value.in_doubt
        assert len(session.new) == 1


@pytest.mark.slow
def test_sixty_threads_share_one_client(server):
    """Sixty threads with a session each share eight connections; each sees its own objects, none another's."""
    server.rows = {number: volume(number) for number in range(1, 61)}
    problems = []
    with Client(TOKEN, base_url=server.url) as client:
        make = sessionmaker(client=client)

        def work(number):
            try:
                with make() as session:
                    mine = session.get(Volume, number)
                    assert mine is session.get(Volume, str(number))
                    mine.tags.add(f"of-{number}")
                    session.commit()
                    assert not session.dirty
            except Exception as error:  # noqa: BLE001  told at the end
                problems.append(error)

        threads = [threading.Thread(target=work, args=(number,)) for number in range(1, 61)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        connections = {each.connection for each in server.script.arrived}
    assert problems == []
    assert {number: row["tags"] for number, row in server.rows.items()} == {n: [f"of-{n}"] for n in range(1, 61)}
    assert len(server.script.arrived) == 180
    assert len(connections) <= 8


@pytest.mark.parametrize("status", [401, 500, 200])
def test_the_token_is_shown_to_nobody(server, caplog, capfd, status):
    """With every logger at DEBUG, the token is in no record, repr, message, traceback or pickle."""
    server.fault = lambda _: Answer(status, json.dumps({"errors": [{"reason": f"no {TOKEN}"}]}).encode())
    with (
        caplog.at_level(logging.DEBUG),
        Client(TOKEN, base_url=server.url, deadline=0.05) as client,
        Session(client=client) as session,
    ):
        session.add(Volume(label="new", region="us-east"))
        shown = [repr(client), repr(session), repr(vars(session)), str(client)]
        for attempt in (lambda: session.load(Volume, 7), session.commit):
            with pytest.raises(LinodeORMError) as caught:
                attempt()
            shown += [repr(caught.value), str(caught.value), repr(vars(caught.value))]
            shown += ["".join(traceback.format_exception(caught.value)), repr(pickle.dumps(caught.value))]
        for value in (client, session):
            with pytest.raises(TypeError, match="cannot be pickled"):
                pickle.dumps(value)
        shown += [repr(pickle.dumps(each)) for each in session.new]
        shown += [str(record.__dict__) for record in caplog.records]
    assert caplog.records
    written = capfd.readouterr()
    assert TOKEN not in "\n".join([*shown, caplog.text, written.out, written.err])
    assert server.script.arrived[0].headers["authorization"] == f"Bearer {TOKEN}"


def test_a_client_closes(server):
    """A closed client sends nothing more, and says which request it was."""
    with Client(TOKEN, base_url=server.url) as client, Session(client=client) as session:
        client.close()
        with pytest.raises(InvalidRequestError, match="GET /volumes/7 is not sent: the client is closed"):
            session.get(Volume, 7)
    assert not server.script.arrived
