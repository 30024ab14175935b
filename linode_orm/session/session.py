"""The session: a unit of work over the API, in which each thing is one object."""

from __future__ import annotations

from contextlib import contextmanager
from functools import cached_property
from threading import get_ident
from typing import TYPE_CHECKING, Any, Literal, NoReturn, TypeVar, cast

from attrs import evolve

from linode_orm._public import public
from linode_orm.errors import CommitError, InvalidRequestError, NotFound
from linode_orm.mapping import Model
from linode_orm.mapping.model import check_class
from linode_orm.mapping.query import Query
from linode_orm.mapping.record import accept, changes
from linode_orm.mapping.registry import lookup
from linode_orm.mapping.state import Loaded, LoadOrigin, Status
from linode_orm.session.actions import Actions
from linode_orm.session.commit.policy import Policy, check_choice
from linode_orm.session.journal.history import History, open_journal
from linode_orm.session.loading.identity_map import IdentityMap
from linode_orm.session.loading.loader import Loader
from linode_orm.session.loading.reader import Reader
from linode_orm.session.loading.reference_data import ReferenceData
from linode_orm.session.planning.changes import Changes
from linode_orm.session.planning.plan import Source
from linode_orm.session.progress import shown
from linode_orm.session.query.collections import SessionCollection
from linode_orm.session.query.eager import EagerLoader
from linode_orm.session.query.runner import QueryRunner
from linode_orm.wire.client import Client

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from types import TracebackType
    from typing import Self

    from linode_orm.mapping import Collection, Expression
    from linode_orm.mapping.mapper import Mapper
    from linode_orm.mapping.operations import Operation
    from linode_orm.mapping.record import Record
    from linode_orm.mapping.relations import Many
    from linode_orm.models import Account, Profile
    from linode_orm.session.commit.commit import Commit
    from linode_orm.session.planning.plan import Plan
    from linode_orm.session.planning.report import CommitReport, Entry
    from linode_orm.session.waiting.wait import WaitEntry

M = TypeVar("M", bound=Model)
R = TypeVar("R", bound="Record")
OnError = Literal["stop", "continue", "undo"]
Conflicts = Literal["ignore", "check"]


