"""Requests without an answer are on the cassette as such, and a cassette is written whole or not at all."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import threading

import pytest
import yaml

from linode_orm import (
    CassetteError,
    Client,
    CommitError,
    CommitInterrupted,
    Instance,
    InvalidRequestError,
    ResponseError,
    Session,
    TransportError,
    Volume,
)
from linode_orm.simulator import Simulator
from linode_orm.testing import recorder
from linode_orm.wire import Request
from tests.proofs.cassettes.playing import NOWHERE, TOKEN, Canned, ending, recorded, replayed, served

POST = Request("POST", "/volumes", body={"label": "a"})


def failing(error):
    """Give a client whose every request ends so."""
    return Client(TOKEN, transport=Canned(lambda _: error), budget=None, deadline=0.1, timeout=5)


class TestWithoutAnAnswer:
    """What came in place of an answer."""

    @pytest.mark.parametrize(
        "error",
        [
            TransportError("POST /volumes: the connection was refused", sent=False),
            TransportError("POST /volumes: no answer", sent=None, timed_out=True),
            TransportError("POST /volumes: the answer broke off", sent=True),
            ResponseError("POST /volumes: the answer (200) is longer than 64 MiB"),
            InvalidRequestError("POST /volumes is not sent: its body cannot be encoded"),
        ],
        ids=["refused", "timeout", "broken off", "too long", "not encoded"],
    )
    def test_it_is_raised_again(self, tmp_path, error):
        """A replay raises the same error, and a client draws the same conclusions from it."""

        def raised(client):
            with pytest.raises(type(error)) as caught:
                client.send(POST)
            return (
                str(caught.value),
                getattr(caught.value, "sent", "-"),
                getattr(caught.value, "timed_out", "-"),
                caught.value.args,
            )

        with recorder(tmp_path, record=True).use_cassette("x") as cassette, failing(error) as client:
            want = raised(client)
        assert len(cassette) >= 1
        with recorder(tmp_path).use_cassette("x") as cassette, failing(None) as client:
            assert raised(client) == want
            assert cassette.all_played

    def test_vcrpy_sees_the_answered_ones(self, tmp_path):
        """An interaction without an answer stands apart, where vcrpy does not look for interactions."""
        with (
            recorder(tmp_path, record=True).use_cassette("x"),
            failing(TransportError("broke", sent=None)) as client,
            pytest.raises(TransportError),
        ):
            client.send(POST)
        document = yaml.safe_load((tmp_path / "x.yaml").read_text(encoding="utf-8"))
        assert document["interactions"] == []
        (kept,) = document["linode_orm"]["unanswered"]
        assert kept["failure"] == {"error": "TransportError", "message": "broke", "sent": None, "timed_out": False}
        assert kept["request"]["method"] == "POST"

    def test_a_refused_connection(self, tmp_path):
        """A recording where nobody listens holds the refusals, and replays them."""

        def program(client):
            with pytest.raises(TransportError) as caught:
                client.request("GET", "/account")
            return str(caught.value), caught.value.tries

        want, count = recorded(tmp_path, program, NOWHERE, deadline=0.3)
        assert count == want[1] > 1
        (message, _), _ = replayed(tmp_path, program, deadline=0.3)
        assert message == want[0]

    @pytest.mark.parametrize("workers", [1, 8, 16])
    def test_a_lost_answer(self, tmp_path, workers):
        """A commit that looked for what a lost answer had made looks for it in the replay, and finds it."""

        def program(client):
            with Session(client=client) as session:
                for number in range(6):
                    session.add(Volume(label=f"v{number}", region="us-east", size=20))
                report = session.commit()
                return [(entry.status, entry.note) for entry in report]

        sim = Simulator()
        sim.faults.add("POST", "/volumes", nth=3, action="reset_after")
        with recorder(tmp_path, record=True).use_cassette("x"), sim.client(workers=1) as client:
            want = program(client)
        assert any("looked for" in note for _, note in want)
        got, all_played = replayed(tmp_path, program, workers=workers)
        assert got == want
        assert all_played

    def test_an_answer_that_nobody_waited_for(self, tmp_path):
        """A request that is still on its way at the end of the block is recorded without an answer."""
        asked, ended = threading.Event(), threading.Event()

        def answer(_):
            asked.set()
            ended.wait(5)
            return {}

        with recorder(tmp_path, record=True).use_cassette("x"):
            client = Client(TOKEN, transport=Canned(answer))
            other = threading.Thread(target=client.send, args=[POST])
            other.start()
            assert asked.wait(5)
        ended.set()
        other.join()
        with (
            recorder(tmp_path).use_cassette("x"),
            failing(None) as client,
            pytest.raises(TransportError, match="the recording ended before the answer came"),
        ):
            client.send(POST)


class TestSignals:
    """Ctrl-C and what else a signal raises."""

    def test_ctrl_c_in_a_request(self, tmp_path):
        """What a signal cut off is on the cassette as a request without an answer."""

        def answer(_):
            signal.raise_signal(signal.SIGINT)
            return {}

        with recorder(tmp_path, record=True).use_cassette("x") as cassette:
            with pytest.raises(KeyboardInterrupt), Client(TOKEN, transport=Canned(answer)) as client:
                client.send(POST)
            assert len(cassette) == 1
        with (
            recorder(tmp_path).use_cassette("x"),
            failing(None) as client,
            pytest.raises(TransportError, match=r"no answer was waited for \(KeyboardInterrupt\)"),
        ):
            client.send(POST)

    def test_an_interrupted_commit_replays(self, tmp_path):
        """A commit that Ctrl-C ended is recorded whole, and ends so in the replay."""

        def program(client):
            with Session(client=client) as session:
                for each in session.query(Instance):
                    each.label += "-x"
                with pytest.raises(CommitInterrupted) as caught:
                    session.commit(progress=lambda *_: signal.raise_signal(signal.SIGINT))
                return len(caught.value.applied)

        sim = Simulator()
        sim.seed(instances=1)  # what is in flight beside it when the signal comes is chance
        with recorder(tmp_path, record=True).use_cassette("x") as cassette, sim.client(workers=1) as client:
            done = program(client)
        assert len(cassette) == done + 1 == 2
        assert replayed(tmp_path, program) == (done, True)

    @pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit])
    def test_a_block_that_is_broken_off(self, tmp_path, error):
        """Where Ctrl-C ends the block, the cassette that was there stays."""
        (tmp_path / "x.yaml").write_text("the old one", encoding="utf-8")
        with (
            ending(error),
            recorder(tmp_path, record=True).use_cassette("x"),
            Client(TOKEN, transport=Canned(lambda _: {})) as client,
        ):
            client.send(POST)
            raise error
        assert (tmp_path / "x.yaml").read_text(encoding="utf-8") == "the old one"
        assert [each.name for each in tmp_path.iterdir()] == ["x.yaml"]

    def test_a_block_that_raises_is_written(self, tmp_path):
        """An error of the program is no reason to lose the recording: a test may expect it."""
        with (
            ending(CommitError),
            recorder(tmp_path, record=True).use_cassette("x"),
            failing((400, {"errors": [{"reason": "no"}]})) as client,
            Session(client=client) as session,
        ):
            session.add(Volume(label="a", region="us-east", size=20))
            session.commit()
        assert len(yaml.safe_load((tmp_path / "x.yaml").read_text(encoding="utf-8"))["interactions"]) == 1

    @pytest.mark.skipif(not hasattr(os, "fork"), reason="no forks here")
    def test_a_forked_process_is_refused(self, tmp_path):
        """A process that was forked while recording cannot record, and says so instead of sending unseen."""
        script = (
            "import os, sys\n"
            "from linode_orm import CassetteError, Client\n"
            "from linode_orm.testing import recorder\n"
            "with recorder(sys.argv[1], record=True).use_cassette('x'), Client('t', base_url='http://127.0.0.1:9') as client:\n"
            "    child = os.fork()\n"
            "    if not child:\n"
            "        try:\n"
            "            client.request('GET', '/account')\n"
            "        except CassetteError as error:\n"
            "            print('forked' in str(error), flush=True)\n"
            "        os._exit(0)\n"
            "    os.waitpid(child, 0)\n"
        )
        ended = subprocess.run(
            [sys.executable, "-c", script, tmp_path], capture_output=True, text=True, timeout=60, check=True
        )
        assert ended.stdout == "True\n"


class TestFiles:
    """How a cassette lies on the disk."""

    def record(self, folder, name="x"):
        """Record one request."""
        with recorder(folder, record=True).use_cassette(name), Client(TOKEN, transport=Canned(lambda _: {})) as client:
            client.send(POST)

    def test_nothing_is_there_before_the_end(self, tmp_path):
        """The file appears at the end of the block, with its folder, whole, and for its user alone."""
        folder = tmp_path / "a" / "b"
        with recorder(folder, record=True).use_cassette("x"), Client(TOKEN, transport=Canned(lambda _: {})) as client:
            client.send(POST)
            assert not folder.exists()
        assert [each.name for each in folder.iterdir()] == ["x.yaml"]
        assert stat.S_IMODE((folder / "x.yaml").stat().st_mode) == 0o600

    def test_it_cannot_be_written(self, tmp_path):
        """A place where no file can be is an error that names it."""
        (tmp_path / "file").write_text("", encoding="utf-8")
        with pytest.raises(CassetteError, match="cannot be written"):
            self.record(tmp_path / "file")

    def test_a_link_is_replaced(self, tmp_path):
        """What a link leads to stays as it is."""
        (tmp_path / "elsewhere").write_text("theirs", encoding="utf-8")
        (tmp_path / "x.yaml").symlink_to(tmp_path / "elsewhere")
        self.record(tmp_path)
        assert (tmp_path / "elsewhere").read_text(encoding="utf-8") == "theirs"
        assert not (tmp_path / "x.yaml").is_symlink()

    def test_once(self, tmp_path):
        """`record="once"` records where there is no cassette, and replays where there is one."""
        player = recorder(tmp_path, record="once")
        assert not player.exists("x")
        with player.use_cassette("x") as cassette, Client(TOKEN, transport=Canned(lambda _: {"n": 1})) as client:
            assert cassette.is_recorded
            client.send(POST)
        assert player.exists("x")
        with player.use_cassette("x") as cassette, Client(TOKEN, transport=Canned(lambda _: {"n": 2})) as client:
            assert not cassette.is_recorded
            assert client.send(POST).json() == {"n": 1}

    @pytest.mark.parametrize("record", ["all", "none", 1, None])
    def test_other_modes_are_refused(self, tmp_path, record):
        """What is no mode of a recorder is refused by name."""
        with pytest.raises(InvalidRequestError, match="record"):
            recorder(tmp_path, record=record)

    def test_no_cassette(self, tmp_path):
        """A replay without a cassette says where it was looked for, and how it is made."""
        with pytest.raises(CassetteError, match=r"there is no cassette at .*x\.yaml: record it once with record=True"):
            recorder(tmp_path).use_cassette("x").__enter__()

    @pytest.mark.parametrize(
        "text",
        ["", "no yaml: [", "- 1", "interactions: 5", "interactions: [{request: {}}]", "a: 1", "\x00",
         "interactions: [{request: {method: GET}, response: {}}]", "!!python/object:os.system {}",
         "interactions: []\nlinode_orm: {format: 99}\n"],
    )  # fmt: skip
    def test_what_is_no_cassette(self, tmp_path, text):
        """A file that is damaged, dangerous or of a newer format is refused, with its name."""
        (tmp_path / "x.yaml").write_text(text, encoding="utf-8")
        with pytest.raises(CassetteError, match=r"x\.yaml"):
            recorder(tmp_path).use_cassette("x").__enter__()

    def test_it_says_when_and_by_what_it_was_made(self, tmp_path):
        """A cassette has the number of its format, the version and the date."""
        self.record(tmp_path)
        own = yaml.safe_load((tmp_path / "x.yaml").read_text(encoding="utf-8"))["linode_orm"]
        assert own["format"] == 2
        assert own["version"]
        assert own["made"].endswith("Z")

    def test_without_yaml(self, tmp_path):
        """Where PyYAML is not installed, the first block says what to install, before anything is sent."""
        script = (
            "import sys\n"
            "sys.modules['yaml'] = None\n"
            "from linode_orm import ConfigError\n"
            "from linode_orm.testing import recorder\n"
            "try:\n"
            "    with recorder(sys.argv[1], record=True).use_cassette('x'):\n"
            "        print('entered')\n"
            "except ConfigError as error:\n"
            "    print(error)\n"
        )
        ended = subprocess.run(
            [sys.executable, "-c", script, tmp_path], capture_output=True, text=True, timeout=60, check=True
        )
        assert "pip install 'linode_orm[cassettes]'" in ended.stdout
        assert "entered" not in ended.stdout


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 8, 16])
def test_faults_of_a_served_account(tmp_path, workers):
    """A commit over a network that breaks is replayed with any workers."""

    def program(client):
        with Session(client=client, on_error="continue") as session:
            for each in session.query(Instance):
                each.label += "-x"
            try:
                report = session.commit()
            except CommitError as error:
                report = error.report
            return sorted((entry.step.path, entry.status) for entry in report)

    with served() as (sim, url):
        sim.seed(instances=20)
        sim.faults.add("PUT", "/linode/instances/*", nth=3, action="html502")
        sim.faults.add("PUT", "/linode/instances/*", nth=7, action="reset_after")
        sim.faults.add("PUT", "/linode/instances/*", nth=11, action=400)
        want, _ = recorded(tmp_path, program, url)
    assert replayed(tmp_path, program, workers=workers) == (want, True)
