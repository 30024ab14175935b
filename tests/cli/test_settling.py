"""The commands that settle a journal and send a saved plan, against a served account."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from linode_orm import CommitInterrupted, Instance, Session, Volume
from linode_orm.cli.app import app
from linode_orm.simulator import Simulator, serve


@pytest.fixture
def served(monkeypatch):
    """Serve an account, and let commands find it as scripts do."""
    simulator = Simulator(job_seconds=0.01)
    simulator.seed(instances=6)
    with serve(simulator, port=0) as server:
        monkeypatch.setenv("LINODE_API_URL", server.url)
        monkeypatch.setenv("LINODE_TOKEN", "any")
        yield simulator


def run(*arguments: object, answers: str = ""):
    return CliRunner().invoke(app, [str(each) for each in arguments], input=answers)


def interrupted(path, **options) -> None:
    """Leave a commit unfinished."""

    def press(*_):
        raise KeyboardInterrupt

    with Session(journal=path) as session:
        for instance in session.query(Instance):
            instance.tags.add("edge")
        session.client.workers = 1
        with pytest.raises(CommitInterrupted):
            session.commit(progress=press)
        session.close()


def tagged(simulator) -> int:
    with Session(client=simulator.client()) as session:
        return session.query(Instance).filter(Instance.tags.contains("edge")).count()


def test_recover_completes(served, tmp_path):
    """What was not sent is sent, and the table says what became of each."""
    interrupted(tmp_path / "j")
    assert 0 < tagged(served) < 6
    done = run("recover", tmp_path / "j")
    assert (done.exit_code, tagged(served)) == (0, 6), done.output
    assert "6 applied" in done.output
    assert "nothing to commit" in run("recover", tmp_path / "j").output


def test_recover_takes_back(served, tmp_path):
    """What was sent is put back."""
    interrupted(tmp_path / "j")
    done = run("recover", tmp_path / "j", "--undo")
    assert tagged(served) == 0, done.output
    assert "undone" in done.output


def test_recover_forgets(served, tmp_path):
    """Nothing is sent."""
    interrupted(tmp_path / "j")
    before = tagged(served)
    assert run("recover", tmp_path / "j", "--forget").exit_code == 0
    assert tagged(served) == before
    assert "nothing to commit" in run("recover", tmp_path / "j").output


def test_recover_says_what_is_wrong(served, tmp_path):
    """An error is one line."""
    done = run("recover", tmp_path / "nowhere")
    assert (done.exit_code, len(done.output.splitlines())) == (1, 1)
    assert "there is no such journal" in done.output


def test_a_saved_plan_is_shown_and_sent(served, tmp_path):
    """Without `--apply` nothing is sent; secrets are asked for by name."""
    with Session() as session:
        session.add(
            Instance(region="us-east", type="g6-nanode-1", image="linode/debian12", root_pass="hunter2-hunter2")
        )
        session.add(Volume(label="data", region="us-east", size=20))
        session.plan().save(tmp_path / "plan")
    shown = run("plan", tmp_path / "plan")
    assert "POST /volumes" in shown.output
    assert "asks for: new:1.root_pass" in shown.output
    assert "hunter2" not in shown.output
    writes = [each for each in served.requests if each.method == "POST"]
    assert writes == []
    refused = run("plan", tmp_path / "plan", "--apply")
    assert (refused.exit_code, "needs the secrets new:1.root_pass" in refused.output) == (1, True)
    done = run("plan", tmp_path / "plan", "--apply", "--secret", "new:1.root_pass", answers="hunter2-hunter2\n")
    assert done.exit_code == 0, done.output
    assert "2 applied" in done.output
    assert "hunter2" not in done.output


def test_documents_come_from_the_terminal_and_from_files(served, tmp_path):
    """A document is typed as JSON, or read from a file, which may end with a line break."""
    with Session() as session:
        session.add(
            Instance(
                region="us-east",
                type="g6-nanode-1",
                image="linode/debian12",
                root_pass="hunter2-hunter2",
                metadata={"user_data": "aGk="},
            )
        )
        session.plan().save(tmp_path / "plan")
    (tmp_path / "password").write_text("hunter2-hunter2\n")
    options = ["--secret-file", "new:1.root_pass", tmp_path / "password", "--secret", "new:1.metadata"]
    refused = run("plan", tmp_path / "plan", "--apply", *options, answers="aGk=\n")
    assert (refused.exit_code, "the text that was given is no JSON" in refused.output) == (1, True), refused.output
    done = run("plan", tmp_path / "plan", "--apply", *options, answers='{"user_data": "aGk="}\n')
    assert (done.exit_code, "1 applied" in done.output) == (0, True), done.output
    [sent] = served.requests.matching("POST", "/linode/instances")
    assert (sent.body["root_pass"], sent.body["metadata"]) == ("hunter2-hunter2", {"user_data": "aGk="})
