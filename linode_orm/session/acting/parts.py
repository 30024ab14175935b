"""The parts of a session that actions on many objects work with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from linode_orm.session.acting.actions import Actions
    from linode_orm.session.commit.commit import Commit
    from linode_orm.session.journal.history import History
    from linode_orm.session.waiting.bulk_refresh import BulkRefresh
    from linode_orm.session.waiting.job_feed import JobFeed
    from linode_orm.session.waiting.jobs import JobWaiting
    from linode_orm.session.waiting.started import StartedActions
    from linode_orm.wire.client import Client


@frozen(eq=False)
class ActingParts:
    """What a window, and its recovery, reach of a session."""

    client: Client
    actions: Actions
    refresh: BulkRefresh
    started: StartedActions
    job_feed: JobFeed
    jobs: JobWaiting
    history: History
    commit: Commit
