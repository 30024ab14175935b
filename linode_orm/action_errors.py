"""The errors of actions: a job that failed, and actions on many objects that were not all done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from linode_orm._public import public
from linode_orm.errors import LinodeORMError, WaitFailed

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from linode_orm.errors import Fate, Fates


@public
class JobFailed(WaitFailed):
    """A job of an action failed; the message has that of its event.

    `object` is what was acted on, `job` the job, and `event` the account's event. `reached` holds the objects whose
    jobs have ended well, `waiting` the others, with `object` among them. A pickle holds no `job`.
    """

    def __init__(  # noqa: PLR0913  what there is to say of a job
        self,
        message: str = "",
        *,
        object: object = None,  # noqa: A002  the name that commits' entries have for it
        job: object = None,
        event: object = None,
        reached: Iterable[object] = (),
        waiting: Iterable[object] = (),
    ) -> None:
        super().__init__(message, object=object, reached=reached, waiting=waiting)
        self.job: Any = job  # a Job, which stands above errors
        self.event: Any = event  # an Event, which does too

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle without the job, which belongs to a session."""
        restore, (kind, arguments, kept) = cast("Any", super().__reduce__())
        return restore, (kind, arguments, {**kept, "job": None})


@public
class ActionError(LinodeORMError):
    """Some actions on many objects were not done, or are not known to be; `report` says which."""

    def __init__(self, message: str = "", *, report: Fates | None = None) -> None:
        super().__init__(message)
        self.report = report

    @property
    def applied(self) -> Sequence[Fate]:
        """The entries of the actions that were done, and whose jobs have ended."""
        return self._entries("applied")

    @property
    def failed(self) -> Sequence[Fate]:
        """The entries of the actions that were refused, or whose jobs failed."""
        return self._entries("failed")

    @property
    def pending(self) -> Sequence[Fate]:
        """The entries of the actions that were not started."""
        return self._entries("pending")

    @property
    def in_doubt(self) -> Sequence[Fate]:
        """The entries of the actions that may have been started, or whose end was not seen."""
        return self._entries("in_doubt")

    def _entries(self, name: str) -> Sequence[Fate]:
        return cast("Sequence[Fate]", getattr(self.report, name, ()))


@public
class ActionInterrupted(ActionError, KeyboardInterrupt):
    """Ctrl-C ended actions on many objects: nothing more was started, and what was in flight has been answered."""
