"""A codec that is defined in one place passes queries, plans, commits, conflict checks, lookups and the simulator."""

from __future__ import annotations

import pickle
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from attrs import frozen

from linode_orm import Plan, Session, inspect, not_, or_
from linode_orm.errors import BadRequest, ConflictError, NotFilterable, ResponseError
from linode_orm.mapping import Field, Model, Nested, ReadOnly, Secret, act, operation
from linode_orm.mapping.annotations import register_codec
from linode_orm.mapping.codecs import Codec, WrongType
from linode_orm.mapping.json_types import Plain
from linode_orm.simulator import Simulator
from linode_orm.wire.messages import Request
from tests.ids import short

# -- two codecs: what a library that builds on this one would write -----------------------------------------------------


class SecondsCodec(Codec):
    """Durations: a number of seconds on the wire, which the server filters and sorts."""

    python_types = (timedelta,)
    filter_type = "integer"
    is_sorted_alike = True
    json_type = Plain(frozenset({int}))

    def decode(self, raw, holder, name):
        if type(raw) is not int:
            raise WrongType(self.text, raw)
        return timedelta(seconds=raw)

    def adopt(self, value, holder, name):
        if not isinstance(value, timedelta):
            raise WrongType(self.text, value)
        return value

    def encode(self, value):
        return int(value.total_seconds())


@frozen
class MacAddress:
    """An address of a network card."""

    digits: str

    def __str__(self) -> str:
        return ":".join(self.digits[at : at + 2] for at in range(0, 12, 2))


class MacCodec(Codec):
    """Addresses of network cards, which the server writes as it likes."""

    def decode(self, raw, holder, name):
        digits = raw.replace(":", "").replace("-", "").lower() if isinstance(raw, str) else ""
        if len(digits) != 12:
            raise WrongType(self.text, raw)
        return MacAddress(digits)

    def adopt(self, value, holder, name):
        return value if isinstance(value, MacAddress) else self.decode(value, holder, name)

    def encode(self, value):
        return str(value)


if TYPE_CHECKING:
    Seconds = timedelta
    Mac = MacAddress

register_codec("Seconds", SecondsCodec("Seconds"))
register_codec("Mac", MacCodec("Mac"))


class LeaseRange(Nested):
    """A range of addresses."""

    gateway: Field[Mac]
    patience: Field[Seconds | None] = Field(absent=True)


class Lease(Model, path="/leases"):
    """A resource whose values a codec of its own carries, plain, nullable, in lists and in objects."""

    id: ReadOnly[int] = ReadOnly(filterable=True)
    label: Field[str] = Field(filterable=True, required=True)
    ttl: Field[Seconds] = Field(filterable=True)
    mac: Field[Mac | None] = Field(filterable=True)
    others: Field[list[Mac]] = Field(unordered=True)
    waits: Field[dict[str, Seconds]]
    range: Field[LeaseRange | None]
    password: Secret[Mac | None]

    @operation("POST", "renew", answers="Lease")
    def renew(self, *, ttl: timedelta) -> Lease:
        """Give the lease more time."""
        return act(self, "renew", locals())


MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
FIRST, SECOND, THIRD = (f"00:00:00:00:0a:0{number}" for number in (1, 2, 3))


@pytest.fixture
def sim():
    with Simulator(catalogue=False) as sim:
        for number, (ttl, mac) in enumerate([(60, FIRST), (3600, SECOND.upper()), (600, None)]):
            sim.add("/leases", label=f"l{number}", ttl=ttl, mac=mac, others=[FIRST], waits={"boot": 60})
        yield sim


@pytest.fixture
def session(sim):
    with Session(client=sim.client()) as session:
        yield session


def rows(sim):
    return [*sim.state.rows("Lease")]


def labels(query):
    return [each.label for each in query]


