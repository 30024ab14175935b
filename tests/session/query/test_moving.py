"""Lists that move: what was there throughout is given exactly once, in hardly more than the fewest requests."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from linode_orm import Domain, DomainRecord, NotFound, ResponseError, Session
from tests.session.query.list_server import ListServer

SIZES = [10, 499, 500, 501, 999, 1_000, 1_300, 1_600]
PACES = [[0], [0, 0, 0, 1], [0, 1], [1], [1, 3]]
RUNS = [1, 1, 1, 5, 60]
EDGES = [0, 475, 499, 500, 975]


class Moving(ListServer):
    """A list of domains in which objects come and go between requests, in an order that holds."""

    def __init__(self, seed: int, order: str, paces: list[list[int]] = PACES) -> None:
        self.random = random.Random(seed)
        count = self.random.choice(SIZES)
        ids = list(range(1, count + 1))
        if order == "falling":
            ids.reverse()
        elif order == "mixed":
            self.random.shuffle(ids)
        self.rows = [row(identity) for identity in ids]
        super().__init__({"/domains": self.rows})
        self.order = order
        self.next = count + 1
        self.there = set(ids)
        """What existed throughout."""
        pace = self.random.choice(paces)
        self.between = lambda: self.move(self.random.choice(pace))
        self.shuffle = lambda each: self.random.sample(each, len(each))

    def move(self, times: int) -> None:
        for _ in range(times):
            run = self.random.choice(RUNS)
            if self.rows and self.random.random() < 0.5:
                self.leave(run)
            else:
                for _ in range(run):
                    self.come()

    def leave(self, run: int) -> None:
        at = self.random.randrange(len(self.rows))
        if self.random.random() < 0.3:
            at = min(len(self.rows) - 1, self.random.choice(EDGES))
        self.there -= {each["id"] for each in self.rows[at : at + run]}
        del self.rows[at : at + run]

    def come(self) -> None:
        places = {"rising": len(self.rows), "falling": 0, "mixed": self.random.randint(0, len(self.rows))}
        self.rows.insert(places[self.order], row(self.next))
        self.next += 1


def row(identity, **values):
    """Give the body of a domain."""
    return {"id": identity, "domain": f"d{identity}.example", "tags": [], **values}


def fewest(count):
    """Give how many pages a list has at least."""
    return max(1, -(-count // 500))


@pytest.mark.slow
@pytest.mark.parametrize("order", ["rising", "falling", "mixed"])
@pytest.mark.parametrize("seed", range(25))
def test_what_stays_is_given_once(seed, order):
    """However objects come and go and answers overtake each other, each that stays is given once, and none twice."""
    server = Moving(seed, order)
    with Session(client=server, volatile_ttl=None) as session:
        found = Counter(domain.id for domain in session.query(Domain))
    assert found.keys() >= server.there
    assert set(found.values()) <= {1}
    assert len(server.requests) <= 5 * fewest(1_600) + 20


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(15))
def test_what_stays_and_matches_is_given_once(seed):
    """The same under a filter that the server applies, where objects begin and cease to match between requests."""
    chance = random.Random(seed)
    rows = [row(identity, tags=["x"] if chance.random() < 0.8 else []) for identity in range(1, 2_001)]
    server = ListServer({"/domains": rows})
    kept = {each["id"] for each in rows if each["tags"]}

    def change():
        for each in chance.sample(rows, 40):
            each["tags"] = [] if each["tags"] else ["x"]
            kept.discard(each["id"])

    server.between = change
    with Session(client=server, volatile_ttl=None) as session:
        found = Counter(domain.id for domain in session.query(Domain).filter(Domain.tags.contains("x")))
    assert found.keys() >= kept
    assert set(found.values()) <= {1}


def test_only_a_shared_row_joins_pages():
    """A page that begins below the largest id joins nothing by that: lists need not be in the order of ids."""
    ids = [*range(1, 1_000, 2), *range(2_001, 2_100), 500, *range(4_001, 4_700)]
    rows = [row(identity) for identity in ids]
    server = ListServer({"/domains": rows})

    def leave():
        del rows[:100]
        server.between = lambda: None

    server.between = leave
    with Session(client=server, volatile_ttl=None) as session:
        found = [domain.id for domain in session.query(Domain)]
    assert sorted(found) == sorted(ids)


@pytest.mark.parametrize("off", [-3, 3, 700])
@pytest.mark.parametrize("count", [3, 500, 999, 1_400])
def test_totals_are_not_believed(count, off):
    """A wrong `results` costs requests at most, and no object."""
    server = ListServer({"/domains": [row(identity) for identity in range(count)]})
    server.results_off = off
    with Session(client=server, volatile_ttl=None) as session:
        assert [domain.id for domain in session.query(Domain)] == list(range(count))


def test_counts_are_proved_where_one_page_can():
    """`count` takes the rows of a page that holds them all, and reads where the envelope contradicts itself."""
    server = ListServer({"/domains": [row(identity) for identity in range(400)]})
    server.results_off = 5
    with Session(client=server) as session:
        assert session.query(Domain).count() == 400
        assert len(server.requests) == 1
        server.lists["/domains"] += [row(identity) for identity in range(400, 999)]
        assert session.query(Domain).count() == 999
        server.fixed = 100
        server.results_off = 0
        assert session.query(Domain).count() == 999


@pytest.mark.slow
@pytest.mark.parametrize("count", [0, 1, 499, 500, 501, 1_000, 2_500, 10_000])
def test_still_lists_cost_the_fewest(count):
    """A list at rest is read in one request more than its pages at most."""
    server = ListServer({"/domains": [row(identity) for identity in range(count)]})
    with Session(client=server, volatile_ttl=None) as session:
        assert sum(1 for _ in session.query(Domain)) == count
    assert len(server.requests) <= fewest(count) + 1
    assert server.most_at_once <= 16


@pytest.mark.slow
def test_streams_are_flat():
    """While a long list streams, only a page of its objects is alive."""
    server = ListServer({"/domains": [row(identity) for identity in range(4_000)]})
    with Session(client=server, volatile_ttl=None) as session:
        most = max(len(session._parts.identity_map) for at, _ in enumerate(session.query(Domain)) if at % 250 == 0)
    assert most <= 1_001


@pytest.mark.slow
def test_deleting_while_iterating(sim, session):
    """Objects may be deleted at once while a query over them runs; none is passed over."""
    sim.seed(domains=1_300)
    seen = []
    for domain in session.query(Domain):
        seen.append(domain.id)
        if domain.id % 2:
            domain.delete()
    assert len(seen) == len(set(seen)) == 1_300
    assert session.query(Domain).count() == 650


def test_a_parent_goes_meanwhile():
    """A parent that goes between its list and its children's takes them along, and the query goes on."""
    lists = {"/domains": [row(identity) for identity in range(1, 6)]}
    lists |= {
        f"/domains/{identity}/records": [{"id": identity, "name": "", "target": "", "type": "A"}]
        for identity in range(1, 6)
    }
    server = ListServer(lists)
    server.between = lambda: lists.pop("/domains/3/records", None)
    with Session(client=server, volatile_ttl=None) as session:
        assert [record.id for record in session.query(DomainRecord)] == [1, 2, 4, 5]
        assert session.query(DomainRecord).order_by(DomainRecord.id.desc()).first().id == 5
        with pytest.raises(NotFound):
            session.query(DomainRecord).filter(DomainRecord.domain == 3).all()


@pytest.mark.parametrize("leaves", [0, 1, 2])
def test_pages_that_cannot_overlap(leaves):
    """Where the server keeps to its own page size, the list is read until two readings agree."""
    rows = [row(identity) for identity in range(950)]
    server = ListServer({"/domains": rows})
    server.fixed = 100
    left = [leaves]

    def leave():
        if left[0] and len(server.requests) % 4 == 0:
            left[0] -= 1
            del rows[:7]

    server.between = leave
    with Session(client=server, volatile_ttl=None) as session:
        found = Counter(domain.id for domain in session.query(Domain))
    assert found.keys() >= {each["id"] for each in rows}
    assert set(found.values()) == {1}
    assert len(server.requests) <= 10 * (2 + leaves)


@pytest.mark.slow
def test_a_list_that_never_rests():
    """Where no proof can be had, the query says so instead of leaving objects out."""
    rows = [row(identity) for identity in range(950)]
    server = ListServer({"/domains": rows})
    server.fixed = 100
    server.between = lambda: rows.append(rows.pop(0))
    with Session(client=server, volatile_ttl=None) as session, pytest.raises(ResponseError, match="changes faster"):
        session.query(Domain).all()
