"""Interactions as values: a request, its answer or its failure, and their place among the others of a cassette."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import field, frozen

if TYPE_CHECKING:
    from collections.abc import Mapping


@frozen(eq=False)
class RecordedRequest:
    """A request as a cassette holds it: `url` with its query, `body` as text, `x_filter` as text in JSON."""

    method: str
    url: str
    x_filter: str | None = None
    body: str | bytes | None = None
    content_type: str | None = None


@frozen(eq=False)
class RecordedAnswer:
    """An answer as a cassette holds it; `headers` have lower-case names."""

    status: int
    headers: Mapping[str, str]
    content: bytes = field(repr=False)


@frozen(eq=False)
class Failure:
    """What came in place of an answer: an error by its name, as `TransportError` describes it."""

    error: str
    message: str
    sent: bool | None = None
    timed_out: bool = False


@frozen(eq=False)
class Span:
    """When an interaction was: `begin` and `end` are places in the order of all begins and ends of the cassette.

    `at` is the begin in seconds from the begin of the recording, by the clock of the client, and `took` its seconds.
    """

    begin: int
    end: int
    at: float = 0.0
    took: float = 0.0


@frozen(eq=False)
class Interaction:
    """One request and what became of it; `account` tells the tokens of a recording apart, from 1 on."""

    number: int
    request: RecordedRequest
    span: Span
    answer: RecordedAnswer | None = None
    failure: Failure | None = None
    account: int = 1
