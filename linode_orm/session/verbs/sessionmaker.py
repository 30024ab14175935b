"""Factories of sessions: what several sessions have in common."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal, NoReturn, TypedDict, Unpack

from linode_orm._public import public
from linode_orm._secrets import forgets_locals
from linode_orm.session.verbs.session import Session

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Iterator

    from linode_orm.session.planning.plan import Plan
    from linode_orm.session.verbs.session import Conflicts, OnError
    from linode_orm.wire.client import Client


class Options(TypedDict, total=False):
    """The options of a session, as a factory takes them."""

    token: str | None
    client: Client | None
    base_url: str | None
    profile: str | None
    volatile_ttl: float | None
    strict_filters: bool
    lazy: Literal["batch", "raise"]
    on_error: OnError
    conflicts: Conflicts
    verify: bool
    protected_tags: Iterable[str]
    journal: str | os.PathLike[str] | None
    fold: bool
    fold_tags: bool
    policies: Iterable[Callable[[Plan], Iterable[str] | None]]
    detect_n_plus_one: bool


@public
class sessionmaker:  # noqa: N801  SQLAlchemy's name
    """A factory of sessions that share options, and a client unless one is given each time."""

    @forgets_locals
    def __init__(self, **options: Unpack[Options]) -> None:
        check_options(options)
        self._options = options

    @forgets_locals
    def __call__(self, **options: Unpack[Options]) -> Session:
        """Return a new session; these options override those of the factory."""
        check_options(options)
        chosen: Options = {**self._options, **options}
        return Session(**chosen)

    @contextmanager
    def begin(self) -> Iterator[Session]:
        """Open a session that commits at the clean end of the `with` block and is closed then."""
        with self() as session, session.begin():
            yield session

    def __reduce__(self) -> NoReturn:
        """Refuse pickling."""
        msg = "a sessionmaker cannot be pickled: it may hold a token; make one in each process"
        raise TypeError(msg)

    def __repr__(self) -> str:
        client = getattr(self, "_options", {}).get("client")  # its making may have been refused
        return f"sessionmaker(client={client!r})"


def check_options(options: Options) -> None:
    """Raise `TypeError` for an option that a session does not have."""
    for name in options:
        if name not in Options.__annotations__:
            msg = f"a Session has no option {name!r}; there are {', '.join(sorted(Options.__annotations__))}"
            raise TypeError(msg)
