"""Plan files: saved without secrets, reviewed, and applied by another process to the account that they were made for."""

from __future__ import annotations

import json
import pickle
from hashlib import sha256

import pytest

from linode_orm import AlertChannel
from linode_orm.errors import CommitError, ConflictError, InvalidRequestError
from linode_orm.session.planning.plan import FORMAT, Plan
from tests.session.fake_api import Crane, Dock, FakeApi, Session, refusal


@pytest.fixture
def api() -> FakeApi:
    api = FakeApi()
    api.seed("/account", {"euuid": "A1"})
    api.seed("/docks/5", {"id": 5, "label": "dock5", "place": "x", "tags": ["p", "q"]})
    api.seed("/docks/6", {"id": 6, "label": "dock6", "place": "x", "tags": ["p"]})
    return api


@pytest.fixture
def session(api: FakeApi) -> Session:
    return Session(api)


@pytest.fixture
def file(session, tmp_path):
    """Save a plan of every kind of step; give the file's path."""
    dock, other = session.load(Dock, 5), session.load(Dock, 6)
    dock.label = "renamed"
    dock.tags.add("edge")
    dock.tags.discard("p")
    session.delete(other)
    new = session.add(Dock(label="new", place="y", root_pass="hunter2-hunter2"))
    crane = Crane(label="c")
    crane.dock = new
    session.add(crane)
    path = tmp_path / "plan.json"
    session.plan().save(path)
    session.rollback()
    return path


SECRETS = {"new:1.root_pass": "another-one"}


def other(api: FakeApi):
    """Give a client of another process."""
    return api.client


def test_what_is_read_is_what_was_saved(session, file, tmp_path):
    """Steps, their order, what they replace and what hangs on what are the same."""
    plan = Plan.load(file)
    assert [(step.method, step.path) for step in plan] == [
        ("POST", "/docks"),
        ("POST", "/docks/{new:1}/cranes"),
        ("PUT", "/docks/5"),
        ("DELETE", "/docks/6"),
    ]
    again = json.loads(file.read_text())
    assert again["steps"] == plan.to_dict()["steps"]
    assert plan.secrets == ("new:1.root_pass",)
    assert again["secrets"] == ["new:1.root_pass"]
    assert "tags: +edge -p" in str(plan)


def test_no_secret_is_in_it_and_nobody_else_reads_it(file):
    """The file says which secrets it will ask for; it belongs to its user alone."""
    assert "hunter2" not in file.read_text()
    assert file.stat().st_mode & 0o077 == 0


def test_another_process_applies_it(api, file):
    """The same requests are sent as the session would have sent, with the secrets that are given."""
    report = Plan.load(file).apply(other(api), secrets=SECRETS)
    assert report.counts == {"applied": 4}
    assert sorted(api.sent) == sorted(["POST /docks", "POST /docks/101/cranes", "PUT /docks/5", "DELETE /docks/6"])
    assert api.body("POST /docks") == {"label": "new", "place": "y", "root_pass": "another-one"}
    assert api.body("PUT /docks/5") == {"label": "renamed", "tags": ["q", "edge"]}
    assert report[0].object.__describe__() == "Dock 101"


def test_what_it_changes_must_be_as_it_was(api, file):
    """A list that somebody changed since stops a file, which was reviewed as it is; `conflicts="merge"` merges."""
    api.objects["/docks/5"]["tags"] = ["p", "q", "theirs"]
    with pytest.raises(ConflictError, match=r"Dock 5\.tags: read \['p', 'q'\]"):
        Plan.load(file).apply(other(api), secrets=SECRETS)
    assert api.sent == []
    Plan.load(file).apply(other(api), secrets=SECRETS, conflicts="merge")
    assert api.body("PUT /docks/5")["tags"] == ["q", "theirs", "edge"]


def test_it_refuses_when_the_account_has_changed(api, file):
    """An attribute that it changes and that was changed since, or an object that is gone, stops it whole."""
    api.objects["/docks/5"]["label"] = "theirs"
    with pytest.raises(ConflictError, match=r"Dock 5\.label: read 'dock5', theirs 'theirs', mine 'renamed'"):
        Plan.load(file).apply(other(api), secrets=SECRETS)
    del api.objects["/docks/5"]
    with pytest.raises(ConflictError, match="Dock 5 is gone"):
        Plan.load(file).apply(other(api), secrets=SECRETS)
    assert api.sent == []


