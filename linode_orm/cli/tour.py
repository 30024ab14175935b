"""The steps of `linode-orm demo`, as chapters of ordinary code that is shown as it stands here.

Each chapter is a generator: a step ends at its `yield`, whose value is the result that is shown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from linode_orm import Instance, or_

if TYPE_CHECKING:
    from collections.abc import Iterator

    from linode_orm import Session
    from linode_orm.simulator import Simulator


def asking(session: Session, simulator: Simulator) -> Iterator[object]:
    """Ask questions."""
    # Which of these conditions can the server be trusted with?
    query = (
        session.query(Instance)
        .filter(Instance.region == "us-east", or_(Instance.label.contains("web"), Instance.tags.contains("prod")))
        .order_by(Instance.created.desc())
    )
    yield query.explain()

    # Nothing has been sent yet; now it is
    web = query.all()
    yield web

    # The same question again gives the same objects
    yield query.first() is web[0], session.get(Instance, web[0].id) is web[0]
