"""Facts that save repetition: fields like others, objects of several resources, answers like others, two names of one key."""

from __future__ import annotations

from dataclasses import replace

from linode_orm._generate import notes
from linode_orm._generate.description import Description, Operation
from linode_orm._generate.facts import Facts
from linode_orm._generate.module import Module
from linode_orm._generate.resources import build
from tests.generate.test_generator import COMMON, SHIPS, description, keys


def ship(folder, *, described=None, name="Ship"):
    """Give the text of one module."""
    found = build(described or description(), Facts(folder))
    return dict(Module(found[name], found).files())[name.lower()]


def test_a_field_is_repeated_behind_its_model(facts):
    """Fields that are like another one have its type and marks, stand behind it in their order, and may be absent."""
    text = '\n[Ship.like."rig.masts"]\nnames = ["spars", "booms"]\nabsent = "Recorded#2"\n'
    (facts / "ships.toml").write_text(SHIPS + text)
    lines = [each.strip() for each in ship(facts).splitlines()]
    at = lines.index("masts: ReadOnly[int]")
    assert lines[at + 1 : at + 3] == [
        "spars: ReadOnly[int | None] = ReadOnly(absent=True)",
        "booms: ReadOnly[int | None] = ReadOnly(absent=True)",
    ]
    assert "| Ship | `rig.spars` to `rig.booms` | `Recorded#2` |" in notes.table(Facts(facts))


def test_an_object_of_several_resources_is_written_once(facts):
    """A shape gives its fields to every place that names it; what is sent is created and updated."""
    (facts / "_common.toml").write_text(
        COMMON
        + '[shapes.cargo]\nanswered = ["weight"]\n[shapes.cargo.type]\n"" = "object"\nweight = "integer"\n'
        + '[shapes.cargo.absent]\nweight = "Recorded#3"\n'
        + '[shapes.cargo_sent]\nsent = ["weight", "key"]\nsecret = ["key"]\n[shapes.cargo_sent.type]\nkey = "string"\n'
    )
    (facts / "ships.toml").write_text(
        SHIPS + '\n[Ship.shapes]\nrig = ["cargo", "cargo_sent"]\n[Boat.shapes]\nhold = ["cargo"]\n'
    )
    text = ship(facts)
    assert "weight: Field[int | None] = Field(absent=True)" in text
    assert "key: Secret[str] = Secret(update=True)" in text
    assert "weight: ReadOnly[int | None] = ReadOnly(absent=True)" in ship(facts, name="Boat")


def test_an_answer_like_another(facts):
    """An operation that the description lacks may answer what a described one does."""
    text = '\n[Wreck]\npath = "/wrecks"\n[Wreck.added."GET /wrecks"]\nanswers_like = "GET /ports"\n'
    (facts / "ships.toml").write_text(SHIPS + text)
    assert "id: ReadOnly[str]" in ship(facts, name="Wreck")


def test_strings_and_two_names_of_one_key(facts):
    """An action answers a list of strings; the object that a key names may be given by its id under the key's name."""
    described = description()
    moor = Operation(
        "ships/moor", "POST", "/ships/{shipId}/moor", "v4", "Moor", (), request=keys("port:string", required=False)
    )
    described = Description("1", described.operations | {moor.route: replace(moor, name="ships/moor")})
    text = '\n[Ship.actions."POST moor"]\nanswers = "strings"\nalso = ["port"]\narguments = { port = "where" }\n'
    (facts / "ships.toml").write_text(SHIPS + text)
    written = ship(facts, described=described)
    assert '@operation("POST", "moor", answers="strings", body={"where": "port"})' in written
    assert "def moor(self, *, where: Port | str | Unset = UNSET, port: str | Unset = UNSET) -> list[str]:" in written