@public
class Session:
    """The unit of work: objects got through it are one for each key, and `commit()` sends what was changed.

    It is cheap, belongs to the thread that made it, and sends nothing by itself. Without `client` it makes its own
    from `token`, `base_url` and `profile` (see `Client`) and closes it at the end.

    `volatile_ttl` is how many seconds volatile attributes count as fresh (None: for ever). `strict_filters` refuses
    filters that the server cannot evaluate instead of evaluating them here. `lazy="raise"` refuses every implicit
    request.

    Of commits: `on_error` is the failure policy (`stop` starts nothing new, `continue` does all that does not depend on
    what failed, `undo` puts everything back), `conflicts="check"` looks for changes made elsewhere before anything is
    written, `verify` reads back what was written, `protected_tags` forbid the deletion of what carries one, `journal`
    is the file that knows what was sent, for `recover()` after a crash, `fold` lets new children ride in the POST of
    their new parent and many changes of nodes be one rebuild, `fold_tags` puts a new tag on many objects by one POST.
    Each but `journal` is an argument of `commit()` too.
    """

    def __init__(  # noqa: PLR0913  the options of the contract
        self,
        token: str | None = None,
        *,
        client: Client | None = None,
        base_url: str | None = None,
        profile: str | None = None,
        volatile_ttl: float | None = 15.0,
        strict_filters: bool = False,
        lazy: Literal["batch", "raise"] = "batch",
        on_error: OnError = "stop",
        conflicts: Conflicts = "ignore",
        verify: bool = False,
        protected_tags: Iterable[str] = (),
        journal: str | os.PathLike[str] | None = None,
        fold: bool = True,
        fold_tags: bool = False,
    ) -> None:
        check_choice("lazy", lazy, ("batch", "raise"))
        self._policy = Policy(on_error, conflicts, verify, None, protected_tags, None, fold, fold_tags)
        if client is not None and (token is not None or base_url is not None or profile is not None):
            msg = "Session(client=...) takes no token, base_url or profile: the client has its own"
            raise InvalidRequestError(msg)
        self._owns_client = client is None
        self.client = client or Client(token, base_url=base_url, profile=profile)
        self.clock = self.client.clock
        self.monotonic = self.clock.monotonic
        self.volatile_ttl, self.strict_filters = volatile_ttl, strict_filters
        self.lazy: str = lazy
        self._thread, self._closed, self._in_block = get_ident(), False, False
        self.identity_map = IdentityMap()
        self.loader = Loader(self)
        self.runner = QueryRunner(self)
        self.batches = EagerLoader(self)
        self.catalogue = ReferenceData(self)
        self.reader = Reader(self)
        self.actions = Actions(self)
        self.members = Changes(self)
        self.history = History(open_journal(journal), self.client.base_url)

    # -- reading -----------------------------------------------------------------------------------------------------

    def query(self, model: type[M], /) -> Query[M]:
        """Give a query over all objects of a class; nothing is sent before they are asked for."""
        self.check_thread()
        check_class(model, "session.query()")
        return Query(model, self.runner)

    def get(self, model: type[M], identity: object = None, parent: object = None, /) -> M | None:
        """Give an object by its id (and its parent's): 0 requests if it is loaded, else 1 GET; None on 404."""
        instance = self._named(model, identity, parent)
        if instance.__state__.loaded is not Loaded.NOTHING or instance.__state__.is_new:
            return instance
        try:
            self.reader.asked(instance)
        except NotFound:
            return None
        return instance

    def load(self, model: type[M], identity: object = None, parent: object = None, /) -> M:
        """Read an object by its id (and its parent's), always in 1 GET; raise `NotFound` on 404."""
        instance = self._named(model, identity, parent)
        self.reader.item(instance)
        return instance

    def _named(self, model: type[M], identity: object, parent: object) -> M:
        self.check_thread()
        check_class(model, "session.get() or .load()")
        mapper = model.__mapper__
        given: list[object] = [] if mapper.singleton else [identity]
        above = identity if mapper.singleton else parent
        if above is not None:
            given.append(above)
        reference: Any = model
        return cast("M", reference(self, *given))

    @property
    def account(self) -> Account:
        """The account; 0 requests until one of its attributes is read."""
        return cast("Account", self._singleton("Account"))

    @property
    def profile(self) -> Profile:
        """The profile of the token's user; 0 requests until one of its attributes is read."""
        return cast("Profile", self._singleton("Profile"))

    def _singleton(self, name: str) -> object:
        self.check_thread()
        return self.reference(lookup(name), None, (), None)

    def refresh(self, instance: Model, *, keep: bool = False) -> None:
        """Read an object again, now, in 1 GET; pending changes stay.

        With `keep`, they count from now on as changes of the values that were just read: a conflict is settled in
        favour of what is pending here.
        """
        self._mine(instance)
        if instance.__state__.is_new:
            msg = f"{instance.__describe__()} cannot be refreshed: it is not created yet"
            raise InvalidRequestError(msg)
        self.reader.item(instance)
        if keep:
            accept(instance)  # promise 19: what is pending here wins

    def expire(self, instance: Model) -> None:
        """Let the next read of an object load it again; pending changes stay; sends nothing."""
        self._mine(instance)
        if not instance.__state__.is_new:
            self.loader.expire(instance)

    def expire_all(self) -> None:
        """Let the next read of every object load it again; pending changes stay; sends nothing."""
        self.check_thread()
        for instance in self.identity_map:
            self.loader.expire(instance)

    def wait(
        self,
        objects: Model | Iterable[Model],
        condition: Expression,
        *more: Expression,
        timeout: float = 300.0,
        progress: bool | Callable[[WaitEntry, int, int], None] | None = None,
    ) -> None:
        """Look at objects until the conditions about its class have been true of each: mostly 1 request a round.

        Raises `WaitTimeout` after `timeout` seconds, and `WaitFailed` (`ObjectGone` for a deleted one) as soon as one
        of them can never get there. `progress` is True, or takes a `WaitEntry`, how many are there, and of how many.
        """
        from linode_orm.session.waiting import wait  # noqa: PLC0415  only scripts that wait need it

        waited = [objects] if isinstance(objects, Model) else list(objects)
        for each in waited:
            self._mine(each)
            if each.__state__.is_new:
                msg = f"{each.__describe__()} cannot be waited for: it is not created yet; session.commit() comes first"
                raise InvalidRequestError(msg)
        wait.wait(self, waited, (condition, *more), timeout, progress)

    # -- the unit of work --------------------------------------------------------------------------------------------

    @property
    def new(self) -> tuple[Model, ...]:
        """The objects that the next commit creates, in the order in which they were added."""
        return tuple(self.members.new.values())

    @property
    def dirty(self) -> tuple[Model, ...]:
        """The persistent objects with changes that the next commit sends."""
        return tuple(each for each in self.members.touched.values() if self.is_modified(each))

    @property
    def deleted(self) -> tuple[Model, ...]:
        """The objects that the next commit deletes."""
        return tuple(self.members.deleted.values())

    def is_modified(self, instance: Model) -> bool:
        """Whether an object has changes that a commit would send."""
        return instance.__state__.status is Status.PERSISTENT and bool(changes(instance))

    def __contains__(self, instance: object) -> bool:
        return isinstance(instance, Model) and self._owns(instance)

    def _owns(self, instance: Model) -> bool:
        owner: object = instance.__state__.owner
        return owner is self

    def __iter__(self) -> Iterator[Model]:
        return iter((*self.new, *self.identity_map))

    def add(self, instance: Model) -> None:
        """Make a new object pending, with the new objects it refers to and its children; sends nothing."""
        self.check_thread()
        self.members.add(instance)

    def add_all(self, instances: Iterable[Model]) -> None:
        """Make several new objects pending; sends nothing."""
        for instance in instances:
            self.add(instance)

    def delete(self, instance: Model) -> None:
        """Mark an object for deletion by the next commit; a pending one just leaves the session; sends nothing."""
        self._mine(instance)
        self.members.delete(instance)

    def expunge(self, instance: Model) -> None:
        """Let an object leave the session, with what is pending on it; sends nothing."""
        self._mine(instance)
        self.members.expunge(instance)

    def merge(self, instance: M) -> M:
        """Give this session's object with the key of another one, with the other's values as pending changes.

        A new object is copied into a pending one; others cost 1 GET unless they are loaded here.
        """
        self.check_thread()
        return self.members.merge(instance)

    def rollback(self) -> None:
        """Take back everything pending; sends nothing, and undoes nothing that was sent."""
        self.check_thread()
        self.members.rollback()
        self.history.abandon()

    def plan(self) -> Plan:
        """Give the ordered operations that `commit()` would send; sends nothing."""
        self.check_thread()
        return evolve(self.committer.plan(self._policy), source=Source(self, "", self._policy.protected_tags))

    def commit(  # noqa: PLR0913  the options of the contract
        self,
        *,
        on_error: OnError | None = None,
        conflicts: Conflicts | None = None,
        verify: bool | None = None,
        max_deletes: int | None = None,
        protected_tags: Iterable[str] | None = None,
        progress: bool | Callable[[Entry, int, int], None] | None = None,
        fold: bool | None = None,
        fold_tags: bool | None = None,
    ) -> CommitReport:
        """Send what the plan says, independent operations side by side; unless given, options are the session's.

        `progress` is called after each operation with its entry, how many are done and how many there are; True shows
        it on standard error. Raises `CommitError` where an operation failed (the session then holds exactly what is
        not done), `CommitInterrupted` after Ctrl-C, and before anything is written `ConflictError` for changes made
        elsewhere, `JournalError` where nothing can be written down, and `InvalidRequestError` where there is no order
        to send in, more deletions than `max_deletes`, or a protected tag on what would be deleted.
        """
        self.check_thread()
        if self._in_block:
            msg = "commit() inside a begin() block: the end of the block commits"
            raise InvalidRequestError(msg)
        mine = self._policy
        with shown(progress, "commit") as tell:
            policy = Policy(
                mine.on_error if on_error is None else on_error,
                mine.conflicts if conflicts is None else conflicts,
                mine.verify if verify is None else verify,
                max_deletes,
                mine.protected_tags if protected_tags is None else protected_tags,
                tell,
                mine.fold if fold is None else fold,
                mine.fold_tags if fold_tags is None else fold_tags,
            )
            return self.committer.commit(policy)

    def undo(self, commit_id: str) -> Plan:
        """Give the plan of the way back of a commit, by its report's `id`; sends nothing, `plan.apply(client)` does.

        `plan.lost` says what cannot be brought back. Known are the last commits of this session, and those in its
        journal; raises `InvalidRequestError` for others.
        """
        self.check_thread()
        plan = self.history.find(commit_id).plan_compensation()
        return evolve(plan, source=Source(self, "", self._policy.protected_tags))

    @contextmanager
    def begin(self) -> Iterator[Self]:
        """Commit at the clean end of a `with` block, roll back where the block itself raises.

        A `CommitError` at the end leaves the session open as `error.session`, so that its `commit()` carries on.
        """
        self.check_thread()
        if self._in_block:
            msg = "begin() inside a begin() block: there are no nested transactions"
            raise InvalidRequestError(msg)
        self._in_block = True
        try:
            yield self
        except BaseException:
            self._in_block = False
            self.rollback()
            raise
        self._in_block = False
        self.commit()

    def close(self) -> None:
        """Let every object go, and close the client if it is the session's own; sends nothing."""
        self.members.clear()
        for instance in self.identity_map:
            self.loader.detach(instance)
        self.identity_map.clear()
        self.history.close()
        self._closed = True
        if self._owns_client:
            self.client.close()

    def __enter__(self) -> Self:
        self.check_thread()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        if not (isinstance(error, CommitError) and error.session is self):
            self.close()

    def __repr__(self) -> str:
        pending = f"{len(self.members.new)} new, {len(self.dirty)} dirty, {len(self.members.deleted)} deleted"
        return f"<Session of {self.client!r}: {pending}>"

    def __reduce__(self) -> NoReturn:
        msg = "a Session cannot be pickled: it belongs to its thread; pickle its objects, which arrive detached"
        raise TypeError(msg)

    # -- what objects ask of their session (Owner) -------------------------------------------------------------------

    def load_attribute(self, instance: Record, name: str) -> None:
        """Load what an attribute needs."""
        self.check_thread()
        self.reader.load(cast("Model", instance), name)

    def freshen(self, instance: Record, name: str) -> None:
        """Read a volatile value again."""
        self.check_thread()
        self.reader.freshen(cast("Model", instance), name)

    def changed(self, instance: Record) -> None:
        """Keep an object until the next commit has looked at it."""
        if get_ident() != self._thread:
            self.check_thread()
        if instance.__state__.status is Status.PERSISTENT:
            self.members.touched[id(instance)] = cast("Model", instance)

    def reference(
        self, model: type[R], identity: object, parents: tuple[object, ...], load_origin: LoadOrigin | None
    ) -> R:
        """Give the one object with that key, without a request."""
        if get_ident() != self._thread or self._closed:
            self.check_thread()
        mapper = model.__mapper__
        if load_origin is not None and len(parents) != mapper.above:
            parents = self._parents_near(mapper, load_origin)
        known = self.identity_map.find(model, identity, parents)  # type: ignore[type-var]  # a Model
        if known is None:
            known = model.__bare__(identity, parents, self, Status.PERSISTENT)  # type: ignore[attr-defined]  # a Model
            self.identity_map.put(known)
        state = known.__state__
        if load_origin is not None and state.loaded is Loaded.NOTHING:
            state.batch = load_origin
        return known

    def _parents_near(self, mapper: Mapper, load_origin: LoadOrigin) -> tuple[object, ...]:
        """Find the parents of a referred child beside the reference: `subnet_id` stands beside `vpc_id`."""
        raw, parents = load_origin.instance.__state__.raw, load_origin.instance.__state__.parents
        beside = raw.get(f"{mapper.parent_attribute}_id")
        if beside is not None:
            return mapper.check_parents((beside,))
        return mapper.check_parents(parents[: mapper.above])

    def collection(self, instance: Record, name: str) -> Collection[Model]:
        """Give the collection behind a to-many relation, without a request."""
        self.check_thread()
        relation = cast("Many[Model]", instance.__mapper__.relations[name])
        return SessionCollection(self, cast("Model", instance), relation)

    def act(self, target: Record | type, operation: Operation, arguments: Mapping[str, object]) -> object:
        """Send an action now."""
        self.check_thread()
        return self.actions.send(cast("Model | type[Model]", target), operation, arguments)

    def save(self, instance: Record) -> None:
        """Send what is pending for one object, and what it cannot exist without."""
        self._outside_block("save()")
        mine = self._mine(instance)
        self.committer.save(mine, self._policy)

    def delete_now(self, instance: Record) -> None:
        """Delete one object now; a pending one leaves the session."""
        self._outside_block("delete()")
        mine = self._mine(instance)
        if mine.__state__.status is Status.PENDING:
            self.members.expunge(mine)
        else:
            self.committer.delete_now(mine, self._policy)

    def wait_until(self, instance: Record, condition: Expression, timeout: float) -> None:
        """Look at one object until a condition is true of it."""
        self.wait(self._mine(instance), condition, timeout=timeout)

    # -- what the parts of the session ask of it ---------------------------------------------------------------------

    @cached_property
    def committer(self) -> Commit:
        """What sends what is pending, made when it is first needed: scripts that only read load none of it."""
        from linode_orm.session.commit.commit import Commit  # noqa: PLC0415  as said above
        from linode_orm.session.waiting.bulk_refresh import BulkRefresh  # noqa: PLC0415  as said above

        loader, refresh = self.loader, BulkRefresh(self)
        return Commit(self.client, self.identity_map, loader, refresh, self.members, self.history, self, self)

    def fresh_until(self) -> float | None:
        """Give the moment until which what is read now counts as fresh."""
        return None if self.volatile_ttl is None else self.monotonic() + self.volatile_ttl

    def check_thread(self) -> None:
        """Refuse another thread, and a session that was closed."""
        if get_ident() != self._thread:
            msg = (
                "this Session belongs to the thread that made it; make one for each thread, "
                "they can share a client: Session(client=session.client)"
            )
            raise InvalidRequestError(msg)
        if self._closed:
            msg = "this Session is closed; make another one"
            raise InvalidRequestError(msg)

    def _mine(self, instance: Record) -> Model:
        self.check_thread()
        if not isinstance(instance, Model):
            msg = f"an object of a resource class is needed, not {instance!r}"
            raise InvalidRequestError(msg)
        if not self._owns(instance):
            msg = (
                f"{instance.__describe__()} is {instance.__state__.status.value} and not in this session; "
                "session.add() takes new objects, session.merge() those of other sessions"
            )
            raise InvalidRequestError(msg)
        return instance

    def _outside_block(self, what: str) -> None:
        if self._in_block:
            msg = (
                f"{what} sends at once, and a begin() block sends everything at its end; "
                "in the block use session.delete(x) or just change x"
            )
            raise InvalidRequestError(msg)
