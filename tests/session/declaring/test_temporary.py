"""Temporary objects: created alone at the beginning of a block, and gone at its end, whatever happens (simulator)."""

from __future__ import annotations

from contextlib import suppress

import pytest

from linode_orm import (
    Backup,
    Client,
    CommitError,
    CommitInterrupted,
    Domain,
    DomainRecord,
    Instance,
    InvalidRequestError,
    Session,
    SSHKey,
    Tag,
    Volume,
    recover,
)
from linode_orm.policies import attached_stay
from linode_orm.session.verbs.recovery import is_unfinished

REGION = "us-east"


def volume(label="data", **more):
    return Volume(**{"label": label, "size": 20, "region": REGION, **more})


def challenge(zone, **more):
    return DomainRecord(domain=zone, type="TXT", name="_acme-challenge", target="token", **more)


def writes(sim):
    return [line for line in sim.requests.lines if not line.startswith("GET")]


def test_they_exist_for_the_time_of_the_block(session, sim, zone):
    """Each costs a POST at the beginning and a DELETE at the end, and nothing else of the session is sent."""
    session.add(volume("pending"))
    zone.description = "changed"
    with session.temporary(volume("a"), challenge(zone)) as (a, record):
        assert sorted(writes(sim)) == [f"POST /domains/{zone.id}/records", "POST /volumes"]
        assert a.id
        assert record in session.query(DomainRecord).filter(DomainRecord.domain == zone).all()
        assert len(session.new) == 1
    assert len(writes(sim)) == 4
    assert [each.label for each in session.new] == ["pending"]
    assert session.dirty == (zone,)
    assert not session.query(Volume).all()
    assert not session.query(DomainRecord).filter(DomainRecord.domain == zone).all()
    assert a not in session


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_they_are_deleted_when_the_block_raises(session, error):
    """Whatever ends the block, they go, and its error is raised."""
    with pytest.raises(error), session.temporary(volume()):
        raise error
    assert not session.query(Volume).all()


def test_new_parents_come_and_go_with_them(session, sim):
    """What an object cannot exist without is created too, and is as temporary as the object."""
    zone = Domain(domain="example.net", type="master", soa_email="h@example.net")
    with session.temporary(challenge(zone)):
        assert [each.domain for each in session.query(Domain)] == ["example.net"]
    assert not session.query(Domain).all()
    assert writes(sim)[-1].startswith("DELETE /domains/")


def test_a_parent_that_was_pending_before_stays(session):
    """What the user had added is not temporary, although it is needed and created first."""
    zone = Domain(domain="example.net", type="master", soa_email="h@example.net")
    session.add(zone)
    with session.temporary(challenge(zone)):
        assert not session.new
    assert session.query(Domain).one() is zone
    assert not list(zone.records)


def test_children_that_were_given_come_and_go_with_them(session):
    """New children of a temporary object are created with it, and go with it."""
    zone = Domain(domain="example.net", type="master", soa_email="h@example.net")
    zone.records.append(DomainRecord(type="A", name="www", target="192.0.2.1"))
    with session.temporary(zone):
        assert [each.name for each in session.query(DomainRecord)] == ["www"]
        zone.records.append(DomainRecord(type="A", name="later", target="192.0.2.1"))
    assert not session.query(Domain).all()
    assert not session.new


def test_what_is_gone_already_is_no_error(session, sim):
    """An object that was deleted in the block, or by somebody else, is gone."""
    with session.temporary(volume("a"), volume("b")) as (a, b):
        a.delete()
        sim.remove(f"/volumes/{b.id}")
    assert not session.query(Volume).all()
    with session.temporary(volume("c")) as (c,):
        session.delete(c)
    assert not session.deleted


def test_what_was_let_go_is_deleted_all_the_same(session):
    """An object that left the session in the block still exists."""
    with session.temporary(volume()) as (data,):
        session.expunge(data)
    assert not session.query(Volume).all()


def test_a_renamed_object_is_deleted(session):
    """What was changed and committed in the block is the same object."""
    with session.temporary(Tag(label="edge"), volume()) as (_, data):
        data.label = "other"
        session.commit()
    assert not session.query(Volume).all()
    assert not session.query(Tag).all()


def test_where_one_fails_the_others_go(session, sim):
    """Those made before another one was refused are deleted, the error says so, and nothing is pending."""
    sim.faults.add("POST", "/domains*", None, 400)
    zone = Domain(domain="example.net", type="master", soa_email="h@example.net")
    with pytest.raises(CommitError, match="deleted again") as caught, session.temporary(volume(), challenge(zone)):
        pytest.fail("the block does not begin")
    assert caught.value.report.failed
    assert not session.query(Volume).all()
    assert not session.new
    assert zone not in session


