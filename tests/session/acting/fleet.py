"""A fleet of running Linodes, and what truly happened to their jobs."""

from __future__ import annotations

import heapq
from collections import Counter
from typing import TYPE_CHECKING

from linode_orm import Instance

if TYPE_CHECKING:
    from linode_orm import Session
    from linode_orm.simulator import Simulator


def fleet(sim: Simulator, session: Session, count: int) -> list[Instance]:
    """Return so many running Linodes."""
    sim.seed(
        instances=[
            {"label": f"web-{number:03}", "status": "running", "backups": {"enabled": True}} for number in range(count)
        ]
    )
    return session.query(Instance).order_by(Instance.id).all()


def acted(sim: Simulator) -> Counter[str]:
    """Return how often a job was started, by the path of its object."""
    return Counter(each.path for each in sim.job_rules.records)


def most_at_once(sim: Simulator) -> int:
    """Return how many jobs were unfinished at one moment at most, as it truly was."""
    records = sim.job_rules.records
    return max(sum(one.began <= other.began < one.ends for one in records) for other in records)


def ideal(sim: Simulator, places: int) -> float:
    """Return how long the same jobs take in a sliding window without any delay."""
    slots = [0.0] * places
    for each in sim.job_rules.records:
        heapq.heapreplace(slots, slots[0] + each.ends - each.began)
    return max(slots)
