"""The form of a request: what of it is compared between a recording and a replay."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from attrs import field, frozen

from linode_orm.testing.cassettes.digest import described, length_alone
from linode_orm.testing.cassettes.stand_ins import numbers, without_numbers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from linode_orm.testing.cassettes.interaction import RecordedRequest
    from linode_orm.testing.cassettes.scrubbing import Scrubber

Key = tuple[str, str, str, str, str]

_VERSION: Final = re.compile(r"/v4(?:beta)?(?=/)")
_DATETIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)?")
_SAFE: Final = "*:@!$&'()+,;=~"
"""Characters that stand unquoted in a segment of a path."""
_FILE: Final = re.compile(r"\d+ bytes of a file(?:, sha256 [0-9a-f]{64})?")


@frozen(eq=False)
class Form:
    """A request by its parts, each as a value of JSON without secrets.

    A body that is no JSON is a string, and so is a file: its length and its digest. The host is no part, for a replay
    asks none.
    """

    method: str
    path: str
    query: Mapping[str, str]
    x_filter: object
    body: object

    @property
    def place(self) -> str:
        """The path from the API's version on."""
        version = _VERSION.search(self.path)
        return self.path[version.start() :] if version else self.path

    @property
    def title(self) -> str:
        """The method and path, as messages name the request."""
        return f"{self.method} {self.place}"

    def key(self) -> Key:
        """Return what two requests have in common that may be the same.

        Left out are datetimes in filters, the numbers of stand-ins, and the digests of files.
        """
        body = length_alone(self.body) if isinstance(self.body, str) else self.body
        parts = (self.place, self.query, _without_datetimes(self.x_filter), body)
        path, query, x_filter, body = (without_numbers_in(each) for each in parts)
        return self.method, str(path), written(query), written(x_filter), written(body)

    def stand_ins(self) -> list[str]:
        """Return the numbers of the stand-ins in it, in order."""
        return [each for part in (self.place, self.query, self.x_filter, self.body) for each in _numbers(part)]

    def datetimes(self) -> list[datetime]:
        """Return the datetimes of the filter, in order."""
        return [each for each in map(as_datetime, _strings(self.x_filter)) if each is not None]


def form_of(recorded: RecordedRequest, scrubber: Scrubber) -> Form:
    """Return the form of a request on a cassette."""
    x_filter, body = _parsed(recorded.x_filter), _body(recorded)
    return form(scrubber, Parts(recorded.method, recorded.url, x_filter=x_filter, body=body))


@frozen(eq=False)
class Parts:
    """What a form is made of: `url` may have a query of its own, `secret_keys` are those that the request declares."""

    method: str
    url: str
    query: Mapping[str, object] = field(factory=dict)
    x_filter: object = None
    body: object = None
    secret_keys: frozenset[str] = frozenset()


def form(scrubber: Scrubber, parts: Parts, where: str = "") -> Form:
    """Return the form of a request without its secrets; `where` is how a message names it."""
    address = urlsplit(parts.url)
    # The body first: what is a secret there may stand in the path, too.
    body = scrubber.body(parts.body, f"{where}body", parts.secret_keys)
    x_filter = scrubber.body(parts.x_filter, f"{where}filter", parts.secret_keys)
    pairs = [*parse_qsl(address.query, keep_blank_values=True), *parts.query.items()]
    query = scrubber.parameters([(name, str(each)) for name, each in pairs], parts.secret_keys)
    return Form(parts.method, path_of(address.path, scrubber), query, x_filter, body)


def path_of(path: str, scrubber: Scrubber) -> str:
    """Return a path without secrets, each segment quoted in the one way."""
    segments = (scrubber.string(unquote(each)) for each in path.split("/"))
    return "/".join(quote(each, safe=_SAFE) for each in segments)


def _body(recorded: RecordedRequest) -> object:
    """Return the body of a request: parsed where it is JSON, described where it is a file that vcrpy has kept."""
    if not recorded.body:
        return None
    if isinstance(recorded.body, bytes):
        return described(recorded.body)
    return recorded.body if _FILE.fullmatch(recorded.body) else _parsed(recorded.body)


def _parsed(text: str | None) -> object:
    if not text:
        return None
    try:
        value: object = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return value


def written(value: object) -> str:
    """Return the one text of a value in JSON."""
    return json.dumps(value, sort_keys=True)


def without_numbers_in(value: Any) -> Any:  # noqa: ANN401  JSON
    """Return a copy of a value whose stand-ins have no numbers."""
    if isinstance(value, dict):
        return {without_numbers(key): without_numbers_in(each) for key, each in value.items()}
    if isinstance(value, list):
        return [without_numbers_in(each) for each in value]
    return without_numbers(value) if isinstance(value, str) else value


def as_datetime(value: str) -> datetime | None:
    """Return the datetime that a string writes as the API does, None for any other string."""
    if not _DATETIME.fullmatch(value):
        return None
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found


def _without_datetimes(value: Any) -> Any:  # noqa: ANN401  JSON
    if isinstance(value, dict):
        return {key: _without_datetimes(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_without_datetimes(each) for each in value]
    return "a datetime" if isinstance(value, str) and as_datetime(value) is not None else value


def _strings(value: Any) -> list[str]:  # noqa: ANN401  JSON
    """Return the strings in a value, objects by the order of their keys."""
    if isinstance(value, dict):
        return [each for key in sorted(value) for each in _strings(value[key])]
    if isinstance(value, list):
        return [each for inner in value for each in _strings(inner)]
    return [value] if isinstance(value, str) else []


def _numbers(value: object) -> list[str]:
    return [each for string in _strings(value) for each in numbers(string)]