@pytest.mark.parametrize("fault", ["reset_after", "timeout_after", "delayed_effect", "html502_after", "empty"])
@pytest.mark.parametrize("times", [1, range(1, 40)], ids=["once", "always"])
def test_a_lost_answer_leaves_nothing(session, sim, zone, fault, times):
    """Where answers are lost, the objects are looked for when none can come any more, and deleted."""
    for path in ("/volumes", "/domains/*/records"):
        sim.faults.add("POST", path, times, fault)
    try:
        with session.temporary(volume(), challenge(zone)):
            pass
    except CommitError:
        pass
    sim.faults.clear()
    sim.clock.advance(3600)
    assert not session.query(Volume).all()
    assert not session.query(DomainRecord).filter(DomainRecord.domain == zone).all()
    assert not session.new


def test_one_in_doubt_is_looked_for_at_the_end(session, sim, zone):
    """Where the look after a lost answer is refused too, it is repeated before anything is deleted, and finds the object."""
    sim.faults.add("POST", "/domains/*/records", range(1, 40), "reset_after")
    sim.faults.add("GET", "/domains/*/records", range(1, 40), 400)
    reports = []
    session.on("after_commit", lambda report: (reports.append(report), sim.faults.clear()))
    with pytest.raises(CommitError), session.temporary(challenge(zone)):
        pytest.fail("the block does not begin")
    assert reports[0].in_doubt
    assert writes(sim)[-1].startswith(f"DELETE /domains/{zone.id}/records/")
    assert not session.query(DomainRecord).filter(DomainRecord.domain == zone).all()


def test_a_deletion_that_fails_is_reported(session, sim):
    """What could not be deleted stays marked for deletion, and the error says what to do."""
    fault = sim.faults.add("DELETE", "/volumes/*", None, 400)
    with pytest.raises(CommitError, match=r"session\.commit\(\) deletes them"), session.temporary(volume()) as (data,):
        pass
    assert session.deleted == (data,)
    fault.remove()
    session.commit()
    assert not session.query(Volume).all()


def test_the_error_of_the_block_is_the_one_that_is_raised(session, sim):
    """Where the deletion fails as well, the block's error has a note of it."""
    sim.faults.add("DELETE", "/volumes/*", None, 400)
    with pytest.raises(ValueError, match="invalid literal") as caught, session.temporary(volume()):
        int("no number")
    assert "not every temporary object was deleted" in caught.value.__notes__[0]


def test_it_is_refused_in_a_block_that_sends_at_its_end(session, sim):
    """Inside a `begin()` block it raises, as `save()` does."""
    with (
        session.begin(),
        pytest.raises(InvalidRequestError, match=r"temporary\(\) sends at once"),
        session.temporary(volume()),
    ):
        pytest.fail("the block does not begin")
    assert not sim.requests


def test_what_is_not_new_or_stays_for_ever_is_refused(session, sim, zone):
    """Nothing is sent for an object that exists, that cannot be deleted, or that is none."""
    sim.requests.clear()
    web = Instance(label="web", region=REGION, type="g6-nanode-1")
    for wrong, why in ((zone, "takes new objects"), ("web", "not 'web'"), (Backup(instance=web), "cannot delete")):
        with pytest.raises(InvalidRequestError, match=why), session.temporary(volume(), wrong):
            pytest.fail("the block does not begin")
    assert not sim.requests
    assert not session.new


def test_a_read_only_client_makes_none(sim):
    """A client that only reads refuses before anything is sent."""
    client = Client("any", transport=sim.transport, clock=sim.clock, read_only=True)
    with Session(client=client) as session:
        with pytest.raises(InvalidRequestError, match="read-only"), session.temporary(volume()):
            pytest.fail("the block does not begin")
        assert not session.new


def test_blocks_stand_in_one_another(session):
    """A block inside another one ends before it."""
    with session.temporary(volume("a")), session.temporary(volume("b")):
        assert session.query(Volume).count() == 2
    assert not session.query(Volume).all()


class StopError(Exception):
    """What a block raises."""


def test_a_savepoint_inside_of_a_block(session):
    """What it restores is what is pending: the temporary object stays until the end, and goes then."""
    with session.temporary(volume("a")) as (data,):
        with suppress(StopError), session.begin_nested():
            data.tags.append("inner")
            session.delete(data)
            session.add(volume("other"))
            assert len([*session.new, *session.deleted]) == 2
            raise StopError
        assert not [*session.new, *session.dirty, *session.deleted]
        assert session.query(Volume).one() is data
        with session.begin_nested():
            session.delete(data)
        assert session.deleted == (data,)
    assert not session.query(Volume).all()
    assert not session.deleted


def test_a_block_inside_of_a_savepoint(session, sim):
    """It sends, so it is refused."""
    with session.begin_nested():
        with (
            pytest.raises(InvalidRequestError, match=r"temporary\(\) inside a begin_nested"),
            session.temporary(volume()),
        ):
            pytest.fail("the block does not begin")
        assert not session.new
    assert not sim.requests