class TestQueries:
    @pytest.mark.parametrize(
        ("condition", "found"),
        [
            (Lease.ttl == HOUR, ["l1"]),
            (Lease.ttl != HOUR, ["l0", "l2"]),
            (Lease.ttl > MINUTE, ["l1", "l2"]),
            (Lease.ttl.between(MINUTE, 10 * MINUTE), ["l0", "l2"]),
            (Lease.ttl.in_([MINUTE, HOUR]), ["l0", "l1"]),
            (not_(Lease.ttl.in_([MINUTE, HOUR])), ["l2"]),
            (Lease.mac == SECOND, ["l1"]),
            (Lease.mac == MacAddress(SECOND.replace(":", "")), ["l1"]),
            (Lease.mac.in_([FIRST.upper(), SECOND]), ["l0", "l1"]),
            (Lease.mac.is_(None), ["l2"]),
            (Lease.others.contains(FIRST.upper()), ["l0", "l1", "l2"]),
            (or_(Lease.mac == FIRST, Lease.ttl == HOUR), ["l0", "l1"]),
        ],
        ids=lambda each: short(str(each)),
    )
    def test_conditions(self, session, condition, found):
        """Every operator compares what users hold, whatever the body says it as."""
        assert labels(session.query(Lease).filter(condition)) == found

    def test_what_the_server_filters(self, session):
        """A codec that names the server's rule for its values has conditions sent, one that does not has them here."""
        query = session.query(Lease).filter(Lease.ttl > MINUTE, Lease.mac == SECOND)
        assert query.x_filter == {"ttl": {"+gt": 60}}
        assert "here:    Lease.mac == " in str(query.explain())
        with pytest.raises(NotFilterable, match=r"Lease\.mac"):
            Session(client=session.client, strict_filters=True).query(Lease).filter(Lease.mac == SECOND).all()

    def test_order(self, session, sim):
        """An order compares what users hold, and is left to the server where the codec says that it sorts alike."""
        assert labels(session.query(Lease).order_by(Lease.ttl.desc())) == ["l1", "l2", "l0"]
        assert labels(session.query(Lease).order_by(Lease.ttl).limit(1)) == ["l0"]
        assert sim.requests[-1].x_filter == {"+order_by": "ttl", "+order": "asc"}

    def test_wrong_operands(self):
        """A value that the codec refuses is refused where the condition is written."""
        for make in (lambda: Lease.ttl == 60, lambda: Lease.mac == "x", lambda: Lease.others.contains("x")):
            with pytest.raises(TypeError, match=r"Lease\.\w+: (Seconds|Mac) expected"):
                make()
        with pytest.raises(TypeError, match="needs a text or a list"):
            Lease.ttl.contains(60)


class TestWrites:
    def test_create_and_update(self, session, sim):
        """Values are encoded wherever they stand: in fields, in lists, in maps and in objects."""
        lease = Lease(label="new", ttl=HOUR, mac=FIRST, others=[SECOND], waits={"boot": MINUTE})
        lease.range = {"gateway": THIRD, "patience": MINUTE}
        session.add(lease)
        session.commit()
        assert sim.requests[-1].body == {
            "label": "new",
            "ttl": 3600,
            "mac": FIRST,
            "others": [SECOND],
            "waits": {"boot": 60},
            "range": {"gateway": THIRD, "patience": 60},
        }
        lease.range.patience = HOUR
        lease.others.append(THIRD)
        lease.waits["boot"] += MINUTE
        assert inspect(lease).history.keys() == {"range", "others", "waits"}
        session.commit()
        assert sim.requests[-1].body == {
            "others": [SECOND, THIRD],
            "waits": {"boot": 120},
            "range": {"gateway": THIRD, "patience": 3600},
        }
        assert pickle.loads(pickle.dumps(lease)).ttl == HOUR

    def test_the_same_value_is_no_change(self, session):
        """What means the same is no change, however either side writes it."""
        lease = session.query(Lease).filter(Lease.label == "l1").one()
        lease.mac = SECOND.replace(":", "-")
        lease.others = [FIRST.upper()]
        assert not session.dirty
        assert "nothing" in str(session.plan())

    def test_a_set_in_another_order_and_form(self, session, sim):
        """An unordered list means the same whatever the order and the form of its items; an item more is a change."""
        rows(sim)[0].change(others=[FIRST, SECOND.upper()])
        lease = session.query(Lease).first()
        lease.others = [SECOND, FIRST.upper()]
        assert not session.dirty
        lease.others.append(THIRD)
        assert list(session.dirty) == [lease]

    def test_plans(self, session, sim, tmp_path):
        """A plan prints, is saved and applied; a secret of the type is asked for by name, and taken as text."""
        session.query(Lease).first().ttl = HOUR
        session.add(Lease(label="new", password=FIRST))
        plan = session.plan()
        assert "ttl: 60 -> 3600" in str(plan)
        plan.save(tmp_path / "plan.json")
        loaded = Plan.load(tmp_path / "plan.json")
        with sim.client() as client:
            loaded.apply(client, secrets=dict.fromkeys(loaded.secrets, SECOND))
        assert {"label": "new", "password": SECOND} in [each.body for each in sim.requests]
        assert rows(sim)[0].body["ttl"] == 3600

    def test_a_wrong_value(self, session):
        """A value that the codec refuses cannot be assigned; one in an answer is told at its read."""
        lease = session.query(Lease).first()
        with pytest.raises(TypeError, match=r"Lease \d+\.ttl: Seconds expected, not 60 \(int\)"):
            lease.ttl = 60
        with pytest.raises(TypeError, match=r"an item of Lease \d+\.others: Mac expected"):
            lease.others.append("x")

    def test_a_wrong_answer(self, session, sim):
        """A value in an answer that the codec refuses is told at its read, and unknown in conditions."""
        rows(sim)[0].change(mac="long")
        assert session.query(Lease).first() not in session.query(Lease).filter(Lease.mac == FIRST).all()
        with pytest.raises(ResponseError, match=r"Lease \d+\.mac: Mac expected"):
            _ = session.query(Lease).first().mac

    def test_actions(self, session, sim):
        """An argument of an action is encoded by the codec that claims its type."""
        session.query(Lease).first().renew(ttl=HOUR)
        assert sim.requests[-1].body == {"ttl": 3600}


