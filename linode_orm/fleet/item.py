"""Work items and outcomes: values that pass between threads, processes and machines."""

from __future__ import annotations

import json
import pickle
from typing import TYPE_CHECKING, Any, Final, TypeVar

from attrs import asdict, field, fields, frozen

from linode_orm._public import public_in
from linode_orm.errors import InvalidRequestError
from linode_orm.fleet_errors import FleetError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Self

_FORM: Final = 1
R = TypeVar("R")


@public_in("linode_orm.fleet")
@frozen
class WorkItem:
    """What one worker does for one account: a function by its name, its arguments, and where the token is found.

    It holds no token. It can be pickled, and written as JSON where its arguments can (`to_json`).
    """

    account: str
    """The name of the account in its fleet."""
    reference: str
    """Where the worker finds the token: `env:NAME`, `file:PATH`, `child:EUUID@account`, ..."""
    function: str = ""
    """The function by its name, `"module:name"`; it is called with a session, and then the arguments."""
    arguments: tuple[Any, ...] = ()
    plan: str | None = None
    """The file of the plan that is applied in place of a call; None for a call."""
    url: str | None = None
    """The API's address; None for the usual one."""
    above: Mapping[str, str] = field(factory=dict)
    """The references of the accounts whose child accounts are reached through them, by their names."""
    journal: str | None = None
    """The file in which the commits of the account are written down; None for none."""
    marks: str | None = None
    """The file that says whether the item is done, beside the journal."""
    run: str = ""
    """The run of the fleet that the item belongs to; a rerun of what was left has the same."""
    budget: bool | str | None = True
    """The option of `Client`: an address of Redis shares the budget of a token among workers."""

    def to_json(self) -> str:
        """Return the item as JSON; raise `InvalidRequestError` where an argument has no form in JSON."""
        try:
            return json.dumps({"form": _FORM, **asdict(self)}, allow_nan=False)
        except (TypeError, ValueError) as error:
            msg = f"the arguments of the item of {self.account!r} have no form in JSON: {error}; pickle the item"
            raise InvalidRequestError(msg) from None

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Return the item that JSON holds; raise `InvalidRequestError` for what is none."""
        found = _read(cls, text, "work item")
        found["arguments"] = tuple(found["arguments"])
        return cls(**found)


@public_in("linode_orm.fleet")
@frozen
class Outcome:
    """What became of one account: the value that its function returned, or the error that it ended with."""

    account: str
    value: Any = None
    error: Exception | None = None
    requests: int = 0
    """How many requests were sent, tries counted one by one."""
    seconds: float = 0.0
    """How long the worker took."""
    skipped: str = ""
    """Why the function was not called: its work was done before."""

    @property
    def ok(self) -> bool:
        """Whether there was no error."""
        return self.error is None

    def to_json(self) -> str:
        """Return the outcome as JSON, an error as its text; a value without a form in JSON becomes an error."""
        error = None if self.error is None else f"{type(self.error).__name__}: {self.error}"
        made = {"form": _FORM, **{each.name: getattr(self, each.name) for each in fields(type(self))}, "error": error}
        try:
            return json.dumps(made, allow_nan=False)
        except (TypeError, ValueError):
            kind = type(self.value).__name__
            return json.dumps({**made, "value": None, "error": f"the value, {kind}, has no form in JSON"})

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Return the outcome that JSON holds, an error as `FleetError`; raise `InvalidRequestError` for others."""
        found = _read(cls, text, "outcome")
        error = None if found["error"] is None else FleetError(found["error"])
        return cls(**{**found, "error": error})

    def __str__(self) -> str:
        if self.error is not None:
            what = f"{type(self.error).__name__}: {self.error}"
        else:
            what = self.skipped or repr(self.value)
        return f"{self.account}: {what} ({self.requests} requests, {self.seconds:.2f} s)"


def _read(cls: type[WorkItem | Outcome], text: str, what: str) -> dict[str, Any]:
    """Return the values of a class that JSON holds; raise `InvalidRequestError` for another form or other names."""
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    names = {each.name for each in fields(cls)}
    if not isinstance(found, dict) or found.pop("form", None) != _FORM or set(found) != names:
        msg = f"this is no {what} of this version (form {_FORM})"
        raise InvalidRequestError(msg)
    return found


def portable(outcome: Outcome) -> Outcome:
    """Return an outcome that can be pickled: an error or a value that cannot becomes a `FleetError` that tells it."""
    value, error = outcome.value, outcome.error
    if error is not None and not _is_portable(error):
        error = FleetError(f"{type(error).__name__}: {error}")
    if error is None and not _is_portable(value):
        error = FleetError(f"the function returned {type(value).__name__}, which cannot be pickled")
        value = None
    return Outcome(outcome.account, value, error, outcome.requests, outcome.seconds, outcome.skipped)


def _is_portable(value: object) -> bool:
    try:
        pickle.loads(pickle.dumps(value))  # noqa: S301  what was pickled here
    except Exception:  # noqa: BLE001  whatever the pickling of a user's class raises
        return False
    return True


def name_of(function: Callable[..., R]) -> str | None:
    """Return the name by which a worker imports a function; None where it has none: a lambda, a function in another."""
    module, name = getattr(function, "__module__", None), getattr(function, "__qualname__", None)
    if not isinstance(module, str) or not isinstance(name, str) or "<" in name:
        return None
    return f"{module}:{name}"