class TestPolicies:
    """The policies and the protected tags of a session hold for temporary objects as well."""

    def test_the_end(self, sim, client):
        """What a policy keeps stays, marked for deletion, and goes when nothing keeps it."""
        with Session(client=client, policies=[attached_stay]) as session:
            session.add(web := Instance(label="web", region=REGION, type="g6-nanode-1"))
            session.commit()
            with (
                pytest.raises(
                    InvalidRequestError, match=r"is attached \(Instance .*\) and stays(.|\n)*marked for deletion"
                ),
                session.temporary(volume()) as (data,),
            ):
                data.attach(web)
            assert session.deleted == (data,)
            session.rollback()
            data.detach()
            session.delete(data)
            session.commit()
            assert not session.query(Volume).all()

    def test_what_is_taken_back(self, sim, client):
        """Where the block never began, what was made goes, and no policy is asked about that."""

        def no_deletions(plan):
            return ["nothing is deleted"] if plan.deletes else []

        with Session(client=client, policies=[no_deletions]) as session:
            sim.faults.add("POST", "/domains", None, 400)
            zone = Domain(domain="example.net", type="master", soa_email="h@example.net")
            with pytest.raises(CommitError), session.temporary(volume(), zone):
                pytest.fail("the block does not begin")
            assert not session.query(Volume).all()

    def test_protected_tags(self, sim, client):
        """An object that could not be deleted is not made; one that is tagged in the block stays, and the error says so."""
        with Session(client=client, protected_tags={"keep"}) as session:
            with (
                pytest.raises(InvalidRequestError, match="the protected tag keep forbids"),
                session.temporary(volume("a", tags=["keep"])),
            ):
                pytest.fail("the block does not begin")
            assert not sim.requests
            with (
                pytest.raises(InvalidRequestError, match="protected tags forbid the deletion"),
                session.temporary(volume("b")) as (data,),
            ):
                sim.change(f"/volumes/{data.id}", tags=["keep"])
            assert [each.label for each in session.query(Volume)] == ["b"]


def test_a_hook_that_raises_at_the_end_leaves_the_journal_closed(client, journal):
    """All is deleted before its error is raised, and nothing is unfinished."""

    def no(report):
        if report.entries[0].step.operation == "delete":
            raise StopError

    with Session(client=client, journal=journal) as session:
        session.on("after_commit", no)
        with pytest.raises(StopError), session.temporary(volume()):
            pass
        assert not session.query(Volume).all()
        session.add(volume("stays"))
        session.commit()
    assert not is_unfinished(journal)


# -- journals --------------------------------------------------------------------------------------------------------


@pytest.fixture
def journal(tmp_path):
    return tmp_path / "journal"


@pytest.fixture
def client(sim):
    return Client("any", transport=sim.transport, clock=sim.clock)


def test_a_journal_is_closed_at_the_end(client, journal):
    """After the block nothing is unfinished, and other processes may use the journal."""
    with Session(client=client, journal=journal) as session:
        with session.temporary(volume()):
            session.add(SSHKey(label="k", ssh_key="ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMO5 me"))
            session.commit()
        session.add(volume("stays"))
        session.commit()
    assert not is_unfinished(journal)


def test_recovery_deletes_what_a_crash_left(client, journal):
    """A process that ends in the block leaves objects, which `recover()` deletes; what else was committed stays."""
    session = Session(client=client, journal=journal)
    block = session.temporary(volume("a"), volume("b"))
    block.__enter__()
    session.add(volume("stays"))
    session.commit()
    session._parts.history.close()  # the process ends here
    assert is_unfinished(journal)
    report = recover(journal, client=client)
    assert len(report.undone) == 2
    assert not is_unfinished(journal)
    with Session(client=client) as other:
        assert [each.label for each in other.query(Volume)] == ["stays"]


def test_recovery_completes_the_commit_inside_first(client, sim, journal):
    """A crash in a commit inside the block leaves two: that one is completed, and the temporary objects are deleted."""
    session = Session(client=client, journal=journal)
    block = session.temporary(volume("a"))
    block.__enter__()
    session.add(volume("stays"))
    sim.faults.add("POST", "/volumes", range(1, 40), "timeout_before")
    with pytest.raises((CommitError, CommitInterrupted)):
        session.commit()
    sim.faults.clear()
    session._parts.history.close()
    recover(journal, client=client)
    assert not is_unfinished(journal)
    with Session(client=client) as other:
        assert [each.label for each in other.query(Volume)] == ["stays"]


def test_another_process_recovers_first(client, journal):
    """A session with a journal that holds temporary objects of a crash refuses to begin, and says what to do."""
    session = Session(client=client, journal=journal)
    block = session.temporary(volume("a"))
    block.__enter__()
    session._parts.history.close()
    with Session(client=client, journal=journal) as other:
        other.add(volume("b"))
        with pytest.raises(InvalidRequestError, match="recover"):
            other.commit()
        with pytest.raises(InvalidRequestError, match="recover"), other.temporary(volume("c")):
            pytest.fail("the block does not begin")
        assert [each.label for each in other.new] == ["b"]


def test_a_rollback_in_the_block_keeps_it_in_the_journal(client, journal):
    """`rollback()` drops what is pending, and no temporary object: a crash after it leaves nothing over."""
    session = Session(client=client, journal=journal)
    block = session.temporary(volume("a"))
    block.__enter__()
    session.rollback()
    assert is_open(session)
    block.__exit__(None, None, None)
    assert not is_open(session)
    session.close()


def is_open(session):
    return bool(session._parts.history.journal.unfinished())
