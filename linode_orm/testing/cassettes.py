"""Cassettes: recorded answers to replay in tests, kept without secrets; needs vcrpy."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, Protocol, cast

from linode_orm.errors import ConfigError
from linode_orm.testing.scrubbing import scrub

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from pathlib import Path

KEPT_HEADERS: Final = frozenset({"content-type", "retry-after", "x-oauth-scopes", "x-accepted-oauth-scopes"})


class Cassette(Protocol):
    """What is on a cassette."""

    @property
    def play_count(self) -> int:
        """How many answers were replayed."""
        ...

    @property
    def all_played(self) -> bool:
        """Whether every answer was replayed."""
        ...

    def __len__(self) -> int:
        """Count the answers."""
        ...


class Recorder(Protocol):
    """What plays and records cassettes: a `vcr.VCR`."""

    def use_cassette(self, path: str, /) -> AbstractContextManager[Cassette]:
        """Answer the requests of a `with` block from a cassette, or record them."""
        ...


def recorder(folder: Path | str, *, record: bool = False) -> Recorder:
    """Give a `vcr.VCR` whose cassettes lie in `folder` and hold no secrets.

    `with recorder(folder).use_cassette("name.yaml"): ...` replays; a request that is not on the cassette is an error.
    With `record=True` it writes the cassette anew. Tokens, passwords and keys are masked by the declarations of the
    models (see `scrub`), in requests and in answers. Of a file that is sent, the cassette holds the length alone: no
    declaration says what is secret in it, and it may be large. Raises `ConfigError` where vcrpy is not installed.
    """
    try:
        import vcr  # type: ignore[import-untyped]  # noqa: PLC0415  an extra
    except ImportError:
        msg = "cassettes need vcrpy: pip install vcrpy"
        raise ConfigError(msg) from None
    made = vcr.VCR(
        cassette_library_dir=str(folder),
        record_mode=vcr.mode.ALL if record else vcr.mode.NONE,
        match_on=("method", "path", "query", "x_filter"),
        before_record_request=_request,
        before_record_response=_response,
        decode_compressed_response=True,
    )
    made.register_matcher("x_filter", _same_filter)
    return cast("Recorder", made)


def _same_filter(one: Any, other: Any) -> None:  # noqa: ANN401  vcr.request.Request
    if _filter(one) != _filter(other):
        msg = f"X-Filter {_filter(one)} is not {_filter(other)}"
        raise AssertionError(msg)


def _filter(request: Any) -> object:  # noqa: ANN401  vcr.request.Request
    text = request.headers.get("X-Filter")
    return json.loads(text) if text else None


def _request(request: Any) -> Any:  # noqa: ANN401  vcr.request.Request
    """Give the request as the cassette holds it: a new one, because vcrpy gives back a body as what it was at first."""
    kept = {name: value for name, value in request.headers.items() if name.lower() in {"x-filter", "content-type"}}
    body = request.body
    content = _scrubbed(body) if body is None or isinstance(body, (bytes, str)) else f"{_length(body)} bytes of a file"
    return type(request)(request.method, request.uri, content, kept)


def _length(body: Any) -> int:  # noqa: ANN401  an open file, or an iterator of chunks
    return len(body.read()) if hasattr(body, "read") else sum(map(len, body))


def _response(response: dict[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in response["headers"].items() if name.lower() in KEPT_HEADERS}
    content = _scrubbed(response["body"]["string"])
    return {**response, "headers": kept, "body": {**response["body"], "string": content}}


def _scrubbed(content: bytes | str | None) -> bytes | str | None:
    """Mask the secrets of a body in JSON; what is no JSON stays."""
    if not content:
        return content
    try:
        body = json.loads(content)
    except ValueError:
        return content
    return json.dumps(scrub(body)).encode()
