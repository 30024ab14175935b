"""Hooks: functions of the user that a session calls when it commits, loads objects, or meets a conflict."""

from __future__ import annotations

from contextlib import contextmanager
from inspect import iscoroutinefunction
from typing import TYPE_CHECKING, Any, Final, Literal

from linode_orm._suggestions import closest
from linode_orm.errors import InvalidRequestError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from linode_orm.mapping import Model

    HookEvent = Literal["before_commit", "after_commit", "loaded", "conflict"]

EVENTS: Final = ("before_commit", "after_commit", "loaded", "conflict")


class Hooks:
    """The hooks of one session, each in the order in which they were given.

    While requests of a commit are in flight nothing may be raised that would lose their answers: what hooks raise then
    is kept, and raised when the commit has ended.
    """

    def __init__(self) -> None:
        self._functions: dict[str, list[Callable[[Any], object]]] = {event: [] for event in EVENTS}
        self._kept: list[BaseException] = []
        self._keeps = False
        self.running = ""
        """The event whose hooks run now; empty if none do."""

    def on(self, event: str, function: Callable[[Any], object]) -> Callable[[], None]:
        """Add a hook; return what removes it, which does nothing the second time."""
        if event not in EVENTS:
            near = closest(str(event), EVENTS)
            hint = f", did you mean {near!r}?" if near else ""
            msg = f"there is no event {event!r}{hint}; the events are {', '.join(EVENTS)}"
            raise InvalidRequestError(msg)
        if not callable(function):
            msg = f"session.on({event!r}, ...) takes a function of one argument, not {function!r}"
            raise InvalidRequestError(msg)
        if iscoroutinefunction(function):
            msg = f"session.on({event!r}, ...) takes a plain function: nothing awaits what a coroutine function returns"
            raise InvalidRequestError(msg)
        hook = _Hook(function)
        self._functions[event].append(hook)

        def remove() -> None:
            if hook in self._functions[event]:
                self._functions[event].remove(hook)

        return remove

    def check_outside(self) -> None:
        """Raise `InvalidRequestError` inside a hook, where nothing can be sent that changes the account."""
        if self.running:
            msg = (
                f"a {self.running} hook cannot commit, save, delete or act: the session is at work; "
                "do it after the call"
            )
            raise InvalidRequestError(msg)

    def call(self, event: str, argument: object) -> None:
        """Call the hooks of an event; what one raises is raised at once, or kept while a commit runs."""
        before, self.running = self.running, event
        try:
            for function in [*self._functions[event]]:
                try:
                    function(argument)
                except BaseException as error:
                    if not self._keeps:  # promise 51b: it is raised when every answer is taken
                        raise
                    self._kept.append(error)
        finally:
            self.running = before

    def loaded(self, objects: Iterable[Model]) -> None:
        """Call the hooks for each object that an answer brought; what a hook loads itself calls none."""
        if self._functions["loaded"] and not self.running:
            for instance in [*objects]:
                self.call("loaded", instance)

    @contextmanager
    def keeping(self) -> Iterator[None]:
        """Keep what hooks raise in a `with` block, for `take`."""
        before, self._keeps = self._keeps, True
        try:
            yield
        finally:
            self._keeps = before

    def take(self) -> list[BaseException]:
        """Return what was kept, and keep it no longer."""
        kept, self._kept = self._kept, []
        return kept


class _Hook:
    """One function as it was given once: the same function may be given twice, and each is removed by itself."""

    def __init__(self, function: Callable[[Any], object]) -> None:
        self._function = function

    def __call__(self, argument: object) -> None:
        self._function(argument)
