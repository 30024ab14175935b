"""A fleet runs one function over many accounts, on threads, processes and other executors; over HTTP, on an estate."""

from __future__ import annotations

import json
import logging
import multiprocessing
import os
import pickle
import subprocess
import sys
import threading
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

import pytest

from linode_orm import ConfigError, FleetError, InvalidRequestError, Session, Unauthorized
from linode_orm.fleet import Fleet, Outcome, WorkItem, register_resolver, run
from linode_orm.simulator import Estate
from tests.fleet import jobs

NAMES = [f"a{at:02}" for at in range(12)]
SPAWN = multiprocessing.get_context("spawn")


@pytest.fixture
def estate():
    with Estate() as made:
        for name in NAMES:
            made.account(f"token-of-{name}", company=name).seed(instances=2)
        yield made


@pytest.fixture
def fleet(estate, monkeypatch):
    """A fleet of twelve accounts, whose tokens stand in the environment."""
    for name in NAMES:
        monkeypatch.setenv(f"TOKEN_{name}", f"token-of-{name}")
    with estate.serve() as server:
        yield Fleet({name: {"token": f"env:TOKEN_{name}", "url": server.url} for name in NAMES})


def rows(estate, account, path):
    """Give the rows of a list of an account."""
    return estate.client(f"token-of-{account}").request("GET", path)["data"]


def values(outcomes):
    """Give the values by account; raise the first error."""
    found = list(outcomes)
    for each in found:
        if each.error is not None:
            raise each.error
    return {each.account: each.value for each in found}


# -- what does the work ----------------------------------------------------------------------------------------------


def test_threads(fleet, estate):
    """Each account's function gets a session of that account; outcomes say requests and seconds."""
    outcomes = list(fleet.map(jobs.labels))
    assert {each.account for each in outcomes} == set(NAMES)
    for each in outcomes:
        assert each.ok
        assert each.value == sorted(row["label"] for row in rows(estate, each.account, "/linode/instances"))
        assert each.requests == 1
        assert each.seconds > 0


def through_processes():
    return {"executor": ProcessPoolExecutor(2, mp_context=SPAWN)}


def through_a_map():
    return {"through": map}


def through_threads():
    return {"executor": ThreadPoolExecutor(3)}


def through_loky():
    loky = pytest.importorskip("loky")
    return {"executor": loky.get_reusable_executor(max_workers=2)}


@pytest.mark.parametrize("way", [through_threads, through_processes, through_a_map, through_loky])
def test_every_way_gives_equal_outcomes(fleet, way):
    """Threads of somebody else, processes, loky and a `map` give what our threads give."""
    assert values(fleet.map(jobs.labels, **way())) == values(fleet.map(jobs.labels))


@pytest.mark.slow
def test_dask(fleet):
    """A cluster of Dask is an executor like any other."""
    distributed = pytest.importorskip("distributed")
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
        distributed.Client(cluster) as client,
    ):
        executor = client.get_executor(pure=False, retries=0)
        assert values(fleet.map(jobs.labels, executor=executor)) == values(fleet.map(jobs.labels))


def test_a_function_without_a_name(fleet):
    """Threads take any callable; where work is pickled, a function without a name is refused before anything is sent."""
    found = values(fleet.map(lambda session, count: session.query(jobs.Instance).count() + count, 1))
    assert set(found.values()) == {3}
    with pytest.raises(FleetError, match="stands in a module"):
        fleet.map(lambda session: session, through=map)


@pytest.mark.parametrize("verb", ["map", "plan", "apply"])
def test_two_ways_to_do_the_work(fleet, verb, tmp_path):
    """`executor=` and `through=` together are refused by each verb, and wrong options where they are given."""
    work = tmp_path if verb == "apply" else jobs.objects
    with ThreadPoolExecutor(1) as pool, pytest.raises(FleetError, match="two ways"):
        getattr(fleet, verb)(work, executor=pool, through=map)
    with pytest.raises(InvalidRequestError, match="workers"):
        getattr(fleet, verb)(work, workers=0)
    if verb == "apply":
        with pytest.raises(InvalidRequestError, match="on_error is"):
            fleet.apply(work, on_error="carry on")
        with pytest.raises(InvalidRequestError, match="max_deletes"):
            fleet.apply(work, max_deletes=-1)


