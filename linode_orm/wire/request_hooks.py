"""The hooks and the log of requests: both see each try before it is sent and after it has ended."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

from linode_orm._printable import printable
from linode_orm.errors import InvalidRequestError
from linode_orm.wire.messages import Request, Response

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

BeforeHook = Callable[[Request], object]
"""Called before each try; what it raises keeps the request from being sent."""
AfterHook = Callable[[Request, Response | BaseException], object]
"""Called after each try with its answer (whatever its status) or its error; what it raises is logged, and no more."""

_log: Final = logging.getLogger("linode_orm.client")


class RequestHooks:
    """Calls the hooks and writes the log; both see the same `Request` before and after a try."""

    def __init__(self, before: Sequence[BeforeHook], after: Sequence[AfterHook]) -> None:
        self._before, self._after = _functions("before", before), _functions("after", after)
        self._lock = Lock()

    @contextmanager
    def added(self, hook: BeforeHook) -> Iterator[None]:
        """Call one more hook before each try of a `with` block, after all that may keep the request from being sent."""
        with self._lock:
            self._before = (*self._before, hook)
        try:
            yield
        finally:
            with self._lock:
                hooks = list(self._before)
                hooks.remove(hook)
                self._before = tuple(hooks)

    def before(self, request: Request) -> None:
        """Call the hooks before a try."""
        for hook in self._before:
            hook(request)

    def after(self, request: Request, outcome: Response | BaseException, seconds: float, tries: int) -> None:
        """Log a try and call the hooks after it; an error in one of them does not lose the answer."""
        if _log.isEnabledFor(logging.DEBUG):
            _log_try(request, outcome, seconds, tries)
        for hook in self._after:
            try:
                hook(request, outcome)
            except Exception:  # noqa: BLE001  whatever it is, the answer counts more
                _log.exception("%s: the hook %r failed; its answer is kept", request.title, hook)


def _functions(name: str, given: object) -> tuple[Any, ...]:
    """Return the functions of an option; raise `InvalidRequestError` where it holds none, or other values."""
    functions = tuple(given) if isinstance(given, Iterable) and not isinstance(given, str) else (given,)
    if not isinstance(given, Iterable) or not all(map(callable, functions)):
        msg = f"{name} is a list of functions, not {given!r}"
        raise InvalidRequestError(msg)
    return functions


def log_retry(request: Request, error: Exception, pause: float, tries: int) -> None:
    """Log that a request is sent again after `pause` seconds."""
    status = getattr(error, "status", None)
    cause = f"{type(error).__name__} {status}" if status else type(error).__name__
    extra = {"method": request.method, "path": request.path, "cause": cause, "pause": pause, "tries": tries}
    _log.info("%s: %s, sent again in %.2f s (try %d)", request.title, cause, pause, tries + 1, extra=extra)


def _log_try(request: Request, outcome: Response | BaseException, seconds: float, tries: int) -> None:
    answer = outcome if isinstance(outcome, Response) else None
    result = answer.status if answer is not None else type(outcome).__name__
    left = answer.headers.get("x-ratelimit-remaining") if answer is not None else None
    extra = {
        "method": request.method,
        "path": request.path,
        "result": result,
        "status": answer.status if answer is not None else None,
        "seconds": seconds,
        "tries": tries,
        "bytes": len(answer.content) if answer is not None else 0,
        "rate_left": None if left is None else printable(left),
    }
    _log.debug("%s %s %.3fs", request.title, result, seconds, extra=extra)
