"""The refusals of the simulated API, with the API's statuses and reasons."""

from __future__ import annotations

from typing import Any, Final

HTTP_BAD_REQUEST: Final = 400
HTTP_NOT_FOUND: Final = 404


class Refused(Exception):  # noqa: N818  an answer, not a failure of the simulator
    """The simulated API refuses a request: pairs of a reason and its field, which may be empty."""

    def __init__(
        self,
        *errors: tuple[str, str | None],
        status: int = HTTP_BAD_REQUEST,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__("; ".join(reason for reason, _ in errors))
        self.errors = errors
        self.status = status
        self.headers = headers or {}

    @property
    def body(self) -> dict[str, Any]:
        """The answer's body: `field` is missing rather than null (docs/api-notes.md#error-bodies)."""
        return {
            "errors": [{"reason": reason} | ({"field": field} if field else {}) for reason, field in self.errors],
        }


def bad(reason: str, field: str | None = None) -> Refused:
    """Return a 400 with one reason."""
    return Refused((reason, field))


def not_found(reason: str = "Not found") -> Refused:
    """Return the 404 (`ExampleGetImage_missing#0`)."""
    return Refused((reason, None), status=HTTP_NOT_FOUND)


def busy() -> Refused:
    """Return the 400 that is worth sending again (`TestInstance_Resize#6`)."""
    return bad("Linode busy.")
