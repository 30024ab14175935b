"""Pages of long lists: what a page costs."""

from __future__ import annotations

import json

from linode_orm.simulator import Simulator, store


def test_a_page_encodes_its_own_rows_alone(monkeypatch):
    """Of a list of 300 zones, a page of 25 encodes 25, and those again only after they have changed."""
    encoded = []

    def counted(value):
        encoded.append(value)
        return json.dumps(value).encode()

    with Simulator() as sim:
        sim.seed(domains=300)
        monkeypatch.setattr(store, "encode", counted)
        for _ in range(2):
            said = sim.exchange("GET", "/domains", query={"page_size": "25", "page": "3"})
            assert json.loads(said.content)["results"] == 300
    assert len(encoded) == 25