def test_objects_come_back(fleet):
    """Objects arrive detached, from threads and from processes."""
    for way in (through_a_map, dict):
        [first, *_] = values(fleet.map(jobs.objects, **way())).values()
        assert first[0].label
        with pytest.raises(InvalidRequestError):
            Session(token="t").refresh(first[0])


def test_flat_in_flight(fleet):
    """No more than two items a worker are in flight, and no item is made before it is wanted."""
    asked = []

    def mapping(work, items):
        asked.append(len(items))
        return map(work, items)

    assert len(list(fleet.map(jobs.labels, through=mapping, workers=2))) == 12
    assert asked == [4, 4, 4]


# -- errors ----------------------------------------------------------------------------------------------------------


def test_an_error_is_an_outcome(fleet):
    """One account's failure stops no other; the error is that of the function."""
    outcomes = list(fleet.map(jobs.fail, ("a03", "a07")))
    assert {each.account for each in outcomes if not each.ok} == {"a03", "a07"}
    assert {str(each.error) for each in outcomes if not each.ok} == {"a03 is broken", "a07 is broken"}


@pytest.mark.parametrize("way", [dict, through_a_map])
def test_a_first_account_a_tenth_and_the_rest(fleet, estate, way):
    """With `max_failed` one account goes first; where it fails, nothing else is started, and `.left` names the rest."""
    made = fleet.map(jobs.fail, max_failed=0, **way())
    assert [each.account for each in made] == ["a00"]
    assert made.left == fleet.left == tuple(NAMES[1:])
    assert len(estate["token-of-a05"].requests) == 0


def test_more_failures_than_allowed(fleet):
    """After more than `max_failed` failures no further account is started."""
    made = fleet.map(jobs.fail, tuple(NAMES[1:]), max_failed=2, workers=1)
    outcomes = list(made)
    assert 3 <= len(made.failed) <= 5
    assert len(made.left) == 12 - len(outcomes) > 0
    assert list(fleet.map(jobs.fail, ("a11",), max_failed=2))[-1].ok in {True, False}


def test_what_cannot_be_pickled(fleet):
    """A value and an error that cannot cross a border are told by a `FleetError`."""
    for job, text in ((jobs.unpicklable, "cannot be pickled"), (jobs.bad_error, "BadError: 1 and 2")):
        [first, *_] = fleet.map(job, through=map)
        assert isinstance(first.error, FleetError)
        assert text in str(first.error)
        pickle.loads(pickle.dumps(first))


def test_a_function_that_workers_lack():
    """An item whose function a worker cannot import has an outcome that says so."""
    outcome = run(WorkItem("a", "env:HOME_TOKEN", "no_such_module:function"))
    assert "HOME_TOKEN is not set" in str(outcome.error)
    os.environ["HOME_TOKEN"] = "t"
    try:
        outcome = run(WorkItem("a", "env:HOME_TOKEN", "no_such_module:function"))
    finally:
        del os.environ["HOME_TOKEN"]
    assert "cannot import no_such_module:function" in str(outcome.error)


# -- references ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("accounts", "text"),
    [
        ({"a": "0123456789abcdef"}, "takes a reference"),
        ({"a": "secret:0123"}, "takes a reference"),
        ({"a": "env:"}, "takes a reference"),
        ({"a": 5}, "takes a reference"),
        ({"a/b": "env:T"}, "name without"),
        ({"..": "env:T"}, "name without"),
        ({"a": {"token": "env:T", "regoin": "x"}}, "unknown 'regoin'"),
        ({"a": {"token": "env:T", "url": "http://example.org"}}, "in the clear"),
        ({"a": "child:E1@b"}, "no account of the fleet"),
        ({"a": "child:E1"}, "child:EUUID@account"),
        ({"a": "child:E1@b", "b": "child:E2@a"}, "no account of the fleet"),
        (["a"], "takes names with references"),
    ],
)
def test_wrong_references(accounts, text):
    """What is no reference is refused where it is given, and not shown, since it may be a token."""
    with pytest.raises(ConfigError, match=text) as raised:
        Fleet(accounts)
    assert "0123456789abcdef" not in str(raised.value)


