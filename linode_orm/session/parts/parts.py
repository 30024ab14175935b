"""The parts of a session, constructed in the order in which their modules import one another."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from linode_orm.session.journal.history import History, open_journal
from linode_orm.session.loading.identity_map import IdentityMap
from linode_orm.session.loading.loader import Loader
from linode_orm.session.loading.reference_data import ReferenceData
from linode_orm.session.loading.whole_lists import WholeLists
from linode_orm.session.parts.owner import SessionOwner
from linode_orm.session.planning.changes import Changes
from linode_orm.session.query.collections import Collections
from linode_orm.session.query.eager import EagerLoader
from linode_orm.session.query.lazy import LazyLoader
from linode_orm.session.query.members import MemberCalls
from linode_orm.session.query.n_plus_one import NPlusOneDetector
from linode_orm.session.query.reader import Reader
from linode_orm.session.query.relation_reader import RelationReaders
from linode_orm.session.query.runner import QueryRunner
from linode_orm.session.waiting.started import StartedActions

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence
    from contextlib import AbstractContextManager
    from datetime import datetime

    from linode_orm.mapping import Model
    from linode_orm.models._jobs import Job
    from linode_orm.session.acting.actions import Actions
    from linode_orm.session.acting.parts import ActingParts
    from linode_orm.session.commit.commit import Commit
    from linode_orm.session.commit.policy import Policy
    from linode_orm.session.declaring.declaring import Declaring
    from linode_orm.session.declaring.sync import Syncing
    from linode_orm.session.waiting.bulk_refresh import BulkRefresh
    from linode_orm.session.waiting.change_feed import ChangeFeed
    from linode_orm.session.waiting.job_feed import JobFeed
    from linode_orm.session.waiting.jobs import JobWaiting
    from linode_orm.session.waiting.wait import Waiting
    from linode_orm.wire.client import Client


class Parts:
    """What a session is made of; only the session, its owner and what opens one reach a part through here.

    Every part takes the parts that it works with as arguments, and all of those stand in modules below its own. What
    writes and what waits is made when it is first needed, because a script that only reads need not import it.
    `session` is what a `CommitError` names as the session to carry on with.
    """

    def __init__(  # noqa: PLR0913  the options of a session that a part takes
        self,
        client: Client,
        session: object,
        policy: Policy,
        *,
        volatile_ttl: float | None,
        strict_filters: bool,
        refuses_lazy: bool,
        journal: str | os.PathLike[str] | None,
    ) -> None:
        self._session, self.policy, self.client, self._refuses_lazy = session, policy, client, refuses_lazy
        self.identity_map = IdentityMap()
        self.owner = owner = SessionOwner(client)
        self.loader = loader = Loader(self.identity_map, owner, owner.monotonic, volatile_ttl)
        lists = WholeLists(client, loader)
        self.reference_data = reference_data = ReferenceData(client.reference_data, lists, loader)
        self.reader = reader = Reader(client, loader, reference_data)
        eager = EagerLoader(self.identity_map, loader, lists, reader)
        self.relations = RelationReaders(lists, loader, reference_data)
        reads = (client, loader, reference_data, self.relations, eager)
        check, delete, sync = owner.check, owner.mark_deleted, owner.sync_query
        self.runner = runner = QueryRunner(*reads, check=check, delete=delete, sync=sync, strict=strict_filters)
        lazy = LazyLoader(reader, eager, is_refused=refuses_lazy)
        self.detector = detector = NPlusOneDetector()
        calls = MemberCalls(owner.add, delete, owner.sync_members)
        collections = Collections(loader, reader, runner, is_refused=refuses_lazy, calls=calls, detector=detector)
        self.changes = Changes(self.identity_map, loader, reader, collections, owner)
        self.history = History(open_journal(journal), client)
        self.started = StartedActions(client)
        self._collections = collections
        self._bind(lazy, collections)

    def _bind(self, lazy: LazyLoader, collections: Collections) -> None:
        """Let the owner know the parts that objects reach, which stand above those that it was made for."""
        self.owner.bind(
            loader=self.loader,
            lazy=lazy,
            collections=collections,
            changes=self.changes,
            actions=lambda: self.actions,
            commit=lambda: self.commit,
            waiting=lambda: self.waiting,
            syncing=lambda: self.syncing,
            job_of=self._job_of,
            policy=self.policy,
        )

    def _job_of(self, instance: Model) -> Job | None:
        started = self.started.job_of(instance)
        return None if started is None else self.jobs.job(started)

    @cached_property
    def actions(self) -> Actions:
        """What sends the actions of objects."""
        from linode_orm.session.acting.actions import Actions  # noqa: PLC0415  see the class

        return Actions(
            self.client, self.loader, self.reader, self.runner, self._collections, self.started, lambda: self.jobs
        )

    @cached_property
    def job_feed(self) -> JobFeed:
        """What asks for the events of jobs."""
        from linode_orm.session.waiting.job_feed import JobFeed  # noqa: PLC0415  see the class

        return JobFeed(self.client, self.runner, self.loader, self.refresh, self.started)

    @cached_property
    def jobs(self) -> JobWaiting:
        """What gives out jobs, and waits for them."""
        from linode_orm.session.waiting.jobs import JobWaiting  # noqa: PLC0415  see the class

        return JobWaiting(self.client, self.job_feed, self.owner.check, refuses_lazy=self._refuses_lazy)

    @cached_property
    def acting(self) -> ActingParts:
        """What actions on many objects work with."""
        from linode_orm.session.acting.parts import ActingParts  # noqa: PLC0415  see the class

        return ActingParts(
            self.client,
            self.actions,
            self.refresh,
            self.started,
            self.job_feed,
            self.jobs,
            self.history,
            self.commit,
        )

    @cached_property
    def refresh(self) -> BulkRefresh:
        """What reads many objects again."""
        from linode_orm.session.waiting.bulk_refresh import BulkRefresh  # noqa: PLC0415  see the class

        return BulkRefresh(self.client, self.loader, self.reader, self.relations)

    @cached_property
    def waiting(self) -> Waiting:
        """What waits for objects."""
        from linode_orm.session.waiting.wait import Waiting  # noqa: PLC0415  see the class

        return Waiting(self.client, self.runner, self.refresh, self.started)

    def watch(
        self, models: Sequence[type[Model]], *, since: int | datetime | None, timeout: float | None, every: float
    ) -> ChangeFeed:
        """Return a new change feed."""
        from linode_orm.session.waiting.change_feed import ChangeFeed  # noqa: PLC0415  see the class

        parts = (self.client, self.runner, self.loader, self.owner.check)
        return ChangeFeed(*parts, models, since=since, timeout=timeout, every=every)

    @cached_property
    def commit(self) -> Commit:
        """What sends changes."""
        from linode_orm.session.commit.commit import Commit  # noqa: PLC0415  see the class

        return Commit(
            self.client,
            self.identity_map,
            self.loader,
            self.refresh,
            self.changes,
            self.history,
            self.owner,
            self._session,
        )

    @cached_property
    def declaring(self) -> Declaring:
        """What compares wanted objects with those of the account."""
        from linode_orm.session.declaring.declaring import Declaring  # noqa: PLC0415  see the class

        return Declaring(self.changes, self.runner)

    @cached_property
    def syncing(self) -> Syncing:
        """What lets collections, and the matches of queries, become wanted objects."""
        from linode_orm.session.declaring.sync import Syncing  # noqa: PLC0415  see the class

        return Syncing(self.changes, self.runner, self.declaring)

    def temporary(self, objects: Sequence[Model], policy: Policy) -> AbstractContextManager[tuple[Model, ...]]:
        """Return a block at whose end the new objects of its beginning are deleted."""
        from linode_orm.session.declaring.temporary import Temporary  # noqa: PLC0415  see the class

        return Temporary(self.commit, policy, objects).made()
