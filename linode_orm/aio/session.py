"""The async session: a session on a thread of its own, whose calls are awaited."""

from __future__ import annotations

import inspect
from contextlib import asynccontextmanager
from functools import wraps
from threading import get_ident
from typing import TYPE_CHECKING, Concatenate, Final, NoReturn, ParamSpec, TypeVar, cast, overload

from anyio import CancelScope

from linode_orm._public import public_in
from linode_orm._secrets import SecretText, forgets_locals
from linode_orm.aio.blocks import awaited_block
from linode_orm.aio.feed import Feed
from linode_orm.aio.gate import Gate, GatedClient
from linode_orm.aio.query import AsyncQuery
from linode_orm.aio.worker import Worker
from linode_orm.errors import CommitError, InvalidRequestError
from linode_orm.mapping import Model
from linode_orm.mapping.model import check_class
from linode_orm.session.verbs.session import Session, parts_of
from linode_orm.session.verbs.sessionmaker import check_options
from linode_orm.wire import Client

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
    from contextlib import AbstractAsyncContextManager, AbstractContextManager
    from datetime import datetime
    from types import TracebackType
    from typing import Any, Self, Unpack

    from linode_orm.mapping.query import Query
    from linode_orm.models import Account, Event, Profile
    from linode_orm.session.verbs.sessionmaker import Options

M = TypeVar("M", bound=Model)
R = TypeVar("R")
P = ParamSpec("P")

_BUSY: Final = (
    "this AsyncSession is at work on another call; await one call after the other, and use a session for each task: "
    "they can share a client"
)
_ELSEWHERE: Final = (
    "this AsyncSession belongs to the thread that made it, and is used there and in await session.run(function); make "
    "one for each thread: they can share a client"
)


def _awaited(
    method: Callable[Concatenate[Session, P], R],
) -> Callable[Concatenate[AsyncSession, P], Coroutine[Any, Any, R]]:
    """Make the awaited form of a method of `Session`, with its arguments and its documentation."""

    @wraps(method)
    async def call(self: AsyncSession, *args: P.args, **kwargs: P.kwargs) -> R:
        return await self.run(lambda session: method(session, *args, **kwargs))

    return cast("Callable[Concatenate[AsyncSession, P], Coroutine[Any, Any, R]]", call)


def _at_once(
    method: Callable[Concatenate[Session, P], R],
) -> Callable[Concatenate[AsyncSession, P], R]:
    """Make the form of a method that sends nothing, which is called without `await`."""

    @wraps(method)
    def call(self: AsyncSession, *args: P.args, **kwargs: P.kwargs) -> R:
        return method(self.sync_session, *args, **kwargs)

    return cast("Callable[Concatenate[AsyncSession, P], R]", call)


