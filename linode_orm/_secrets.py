"""Secrets: the one rule which keys name them, and the ways in which their values are kept from sight."""

from __future__ import annotations

import inspect
from contextlib import suppress
from functools import wraps
from typing import TYPE_CHECKING, Any, Final, ParamSpec, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import TracebackType

P = ParamSpec("P")
R = TypeVar("R")

MASK: Final = "***"
"""Shown in place of a secret."""
_NO_KEYS: Final[frozenset[str]] = frozenset()
_ENDS: Final = (
    "password", "passwd", "secret", "token", "authorization", "passphrase", "private_key", "secret_key", "ssl_key",
    "api_key",
)  # fmt: skip
"""How the keys of secrets end, in the words of the contract; all else that is one says so in its declaration."""


def is_secret_key(key: object) -> bool:
    """Whether a key names a secret wherever it stands, in a document that no declaration knows as well."""
    return isinstance(key, str) and key.lower().replace("-", "_").endswith(_ENDS)


def is_secret(key: object, value: object, keys: frozenset[str] = _NO_KEYS) -> bool:
    """Whether the value under a key is a secret: null and truth values are none. `keys` are those that are declared."""
    return value is not None and not isinstance(value, bool) and (key in keys or is_secret_key(key))


def masked(value: object, keys: frozenset[str] = _NO_KEYS) -> object:
    """Return a copy of a value in JSON with the secrets in it masked."""
    return _without(value, keys, lambda key: {key: MASK})


def stripped(value: object, keys: frozenset[str] = _NO_KEYS) -> object:
    """Return a copy of a value in JSON without the secrets in it: a mask might be taken for a value, and be sent."""
    return _without(value, keys, lambda _: {})


def _without(value: object, keys: frozenset[str], instead: Callable[[str], dict[str, object]]) -> object:
    if isinstance(value, dict):
        copy: dict[str, object] = {}
        for key, each in value.items():
            copy |= instead(key) if is_secret(key, each, keys) else {key: _without(each, keys, instead)}
        return copy
    if isinstance(value, (list, tuple)):
        return [_without(each, keys, instead) for each in value]
    return value


def secret_strings(value: object, keys: frozenset[str] = _NO_KEYS, *, inside: bool = False) -> Iterator[str]:
    """Yield the strings in a value in JSON that nobody may see; all of them if it stands `inside` a secret."""
    if isinstance(value, dict):
        for key, each in value.items():
            yield from secret_strings(each, keys, inside=inside or is_secret(key, each, keys))
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from secret_strings(each, keys, inside=inside)
    elif inside and isinstance(value, str) and value:
        yield value


class SecretText(str):
    """A string whose `repr` and pickle are masked; `str()` gives it as it is.

    It stands for a secret on its way through calls, whose locals a traceback may show.
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return MASK

    def __getitem__(self, key: object) -> SecretText:
        return SecretText(super().__getitem__(key))  # type: ignore[index]  # as `str` takes it

    def __reduce__(self) -> tuple[type[str], tuple[str]]:
        return str, (MASK,)

    def __copy__(self) -> SecretText:
        return self

    def __deepcopy__(self, memo: object) -> SecretText:
        return self


def hide(value: object) -> object:
    """Return a string as `SecretText`, and any other value as it is."""
    return SecretText(value) if isinstance(value, str) else value


class Sealed:
    """Holds a value that no repr shows."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:  # noqa: ANN401  whatever a call was given
        self.value = value


class OpenDocument(dict[str, Any]):
    """A document of an answer that no declaration knows: its repr and its pickle are without the secrets in it."""

    def __repr__(self) -> str:
        return repr(masked(dict(self)))

    def __reduce__(self) -> tuple[type[dict[str, Any]], tuple[dict[str, Any]]]:
        return dict, (cast("dict[str, Any]", stripped(dict(self))),)


def forget_locals(error: BaseException) -> None:
    """Let the frames that an error came through forget their locals, which may hold secrets; the lines stay."""
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        each = waiting.pop()
        if each is not None and id(each) not in seen:
            seen.add(id(each))
            _clear(each.__traceback__)
            inner = [getattr(entry, "error", None) for entry in getattr(each, "report", None) or ()]
            waiting += [each.__cause__, each.__context__, *getattr(each, "exceptions", ()), *inner]


def _clear(trace: TracebackType | None) -> None:
    while trace is not None:
        # a frame that still runs cannot be cleared, and one of a program's own function is none of ours
        if str(trace.tb_frame.f_globals.get("__name__", "")).startswith("linode_orm"):
            with suppress(RuntimeError):
                trace.tb_frame.clear()
        trace = trace.tb_next


def forgets_locals(function: Callable[P, R]) -> Callable[P, R]:
    """Let the frames below a function forget their locals where an error comes through it.

    Its own frame shows no argument either. A generator function is watched while it is iterated.
    """
    if inspect.isgeneratorfunction(function):
        return cast("Callable[P, R]", _watched(function))

    @wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        given = Sealed((args, kwargs))
        del args, kwargs
        try:
            return cast("Callable[..., R]", function)(*given.value[0], **given.value[1])
        except BaseException as error:
            given = Sealed(None)
            forget_locals(error)
            raise

    return call


def _watched(function: Callable[P, Any]) -> Callable[P, Iterator[Any]]:
    @wraps(function)
    def iterate(*args: P.args, **kwargs: P.kwargs) -> Iterator[Any]:
        given = Sealed((args, kwargs))
        del args, kwargs
        try:
            yield from cast("Callable[..., Any]", function)(*given.value[0], **given.value[1])
        except BaseException as error:
            given = Sealed(None)
            forget_locals(error)
            raise

    return iterate
