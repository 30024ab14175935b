"""The listing of a cassette: its requests line by line, in the order in which they began."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from linode_orm.testing.cassettes.file_format import read

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from linode_orm.testing.cassettes.file_format import Header
    from linode_orm.testing.cassettes.interaction import Interaction, RecordedRequest

_LONGEST: Final = 100
_API: Final = "api.linode.com"


def listed(path: Path) -> Iterator[str]:
    """Yield the lines of a listing; raise `CassetteError` where the file is no cassette."""
    file = read(path)
    yield f"{path.name}: {_counted(len(file.interactions))}{_made(file.header)}"
    width = len(str(len(file.interactions)))
    for each in file.interactions:
        yield f"{each.number:>{width}}  {each.span.at:8.3f} s  {_title(each.request)}  {_outcome(each)}"
        for name, text in (("filter", each.request.x_filter), ("body", _body(each.request))):
            if text:
                yield f"{'':{width}}              {name} {text if len(text) <= _LONGEST else text[:_LONGEST] + '...'}"


def _counted(number: int) -> str:
    return f"{number} request" + "s" * (number != 1)


def _made(header: Header) -> str:
    if not header.version:
        return " (as vcrpy writes it)"
    accounts = f", {len(header.accounts)} accounts" if len(header.accounts) > 1 else ""
    return f", made {header.made} by linode_orm {header.version} (format {header.format}){accounts}"


def _title(request: RecordedRequest) -> str:
    address = urlsplit(request.url)
    place = address.path + (f"?{address.query}" if address.query else "")
    return f"{request.method} {place if address.netloc == _API else f'{address.netloc}{place}'}"


def _body(request: RecordedRequest) -> str:
    if isinstance(request.body, bytes):
        return f"{len(request.body)} bytes"
    try:
        return json.dumps(json.loads(request.body or "null"), ensure_ascii=False) if request.body else ""
    except ValueError:
        return request.body or ""


def _outcome(interaction: Interaction) -> str:
    answer, failure = interaction.answer, interaction.failure
    took = f"{interaction.span.took:.3f} s"
    if answer is not None:
        return f"-> {answer.status} ({len(answer.content)} bytes, {took})"
    return f"-> no answer: {failure.message if failure is not None else 'unknown'} ({took})"
