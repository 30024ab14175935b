"""The workers of a client: threads that send side by side, each call on behalf of the thread that handed it over."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, ParamSpec, TypeVar, cast

from linode_orm.wire.interceptor import INSTALLED

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from linode_orm.wire.interceptor import Interceptor

P = ParamSpec("P")
R = TypeVar("R")


class Workers(ThreadPoolExecutor):
    """A pool of threads whose calls an interceptor can tell apart."""

    def submit(self, function: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> Future[R]:
        """Hand over a call that may write."""
        if (interceptor := INSTALLED.interceptor) is not None:
            function = _carried(interceptor, function, is_read=False)
        return super().submit(function, *args, **kwargs)

    def submit_read(self, function: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> Future[R]:
        """Hand over a call that only reads, and that this thread waits for."""
        if (interceptor := INSTALLED.interceptor) is not None:
            function = _carried(interceptor, function, is_read=True)
        return super().submit(function, *args, **kwargs)


def _carried(interceptor: Interceptor, function: Callable[P, R], *, is_read: bool) -> Callable[P, R]:
    return cast("Callable[P, R]", interceptor.carry(function, is_read=is_read))
