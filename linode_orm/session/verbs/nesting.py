"""The calls of a session that stand around others: savepoints, and hooks."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal, overload

from linode_orm.session.verbs.base import SessionVerbs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from linode_orm.errors import ConflictError
    from linode_orm.mapping import Model
    from linode_orm.session.planning.plan import Plan
    from linode_orm.session.planning.report import CommitReport


class Nesting(SessionVerbs):
    """Savepoints and hooks."""

    @contextmanager
    def begin_nested(self) -> Iterator[None]:
        """Restore what is pending where the `with` block raises; a clean end keeps what the block did.

        Everything pending is restored as it was at the beginning: new objects, changed values also inside lists and
        nested values, deletions, children and dependencies. What was read in the block stays read. Sends nothing, and
        may be nested. `commit()`, `save()`, `delete()` and actions inside raise `InvalidRequestError`.
        """
        self._owner.check()
        from linode_orm.session.planning.savepoints import Savepoint  # noqa: PLC0415  few scripts need savepoints

        savepoint = Savepoint(self._changes, self._parts.identity_map, self._parts.loader)
        self._owner.nested += 1
        try:
            yield
        except BaseException:
            if not self._owner.is_closed:
                savepoint.restore()  # promise 50a: everything that was pending
            raise
        else:
            savepoint.keep_all()
        finally:
            self._owner.nested -= 1

    if TYPE_CHECKING:

        @overload
        def on(self, event: Literal["before_commit"], function: Callable[[Plan], object], /) -> Callable[[], None]: ...
        @overload
        def on(
            self, event: Literal["after_commit"], function: Callable[[CommitReport], object], /
        ) -> Callable[[], None]: ...
        @overload
        def on(self, event: Literal["loaded"], function: Callable[[Model], object], /) -> Callable[[], None]: ...
        @overload
        def on(
            self, event: Literal["conflict"], function: Callable[[ConflictError], object], /
        ) -> Callable[[], None]: ...

    def on(self, event: str, function: Callable[[Any], object], /) -> Callable[[], None]:
        """Call a function at an event of this session; return a function that removes it; sends nothing.

        `before_commit` gets the plan, right before its first write: what it raises is raised, and nothing was sent.
        `after_commit` gets the report of what was sent, also where that is not complete. `loaded` gets each object that
        an answer brought or renewed, when its values are there. `conflict` gets each `ConflictError` before it is
        raised. What an `after_commit` or `conflict` hook raises never hides the error of the commit itself; where that
        is complete, it is raised with `error.report`. A hook cannot commit. Raises `InvalidRequestError` for an unknown
        event.
        """
        self._owner.check()
        from linode_orm.session.loading.hooks import Hooks  # noqa: PLC0415  few scripts have hooks

        loader = self._parts.loader
        if loader.hooks is None:
            loader.hooks = Hooks()
        return loader.hooks.on(event, function)
