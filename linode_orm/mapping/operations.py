"""Actions: the operations of a resource beyond reading and writing it, such as `boot`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

from attrs import frozen

from linode_orm._secrets import forgets_locals
from linode_orm.mapping.values import UNSET

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import FunctionType


F = TypeVar("F")
R = TypeVar("R")

_NOTHING: Final[dict[str, object]] = {}
_NOTHING_NAMED: Final[dict[str, str]] = {}
_ITEMS: Final = re.compile(r"Sequence\[([^\[\]]+)\](?: \| Unset)?")
_PLAIN: Final = {bool: ("bool",), int: ("int", "float"), float: ("float",), str: ("str",)}
_NO_ARGUMENTS: Final = frozenset({"self", "cls", "session"})


@frozen(eq=False, repr=False)
class Operation:
    """One action: its request, and the meaning of its answer.

    `path` is relative to the item (`"boot"`) unless it begins with a slash. `answers` says what the answer is:

    - None: nothing that would be kept
    - a class name: an object of it
    - `list:` and a class name: objects of it
    - `query:` and a class name: a query over the list there, which sends nothing yet
    - `bytes`
    - `strings`: a list of them, bare or in pages
    - `mixed`: rows of several kinds, whose classes `parts` names
    - `value`: JSON, read as the class `gives` where there is one, with objects of the classes that `parts` names under
      its keys

    `body` maps argument names to the keys of the body (an empty one: the argument is the body). Arguments named in
    braces in `path` stand there instead, and files are no part of it.

    `required` are the arguments that have no default. `event` is the action of the account's event that tells of it,
    where that is known. A longer name that begins with it (`linode_migrate_datacenter`) is a variant of the same. `job`
    is the state that ends the job which it starts, as `JobEnd` reads it; None where it starts none.
    """

    name: str
    method: str
    path: str
    answers: str | None
    scope: str
    body: Mapping[str, str]
    required: tuple[str, ...]
    idempotent: bool
    event: str | None = None
    job: str | None = None
    gives: type | None = None
    parts: Mapping[str, str] = _NOTHING_NAMED
    secret: frozenset[str] = frozenset()
    """The keys of the body that are secrets although their names do not say so."""
    version: str | None = None
    """The version of the API that has it, where that is not the class's own."""


def operation(  # noqa: PLR0913  the facts of one request
    method: str,
    path: str,
    *,
    answers: str | None = None,
    scope: str = "item",
    body: Mapping[str, str] | None = None,
    idempotent: bool | None = None,
    event: str | None = None,
    job: str | None = None,
    gives: type | None = None,
    parts: Mapping[str, str] = _NOTHING_NAMED,
    version: str | None = None,
    secret: Sequence[str] = (),
) -> Callable[[F], F]:
    """Declare the request of a method, whose arguments are the body; `body` maps argument names to other keys."""

    def declare(function: F) -> F:
        plain = cast("FunctionType", function)
        names = _arguments(plain)
        watched = cast("F", forgets_locals(plain))
        watched.__operation__ = Operation(  # type: ignore[attr-defined]  # collected by the mapper
            name=plain.__name__,
            method=method,
            path=path,
            answers=answers,
            scope=scope,
            body=_keys(names, body or {}, path),
            required=tuple(name for name in names if name not in (plain.__kwdefaults__ or {})),
            idempotent=method in {"GET", "PUT", "DELETE"} if idempotent is None else idempotent,
            event=event,
            job=job,
            gives=gives,
            parts=parts,
            version=version,
            secret=frozenset(secret),
        )
        return watched

    return declare


def _keys(names: Sequence[str], body: Mapping[str, str], path: str) -> dict[str, str]:
    """Return the keys of the body by the names of the arguments that do not stand in the path."""
    return {name: body.get(name, name.removesuffix("_")) for name in names if f"{{{name}}}" not in path}


def _arguments(function: FunctionType) -> list[str]:
    """Return the names of the arguments that go into the path or the body; a file is part of neither."""
    code = function.__code__
    first = max(code.co_posonlyargcount, 1)  # self, or cls and the session
    names = code.co_varnames[first : code.co_argcount + code.co_kwonlyargcount]
    return [name for name in names if function.__annotations__.get(name) != "Content"]


def act(
    target: object,
    name: str,
    given: Mapping[str, object] = _NOTHING,
    /,
) -> R:  # type: ignore[type-var]  # pyright: ignore[reportInvalidTypeVarUse]  # the caller's annotation says R
    """Send the action `name` of an object, or of a class through a session, and return its answer.

    `given` are the method's own `locals()`: the arguments, and `session` where the action belongs to a class.
    """
    model: Any = target
    operation = model.__mapper__.operations[name]
    arguments = {key: value for key, value in given.items() if value is not UNSET and key not in _NO_ARGUMENTS}
    check_arguments(model, name, arguments)
    session: Any = given.get("session")
    owner = session.__owner__ if isinstance(target, type) else model.__state__.owner
    return cast("R", owner.act(model, operation, arguments))


def check_arguments(target: object, name: str, arguments: Mapping[str, object]) -> None:
    """Raise `TypeError` for a wrong type before anything is sent: the id of another class would name another object.

    Two arguments that say the same thing, an object and its id, are refused as well.
    """
    keys: dict[str, str] = {}
    for argument in arguments:
        key = cast("Any", target).__mapper__.operations[name].body.get(argument, argument)
        if keys.setdefault(key, argument) != argument:
            msg = f"{name}() takes {keys[key]}= or {argument}=, not both"
            raise TypeError(msg)
    hints = getattr(target, name).__annotations__
    for argument, value in arguments.items():
        hint = hints.get(argument, "")
        if not _fits(hint, value):
            described = repr(value) if hasattr(value, "__identity__") else type(value).__name__  # it may be a secret
            msg = f"{name}({argument}=) takes {hint.removesuffix(' | Unset')}, not {described}"
            raise TypeError(msg)


def _fits(hint: str, value: object) -> bool:
    items = _ITEMS.fullmatch(hint)
    if items is not None:
        if isinstance(value, (list, tuple, set, frozenset)):
            return all(_fits(items[1], each) for each in value)
        return not isinstance(value, str)
    if "[" in hint:
        return True
    names = hint.split(" | ")
    if hasattr(value, "__identity__"):
        return any(each.__name__ in names for each in type(value).__mro__)
    wanted = _PLAIN.get(type(value))
    return wanted is None or any(each in names for each in wanted)
