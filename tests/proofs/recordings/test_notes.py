"""Proves that the notes on the real API name recordings that exist, and every field that the facts call missing."""

from __future__ import annotations

import re

from linode_orm._generate.facts import Facts
from tests.models.test_conformance import EXCEPTIONS
from tests.places import ROOT
from tests.proofs.recordings.corpus import FILE, lines, name, needed

NOTES = (ROOT / "docs" / "api-notes.md").read_text(encoding="utf-8")
RECORDING = re.compile(r"(?:Test|Example)\w+#\d+")


def absent() -> set[tuple[str, str, str]]:
    """Give resource, field and source of everything that the facts call missing somewhere; of a row of fields the ends."""
    found = set()
    for service in Facts().services.values():
        for resource, facts in service.items():
            found |= {(resource, field, source) for field, source in facts.get("absent", {}).items()}
            for field, like in facts.get("like", {}).items():
                above = field.rpartition(".")[0]
                found |= {(resource, f"{above}.{like['names'][end]}", like["absent"]) for end in (0, -1)}
    return found


def noted() -> set[tuple[str, str, str]]:
    """Give the same from the last table of the notes."""
    rows = re.findall(r"^\| (\w+) \| (.*) \| `([^`]+)` \|$", NOTES.split("## Fields that")[1], re.MULTILINE)
    return {(resource, field, where) for resource, fields, where in rows for field in re.findall(r"`([^`]+)`", fields)}


def test_every_missing_field_is_noted():
    """The last table has exactly what the facts say."""
    assert noted() == absent()


def test_exceptions_from_the_description_are_noted():
    """Each recording for which a declaration differs from the description stands in the notes."""
    named = {each for reason in EXCEPTIONS.values() for each in RECORDING.findall(reason)}
    assert named
    assert named <= set(RECORDING.findall(NOTES))


@needed
def test_named_recordings_exist():
    """Every recording that the notes and the facts name is there, or stands in the list of what the others show."""
    known = {name(line) for line in lines()}
    others = set(RECORDING.findall((FILE.parent / "FACTS.md").read_text(encoding="utf-8")))
    named = set(RECORDING.findall(NOTES)) | {source for _, _, source in absent() if RECORDING.fullmatch(source)}
    assert len(named) > 40
    assert named <= known | others
