"""Jobs: what an action starts and the API goes on with after its answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linode_orm._public import public

if TYPE_CHECKING:
    from collections.abc import Callable

    from linode_orm.mapping import Model
    from linode_orm.models.account.event import Event


@public
class Job:
    """What an action started; the API goes on with it after the answer.

    It is found by its event: the newest one of the action on the object since the request that no other job has. Where
    the token may not read events, or none comes, the state of the object tells that it has ended. `object` is what was
    acted on, `action` the name of the method.
    """

    object: Model
    action: str

    @property
    def event(self) -> Event | None:
        """The account's event of the job, as it was read last, None where there is none; 1 request to look for it."""
        raise NotImplementedError

    @property
    def status(self) -> str:
        """`scheduled`, `started`, `finished` or `failed`; at most 1 request a second until the job has ended."""
        raise NotImplementedError

    @property
    def progress(self) -> int:
        """How far the job is in percent, by its event; at most 1 request a second until the job has ended."""
        raise NotImplementedError

    def wait(self, timeout: float = 300.0, progress: bool | Callable[..., None] | None = None) -> None:
        """Wait until the job has ended, and read its object then, so that it is fresh; mostly 1 request a round.

        Raises `JobFailed` with the event's message where the job failed, and `WaitTimeout` after `timeout` seconds.
        `progress` is True, or a function of a `WaitEntry`, how many jobs have ended, and of how many.
        """
        raise NotImplementedError
