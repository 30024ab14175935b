"""The owner of a session's objects: what a model asks of its session."""

from __future__ import annotations

from threading import get_ident
from typing import TYPE_CHECKING, Any, TypeVar, cast

from linode_orm._secrets import forgets_locals
from linode_orm.mapping.state import Status, state_of
from linode_orm.session.parts.access import SessionAccess

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from linode_orm.mapping import Collection, Expression, Model
    from linode_orm.mapping.operations import Operation
    from linode_orm.mapping.owner import LoadOrigin
    from linode_orm.mapping.query import Query
    from linode_orm.mapping.record import Record
    from linode_orm.mapping.sync_result import Members, SyncOptions, SyncResult
    from linode_orm.models._jobs import Job
    from linode_orm.session.acting.actions import Actions
    from linode_orm.session.commit.commit import Commit
    from linode_orm.session.commit.policy import Policy
    from linode_orm.session.declaring.sync import Syncing
    from linode_orm.session.loading.loader import Loader
    from linode_orm.session.planning.changes import Changes
    from linode_orm.session.query.collections import Collections
    from linode_orm.session.query.lazy import LazyLoader
    from linode_orm.session.waiting.wait import Waiting

R = TypeVar("R", bound="Record")


class SessionOwner(SessionAccess):
    """Answers what the objects of one session ask, where and as long as the session may be used."""

    _loader: Loader
    _lazy: LazyLoader
    _collections: Collections
    _changes: Changes
    _actions: Callable[[], Actions]
    _commit: Callable[[], Commit]
    _waiting: Callable[[], Waiting]
    _syncing: Callable[[], Syncing]
    _policy: Policy
    _job_of: Callable[[Model], Job | None]

    def bind(  # noqa: PLR0913  the parts that objects reach
        self,
        *,
        loader: Loader,
        lazy: LazyLoader,
        collections: Collections,
        changes: Changes,
        actions: Callable[[], Actions],
        commit: Callable[[], Commit],
        waiting: Callable[[], Waiting],
        syncing: Callable[[], Syncing],
        policy: Policy,
        job_of: Callable[[Model], Job | None],
    ) -> None:
        """Take the parts to which the calls of objects go.

        The owner is made before all parts, because the loader puts it into every object. What an object may ask for is
        done by parts that stand above the loader and are made after it. So this is the one place where a call goes from
        a lower part of a session to a higher one.
        """
        self._loader, self._lazy, self._collections, self._changes = loader, lazy, collections, changes
        self._actions, self._commit, self._waiting, self._policy = actions, commit, waiting, policy
        self._syncing, self._job_of = syncing, job_of

    # -- what objects ask --------------------------------------------------------------------------------------------

    @forgets_locals
    def load(self, instance: Record, name: str) -> None:
        """Load the attribute `name` of an object."""
        self.check()
        self._lazy.load(cast("Model", instance), name)

    @forgets_locals
    def freshen(self, instance: Record, name: str) -> None:
        """Read a volatile value again because it is too old."""
        self.check()
        self._lazy.freshen(cast("Model", instance), name)

    def changed(self, instance: Record) -> None:
        """Hold an object until the next commit has looked at it; a closed session does so in vain."""
        if get_ident() != self.thread:  # as cheap as can be: every assignment comes here
            self.check()
        self._changes.touch(cast("Model", instance))

    def reference(
        self, model: type[R], identity: object, parents: tuple[object, ...], load_origin: LoadOrigin | None
    ) -> R:
        """Return the one object with that key, without a request."""
        if get_ident() != self.thread or self._is_closed:
            self.check()
        return self._loader.reference(cast("type[Model]", model), identity, parents, load_origin)  # type: ignore[return-value]  # R is a Model

    def collection(self, instance: Record, name: str) -> Collection[Model]:
        """Return the collection behind a to-many relation, without a request."""
        self.check()
        return self._collections.of(cast("Model", instance), name)

    @forgets_locals
    def act(self, target: Record | type, operation: Operation, arguments: Mapping[str, object]) -> object:
        """Send an action now and return its answer."""
        self.check()
        if operation.method != "GET":
            self.check_write(f"{operation.name}()")
        return self._actions().send(cast("Model | type[Model]", target), operation, arguments)

    def job(self, instance: Record) -> Job | None:
        """Return the newest job that this session started on an object, None where there is none."""
        return self._job_of(cast("Model", instance))

    @forgets_locals
    def save(self, instance: Record) -> None:
        """Send what is pending for one object now, and what it cannot exist without."""
        self.check_outside_block("save()")
        self._commit().save(self.own(instance), self._policy)

    @forgets_locals
    def delete(self, instance: Record) -> None:
        """Delete one object now; a pending one leaves the session."""
        self.check_outside_block("delete()")
        mine = self.own(instance)
        if state_of(mine).status is Status.PENDING:
            self._changes.expunge(mine)
        else:
            self._commit().delete_now(mine, self._policy)

    @forgets_locals
    def wait_until(self, instance: Record, condition: Expression, timeout: float) -> None:
        """Read one object until a condition is true of it."""
        self._waiting().wait([self.own(instance)], (condition,), timeout)

    # -- what parts of the session ask, which stand below those that do it ---------------------------------------------

    def add(self, instance: Model) -> None:
        """Make an object pending that was appended to a collection."""
        self.check()
        self._changes.add(instance)

    def mark_deleted(self, instance: Model, condition: Expression | None) -> None:
        """Mark a match of `query.delete()` for deletion, as long as it meets the query's condition."""
        self._changes.delete(self.own(instance), condition)

    @forgets_locals
    def sync_query(self, query: Query[Any], wanted: Iterable[Any], options: SyncOptions) -> SyncResult[Any]:
        """Let the matches of a query become the wanted objects."""
        self.check()
        return self._syncing().query(query, wanted, options)

    @forgets_locals
    def sync_members(self, collection: Members, wanted: Iterable[Any], options: SyncOptions) -> SyncResult[Any]:
        """Let the children of an object become the wanted objects."""
        self.check()
        return self._syncing().members(collection, wanted, options)
