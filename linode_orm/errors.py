"""Every error of the library: what happened, to what, and what to do next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence


class LinodeORMError(Exception):
    """The base of every error that the library raises."""


class ApiError(LinodeORMError):
    """The API refused a request."""

    def __init__(
        self, message: str = "", *, status: int = 0, method: str = "", path: str = "", errors: tuple[object, ...] = ()
    ) -> None:
        super().__init__(message)
        self.status, self.method, self.path, self.errors = status, method, path, errors


class BadRequest(ApiError): ...


class Busy(ApiError): ...


class Unauthorized(ApiError): ...


class Forbidden(ApiError): ...


class NotFound(ApiError): ...


class Conflict(ApiError): ...


class RateLimited(ApiError): ...


class ServerError(ApiError): ...


class TransportError(LinodeORMError):
    sent = None


class ResponseError(LinodeORMError): ...


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
        """One of applied, failed, pending, in doubt."""
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


class CommitError(LinodeORMError):
    """A commit that did not do everything; its session holds what is not done, and `session.commit()` carries on.

    `applied`, `failed`, `pending` and `in_doubt` list its operations, each with its step, object and error;
    `report` is the whole report.
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


class CommitInterrupted(CommitError, KeyboardInterrupt):
    """A commit that Ctrl-C ended: nothing new was started, and the calls in flight were waited for."""


class ConflictError(LinodeORMError): ...


class NotFilterable(LinodeORMError): ...


class NoResultFound(LinodeORMError): ...


class MultipleResultsFound(LinodeORMError): ...


class DetachedInstanceError(LinodeORMError): ...


class ReadOnlyAttribute(LinodeORMError, AttributeError): ...


class AttributeMissing(LinodeORMError, AttributeError): ...


class InvalidRequestError(LinodeORMError): ...


class WaitTimeout(LinodeORMError): ...


class ConfigError(LinodeORMError): ...
