"""A replay answers a request by the first recording of it that was not played, and refuses every other request."""

from __future__ import annotations

import threading

import pytest

from linode_orm import CassetteError, Client, CommitError, Instance, InvalidRequestError, Session, Volume
from linode_orm.testing import recorder
from linode_orm.wire import Request
from tests.proofs.cassettes.playing import NOWHERE, Canned, ending, page

BASE = {
    "method": "PUT",
    "path": "/volumes/5",
    "query": {"page": 1},
    "x_filter": {"label": "a", "+or": [{"region": "us-east"}, {"size": {"+gt": 5}}]},
    "body": {"label": "a", "tags": ["x", "y"], "nested": {"size": 20, "none": None}},
}
CHANGES = {
    "another method": {"method": "DELETE"},
    "a method with a body": {"method": "POST"},
    "another id": {"path": "/volumes/6"},
    "a path below": {"path": "/volumes/5/attach"},
    "a path that is quoted otherwise": {"path": "/volumes%2F5"},
    "another version": {"version": "v4beta"},
    "another page": {"query": {"page": 2}},
    "one parameter more": {"query": {"page": 1, "page_size": 100}},
    "no query": {"query": {}},
    "another value in the filter": {"x_filter": {"label": "b", "+or": [{"region": "us-east"}, {"size": {"+gt": 5}}]}},
    "another operator": {"x_filter": {"label": "a", "+or": [{"region": "us-east"}, {"size": {"+gte": 5}}]}},
    "another order of alternatives": {"x_filter": {"label": "a", "+or": [{"size": {"+gt": 5}}, {"region": "us-east"}]}},
    "no filter": {"x_filter": None},
    "another value in the body": {"body": {**BASE["body"], "label": "b"}},
    "one key less in the body": {"body": {"label": "a", "tags": ["x", "y"]}},
    "one key more in the body": {"body": {**BASE["body"], "size": 30}},
    "another order in a list": {"body": {**BASE["body"], "tags": ["y", "x"]}},
    "a string in place of a number": {"body": {**BASE["body"], "nested": {"size": "20", "none": None}}},
    "a truth value in place of a number": {"body": {**BASE["body"], "nested": {"size": True, "none": None}}},
    "a missing key in place of null": {"body": {**BASE["body"], "nested": {"size": 20}}},
    "an empty body": {"body": {}},
    "no body": {"body": None},
}


def client_of(answer):
    """Give a client whose API is a function."""
    return Client("a-long-enough-token", transport=Canned(answer), budget=None)


@pytest.fixture
def tape(tmp_path):
    """Record one request; give the recorder."""
    with recorder(tmp_path, record=True).use_cassette("one"), client_of(lambda _: {"id": 5}) as client:
        client.send(Request(**BASE))
    return recorder(tmp_path)


class TestRefused:
    """Requests that are on no recording."""

    def test_the_same_request_is_answered(self, tape):
        """What was recorded is answered once, with any token, and a second time refused with the reason."""
        with (
            ending(CassetteError),
            tape.use_cassette("one") as cassette,
            Client("x", base_url=NOWHERE) as client,
        ):
            assert client.send(Request(**BASE)).json() == {"id": 5}
            assert cassette.all_played
            with pytest.raises(CassetteError, match="recorded 1 times, and each was played"):
                client.send(Request(**BASE))

    @pytest.mark.parametrize("change", CHANGES)
    def test_another_request(self, tape, change):
        """Another method, path, query, filter or body is refused, and the error names what differs."""
        with ending(CassetteError) as end, tape.use_cassette("one"), Client("x", base_url=NOWHERE) as client:
            with pytest.raises(CassetteError) as caught:
                client.send(Request(**{**BASE, **CHANGES[change]}))
            (part,) = CHANGES[change]
            named = {"x_filter": "filter", "version": "path"}.get(part, part)
            assert caught.value.difference
            assert all(line.startswith(named) for line in caught.value.difference), caught.value
            assert "sent" in str(caught.value)
            assert "recorded" in str(caught.value)
        assert end.value is caught.value

    def test_a_program_that_swallows_the_error_fails_at_the_end(self, tape):
        """The end of the block raises the first refusal where the block went on all the same."""
        with ending(CassetteError, match="/account"), tape.use_cassette("one"), Client("x") as client:
            for path in ("/account", "/profile"):
                with pytest.raises(CassetteError):
                    client.send(Request("GET", path))

    def test_the_error_of_the_program_itself_is_kept(self, tape):
        """What the block raises is raised, and no error takes its place."""
        with ending(KeyError), tape.use_cassette("one"), Client("x") as client:
            with pytest.raises(CassetteError):
                client.send(Request("GET", "/account"))
            raise KeyError

    def test_a_commit_names_the_difference(self, tmp_path):
        """A commit whose request is on no recording fails with it, counted as not sent."""

        def program(client, label):
            with Session(client=client) as session:
                session.load(Volume, 5).label = label
                return session.commit()

        with recorder(tmp_path, record=True).use_cassette("one"), client_of(lambda _: volume("a")) as client:
            program(client, "b")
        with ending(CassetteError), recorder(tmp_path).use_cassette("one"), client_of(None) as client:  # noqa: SIM117  the end raises
            with pytest.raises(CommitError) as caught:
                program(client, "c")
        (entry,) = caught.value.failed
        assert isinstance(entry.error, CassetteError)
        assert entry.error.difference == ('body.label: sent "c", recorded "b"',)
        assert not caught.value.in_doubt