def test_references_are_resolved_on_the_worker(estate, tmp_path, monkeypatch):
    """A file, a profile of linode-cli, and a scheme of one's own."""
    (tmp_path / "token").write_text("token-of-a00\n")
    (tmp_path / "linode-cli").write_text("[DEFAULT]\ndefault-user = u\n[u]\ntoken = token-of-a01\n")
    monkeypatch.setenv("LINODE_CLI_CONFIG", str(tmp_path / "linode-cli"))
    register_resolver("reversed", jobs.resolver)
    with estate.serve() as server:
        fleet = Fleet(
            {
                "a00": {"token": f"file:{tmp_path / 'token'}", "url": server.url},
                "a01": {"token": "profile:u", "url": server.url},
                "a02": {"token": "reversed:20a-fo-nekot", "url": server.url},
                "a03": {"token": "file:/no/such/file", "url": server.url},
                "a04": {"token": "keyring:service", "url": server.url},
            }
        )
        outcomes = {each.account: each for each in fleet.map(jobs.fail, ("nobody",))}
    assert {name: each.value for name, each in outcomes.items() if each.ok} == {
        "a00": "a00",
        "a01": "a01",
        "a02": "a02",
    }
    assert "cannot be read" in str(outcomes["a03"].error)
    assert "keyring:SERVICE/USER" in str(outcomes["a04"].error)
    with pytest.raises(ConfigError, match="scheme"):
        register_resolver("child", jobs.resolver)


def test_child_accounts(monkeypatch):
    """A token of a child account is minted by its parent, and minted again when it has ended in the middle."""
    monkeypatch.setenv("PARENT", "parent-token")
    with Estate() as estate:
        parent = estate.account("parent-token", company="parent")
        children = [estate.account(f"child-{at}", parent=parent, company=f"child {at}") for at in range(3)]
        for each in children:
            each.seed(instances=1)
        with estate.serve() as server, Session("parent-token", base_url=server.url) as session:
            fleet = Fleet.children(session, reference="env:PARENT")
            assert len(fleet) == 3
            assert "parent" not in fleet.accounts

            def twice(session):
                before = session.query(jobs.Instance).count()
                estate.clock.advance(3600)
                return before, session.query(jobs.Instance).count()

            assert set(values(fleet.map(twice, workers=1)).values()) == {(1, 1)}
            minted = [line for line in parent.requests.lines if line.startswith("POST")]
            assert len(minted) == 6
            assert values(fleet.map(jobs.labels, through=map)).keys() == set(fleet.accounts)


def test_a_token_that_ends_in_the_middle(tmp_path):
    """A token that was exchanged meanwhile is found where the first one was; one that only ended gives an outcome."""
    with Estate() as estate:
        estate.account("new-token").seed(instances=1)
        (tmp_path / "exchanged").write_text("old-token")
        (tmp_path / "ended").write_text("old-token")
        with estate.serve() as server:
            fleet = Fleet(
                {name: {"token": f"file:{tmp_path / name}", "url": server.url} for name in ("exchanged", "ended")}
            )

            def exchange(session):
                # both accounts do so at once: the file is whole at any moment
                beside = tmp_path / f"{threading.get_ident()}.new"
                beside.write_text("new-token")
                beside.replace(tmp_path / "exchanged")
                return session.query(jobs.Instance).count()

            outcomes = {each.account: each for each in fleet.map(exchange)}
    assert outcomes["exchanged"].value == 1
    assert outcomes["exchanged"].requests == 2
    assert isinstance(outcomes["ended"].error, Unauthorized)
    assert outcomes["ended"].requests == 1


def test_a_child_account_that_refuses(monkeypatch):
    """A parent that may not mint gives an outcome with its error."""
    monkeypatch.setenv("PARENT", "wrong-token")
    with Estate() as estate, estate.serve() as server:
        estate.account("parent-token")
        fleet = Fleet(
            {"p": {"token": "env:PARENT", "url": server.url}, "c": {"token": "child:E1@p", "url": server.url}}
        )
        outcomes = {each.account: each for each in fleet.only("c").map(jobs.labels)}
    assert isinstance(outcomes["c"].error, Unauthorized)


# -- secrets ---------------------------------------------------------------------------------------------------------


