"""Actions: what can be asked of a resource beyond reading and writing it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import frozen

from linode_orm.mapping.values import UNSET

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from linode_orm.mapping.state import Owner

F = TypeVar("F", bound="Callable[..., object]")
R = TypeVar("R")


@frozen(eq=False)
class Operation:
    """One action: its request, and what its answer is.

    `path` is relative to the item (`"boot"`) unless it begins with a slash. `answers` is None (the answer says
    nothing that would be kept), a class name (an object of it), `list:` and a class name, or `value` (plain JSON).
    `body` maps argument names to the keys of the body; `required` are the arguments that have no default.
    """

    name: str
    method: str
    path: str
    answers: str | None
    scope: str
    body: Mapping[str, str]
    required: tuple[str, ...]
    idempotent: bool


def operation(  # noqa: PLR0913  the facts of one request
    method: str,
    path: str,
    *,
    answers: str | None = None,
    scope: str = "item",
    body: Mapping[str, str] | None = None,
    idempotent: bool | None = None,
) -> Callable[[F], F]:
    """Declare the request behind a method; its keyword arguments are the body, `body` renames some of them."""

    def declare(function: F) -> F:
        code = function.__code__
        names = code.co_varnames[code.co_argcount : code.co_argcount + code.co_kwonlyargcount]
        optional = function.__kwdefaults__ or {}
        keys = {name: (body or {}).get(name, name.removesuffix("_")) for name in names}
        function.__operation__ = Operation(  # type: ignore[attr-defined]  # collected by the mapper
            name=function.__name__,
            method=method,
            path=path,
            answers=answers,
            scope=scope,
            body=keys,
            required=tuple(name for name in names if name not in optional),
            idempotent=method in {"GET", "PUT", "DELETE"} if idempotent is None else idempotent,
        )
        return function

    return declare


def act(
    target: Any,  # noqa: ANN401  a Model, or the class of one
    name: str,
    /,
    *session: Owner,
    **arguments: object,
) -> R:  # type: ignore[type-var]  # pyright: ignore[reportInvalidTypeVarUse]  # the caller's annotation says R
    """Send the action called `name` of an object, or of a class through a session, and give its answer."""
    operation = target.__mapper__.operations[name]
    given = {key: value for key, value in arguments.items() if value is not UNSET}
    owner = session[0] if session else target.__state__.owner
    return cast("R", owner.act(target, operation, given))