def volume(label):
    """Give a volume as the API answers it."""
    return {"id": 5, "label": label, "size": 20, "region": "us-east", "status": "active", "tags": [], "linode_id": None}


class TestOrder:
    """Reads and the writes that were answered."""

    @pytest.fixture
    def renamed(self, tmp_path):
        """Record a read, a write and a read of what it changed; give the recorder."""
        state = {"label": "old"}

        def answer(request):
            state.update(request.body or {})
            return volume(state["label"])

        with recorder(tmp_path, record=True).use_cassette("one"), client_of(answer) as client:
            client.send(Request("GET", "/volumes/5"))
            client.send(Request("PUT", "/volumes/5", body={"label": "new"}))
            client.send(Request("GET", "/volumes/5"))
        return recorder(tmp_path)

    def test_a_read_after_a_write_shows_it(self, renamed):
        """A program that no longer reads first is answered by the recording from after the write."""
        with renamed.use_cassette("one") as cassette, client_of(None) as client:
            client.send(Request("PUT", "/volumes/5", body={"label": "new"}))
            assert client.send(Request("GET", "/volumes/5")).json()["label"] == "new"
            assert not cassette.all_played

    def test_a_read_from_before_a_write_is_refused(self, renamed):
        """Where only a recording from before the write is left, the read is refused, and the error names the write."""
        with ending(CassetteError), renamed.use_cassette("one"), client_of(None) as client:
            client.send(Request("PUT", "/volumes/5", body={"label": "new"}))
            client.send(Request("GET", "/volumes/5"))
            with pytest.raises(CassetteError, match=r"before PUT /v4/volumes/5, which was answered"):
                client.send(Request("GET", "/volumes/5"))

    def test_reads_of_another_thread_are_its_own(self, renamed):
        """A session on another thread, which has had no write answered, is shown what was there before."""
        found = []
        with renamed.use_cassette("one") as cassette, client_of(None) as client:
            client.send(Request("PUT", "/volumes/5", body={"label": "new"}))
            other = threading.Thread(target=lambda: found.append(client.send(Request("GET", "/volumes/5")).json()))
            other.start()
            other.join()
            assert found[0]["label"] == "old"
            assert client.send(Request("GET", "/volumes/5")).json()["label"] == "new"
            assert cassette.all_played

    @pytest.mark.parametrize(("path", "is_answered"), [("/volumes/5", False), ("/volumes", False), ("/regions", True)])
    def test_a_read_beside_a_write(self, tmp_path, path, is_answered):
        """A read that was recorded while a write ran is played after it only where it is about something else."""
        reading, written = threading.Event(), threading.Event()

        def answer(request):
            if request.method == "GET":
                reading.set()
                assert written.wait(5)
            return page()

        with recorder(tmp_path, record=True).use_cassette("one"), client_of(answer) as client:
            other = threading.Thread(target=client.send, args=[Request("GET", path)])
            other.start()
            assert reading.wait(5)
            client.send(Request("PUT", "/volumes/5", body={}))
            written.set()
            other.join()
        with recorder(tmp_path).use_cassette("one"), client_of(None) as client:
            client.send(Request("GET", path))
            client.send(Request("PUT", "/volumes/5", body={}))
        player = recorder(tmp_path).use_cassette("one")
        if is_answered:
            with player, client_of(None) as client:
                client.send(Request("PUT", "/volumes/5", body={}))
                client.send(Request("GET", path))
        else:
            with ending(CassetteError, match="answered in this replay"), player, client_of(None) as client:
                client.send(Request("PUT", "/volumes/5", body={}))
                client.send(Request("GET", path))

    def test_the_same_request_is_answered_in_the_order_of_the_recording(self, tmp_path):
        """Ten equal requests get ten answers in their order."""
        numbers = iter(range(10))
        with recorder(tmp_path, record=True).use_cassette("one"), client_of(lambda _: {"n": next(numbers)}) as client:
            for _ in range(10):
                client.send(Request("GET", "/account"))
        with recorder(tmp_path).use_cassette("one"), client_of(None) as client:
            assert [client.send(Request("GET", "/account")).json()["n"] for _ in range(10)] == [*range(10)]


