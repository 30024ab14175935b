"""Proves that every recorded POST and PUT can be sent by the library, with the recorded body."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.proofs.recordings.corpus import lines, name, needed
from tests.proofs.recordings.figures import note
from tests.proofs.recordings.routes import Routes
from tests.proofs.recordings.writing import sent

if TYPE_CHECKING:
    from tests.proofs.recordings.corpus import Line

pytestmark = needed

UNDECLARED = "no such operation is declared"
NOT_OF_THE_API = {"Config.init_rd"}
"""Keys that the client sent and the API does not have: it means initrd (docs/api-notes.md#unknown-keys)."""


def wrong(line: Line, routes: Routes, refused: set[str]) -> str:
    """Say why a recorded write could not be done as recorded; empty where it could."""
    found = routes.find(line["method"], line["path"])
    if found is None:
        return UNDECLARED
    try:
        recorder = sent(line, found)
    except Exception as error:  # noqa: BLE001  whatever it is, it is listed
        return f"{type(error).__name__}: {error}".replace("\n", " ")[:300]
    refused |= set(recorder.refused)
    keys = {each.partition(".")[2] for each in recorder.refused}
    wanted = {key: each for key, each in (line["request"] or {}).items() if key not in keys}
    if len(recorder.writes) != 1:
        return f"{len(recorder.writes)} writes: {[each[:2] for each in recorder.writes]}"
    if recorder.writes[0] != (line["method"], line["path"], wanted):
        return f"sent {recorder.writes[0]}, not {line['request']}"[:600]
    return ""


def test_every_recorded_body_is_produced():
    """At least 99 % of the recorded bodies are what assignments, constructors and methods send, in one request.

    No body and an empty one are the same: the API takes both (docs/api-notes.md#empty-bodies).
    """
    routes, refused = Routes(), set[str]()
    writes = [line for line in lines() if line["method"] in {"POST", "PUT"}]
    rest = [
        f"{name(line)} {line['method']} {line['path']}: {why}"
        for line in writes
        for why in [wrong(line, routes, refused)]
        if why
    ]
    figure = note("recorded POST and PUT bodies produced", len(writes), rest)
    assert figure.share >= 0.99, figure
    assert refused == NOT_OF_THE_API
