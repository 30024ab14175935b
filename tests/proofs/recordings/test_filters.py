"""Proves that every recorded X-Filter is what some query sends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from linode_orm import Config, Event, Image, Instance, IPAddress, Kernel, MetricDefinition, Session
from linode_orm.wire import Client
from tests.proofs.recordings.corpus import lines, name, needed
from tests.proofs.recordings.figures import note
from tests.proofs.recordings.filters import query_of
from tests.proofs.recordings.routes import Routes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.proofs.recordings.corpus import Line

NOT_FILTERABLE = {"ExampleListImages_badfilter#0"}
"""The API itself refused these."""


class Silent:
    """A transport that is never asked."""

    def __init__(self) -> None:
        self.sent: list[Any] = []

    def send(self, request: Any, *, token: str | None, timeout: float) -> Any:
        self.sent.append(request)
        raise AssertionError(request)

    def close(self) -> None:
        pass


@pytest.fixture
def session() -> Iterator[Session]:
    with Session(client=Client("t", transport=Silent())) as opened:
        yield opened


def wrong(session: Session, routes: Routes, line: Line) -> str:
    """Say what a query sends in place of a recorded filter; empty where the same."""
    found = routes.find("GET", line["path"])
    if found is None:
        return "no such list is declared"
    try:
        query = query_of(session, found, line["x_filter"])
        if query.x_filter == line["x_filter"]:
            return ""
    except (AttributeError, TypeError) as error:
        return f"{type(error).__name__}: {error}"
    return f"{query.x_filter} is sent, not {line['x_filter']}: {query.explain()}".replace("\n", " ")


@needed
def test_every_recorded_filter_is_a_query(session):
    """Of the recorded requests with an X-Filter, at least 99 % have a query that sends the same."""
    routes = Routes()
    filtered = [line for line in lines() if line["x_filter"] is not None]
    refused = {name(line) for line in filtered if name(line) in NOT_FILTERABLE}
    rest = [
        f"{name(line)} {line['path']}: {why}"
        for line in filtered
        if name(line) not in refused
        for why in [wrong(session, routes, line)]
        if why
    ]
    total = sum(line["repeats"] for line in filtered)
    figure = note("recorded requests with an X-Filter: the same from a query", total, rest)
    assert figure.share >= 0.99, figure
    assert len(rest) <= 1, figure
    assert all("the whole list is cached" in each for each in rest), figure


@needed
def test_what_the_api_refuses_is_refused_before(session):
    """A filter by something that no image has is an `AttributeError` that names it, and sends nothing."""
    (line,) = [line for line in lines() if name(line) in NOT_FILTERABLE]
    assert (line["status"], line["x_filter"]) == (400, {"foo": "bar"})
    with pytest.raises(AttributeError, match="foo"):
        session.query(Image).filter_by(foo="bar")
    assert session.client.requests_sent == 0


@pytest.mark.parametrize(
    ("query", "payload"),
    [
        (lambda s: s.query(Instance).filter_by(id=1000), {"id": 1000}),
        (
            lambda s: (
                s.query(Event)
                .filter(Event.action == "disk_delete", Event.entity.id == 1000, Event.entity.type == "linode")
                .order_by(Event.created.desc())
                .limit(25)
            ),
            {
                "+order": "desc",
                "+order_by": "created",
                "action": "disk_delete",
                "entity.id": 1000,
                "entity.type": "linode",
            },
        ),
        (
            lambda s: s.query(IPAddress).filter(IPAddress.region == "au-mel", IPAddress.reserved == True),  # noqa: E712
            {"region": "au-mel", "reserved": True},
        ),
        (lambda s: Instance(s, 5).configs.query().filter(Config.interfaces.contains("vlan")), {"interfaces": "vlan"}),
        (
            lambda s: s.query(MetricDefinition).filter(
                MetricDefinition.monitor_service == "dbaas",
                MetricDefinition.is_alertable == False,  # noqa: E712
            ),
            {"is_alertable": False},
        ),
    ],
)
def test_as_a_user_writes_it(session, query, payload):
    """The recorded forms, as they stand in a program."""
    assert query(session).x_filter == payload


def test_a_catalogue_is_never_filtered_by_the_server(session):
    """Its whole list is kept on the client, so that the recorded filter of kernels is evaluated here."""
    query = session.query(Kernel).filter(Kernel.label == "5.17.5-x86_64-linode154")
    assert query.x_filter == {}
    assert "the whole list is cached" in str(query.explain())
