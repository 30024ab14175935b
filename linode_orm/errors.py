"""Every error of the library: what happened, to what, and what to do next."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

from linode_orm._printable import printable_lines
from linode_orm._public import public

if TYPE_CHECKING:
    import builtins
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime


@public
class LinodeORMError(Exception):
    """The base of every error that the library raises.

    Its text holds no control characters, so that nothing that a server sent controls the terminal that shows it.
    """

    def __str__(self) -> str:
        return printable_lines(super().__str__())

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle what can be pickled: every value but the session."""
        kept = {name: value for name, value in self.__dict__.items() if name != "session"}
        return (_restored, (type(self), self.args, kept))


def _restored(
    kind: type[LinodeORMError], arguments: tuple[object, ...], values: Mapping[str, object]
) -> LinodeORMError:
    error = kind.__new__(kind, *arguments)
    error.args = arguments
    error.__dict__.update(values)
    return error


# ---------------------------------------------------------------- the API's answers


@public
class Detail(NamedTuple):
    """One reason of a refusal; `field` is the key that it is about, None where the API names none."""

    reason: str
    field: str | None = None


@public
class SentRequest(NamedTuple):
    """The request that an error is about, with its secrets left out."""

    method: str
    path: str
    body: object = None


@public
class ApiError(LinodeORMError):
    """The API refused a request, with a status from 400 on.

    `status` is the HTTP status, and `errors` are the API's reasons with the fields that they name. `request` is what
    was sent, without secrets. `retryable` says whether it may succeed later, and `tries` how often it was sent.

    `doubtful` says that an earlier try of the same call was never answered, and may have been done.

    `needed_scopes` and `token_scopes` are what the answer says of the call and of the token, empty where it does not.
    `missing_scopes` are those that the token lacks. `token_expiry` is the end of the token, where it is known.
    """

    retryable = False
    doubtful = False
    report: Fates | None = None
    """What became of every request, of an error that `save()` or `delete()` raised."""
    needed_scopes: tuple[str, ...] = ()
    token_scopes: tuple[str, ...] = ()
    missing_scopes: tuple[str, ...] = ()
    token_expiry: datetime | None = None

    def __init__(  # noqa: PLR0913  what there is to say about an answer
        self,
        message: str = "",
        *,
        status: int = 0,
        method: str = "",
        path: str = "",
        errors: Iterable[tuple[str, str | None]] = (),
        body: object = None,
        tries: int = 1,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.request = SentRequest(method, path, body)
        self.errors = tuple(Detail(*each) for each in errors)
        self.tries = tries


@public
class BadRequest(ApiError):
    """400 and every other 4xx without a class of its own: the request is wrong; `errors` says where."""


@public
class Busy(BadRequest):
    """The API's 400 `Linode busy.`: another job runs there; it is sent again until the client's deadline."""

    retryable = True


@public
class Unauthorized(ApiError):
    """401: there is no token, it is unknown, expired or revoked, or it lacks a scope; the message says which."""


@public
class Forbidden(ApiError):
    """403: the token or its user may not do this; the message compares the scopes."""


@public
class NotFound(ApiError):
    """404: there is nothing at that path, or the token may not see it."""


@public
class Conflict(ApiError):
    """409 and 412: the object is in a state, or at a version, that does not allow this."""


@public
class RateLimited(ApiError):
    """429: too many requests; `retry_after` is the pause in seconds that the API asks for, None where it gives none."""

    retryable = True
    retry_after: float | None = None


@public
class ServerError(ApiError):
    """5xx: the API failed; whether a write had its effect is not known.

    `retry_after` is the pause in seconds that a 503 asks for, None where none is asked for.
    """

    retryable = True
    retry_after: float | None = None


@public
class TransportError(LinodeORMError):
    """No answer arrived, or half of one.

    `sent` is False where the API cannot have seen the request, True where it has, None where nobody can tell.
    `doubtful` says that an earlier try of the same call may have been done. `timed_out` says that a time limit ended
    the try; the client adds to the message which one, as it was set.
    """

    retryable = True
    doubtful = False
    timed_out = False
    report: Fates | None = None
    """What became of every request, of an error that `save()` or `delete()` raised."""

    def __init__(self, message: str = "", *, sent: bool | None = None, tries: int = 1, timed_out: bool = False) -> None:
        super().__init__(message)
        self.sent = sent
        self.timed_out = timed_out
        self.tries = tries


@public
class ResponseError(LinodeORMError):
    """An answer is not what the API describes: no JSON, no envelope, no id, a value of the wrong type.

    `retryable` says whether the same request may be answered better, `tries` how often it was sent, `doubtful` that an
    earlier try of the same call may have been done.
    """

    retryable = False
    doubtful = False
    tries: int = 1
    report: Fates | None = None
    """What became of every request, of an error that `save()` or `delete()` raised."""


# ---------------------------------------------------------------- commits


class Fate(Protocol):
    """What became of one operation of a commit."""

    @property
    def operation(self) -> str:
        """The request: `PUT /linode/instances/5`."""
        ...

    @property
    def object(self) -> object:
        """The object that it was about."""
        ...

    @property
    def status(self) -> str:
        """One of applied, failed, pending, in doubt, undone, not undone."""
        ...

    @property
    def error(self) -> BaseException | None:
        """What went wrong."""
        ...

    @property
    def note(self) -> str:
        """What else there is to know."""
        ...


class Fates(Protocol):
    """What became of every operation of a commit, by status: its report."""

    @property
    def applied(self) -> Sequence[Fate]:
        """What was done."""
        ...

    @property
    def failed(self) -> Sequence[Fate]:
        """What the API refused."""
        ...

    @property
    def pending(self) -> Sequence[Fate]:
        """What was not sent."""
        ...

    @property
    def in_doubt(self) -> Sequence[Fate]:
        """What was sent without an answer that tells whether it was done."""
        ...

    @property
    def undone(self) -> Sequence[Fate]:
        """What was done and put back."""
        ...

    @property
    def not_undone(self) -> Sequence[Fate]:
        """What was done and could not be put back."""
        ...


@public
class CommitError(LinodeORMError):
    """A commit that did not do everything; its session holds what is not done, and `session.commit()` carries on.

    No session holds what `plan.apply()` did not do; a new plan does it.
    `applied`, `failed`, `pending`, `in_doubt`, `undone` and `not_undone` list its operations, each with its step,
    object and error; `report` is the whole report.
    """

    def __init__(self, message: str, *, report: Fates, session: object) -> None:
        super().__init__(message)
        self.report = report
        self.session = session

    @property
    def applied(self) -> Sequence[Fate]:
        """What was done."""
        return self.report.applied

    @property
    def failed(self) -> Sequence[Fate]:
        """What the API refused; nothing was changed by it."""
        return self.report.failed

    @property
    def pending(self) -> Sequence[Fate]:
        """What was not sent."""
        return self.report.pending

    @property
    def in_doubt(self) -> Sequence[Fate]:
        """What was sent without an answer that tells whether it was done."""
        return self.report.in_doubt

    @property
    def undone(self) -> Sequence[Fate]:
        """What was done and put back, with `on_error="undo"`."""
        return self.report.undone

    @property
    def not_undone(self) -> Sequence[Fate]:
        """What was done and could not be put back, with `on_error="undo"`."""
        return self.report.not_undone


@public
class CommitInterrupted(CommitError, KeyboardInterrupt):
    """A commit that Ctrl-C ended: nothing new was started, and the calls in flight were waited for."""


@public
class JournalError(LinodeORMError):
    """A journal that is damaged, in use, another program's, or cannot be written; what is not in it is not sent."""


@public
class Clash(NamedTuple):
    """One attribute that was changed on both sides: as it was read, as it is there now, and as it is here.

    `attribute` is empty where the whole object is gone. `why` says what else there is to know: that the object is to be
    deleted, and by which condition.
    """

    object: builtins.object
    attribute: str
    base: builtins.object
    theirs: builtins.object
    mine: builtins.object
    why: str = ""


@public
class ConflictError(LinodeORMError):
    """Attributes that this session changed were changed elsewhere since they were read; nothing was written.

    Where a commit finds one while it runs, its request is not sent, and the error is that of the request's entry in the
    report. `session.resolve(x, "mine")` or `"theirs"` settles it. `conflicts` lists them; `object`,
    `attribute`, `base`, `theirs` and `mine` are those of the first one.
    """

    report: Fates | None = None
    """What became of every request; all are pending where the conflict was found before the first one."""

    def __init__(self, message: str, *, conflicts: Iterable[Clash]) -> None:
        super().__init__(message)
        self.conflicts = tuple(conflicts)

    @property
    def object(self) -> builtins.object:
        """The object of the first conflict."""
        return self.conflicts[0].object

    @property
    def attribute(self) -> str:
        """The attribute of the first conflict."""
        return self.conflicts[0].attribute

    @property
    def base(self) -> builtins.object:
        """What was read before the change was made here."""
        return self.conflicts[0].base

    @property
    def theirs(self) -> builtins.object:
        """What is there now."""
        return self.conflicts[0].theirs

    @property
    def mine(self) -> builtins.object:
        """What this session would write."""
        return self.conflicts[0].mine


# ---------------------------------------------------------------- queries and objects


@public
class NotFilterable(LinodeORMError):
    """A filter with `strict_filters=True` that the server cannot evaluate; names those that it can."""


@public
class NoResultFound(LinodeORMError):
    """`one()` of a query that nothing matches."""


@public
class MultipleResultsFound(LinodeORMError):
    """`one()` or `one_or_none()` of a query that several objects match."""


@public
class PartialResultError(LinodeORMError):
    """Some lists that a query needs were refused, and what was asked for would be wrong without them.

    `skipped` names these lists. Nothing was changed, marked for deletion or counted; `partial=True` goes on without.
    """

    def __init__(self, message: str = "", *, skipped: Iterable[object] = ()) -> None:
        super().__init__(message)
        self.skipped = tuple(skipped)


@public
class DetachedInstanceError(LinodeORMError):
    """An object without a session was asked for something that needs one."""


@public
class ReadOnlyAttribute(LinodeORMError, AttributeError):
    """An attribute that only the server, or an action, changes was assigned to; names the action."""


@public
class AttributeMissing(LinodeORMError, AttributeError):
    """A whole answer of the API came without this attribute."""


@public
class InvalidRequestError(LinodeORMError):
    """A call that makes no sense as it stands: wrong thread, closed session, refused write, impossible order."""


@public
class WaitTimeout(LinodeORMError):
    """A condition that was waited for did not come true in time.

    `reached` holds the objects of which it did, `waiting` those of which it did not.
    """

    def __init__(self, message: str = "", *, reached: Iterable[object] = (), waiting: Iterable[object] = ()) -> None:
        super().__init__(message)
        self.reached = tuple(reached)
        self.waiting = tuple(waiting)


@public
class WaitFailed(LinodeORMError):
    """A condition that was waited for can never come true of `object`; the message says why.

    `reached` holds the objects of which it did, `waiting` the others, with `object` among them.
    """

    def __init__(
        self,
        message: str = "",
        *,
        object: object = None,  # noqa: A002  the name that commits' entries have for it
        reached: Iterable[object] = (),
        waiting: Iterable[object] = (),
    ) -> None:
        super().__init__(message)
        self.object = object
        self.reached = tuple(reached)
        self.waiting = tuple(waiting)


@public
class ObjectGone(WaitFailed, NotFound):
    """An object that was waited for does not exist, or was deleted meanwhile."""

    def __init__(  # noqa: PLR0913  what there is to say of both
        self,
        message: str = "",
        *,
        object: object = None,  # noqa: A002  the name that commits' entries have for it
        reached: Iterable[object] = (),
        waiting: Iterable[object] = (),
        method: str = "",
        path: str = "",
    ) -> None:
        NotFound.__init__(self, message, status=404, method=method, path=path)
        self.object = object
        self.reached = tuple(reached)
        self.waiting = tuple(waiting)


@public
class ConfigError(LinodeORMError):
    """No token, or settings that cannot be used; says where they were looked for."""


@public
class CassetteError(LinodeORMError):
    """A request that no recording answers, or a cassette that cannot be read, or is not written; nothing was sent."""

    difference: tuple[str, ...] = ()
    """The lines that tell a request from the nearest recording that was not played."""


# ---------------------------------------------------------------- warnings


@public
class PartialResult(UserWarning):
    """A query goes on without a list that the API refused to give; `query.skipped` names it."""


@public
class NPlusOne(UserWarning):
    """A collection is loaded for one object of a query after the other; `selectin` would load it for all at once."""


@public
class UnknownValue(UserWarning):
    """A literal is not among the values that are known of its field; the API may take it, or it is mistyped."""