def test_no_token_anywhere(fleet, caplog, tmp_path):
    """No token is in an item, a pickle, JSON, an outcome, a journal, a mark or a log."""
    caplog.set_level(logging.DEBUG)
    seen = []

    def mapping(work, items):
        for item in items:
            seen.extend((pickle.dumps(item), item.to_json().encode(), repr(item).encode()))
            outcome = work(item)
            seen.extend((pickle.dumps(outcome), repr(outcome).encode(), str(outcome).encode()))
            yield outcome

    list(fleet.map(jobs.add_volume, "v", through=mapping, journals=tmp_path))
    list(fleet.map(jobs.fail, through=mapping))
    seen.extend(path.read_bytes() for path in tmp_path.iterdir())
    assert len(seen) > 12 * 12
    held = b"\n".join(seen) + caplog.text.encode()
    assert b"token-of-" not in held


def test_an_item_is_json(fleet):
    """An item crosses a queue as JSON; what is no item is refused."""
    item = WorkItem("a", "env:T", "module:function", ("x", 1), above={"p": "env:P"}, journal="j")
    assert WorkItem.from_json(item.to_json()) == item
    assert pickle.loads(pickle.dumps(item)) == item
    with pytest.raises(InvalidRequestError, match="no form in JSON"):
        WorkItem("a", "env:T", "m:f", (object(),)).to_json()
    for wrong in ("", "[]", "{}", json.dumps({**json.loads(item.to_json()), "form": 99})):
        with pytest.raises(InvalidRequestError, match="no work item"):
            WorkItem.from_json(wrong)


def test_an_outcome_is_json():
    """An outcome crosses a queue as JSON, an error as its text; what is no outcome is refused."""
    done = Outcome("a", [1, "x"], None, 2, 0.5)
    assert Outcome.from_json(done.to_json()) == done
    failed = Outcome.from_json(Outcome("a", error=ValueError("no")).to_json())
    assert isinstance(failed.error, FleetError)
    assert str(failed.error) == "ValueError: no"
    assert "no form in JSON" in str(Outcome.from_json(Outcome("a", object()).to_json()).error)
    for wrong in ("", "[]", "{}", json.dumps({**json.loads(done.to_json()), "form": 99})):
        with pytest.raises(InvalidRequestError, match="no outcome"):
            Outcome.from_json(wrong)


def test_accounts_share_connections(fleet):
    """Accounts of one API go over the connections of the process, which are let go when the last run has ended."""
    seen = []

    def look(session):
        session.query(jobs.Instance).count()
        seen.append(session.client.transport)

    list(fleet.map(look, workers=2))
    assert len({id(each) for each in seen}) == 1
    list(fleet.map(look, workers=2))
    assert len({id(each) for each in seen}) == 2


# -- accounts --------------------------------------------------------------------------------------------------------


def test_a_file_of_accounts(tmp_path):
    """`[accounts]` has a reference or a table for each name; what is wrong is named with the file."""
    path = tmp_path / "accounts.toml"
    path.write_text('[accounts]\nprod = "env:PROD"\nstage = { token = "file:~/t", tags = ["test"] }\n')
    fleet = Fleet.load(path)
    assert fleet.accounts == ("prod", "stage")
    assert fleet.only(tag="test").accounts == ("stage",)
    assert list(fleet) == ["prod", "stage"]
    for text, why in (
        ("accounts = 3", "one table"),
        ("[accounts]\nprod = 3", "prod.*takes a reference"),
        ("[accounts", "no TOML"),
        ('[accounts]\n[other]\nx = "y"', "one table"),
    ):
        path.write_text(text)
        with pytest.raises(ConfigError, match=f"accounts.toml.*{why}"):
            Fleet.load(path)
    with pytest.raises(ConfigError, match="cannot be read"):
        Fleet.load(tmp_path / "nothing.toml")


def test_shards(fleet):
    """Every account is in one shard, and stays in it when others come and go."""
    shards = [fleet.only(shard=(at, 3)).accounts for at in (1, 2, 3)]
    assert sorted(name for shard in shards for name in shard) == NAMES
    fewer = fleet.only(*NAMES[:6])
    for at in (1, 2, 3):
        assert set(fewer.only(shard=(at, 3)).accounts) == set(shards[at - 1]) & set(NAMES[:6])
    with pytest.raises(FleetError, match="from 1 to n"):
        fleet.only(shard=(0, 3))
    with pytest.raises(FleetError, match="no account 'b'"):
        fleet.only("b")


