"""What cannot be right is refused by name, before anything is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from linode_orm import (
    Disk,
    Instance,
    InvalidRequestError,
    IPAddress,
    NodeBalancerConfig,
    Session,
    Volume,
    inspect,
    raiseload,
    selectin,
)
from linode_orm.simulator import Simulator

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture
def sim() -> Iterator[Simulator]:
    with Simulator() as simulator:
        simulator.seed(instances=1, volumes=2)
        yield simulator


@pytest.fixture
def session(sim: Simulator) -> Iterator[Session]:
    with Session(client=sim.client()) as opened:
        yield opened


@pytest.mark.parametrize(
    ("mistake", "says"),
    [
        (lambda s, v: s.get(Disk, 5, v), "Instance expected, or its id, not <Volume"),
        (Instance, "Instance expected, or its id, not <Volume"),
        (lambda s, v: s.get(str, 5), "takes a resource class such as Instance, not <class 'str'>"),
        (lambda s, v: s.load(v, 5), "takes a resource class such as Instance, not <Volume"),
    ],
)
def test_an_object_of_another_class_is_no_key(sim, session, mistake, says):
    """The id of a volume would name some Linode."""
    volume = session.query(Volume).all()[0]
    sim.requests.clear()
    with pytest.raises(InvalidRequestError, match=says):
        mistake(session, volume)
    assert not sim.requests.lines


@pytest.mark.parametrize(
    ("mistake", "says"),
    [
        (lambda s, v: v.attach(v), r"attach\(linode=\) takes Instance \| int, not <Volume"),
        (lambda s, v: v.attach("1"), r"attach\(linode=\) takes Instance \| int, not str"),
        (lambda s, v: v.resize(size=True), r"resize\(size=\) takes int, not bool"),
        (lambda s, v: Instance(s, 5).resize(6), r"resize\(type=\) takes Type \| str, not int"),
        (lambda s, v: Instance(s, 5).password(root_pass=12345678), r"root_pass=\) takes str, not int$"),
        (lambda s, v: IPAddress(s, "203.0.113.5").replace_tags(tags="edge"), r"tags=\) takes Sequence\[str\], not str"),
        (lambda s, v: IPAddress(s, "203.0.113.5").replace_tags(tags=[5]), r"tags=\) takes Sequence\[str\], not list"),
    ],
)
def test_an_argument_of_another_type(sim, session, mistake: Callable[..., object], says):
    """Actions are sent at once, and cannot be taken back."""
    volume = session.query(Volume).all()[0]
    sim.requests.clear()
    with pytest.raises(TypeError, match=says) as caught:
        mistake(session, volume)
    assert not sim.requests.lines
    assert "12345678" not in str(caught.value)


@pytest.mark.parametrize("option", ["disks", Instance.disks, selectin(Instance.disks)])
def test_an_option_that_loads_nothing(session, option):
    """A relation that the objects do not have would be loaded for none of them, in silence."""
    with pytest.raises(TypeError, match=r"options|no relation of Volume"):
        session.query(Volume).options(option)


@pytest.mark.parametrize("lazy", ["batch", "raise"])
def test_what_is_asked_for_is_loaded_where_the_rest_is_refused(sim, lazy):
    """`selectin` beside `raiseload()` loads a single reference, too, and what follows it."""
    [instance] = sim.seed(instances=[{"label": "host"}], disks=1)["instances"]
    sim.seed(volumes=[{"label": "hangs", "linode_id": instance["id"]}])
    with Session(client=sim.client(), lazy=lazy) as session:
        query = session.query(Volume).filter(Volume.label == "hangs")
        [volume] = query.options(selectin(Volume.linode, Instance.disks), raiseload())
        assert (volume.linode.label, len(volume.linode.disks)) == ("host", 1)
        with pytest.raises(InvalidRequestError, match="raise"):
            print(volume.region.country)


def test_a_history_shows_no_key(session):
    """What the API only ever answers masked is a secret as well."""
    config = NodeBalancerConfig(port=443, protocol="https", ssl_cert="cert", ssl_key="PRIVATE")
    session.add(config)
    assert inspect(config).history["ssl_key"].mine == "***"
    assert "PRIVATE" not in f"{inspect(config)} {inspect(config).history} {config!r}"
