"""Proves that a session can do every recorded GET, in one request, and that reading what it gave sends nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from linode_orm import NotFound, Session
from linode_orm.models import ProfileGrants
from linode_orm.wire import Client
from tests.proofs.recordings.corpus import lines, name, needed
from tests.proofs.recordings.figures import note
from tests.proofs.recordings.reading import Replay, wrong
from tests.proofs.recordings.routes import Routes

if TYPE_CHECKING:
    from tests.proofs.recordings.corpus import Line

pytestmark = needed


def difference(line: Line, routes: Routes) -> str:
    """Say why a recorded GET could not be done; empty where it could."""
    found = routes.find("GET", line["path"])
    if found is None:
        return "no such operation is declared"
    try:
        return wrong(line, found)
    except Exception as error:  # noqa: BLE001  whatever it is, it is listed
        return f"{type(error).__name__}: {error}"[:300]


def test_every_recorded_get_is_done_by_a_session():
    """At least 99 % of them: as an object, a list, a collection or an action."""
    routes = Routes()
    gets = [line for line in lines() if line["method"] == "GET" and line["status"] < 300 and not line["x_filter"]]
    rest = [f"{name(line)} {line['path']}: {why}" for line in gets for why in [difference(line, routes)] if why]
    figure = note("recorded GETs done by a session in one request each", len(gets), rest)
    assert figure.share >= 0.99, figure


def test_an_answer_without_a_body_means_that_there_is_nothing():
    """An unrestricted user has no grants: 204 (TestGrantsList#0)."""
    (line,) = [line for line in lines() if line["status"] == 204]
    with Session(client=Client("t", transport=Replay(line))) as session:
        assert session.get(ProfileGrants) is None
        with pytest.raises(NotFound, match="GET /profile/grants: 204"):
            session.load(ProfileGrants)
