"""The session: a unit of work over the API, in which each resource is one object."""

from __future__ import annotations

from contextlib import contextmanager
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Literal, Never, NoReturn, TypeVar, cast

from linode_orm._caller import warn
from linode_orm._lazy import Later
from linode_orm._options import check_choice, check_flags, check_seconds
from linode_orm._public import public
from linode_orm._secrets import SecretText, forgets_locals
from linode_orm._unknown_names import refuse
from linode_orm.errors import CommitError, InvalidRequestError, NotFound
from linode_orm.mapping import Model
from linode_orm.mapping.model import check_class
from linode_orm.mapping.record import accept, changes
from linode_orm.mapping.registry import lookup
from linode_orm.mapping.state import Status, state_of
from linode_orm.session.verbs.acting import Acting
from linode_orm.session.verbs.declaring import Declaring
from linode_orm.session.verbs.nesting import Nesting
from linode_orm.session.verbs.observing import Observing
from linode_orm.session.verbs.stacking import Stacking

if TYPE_CHECKING:
    import os
    import pathlib
    from collections.abc import Callable, Iterable, Iterator
    from types import TracebackType
    from typing import Self

    import attrs

    from linode_orm import _progress as progresses
    from linode_orm.mapping import lifecycle
    from linode_orm.mapping import query as queries
    from linode_orm.mapping.query import Query
    from linode_orm.models import Account, Profile
    from linode_orm.session.commit import policy as commit_policy
    from linode_orm.session.parts import parts as sessions_parts
    from linode_orm.session.parts.parts import Parts
    from linode_orm.session.planning.plan import Plan
    from linode_orm.session.planning.report import CommitReport, Entry
    from linode_orm.wire import client as clients
    from linode_orm.wire.client import Client
else:  # a script that only names sessions waits for none of this
    attrs, pathlib, lifecycle = Later("attrs"), Later("pathlib"), Later("linode_orm.mapping.lifecycle")
    queries, commit_policy = Later("linode_orm.mapping.query"), Later("linode_orm.session.commit.policy")
    sessions_parts, clients = Later("linode_orm.session.parts.parts"), Later("linode_orm.wire.client")
    progresses = Later("linode_orm._progress")

M = TypeVar("M", bound=Model)
OnError = Literal["stop", "continue", "undo"]
Conflicts = Literal["merge", "check", "ignore"]


