"""Sessions and threads, bad lines, long filters, and Ctrl-C."""

from __future__ import annotations

import os
import pickle
import signal
import threading
from time import sleep

import pytest

from linode_orm import (
    Client,
    CommitInterrupted,
    Domain,
    Instance,
    InvalidRequestError,
    NotFilterable,
    ReadOnlyAttribute,
    ResponseError,
    ServerError,
    Session,
    TransportError,
    Volume,
    sessionmaker,
)
from linode_orm.simulator import Simulator, serve


def test_sixty_threads_share_a_client(sim):
    """Each thread has a session of its own, and none sees another's changes before they are committed."""
    client = sim.client(workers=8)
    problems = []

    def work(number):
        try:
            with Session(client=client, volatile_ttl=None) as session:
                volume = Volume(label=f"of-{number}", region="us-east", size=20)
                session.add(volume)
                session.commit()
                volume.tags.add(f"t{number}")
                session.commit()
                assert session.query(Volume).filter(Volume.label == f"of-{number}").one() is volume
        except Exception as error:  # noqa: BLE001  told at the end
            problems.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(60)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert problems == []
    assert sum(row.body["label"].startswith("of-") for row in sim.state.rows("Volume")) == 60


def test_another_thread_is_refused(session):
    """A session says that it belongs to the thread that made it."""
    caught = []

    def use():
        try:
            session.query(Instance).all()
        except InvalidRequestError as error:
            caught.append(str(error))

    thread = threading.Thread(target=use)
    thread.start()
    thread.join()
    assert "belongs to the thread" in caught[0]


def test_a_session_is_not_pickled(session):
    """Pickling a session is refused."""
    with pytest.raises(TypeError, match="cannot be pickled"):
        pickle.dumps(session)


def test_a_long_in_is_split(session, sim, sent):
    """A filter over 2,000 ids is cut into as few requests as fit, and gives each match once."""
    ids = [row.id for row in sim.state.rows("Instance")]
    found = session.query(Instance).filter(Instance.id.in_([*ids, *range(1, 2001)])).all()
    assert sorted(each.id for each in found) == sorted(ids)
    assert 2 <= len(sent()) <= 8


def test_mistyped_names_are_refused_with_a_suggestion(session, sim):
    """A mistyped attribute is refused wherever it stands, naming what comes closest."""
    instance = session.query(Instance).first()
    with pytest.raises(AttributeError, match="did you mean 'label'"):
        instance.lable = "x"
    with pytest.raises(AttributeError):
        _ = Instance.lable
    with pytest.raises(AttributeError, match="did you mean 'label'"):
        session.query(Instance).filter_by(lable="x")
    with pytest.raises((TypeError, AttributeError), match="did you mean 'label'"):
        Instance(lable="x")


@pytest.mark.parametrize(
    "make",
    [
        lambda: Instance.label == 5,
        lambda: Instance.id > "x",
        lambda: Instance.id.in_(["x"]),
        lambda: Instance.created < "2024",
    ],
)
def test_values_of_a_wrong_type_are_refused_at_once(make):
    """A condition checks its value, before any query."""
    with pytest.raises(TypeError, match="Instance"):
        make()


def test_read_only_attributes_name_the_action(session):
    """What only an action changes says which."""
    volume = session.query(Volume).first()
    with pytest.raises(ReadOnlyAttribute, match=r"attach\(\) or detach\(\)"):
        volume.linode = 5
    with pytest.raises(ReadOnlyAttribute, match=r"resize\(\)"):
        volume.size = 100
    with pytest.raises(ReadOnlyAttribute, match="read-only"):
        volume.status = "active"


def test_strict_filters(sim, sent):
    """With `strict_filters` a condition that the server cannot evaluate is refused before any request."""
    with Session(client=sim.client(), strict_filters=True) as session:
        with pytest.raises(NotFilterable, match=r"Instance\.status.*can filter Instance by .*label"):
            session.query(Instance).filter(Instance.status == "running").all()
        assert sent() == []


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("truncated_json", ResponseError),
        ("half_json", ResponseError),
        ("empty", ResponseError),
        ("reset_after", TransportError),
        (500, ServerError),
    ],
)
def test_broken_answers(sim, fault, error):
    """Truncated, empty and missing answers are errors that name the request, and nothing is lost."""
    sim.faults.add("GET", "/domains", nth=None, action=fault)
    with Session(client=sim.client(deadline=1)) as session:
        session.add(Domain(domain="example.com", type="master", soa_email="a@example.com"))
        with pytest.raises(error, match="GET /domains"):
            session.query(Domain).all()
        assert len(session.new) == 1


def test_blocks(sim):
    """A block commits at its clean end, rolls back where it raises, and refuses what sends at once."""
    make = sessionmaker(client=sim.client())
    with make.begin() as session:
        session.query(Volume).first().label = "from-a-block"
        with pytest.raises(InvalidRequestError, match="begin"):
            session.query(Volume).first().save()
    assert any(row.body["label"] == "from-a-block" for row in sim.state.rows("Volume"))
    with pytest.raises(ZeroDivisionError), make.begin() as session:  # noqa: PT012
        session.query(Volume).first().label = "never"
        _ = 1 / 0
    assert not any(row.body["label"] == "never" for row in sim.state.rows("Volume"))


def test_max_deletes(session, sent):
    """A commit that would delete more than allowed sends nothing."""
    session.query(Volume).delete()
    sent()
    with pytest.raises(InvalidRequestError, match="max_deletes is 2"):
        session.commit(max_deletes=2)
    assert sent() == []


def test_a_swap_of_labels_is_refused(session, sent):
    """Two labels that change places cannot be sent in any order, which is said before anything is."""
    one, two = session.query(Instance).limit(2)
    one.label, two.label = two.label, one.label
    sent()
    with pytest.raises(InvalidRequestError, match="label"):
        session.commit()
    assert sent() == []


def test_read_only_clients_send_nothing_but_reads(sim, sent):
    """A read-only client refuses a commit before anything is sent."""
    with Session(client=sim.client(read_only=True)) as session:
        session.query(Volume).first().label = "x"
        sent()
        with pytest.raises(InvalidRequestError, match="read-only"):
            session.commit()
        assert sent() == []


@pytest.mark.skipif(not hasattr(signal, "pthread_kill"), reason="needs signals")
def _press_ctrl_c(sim, writes):
    """Send SIGINT when so many writes have arrived."""
    while sum(each.method == "PUT" for each in sim.requests) < writes:
        sleep(0.005)
    os.kill(os.getpid(), signal.SIGINT)


def test_ctrl_c_in_a_commit():
    """Ctrl-C lets calls in flight end, starts nothing new, and the session holds exactly the rest."""
    with Simulator() as sim:
        sim.seed(volumes=40)
        with serve(sim) as server, Client("t", base_url=server.url, workers=2) as client:
            sim.latency = 0.03
            with Session(client=client, volatile_ttl=None) as session:
                for volume in session.query(Volume):
                    volume.tags.add("x")
                threading.Thread(target=_press_ctrl_c, args=(sim, 6)).start()
                with pytest.raises(CommitInterrupted) as caught:
                    session.commit()
                done = len(caught.value.applied)
                assert 0 < done < 40
                assert done + len(caught.value.pending) == 40
                sim.latency = 0
                assert len(session.commit().applied) == 40 - done
        assert all("x" in row.body["tags"] for row in sim.state.rows("Volume"))