def test_secrets_are_asked_for_by_name(api, file):
    """A missing one, or one too many, is said before anything is sent."""
    with pytest.raises(InvalidRequestError, match=r"needs the secrets new:1\.root_pass"):
        Plan.load(file).apply(other(api))
    with pytest.raises(InvalidRequestError, match="has no secrets pin"):
        Plan.load(file).apply(other(api), secrets={**SECRETS, "pin": "1"})
    assert api.sent == []


def test_another_account_is_refused(api, file):
    """A plan is for the account that it was made for."""
    api.objects["/account"]["euuid"] = "B2"
    with pytest.raises(InvalidRequestError, match=r"account A1.*another one; nothing was sent"):
        Plan.load(file).apply(other(api), secrets=SECRETS)
    assert api.sent == []


def test_a_token_that_may_not_see_the_account(api, session, tmp_path):
    """The user of the profile stands for the account then."""
    api.seed("/profile", {"username": "ann"})
    api.fault = lambda request: (_ for _ in ()).throw(refusal("Forbidden", 403)) if request.path == "/account" else None
    session.load(Dock, 5).label = "b"
    session.plan().save(tmp_path / "plan.json")
    assert json.loads((tmp_path / "plan.json").read_text())["account"] == "user ann"
    Plan.load(tmp_path / "plan.json").apply(other(api))
    assert api.sent == ["PUT /docks/5"]


def edited(content: dict) -> str:
    content["steps"][2]["body"]["label"] = "evil"
    return json.dumps(content)


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (edited, "was changed since it was saved"),
        (lambda content: json.dumps(content)[:-40], "is no JSON"),
        (lambda _: "", "is empty"),
        (lambda _: "[1, 2]", "is no plan of linode_orm"),
        (lambda _: '{"a": 1}', "is no plan of linode_orm"),
        (lambda content: json.dumps(content | {"version": "99.0"}), "was made by another version.*99.0"),
        (
            lambda content: json.dumps(content | {"format": FORMAT + 1}),
            f"was made by another version.*form {FORMAT + 1}",
        ),
        (lambda content: json.dumps(content | {"format": True}), "was made by another version"),
        (lambda _: "\ufeff{}", "is no JSON"),
        (lambda _: "\xff\xfe".encode("latin-1"), "cannot be read"),
        (lambda content: '{"kind": "x", ' + json.dumps(content)[1:], "is no JSON.*'kind' stands twice"),
        (lambda content: json.dumps(content | {"least_time": float("nan")}), "is no JSON.*NaN"),
        (lambda _: "[" * 100_000 + "]" * 100_000, "is no JSON.*recursion"),
        (lambda content: json.dumps(content)[:-1] + ', "a":' + "[" * 9999 + "]" * 9999 + "}", "is no JSON.*recursion"),
        (lambda _: "9" * 5000, "is no JSON"),
    ],
    ids=[
        "edited",
        "cut",
        "empty",
        "a list",
        "another object",
        "a newer version",
        "a newer form",
        "a form that is true",
        "with a mark",
        "no text",
        "a key twice",
        "no number",
        "too deep",
        "too deep at its end",
        "too long a number",
    ],
)
def test_a_file_that_is_no_such_plan_is_refused(file, api, spoil, says):
    """Whatever is wrong with a file, it is said with its name, and nothing is sent."""
    spoilt = spoil(json.loads(file.read_text()))
    file.write_bytes(spoilt if isinstance(spoilt, bytes) else spoilt.encode())
    with pytest.raises(InvalidRequestError, match=says) as caught:
        Plan.load(file)
    assert str(file) in str(caught.value)
    assert "nothing was sent" in str(caught.value)
    assert api.sent == []


def forged(content: dict) -> str:
    content.pop("checksum")
    checksum = sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
    return json.dumps(content | {"checksum": checksum})


def to_itself(steps: list[dict]) -> None:
    steps[1]["depends_on"] = [2]


def to_nothing(steps: list[dict]) -> None:
    steps[1]["depends_on"] = [99]


def twice(steps: list[dict]) -> None:
    steps[1]["number"] = 1


def of_no_class(steps: list[dict]) -> None:
    steps[0]["object"]["type"] = "Nope"


def of_no_attribute(steps: list[dict]) -> None:
    steps[2]["changes"][0]["attribute"] = "nope"


