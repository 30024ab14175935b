"""The file of a cassette: vcrpy's YAML, with what it lacks beside each interaction and at the end."""

from __future__ import annotations

import gzip
import zlib
from contextlib import suppress
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from attrs import evolve, frozen

from linode_orm._private_files import write_private
from linode_orm.errors import CassetteError
from linode_orm.testing.cassettes.interaction import Failure, Interaction, RecordedAnswer, RecordedRequest, Span
from linode_orm.testing.cassettes.yaml_codec import OneLineList, OneLineMap, loaded, text_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FORMAT: Final = 2
"""The number of this format; 1 is what vcrpy writes by itself, and what earlier versions wrote."""
_OWN: Final = "linode_orm"
"""The key of what vcrpy does not know, and leaves alone."""
JSON_TYPE: Final = "application/json"


@frozen
class Header:
    """What a cassette says of itself: `made` is when and `version` by what, `began` its clock at the first request.

    `accounts` has, where several tokens were used, 16 bits of a salted digest of each, which tell them apart.
    """

    format: int = 1
    version: str = ""
    made: str = ""
    began: str = ""
    salt: str = ""
    accounts: tuple[str, ...] = ()


@frozen
class CassetteFile:
    """A cassette as it lies in its file."""

    header: Header
    interactions: tuple[Interaction, ...]


# ---------------------------------------------------------------- reading


def read(path: Path) -> CassetteFile:
    """Read a cassette of this format, or one that vcrpy wrote; raise `CassetteError` for any other file."""
    try:
        text = path.read_bytes()
    except FileNotFoundError:
        msg = f"there is no cassette at {path}: record it once with record=True"
        raise CassetteError(msg) from None
    except OSError as error:
        msg = f"the cassette {path} cannot be read: {error.strerror}"
        raise CassetteError(msg) from None
    try:
        return _read(loaded(text))
    except (KeyError, TypeError, ValueError, AttributeError, LookupError) as error:
        msg = f"{path} is no cassette: {type(error).__name__} {error}"
        raise CassetteError(msg) from None


def _read(document: Mapping[str, Any]) -> CassetteFile:
    own: Mapping[str, Any] = document.get(_OWN) or {}
    header = Header(
        format=int(own.get("format", 1)),
        version=str(own.get("version", "")),
        made=str(own.get("made", "")),
        began=str(own.get("began", "")),
        salt=str(own.get("salt", "")),
        accounts=tuple(map(str, own.get("accounts", ()))),
    )
    if header.format > FORMAT:
        msg = f"format {header.format} is newer than {FORMAT}, the newest that this version of linode_orm reads"
        raise ValueError(msg)
    rows = [*document["interactions"], *own.get("unanswered", ())]
    found = sorted((_interaction(row, at) for at, row in enumerate(rows)), key=lambda each: each.span.begin)
    return CassetteFile(header, tuple(evolve(each, number=at) for at, each in enumerate(found, 1)))


def _interaction(row: Mapping[str, Any], at: int) -> Interaction:
    own: Mapping[str, Any] = row.get(_OWN) or {}
    # of one that vcrpy wrote it is known that it was recorded after the one before it
    span = Span(
        int(own.get("begin", 2 * at + 1)),
        int(own.get("end", 2 * at + 2)),
        float(own.get("at", 0)),
        float(own.get("took", 0)),
    )
    failure = Failure(**row["failure"]) if "failure" in row else None
    answer = _answer(row["response"]) if failure is None else None
    account = int(own.get("account", 1))
    return Interaction(at, _request(row["request"]), span, answer, failure, account)


def _request(row: Mapping[str, Any]) -> RecordedRequest:
    headers = _headers(row.get("headers") or {})
    return RecordedRequest(
        row["method"], row["uri"], headers.get("x-filter"), row.get("body"), headers.get("content-type")
    )


def _answer(row: Mapping[str, Any]) -> RecordedAnswer:
    headers = _headers(row.get("headers") or {})
    content = (row.get("body") or {}).get("string") or b""
    content = content.encode() if isinstance(content, str) else bytes(content)
    encoding = headers.pop("content-encoding", "")
    headers.setdefault("content-type", JSON_TYPE)
    return RecordedAnswer(int(row["status"]["code"]), headers, _unpacked(content, encoding))


def _headers(row: Mapping[str, Any]) -> dict[str, str]:
    """Return the headers that vcrpy writes, each as a list or as a string."""
    return {name.lower(): ", ".join(each) if isinstance(each, list) else str(each) for name, each in row.items()}


def _unpacked(content: bytes, encoding: str) -> bytes:
    try:
        if "gzip" in encoding:
            return gzip.decompress(content)
        return zlib.decompress(content) if "deflate" in encoding else content
    except (OSError, zlib.error):
        return content  # unpacked already, whatever its header says


# ---------------------------------------------------------------- writing


def write(path: Path, file: CassetteFile) -> None:
    """Write a cassette, whole or not at all; folders that are missing are made. Raise `CassetteError` if that fails."""
    text = dumped(file)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_private(path, text.encode())
    except OSError as error:
        msg = f"the cassette {path} cannot be written: {error.strerror}"
        raise CassetteError(msg) from None


def dumped(file: CassetteFile) -> str:
    """Return the text of a cassette."""
    header = file.header
    several = len(header.accounts) > 1
    own: dict[str, object] = {
        "began": header.began,
        "format": header.format,
        "made": header.made,
        "version": header.version,
    }
    own |= {"accounts": OneLineList(header.accounts), "salt": header.salt} if several else {}
    unanswered = [_row(each, several=several) for each in file.interactions if each.answer is None]
    own |= {"unanswered": unanswered} if unanswered else {}
    answered = [_row(each, several=several) for each in file.interactions if each.answer is not None]
    return text_of({"interactions": answered, _OWN: own, "version": 1})


def _row(interaction: Interaction, *, several: bool) -> dict[str, object]:
    span, request, answer, failure = interaction.span, interaction.request, interaction.answer, interaction.failure
    own: dict[str, object] = {"at": span.at, "begin": span.begin, "end": span.end, "took": span.took}
    own |= {"account": interaction.account} if several else {}
    headers = {"X-Filter": request.x_filter, "Content-Type": request.content_type}
    row: dict[str, object] = {
        _OWN: OneLineMap(own),
        "request": {
            "body": request.body,
            "headers": {name: OneLineList([each]) for name, each in headers.items() if each is not None},
            "method": request.method,
            "uri": request.url,
        },
    }
    if answer is not None:
        row["response"] = _answer_row(answer)
    if failure is not None:
        row["failure"] = {
            "error": failure.error,
            "message": failure.message,
            "sent": failure.sent,
            "timed_out": failure.timed_out,
        }
    return row


def _answer_row(answer: RecordedAnswer) -> dict[str, object]:
    content: str | bytes = answer.content
    with suppress(UnicodeDecodeError):
        content = answer.content.decode()
    return {
        "body": {"string": content},
        "headers": {name.title(): OneLineList([each]) for name, each in answer.headers.items()},
        "status": OneLineMap(code=answer.status, message=_phrase(answer.status)),
    }


def _phrase(status: int) -> str:
    return HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else ""