@public
class Session(Acting, Declaring, Nesting, Observing, Stacking):
    """The unit of work: it has one object for each key, and `commit()` sends what was changed.

    It is cheap, belongs to the thread that made it, and sends nothing by itself. Without `client` it makes its own
    from `token`, `base_url` and `profile` (see `Client`) and closes it at the end.

    `volatile_ttl` is how many seconds volatile attributes count as fresh (None: for ever). `strict_filters` refuses
    filters that the server cannot evaluate instead of evaluating them here. `lazy="raise"` refuses every implicit
    request. `detect_n_plus_one` warns (`NPlusOne`) where a collection is loaded for one object of a query after the
    other, and names the line and the `selectin` to write.

    The other options are about commits, and all but `journal` are arguments of `commit()` too. `on_error` is the
    failure policy: `stop` starts nothing new, `continue` does all that does not depend on what failed, `undo` restores
    everything. `conflicts="merge"` builds lists and nested values on what is there, `"check"` looks for changes of
    others in all that is changed or deleted, `"ignore"` reads nothing. `verify` reads back what was written.
    `protected_tags` forbid the deletion of objects that carry one. `journal` is the file that records what is sent, for
    `recover()` after a crash. `fold` creates new children by the POST of their new parent, and sends many changes of
    nodes as one rebuild. `fold_tags` puts a new tag on many objects by one POST. `policies` are functions of a plan;
    their messages refuse it (`linode_orm.policies`).
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
        conflicts: Conflicts = "merge",
        verify: bool = False,
        protected_tags: Iterable[str] = (),
        journal: str | os.PathLike[str] | None = None,
        fold: bool = True,
        fold_tags: bool = False,
        policies: Iterable[Callable[[Plan], Iterable[str] | None]] = (),
        detect_n_plus_one: bool = False,
    ) -> None:
        token = SecretText(token) if isinstance(token, str) else token
        _check_reading(lazy, volatile_ttl, strict_filters=strict_filters, detect_n_plus_one=detect_n_plus_one)
        _check_client(client, token, base_url, profile)
        options = (on_error, conflicts, verify, None, protected_tags, None, fold, fold_tags, policies)
        self._policy = commit_policy.Policy(*options)
        self._owns_client = client is None
        self.client = client or clients.Client(token, base_url=base_url, profile=profile)
        self._parts = sessions_parts.Parts(
            self.client,
            self,
            self._policy,
            volatile_ttl=volatile_ttl,
            strict_filters=strict_filters,
            refuses_lazy=lazy == "raise",
            journal=journal,
        )
        if detect_n_plus_one:
            self._parts.detector.report_to(warn)
        self._owner = self.__owner__ = self._parts.owner
        self._changes, self._singletons = self._parts.changes, dict[str, object]()

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Never:
            """Raise `AttributeError`, which says what to write instead of a name of SQLAlchemy's."""
            refuse("a session", "Session", name, dir(type(self)))

    # -- reading -----------------------------------------------------------------------------------------------------

    def query(self, model: type[M], /, *others: Never) -> Query[M]:
        """Return a query over all objects of a class; nothing is sent before they are asked for."""
        self._owner.check()
        check_class(model, "session.query()")
        if others:
            msg = (
                f"session.query() takes one class, and got {others[0]!r} beside {model.__name__}; ask what a relation "
                "leads to by has() and any(), and load it by .options(selectin(...))"
            )
            raise InvalidRequestError(msg)
        return queries.Query(model, self._parts.runner)

    @forgets_locals
    def get(self, model: type[M], identity: object = None, parent: object = None, /) -> M | None:
        """Return an object by its id (and its parent's), None on 404; 0 requests if it is loaded, else 1 GET."""
        instance = self._named(model, identity, parent)
        if state_of(instance).is_loaded or state_of(instance).is_new:
            return instance
        try:
            self._parts.reader.read(instance)
        except NotFound:
            return None
        return instance

    @forgets_locals
    def load(self, model: type[M], identity: object = None, parent: object = None, /) -> M:
        """Return an object by its id (and its parent's), always read in 1 GET; raise `NotFound` on 404."""
        instance = self._named(model, identity, parent)
        self._parts.reader.read_item(instance)
        return instance

    def _named(self, model: type[M], identity: object, parent: object) -> M:
        self._owner.check()
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
        """The account; 0 requests until one of its attributes is read, then 1 for all of them."""
        return cast("Account", self._singleton("Account"))

    @property
    def profile(self) -> Profile:
        """The profile of the token's user; 0 requests until one of its attributes is read, then 1 for all of them."""
        return cast("Profile", self._singleton("Profile"))

    def _singleton(self, name: str) -> object:
        self._owner.check()
        # The identity map holds it weakly; held here, `session.profile.email` after `.username` sends nothing.
        self._singletons[name] = found = self._owner.reference(cast("type[Model]", lookup(name)), None, (), None)
        return found

    @forgets_locals
    def refresh(self, instance: Model, *, keep: bool = False) -> None:
        """Read an object again, now, in 1 GET; pending changes stay.

        With `keep`, they count as changes of the values that were just read: a conflict is settled in favour of the
        pending changes.
        """
        self._owner.own(instance)
        if state_of(instance).is_new:
            msg = f"{instance.__describe__()} cannot be refreshed: it is not created yet"
            raise InvalidRequestError(msg)
        self._parts.reader.read_item(instance)
        lifecycle.forget_collections(instance)
        if keep:
            accept(instance)  # promise 19: what is pending here wins
            if state_of(instance).status is Status.DELETED:
                self._changes.confirm_deletion(instance)

    def expire(self, instance: Model) -> None:
        """Let the next read of an object, or of its collections, ask the API; pending changes stay; sends nothing."""
        self._owner.own(instance)
        if not state_of(instance).is_new:
            lifecycle.expire(instance)
            lifecycle.forget_collections(instance)

    def expire_all(self) -> None:
        """Let the next read of every object load it again; pending changes stay; sends nothing."""
        self._owner.check()
        for instance in self._parts.identity_map:
            lifecycle.expire(instance)
            lifecycle.forget_collections(instance)

    # -- the unit of work --------------------------------------------------------------------------------------------

    @property
    def new(self) -> tuple[Model, ...]:
        """The objects that the next commit creates, in the order in which they were added."""
        return tuple(self._changes.new.values())

    @property
    def dirty(self) -> tuple[Model, ...]:
        """The persistent objects with changes that the next commit sends."""
        return tuple(each for each in self._changes.touched.values() if self.is_modified(each))

    @property
    def deleted(self) -> tuple[Model, ...]:
        """The objects that the next commit deletes."""
        return tuple(self._changes.deleted.values())

    def is_modified(self, instance: Model) -> bool:
        """Whether an object has changes that a commit would send."""
        return state_of(instance).status is Status.PERSISTENT and bool(changes(instance))

    def __contains__(self, instance: object) -> bool:
        return isinstance(instance, Model) and self._owner.owns(instance)

    def __iter__(self) -> Iterator[Model]:
        return iter((*self.new, *self._parts.identity_map))

    def add(self, instance: Model) -> None:
        """Make a new object pending, with the new objects it refers to and its children; sends nothing."""
        self._owner.check()
        self._changes.add(instance)

    def add_all(self, instances: Iterable[Model]) -> None:
        """Make several new objects pending; sends nothing."""
        for instance in instances:
            self.add(instance)

    def delete(self, instance: Model) -> None:
        """Mark an object for deletion by the next commit; a pending one leaves the session; sends nothing."""
        self._owner.own(instance)
        self._changes.delete(instance)

    def expunge(self, instance: Model) -> None:
        """Let an object leave the session, with what is pending on it; sends nothing."""
        self._owner.own(instance)
        self._changes.expunge(instance)

    @forgets_locals
    def merge(self, instance: M) -> M:
        """Return this session's object with the key of another one, with the other's values as pending changes.

        A new object is copied into a pending one; others cost 1 GET unless they are loaded here.
        """
        self._owner.check()
        return self._changes.merge(instance)

    def rollback(self) -> None:
        """Take back everything pending; sends nothing, and undoes nothing that was sent before."""
        self._owner.check()
        self._changes.rollback()
        self._parts.history.abandon()

    @forgets_locals
    def plan(  # noqa: PLR0913  the options of a commit
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
        prices: bool = False,
    ) -> Plan:
        """Return the ordered operations that `commit()` would send with the same options; sends nothing.

        With `prices` it sends the GETs of the price lists that its cost needs and the client has not read. What would
        refuse the commit is in `plan.refusals`. `progress` is taken, and does nothing: there is nothing to wait for.
        """
        self._owner.check()
        from linode_orm.session.planning.plan import Source  # noqa: PLC0415  scripts that only read need none of it

        del progress
        check_flags(prices=prices)
        policy = self._policy.given(
            on_error=on_error,
            conflicts=conflicts,
            verify=verify,
            max_deletes=max_deletes,
            protected_tags=protected_tags,
            fold=fold,
            fold_tags=fold_tags,
        )
        read_list = self._parts.reference_data.rows if prices else None
        source = Source(self, "", policy.protected_tags)
        return attrs.evolve(self._parts.commit.plan(policy, read_list), source=source)

    @forgets_locals
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
        it on standard error. Raises `CommitError` where an operation failed (the session then holds exactly what is not
        done), and `CommitInterrupted` after Ctrl-C. Before anything is written, raises `ConflictError` for changes made
        elsewhere, and `JournalError` where nothing can be written down. Raises `InvalidRequestError` where there is no
        order to send in, for more deletions than `max_deletes`, or for a protected tag on what would be deleted.
        """
        self._owner.check()
        if self._owner.nested:
            self._owner.check_write("commit()")
        if self._owner.is_in_block:
            msg = "commit() inside a begin() block: the end of the block commits"
            raise InvalidRequestError(msg)
        with progresses.shown(progress, "commit") as tell:
            policy = self._policy.given(
                on_error=on_error,
                conflicts=conflicts,
                verify=verify,
                max_deletes=max_deletes,
                protected_tags=protected_tags,
                progress=tell,
                fold=fold,
                fold_tags=fold_tags,
            )
            return self._parts.commit.commit(policy)

    def resolve(self, instance: Model, side: Literal["mine", "theirs"], /, *names: str) -> None:
        """Settle the conflicts of an object, or of some of its attributes; sends nothing.

        With `"mine"`, the pending changes count as changes of what was read last, so that the next commit sends them;
        with `"theirs"`, they are taken back. Of an object that is to be deleted, `"mine"` lets the next commit delete
        it as it is now, and `"theirs"` takes the mark off.
        """
        from linode_orm.session.commit.reconcile.resolving import resolve  # noqa: PLC0415  only who meets conflicts needs it

        self._owner.own(instance)
        resolve(self._changes, instance, side, names)

    @forgets_locals
    def undo(self, commit_id: str) -> Plan:
        """Return the compensating plan of a commit, by its report's `id`; sends nothing, `plan.apply(client)` does.

        `plan.lost` says what cannot be restored, `plan.refusals` what the policies of the session say of it. The last
        commits of this session and those in its journal are known; raises `InvalidRequestError` for others.
        """
        self._owner.check()
        from linode_orm.session.commit.preview import preview_compensation  # noqa: PLC0415  only who looks at plans needs it
        from linode_orm.session.planning.plan import Source  # noqa: PLC0415  scripts that only read need none of it

        plan = self._parts.history.find(commit_id).plan_compensation()
        plan = attrs.evolve(plan, source=Source(self, "", self._policy.protected_tags))
        return preview_compensation(self._parts.commit, plan, self._policy)

    @contextmanager
    def begin(self) -> Iterator[Self]:
        """Commit at the clean end of a `with` block, roll back where the block itself raises.

        A `CommitError` at the end leaves the session open as `error.session`, so that its `commit()` carries on.
        """
        self._owner.check()
        if self._owner.nested:
            self._owner.check_write("begin()")
        if self._owner.is_in_block:
            msg = "begin() inside a begin() block: there are no nested transactions"
            raise InvalidRequestError(msg)
        self._owner.is_in_block = True
        try:
            yield self
        except BaseException:
            self._owner.is_in_block = False
            self.rollback()
            raise
        self._owner.is_in_block = False
        self.commit()

    def close(self) -> None:
        """Let every object go, and close the client if it is the session's own; sends nothing."""
        self._changes.clear()
        for instance in self._parts.identity_map:
            self._parts.loader.detach(instance)
        self._parts.loader.let_go_unread(everything=True)
        self._parts.identity_map.clear()
        self._parts.history.close()
        self._owner.close()
        if self._owns_client:
            self.client.close()

    def __enter__(self) -> Self:
        self._owner.check()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        if not (isinstance(error, CommitError) and error.session is self):
            self.close()

    def __repr__(self) -> str:
        if not hasattr(self, "_changes"):  # its making was refused, and a debugger shows it
            return "<Session that was not made>"
        pending = f"{len(self._changes.new)} new, {len(self.dirty)} dirty, {len(self._changes.deleted)} deleted"
        return f"<Session of {self.client!r}: {pending}>"

    def __reduce__(self) -> NoReturn:
        msg = "a Session cannot be pickled: it belongs to its thread; pickle its objects, which arrive detached"
        raise TypeError(msg)


parts_of: Callable[[Session], Parts] = attrgetter("_parts")
"""Return the parts of a session, for the modules that open one to apply a plan or to recover a journal."""


def _check_reading(lazy: object, volatile_ttl: object, **flags: object) -> None:
    """Raise `InvalidRequestError` where an option about reading is none of its values."""
    check_choice("lazy", lazy, ("batch", "raise"))
    check_seconds("volatile_ttl", volatile_ttl, or_none=True, may_be_zero=True)
    check_flags(**flags)


def _check_client(client: object, *own: object) -> None:
    """Raise `InvalidRequestError` for what is no client, and for one beside `own`, which would make another."""
    if client is None:
        return
    if not hasattr(client, "send"):
        msg = f"client is a linode_orm.Client, not {client!r}"
        raise InvalidRequestError(msg)
    if any(each is not None for each in own):
        msg = "Session(client=...) takes no token, base_url or profile: the client has its own"
        raise InvalidRequestError(msg)