@public_in("linode_orm.aio")
class AsyncSession:
    """The unit of work of a `Session` behind `await`, for asyncio and trio.

    It takes the options of `Session` and makes one on a thread of its own. What sends requests is awaited. What sends
    nothing is called as it is: `query`, `add`, `delete`, and reading loaded attributes. An attribute or a relation that
    would send a request raises `InvalidRequestError`: load it before, or read it in `await session.run(function)`.

    One call is awaited at a time; two at once are refused. Sessions for several tasks can share a `client`. A cancelled
    call starts no further request, and waits for the answers in flight. What a commit had not done is still pending
    then, and its journal is true.
    """

    @forgets_locals
    def __init__(self, own_token: str | None = None, /, **options: Unpack[Options]) -> None:
        check_options(options)
        given, token = options.pop("client", None), options.pop("token", own_token)
        token = SecretText(token) if isinstance(token, str) else token
        own = (token, options.pop("base_url", None), options.pop("profile", None))
        if given is not None and any(each is not None for each in own):
            msg = "AsyncSession(client=...) takes no token, base_url or profile: the client has its own"
            raise InvalidRequestError(msg)
        self._owns_client = given is None
        self.client = given or Client(own[0], base_url=own[1], profile=own[2])
        """What sends the requests."""
        self._worker, self._is_busy, self._is_closed = Worker(), False, False
        self._gate, self._home = Gate(self._worker.thread), get_ident()
        options["client"] = cast("Client", GatedClient(self.client, self._gate))
        self.sync_session = self._made(options)
        """The session itself; `await run(function)` gives it to a function that may send requests."""
        self._owner = parts_of(self.sync_session).owner
        self._owner.thread, self._owner.elsewhere = self._home, _ELSEWHERE

    def _made(self, options: Options) -> Session:
        """Return a session on its thread, which ends where the options are refused."""
        try:
            return self._worker.call_now(lambda: Session(**options))
        except BaseException:
            self._worker.close()
            if self._owns_client:
                self.client.close()
            raise

    # -- awaited -----------------------------------------------------------------------------------------------------

    async def run(self, function: Callable[[Session], R], /) -> R:
        """Call a function with the synchronous session on the session's thread, and return what it returns.

        In it everything of a `Session` may be used. Raises `InvalidRequestError` while another call is awaited.
        """
        if inspect.iscoroutinefunction(function):
            msg = "run() takes a plain function: it is called on the session's thread, where nothing can be awaited"
            raise InvalidRequestError(msg)
        self._check()
        self._owner.thread, self._owner.elsewhere, self._is_busy = self._worker.thread, _BUSY, True
        self._gate.open()
        try:
            return await self._worker.call(lambda: function(self.sync_session), self._gate.cancel)
        finally:
            self._gate.shut()
            self._owner.thread, self._owner.elsewhere, self._is_busy = self._home, _ELSEWHERE, False

    def _check(self) -> None:
        if get_ident() != self._home:
            raise InvalidRequestError(_ELSEWHERE)
        if self._is_closed:
            msg = "this AsyncSession is closed; make another one"
            raise InvalidRequestError(msg)
        if self._is_busy:
            raise InvalidRequestError(_BUSY)

    async def all(self, query: Query[M]) -> list[M]:
        """Return every match of a query."""
        return await self._read(query, lambda: query.all())  # noqa: PLW0108  the check comes first

    async def first(self, query: Query[M]) -> M | None:
        """Return the first match of a query, or None."""
        return await self._read(query, query.first)

    async def one(self, query: Query[M], *, partial: bool = False) -> M:
        """Return the only match; raise `NoResultFound` or `MultipleResultsFound`; see `Query.one`."""
        return await self._read(query, lambda: query.one(partial=partial))

    async def one_or_none(self, query: Query[M], *, partial: bool = False) -> M | None:
        """Return the only match, or None; raise `MultipleResultsFound`; see `Query.one_or_none`."""
        return await self._read(query, lambda: query.one_or_none(partial=partial))

    async def count(self, query: Query[Any], *, partial: bool = False) -> int:
        """Return the number of matches; see `Query.count`."""
        return await self._read(query, lambda: query.count(partial=partial))

    async def _read(self, query: Query[Any], read: Callable[[], R]) -> R:
        if getattr(query, "runner", None) is not self._runner:
            msg = f"a query of this session is needed (session.query(...)), not {query!r}"
            raise InvalidRequestError(msg)
        return await self.run(lambda _: read())

    @property
    def _runner(self) -> object:
        return parts_of(self.sync_session).runner

    get = _awaited(Session.get)
    load = _awaited(Session.load)
    refresh = _awaited(Session.refresh)
    wait = _awaited(Session.wait)
    plan = _awaited(Session.plan)
    commit = _awaited(Session.commit)
    rollback = _awaited(Session.rollback)
    undo = _awaited(Session.undo)
    merge = _awaited(Session.merge)
    snapshot = _awaited(Session.snapshot)
    act = _awaited(Session.act)
    upsert_all = _awaited(Session.upsert_all)

    async def upsert(self, wanted: M, key: tuple[str, ...] | None = None) -> M:
        """Return the object that the account has with the key of a new one; see `Session.upsert`."""
        return await self.run(lambda session: session.upsert(wanted, key))

    # -- blocks and events -------------------------------------------------------------------------------------------

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[Self]:
        """Commit at the clean end of an `async with` block, roll back where the block itself raises."""
        async with awaited_block(self, self.sync_session.begin()):
            yield self

    def temporary(self, *objects: M) -> AbstractAsyncContextManager[tuple[M, ...]]:
        """Create objects now, and delete them at the end of the `async with` block, also where it is cancelled.

        See `Session.temporary`.
        """
        self._check()
        return awaited_block(self, self.sync_session.temporary(*objects))

    def begin_nested(self) -> AbstractContextManager[None]:
        """Restore what is pending where the `with` block raises; sends nothing: a plain `with`."""
        self._check()
        return self.sync_session.begin_nested()

    @overload
    def watch(
        self,
        model: type[M],
        /,
        *,
        since: Event | int | datetime | None = None,
        timeout: float | None = None,
        every: float = 2.0,
    ) -> AsyncIterator[tuple[Event, M]]: ...
    @overload
    def watch(
        self,
        *models: type[Model],
        since: Event | int | datetime | None = None,
        timeout: float | None = None,
        every: float = 2.0,
    ) -> AsyncIterator[tuple[Event, Model | None]]: ...
    def watch(
        self,
        *models: type[Model],
        since: Event | int | datetime | None = None,
        timeout: float | None = None,
        every: float = 2.0,
    ) -> AsyncIterator[tuple[Event, Any]]:
        """Return the account's events for `async for`, each with its object; see `Session.watch`.

        The session is at work while the next event is awaited. A loop that was left, or cancelled, can be entered
        again, and no event is missed.
        """
        self._check()
        return Feed(self, lambda session: session.watch(*models, since=since, timeout=timeout, every=every))

    async def close(self) -> None:
        """Let every object go, and close the client if it is the session's own; sends nothing.

        A cancellation meanwhile does not keep it from being closed.
        """
        if self._is_closed:
            return
        self._check()
        try:
            with CancelScope(shield=True):
                await self.run(self._close)
        finally:
            self._is_closed = True
            self._worker.close()

    def _close(self, session: Session) -> None:
        try:
            session.close()
        finally:
            if self._owns_client:
                self.client.close()

    async def __aenter__(self) -> Self:
        self._check()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        if not (isinstance(error, CommitError) and error.session is self.sync_session):
            await self.close()

    # -- without await -----------------------------------------------------------------------------------------------

    def query(self, model: type[M], /) -> AsyncQuery[M]:
        """Return a query over all objects of a class, for `await session.all(query)` or `async for`; sends nothing."""
        check_class(model, "session.query()")
        return AsyncQuery(model, parts_of(self.sync_session).runner, session=self)

    add = _at_once(Session.add)
    add_all = _at_once(Session.add_all)
    delete = _at_once(Session.delete)
    expunge = _at_once(Session.expunge)
    expire = _at_once(Session.expire)
    expire_all = _at_once(Session.expire_all)
    resolve = _at_once(Session.resolve)
    is_modified = _at_once(Session.is_modified)

    depends_on = _at_once(Session.depends_on)
    on = _at_once(Session.on)

    @property
    def account(self) -> Account:
        """The account; `await session.refresh(session.account)` reads it."""
        return self.sync_session.account

    @property
    def profile(self) -> Profile:
        """The profile of the token's user; `await session.refresh(session.profile)` reads it."""
        return self.sync_session.profile

    @property
    def new(self) -> tuple[Model, ...]:
        """The objects that the next commit creates, in the order in which they were added."""
        return self.sync_session.new

    @property
    def dirty(self) -> tuple[Model, ...]:
        """The persistent objects with changes that the next commit sends."""
        return self.sync_session.dirty

    @property
    def deleted(self) -> tuple[Model, ...]:
        """The objects that the next commit deletes."""
        return self.sync_session.deleted

    def __contains__(self, instance: object) -> bool:
        return instance in self.sync_session

    def __iter__(self) -> Iterator[Model]:
        return iter(self.sync_session)

    def __repr__(self) -> str:
        return f"<AsyncSession of {self.client!r}>" if hasattr(self, "client") else "<AsyncSession that was not made>"

    def __reduce__(self) -> NoReturn:
        msg = (
            "an AsyncSession cannot be pickled: it belongs to its event loop; pickle its objects, which arrive detached"
        )
        raise TypeError(msg)