# -- plans -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", [dict, through_a_map])
def test_plans(fleet, estate, tmp_path, way):
    """`plan` writes a file an account and nothing else, `apply` sends them, and a rerun sends nothing."""
    folder = tmp_path / "plans"
    paths = values(fleet.plan(jobs.rename, "-x", folder=folder, **way()))
    assert {Path(path).name for path in paths.values()} == {f"{name}.plan" for name in NAMES}
    assert not any(len(each.requests.writes) for each in estate)
    reports = values(fleet.apply(folder, journals=tmp_path / "journals", **way()))
    assert all(len(report.applied) == 2 for report in reports.values())
    assert [len(each.requests.writes) for each in estate] == [2] * 12
    again = list(fleet.apply(folder, **way()))
    assert all(each.skipped for each in again)
    assert [len(each.requests.writes) for each in estate] == [2] * 12
    assert all(label.endswith("-x") for label in values(fleet.map(jobs.labels))["a00"])


def test_no_plan_without_a_change(fleet, tmp_path):
    """An account without changes has no file; a file of no account is refused."""
    assert set(values(fleet.plan(jobs.labels, folder=tmp_path)).values()) == {None}
    assert not list(tmp_path.glob("*.plan"))
    assert list(fleet.apply(tmp_path)) == []
    (tmp_path / "stranger.plan").write_text("")
    with pytest.raises(FleetError, match="no account 'stranger'"):
        fleet.apply(tmp_path)


# -- reruns ----------------------------------------------------------------------------------------------------------


def test_a_rerun_does_the_rest(fleet, estate, tmp_path):
    """With journals, a run that was not finished is carried on: what is done is skipped; a finished one begins anew."""
    estate["token-of-a05"].faults.add("POST", "/volumes", 1, 400)
    first = list(fleet.map(jobs.add_volume, "v", journals=tmp_path))
    assert [each.account for each in first if not each.ok] == ["a05"]
    second = list(fleet.map(jobs.add_volume, "v", journals=tmp_path))
    assert [each.account for each in second if not each.skipped] == ["a05"]
    assert all(each.ok for each in second)
    assert [len(rows(estate, name, "/volumes")) for name in NAMES] == [1] * 12
    third = list(fleet.map(jobs.labels, journals=tmp_path))
    assert not any(each.skipped for each in third)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_killed_worker(fleet, estate, tmp_path, workers):
    """A worker killed in the middle of a commit, then a rerun: nothing twice, nothing missing."""
    with ProcessPoolExecutor(workers, mp_context=SPAWN) as pool:
        first = list(
            fleet.map(jobs.killed_in_commit, "a04", str(tmp_path), executor=pool, workers=workers, journals=tmp_path)
        )
    assert any(isinstance(each.error, FleetError) for each in first)
    assert fleet.left
    with ProcessPoolExecutor(workers, mp_context=SPAWN) as pool:
        second = list(
            fleet.map(jobs.killed_in_commit, "a04", str(tmp_path), executor=pool, workers=workers, journals=tmp_path)
        )
    assert all(each.ok for each in second), [str(each.error) for each in second if not each.ok]
    for account in NAMES:
        names = [row["domain"] for row in rows(estate, account, "/domains")]
        assert len(names) == len(set(names)) == 6
    posts = sum(line == "POST /domains" for each in estate for line in each.requests.lines)
    assert posts == 6 * 12


def test_nothing_of_an_engine_is_imported():
    """The room imports no engine, and `import linode_orm` does not import the room."""
    look = "import sys, linode_orm\nprint('linode_orm.fleet' in sys.modules)\nimport linode_orm.fleet\n"
    look += "print([name for name in ('dask', 'ray', 'loky', 'celery', 'keyring', 'click') if name in sys.modules])"
    ended = subprocess.run([sys.executable, "-c", look], check=True, capture_output=True, text=True)
    assert ended.stdout.split("\n")[:2] == ["False", "[]"]


def test_outcomes_print():
    """An outcome is one line that a person reads."""
    assert str(Outcome("a", 5, None, 2, 0.5)) == "a: 5 (2 requests, 0.50 s)"
    assert str(Outcome("a", None, ValueError("no"), 0, 0.1)) == "a: ValueError: no (0 requests, 0.10 s)"