class TestOtherWriters:
    def test_conflicts(self, session, sim):
        """Another writer's value is a conflict where it means something else, and none where it means the same."""
        lease = session.query(Lease).first()
        lease.ttl, lease.mac = HOUR, THIRD
        rows(sim)[0].change(mac=THIRD.upper())
        session.commit(conflicts="check")
        lease.ttl = MINUTE
        rows(sim)[0].change(ttl=5)
        with pytest.raises(ConflictError, match=r"Lease \d+\.ttl: read 3600, theirs 5, mine 60"):
            session.commit(conflicts="check")

    def test_edits_of_sets_are_merged(self, session, sim):
        """What was put into an unordered list is put into the newest one, as with any other type of items."""
        lease = session.query(Lease).first()
        lease.others.append(SECOND)
        rows(sim)[0].change(others=[FIRST, THIRD])
        session.commit(conflicts="check")
        assert sim.requests[-1].body == {"others": [FIRST, THIRD, SECOND]}

    def test_a_lost_answer(self, sim):
        """A creation whose answer was lost is found though the server writes the values in its own form."""

        def shout(request, _):
            if request.method == "POST":
                rows(sim)[-1].change(mac=SECOND.upper())

        with Session(client=sim.client(after=[shout])) as session:
            lease = Lease(label="lost", ttl=HOUR, mac=SECOND)
            session.add(lease)
            sim.faults.add("POST", "/leases", 1, "reset_after")
            session.commit()
            assert lease.id == rows(sim)[-1].id
            assert lease.mac == MacAddress(SECOND.replace(":", ""))
        assert len(rows(sim)) == 4

    def test_verify(self, session):
        """What is read back counts as held where it means what was written."""
        lease = session.query(Lease).first()
        lease.mac, lease.ttl, lease.range = THIRD.upper(), HOUR, {"gateway": THIRD}
        report = session.commit(verify=True)
        assert report.not_held == ()

    def test_verify_inside_an_object(self, sim):
        """Inside an object, too, another form of a value is the value, and another value is told."""

        def shout(request, _):
            if request.method == "PUT":
                rows(sim)[0].change(range={"gateway": THIRD.upper(), "patience": 5})

        with Session(client=sim.client(after=[shout])) as session:
            lease = session.query(Lease).first()
            lease.range = {"gateway": THIRD}
            assert session.commit(verify=True).not_held == ()
            lease.range = {"gateway": THIRD, "patience": MINUTE}
            (unheld,) = session.commit(verify=True).not_held
            assert unheld.attribute == "range"


def test_the_simulator_checks_the_values():
    """The server's check follows the type that the codec names for JSON."""
    with Simulator(catalogue=False, strict=True) as sim, Session(client=sim.client()) as session:
        lease = Lease(label="x", ttl=HOUR)
        session.add(lease)
        session.commit()
        with pytest.raises(BadRequest, match="Must be of type Integer"):
            session.client.send(Request("PUT", f"/leases/{lease.id}", body={"ttl": "long"}))
        assert sim.add("/leases", label="y")["ttl"] == 0


def test_a_name_is_registered_once():
    """A second codec of a name is refused: annotations would mean one or the other."""
    with pytest.raises(ValueError, match="'Seconds' is registered already"):
        register_codec("Seconds", SecondsCodec("Seconds"))