def of_no_parent(steps: list[dict]) -> None:
    steps[1]["parents"] = [{"$new": "new:77"}]


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (to_itself, "cycle"),
        (to_nothing, "a step is not there"),
        (twice, "there twice"),
        (of_no_class, "'Nope'"),
        (of_no_attribute, "Dock has no attribute 'nope'"),
        (of_no_parent, "no step creates new:77"),
    ],
)
def test_a_plan_that_does_not_hang_together(file, api, spoil, says):
    """Even with a right checksum it is refused before anything is asked or sent."""
    content = json.loads(file.read_text())
    spoil(content["steps"])
    file.write_text(forged(content))
    api.log.clear()
    with pytest.raises(InvalidRequestError, match=f"is damaged.*{says}"):
        Plan.load(file)
    assert api.log == []


def test_a_key_that_looks_like_ours_and_names_a_secret(session, tmp_path):
    """A user's document may hold a key that stands for secrets in a file; its value is asked for, as others are."""
    session.add(AlertChannel(label="logs", channel_type="email", details={"$secret": ["a"]}))
    session.plan().save(tmp_path / "plan.json")
    plan = Plan.load(tmp_path / "plan.json")
    assert plan.secrets == ("new:1.details.$secret",)
    assert '"a"' not in (tmp_path / "plan.json").read_text()


@pytest.mark.parametrize("details", [{"$new": "new:1"}, {"$path": ["a"]}, {"$": 1, "$$new": [{"$new": 2}]}])
def test_keys_that_look_like_ours(session, tmp_path, details):
    """A user's document may hold what stands for ids and for secrets in a file."""
    session.add(AlertChannel(label="logs", channel_type="email", details=details))
    session.plan().save(tmp_path / "plan.json")
    [step] = Plan.load(tmp_path / "plan.json")
    assert step.body == {"label": "logs", "channel_type": "email", "details": details}


def test_a_file_that_is_not_there(tmp_path):
    """It is named."""
    with pytest.raises(InvalidRequestError, match=r"nowhere\.json cannot be read"):
        Plan.load(tmp_path / "nowhere.json")


def test_a_read_only_client_applies_nothing(api, file):
    """It refuses before it looks at anything."""
    api.client.read_only = True
    with pytest.raises(InvalidRequestError, match="read-only"):
        Plan.load(file).apply(other(api), secrets=SECRETS)


def test_a_failure_tells_as_a_commit_does(api, file):
    """`CommitError` has the lists; with `undo` the account is as before."""
    before = {path: dict(body) for path, body in api.objects.items()}
    api.fault = lambda request: (
        (_ for _ in ()).throw(refusal("BadRequest", 400)) if request.path.endswith("cranes") else None
    )
    with pytest.raises(CommitError) as caught:
        Plan.load(file).apply(other(api), secrets=SECRETS, on_error="undo")
    assert len(caught.value.failed) == 1
    assert api.objects == before


def test_a_plan_of_no_session_cannot_be_saved(file, tmp_path):
    """What was loaded is a file already."""
    with pytest.raises(InvalidRequestError, match="only a plan that a session made"):
        Plan.load(file).save(tmp_path / "again.json")


def test_a_plan_pickles_without_its_session(session):
    """It is a value."""
    session.load(Dock, 5).label = "b"
    plan = session.plan()
    again = pickle.loads(pickle.dumps(plan))
    assert again == plan
    assert again.source.session is None


def test_what_can_be_undone_is_said(session):
    """Each step tells whether it has a way back, and why not."""
    session.load(Dock, 5).label = "b"
    session.delete(session.load(Dock, 6))
    update, deletion = session.plan()
    assert (update.can_be_undone, update.lasting) == (True, "")
    assert (deletion.can_be_undone, deletion.lasting) == (False, "what is deleted cannot be brought back")
    assert deletion.to_dict()["can_be_undone"] is False


def test_how_long_it_takes_at_least(session):
    """Creating many of what the API limits takes its time, and the plan says so before anything is sent."""
    from linode_orm import Instance

    assert session.plan().least_time == 0
    for at in range(41):
        session.add(Instance(label=f"n{at}", region="us-east", type="g6-nanode-1"))
    plan = session.plan()
    assert 15 <= plan.least_time <= 60
    assert plan.to_dict()["least_time"] == round(plan.least_time, 3)
    assert "s at least" in repr(plan)
    assert session.api.sent == []