class TestAccounts:
    """Several tokens in one recording."""

    def record(self, folder, tokens):
        """Record the same request with each token; the answer names the token."""

        class Named(Canned):
            def send(self, request, *, token, timeout):
                self.answer = lambda _: {"company": tokens.index(token)}
                return super().send(request, token=token, timeout=timeout)

        with recorder(folder, record=True).use_cassette("one"):
            for token in tokens:
                with Client(token, transport=Named(None)) as client:
                    client.send(Request("GET", "/account"))

    def test_each_token_gets_its_own_answers(self, tmp_path):
        """The tokens of the recording are told apart in any order, although the cassette does not hold them."""
        tokens = ["token-of-prod-0123456", "token-of-dev-01234567", "token-of-test-0123456"]
        self.record(tmp_path, tokens)
        with recorder(tmp_path).use_cassette("one") as cassette:
            for token in reversed(tokens):
                with Client(token, base_url=NOWHERE) as client:
                    assert client.send(Request("GET", "/account")).json() == {"company": tokens.index(token)}
            assert cassette.all_played
        text = (tmp_path / "one.yaml").read_text(encoding="utf-8")
        assert not [each for each in tokens if each in text]

    @pytest.mark.parametrize("others", [["any", "any"], ["any", "other"]])
    def test_other_tokens(self, tmp_path, others):
        """Tokens that were not recorded, or one for all, are taken in the order in which they come."""
        self.record(tmp_path, ["token-of-prod-0123456", "token-of-dev-01234567"])
        with recorder(tmp_path).use_cassette("one") as cassette:
            for at, token in enumerate(others):
                with Client(token, base_url=NOWHERE) as client:
                    assert client.send(Request("GET", "/account")).json() == {"company": at}
            assert cassette.all_played


class TestBlocks:
    """Where a block begins and ends."""

    def test_clients_from_before_the_block_are_in_it(self, tmp_path):
        """A client and a session that were made before the block are recorded and replayed, and are free after it."""
        with (
            client_of(lambda _: page({"id": 1, "label": "a", "tags": []})) as client,
            Session(client=client) as session,
        ):
            with recorder(tmp_path, record=True).use_cassette("one") as cassette:
                session.query(Instance).all()
            session.query(Instance).all()
            assert len(cassette) == 1
            assert len(client.transport.sent) == 2
        with client_of(lambda _: page()) as client, Session(client=client) as session:
            with recorder(tmp_path).use_cassette("one"):
                assert len(session.query(Instance).all()) == 1
            assert session.query(Instance).all() == []

    def test_the_inner_block_counts(self, tmp_path):
        """A block in a block takes what is sent in it, and gives way at its end."""
        with client_of(lambda _: {}) as client, recorder(tmp_path, record=True).use_cassette("outer") as outer:
            client.send(Request("GET", "/account"))
            with recorder(tmp_path, record=True).use_cassette("inner") as inner:
                client.send(Request("GET", "/account"))
            client.send(Request("GET", "/account"))
        assert (len(outer), len(inner)) == (2, 1)

    def test_blocks_of_two_threads_are_refused(self, tmp_path):
        """Two threads cannot use two cassettes at once, because each would answer the other's workers."""
        caught = []

        def enter():
            try:
                with recorder(tmp_path, record=True).use_cassette("other"):
                    pass
            except InvalidRequestError as error:
                caught.append(error)

        with recorder(tmp_path, record=True).use_cassette("one"):
            other = threading.Thread(target=enter)
            other.start()
            other.join()
        assert "another thread" in str(caught[0])
