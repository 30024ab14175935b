"""The generator of declarations, on a small description made by hand."""

from __future__ import annotations

import io
import os
import pickle
import re
import shutil
import tomllib
from pathlib import Path

import pytest

from linode_orm import models
from linode_orm._generate.__main__ import report, settle
from linode_orm._generate.description import Description, Key, Operation, read
from linode_orm._generate.facts import FOLDER, Facts
from linode_orm._generate.index import door
from linode_orm._generate.module import Module
from linode_orm._generate.resources import build

COMMON = """
linode_cli = "1"
datetime = ["built"]
volatile = ["state"]
unordered = ["tags"]
later = []
no_actions = []
secret = ["password"]
[aliases]
Vessel = "Ship"
[refers]
port = "Port"
tags = "Tag"
"""

SHIPS = """
[Ship]
doc = "A ship."
path = "/ships"
required = ["name"]
nullable = ["rig.flag"]
[Ship.changed_by]
length = "stretch"
[Ship.absent]
notes = "Recorded#1"
[Ship.actions."POST stretch"]
answers = "Ship"
doc = "Make the ship longer."

[Boat]
doc = "A boat of a ship."
path = "/ships/{ship}/boats"
parent = "Ship"

[Port]
doc = "Where ships are."
path = "/ports"
reference_data = true
"""


def keys(*texts, **marks):
    """Give keys written as `path:type`."""
    found = []
    for text in texts:
        path, _, kind = text.partition(":")
        kind, _, items = kind.partition("/")
        found.append(Key(tuple(path.split(".")), kind, items, **marks))
    return tuple(found)


SHIP = keys("id:integer", "name:string", "port:string", "length:integer", "built:string", "state:string", "tags:array/string",
            "rig.masts:integer", "rig.flag:string", "notes:string")  # fmt: skip


def description():
    """Give what the API would say of ships."""
    named = [
        Operation("ships/list", "GET", "/ships", "v4", "List ships", (), answer=SHIP),
        Operation("ships/view", "GET", "/ships/{shipId}", "v4", "Get a ship", (), answer=SHIP),
        Operation("ships/create", "POST", "/ships", "v4", "Create a ship", (), request=keys("name:string", "port:string", "length:integer", "key:string", "password:string"), answer=SHIP),
        Operation("ships/update", "PUT", "/ships/{shipId}", "v4", "Update a ship", (), request=keys("name:string", "tags:array/string", "rig.flag:string"), answer=SHIP),
        Operation("ships/stretch", "POST", "/ships/{shipId}/stretch", "v4", "Stretch a ship", (), request=keys("length:integer", required=True)),
        Operation("boats/list", "GET", "/ships/{shipId}/boats", "v4", "List boats", (), answer=keys("id:integer", "label:string", filterable=True)),
        Operation("ports/list", "GET", "/ports", "v4beta", "List ports", (), answer=keys("id:string")),
    ]  # fmt: skip
    return Description("1", {each.route: each for each in named})


@pytest.fixture
def texts(facts):
    """Give the text of each module by its name."""
    found = build(description(), Facts(facts))
    return {name: text for each in found.values() for name, text in Module(each, found).files()}


@pytest.mark.parametrize(
    "line",
    [
        "id: ReadOnly[int]",
        "name: Field[str] = Field(required=True)",
        'length: Fixed[int] = Fixed(changed_by="stretch")',
        'port_id: Fixed[str] = Fixed(key="port")',
        'port: One[Port] = One("Port", via="port_id")',
        "built: ReadOnly[datetime]",
        "state: ReadOnly[str] = ReadOnly(volatile=True)",
        "tags: Field[TagList] = Field(create=False)",
        "rig: Field[ShipRig] = Field(create=False)",
        "notes: ReadOnly[str | None] = ReadOnly(absent=True)",
        "key: WriteOnly[str]",
        "password: Secret[str]",
        'boats: Many[Boat] = Many("Boat")',
        '@operation("POST", "stretch", answers="Ship")',
        "def stretch(self, *, length: int) -> Ship:",
        'class Ship(Model, path="/ships", verbs="list get create update"):',
    ],
)
def test_a_declaration_says(texts, line):
    """Each field, relation and action is the line that the description and the facts give together."""
    assert f"    {line}\n" in texts["ship"] or f"\n{line}\n" in texts["ship"]


def test_children_catalogues_and_versions(texts):
    """A child names its parent; what is special about a class stands in its head."""
    assert 'class Boat(Model, path="/ships/{ship}/boats", parent="Ship", verbs="list"):' in texts["boat"]
    assert 'ship: One[Ship] = One("Ship")' in texts["boat"]
    assert "label: ReadOnly[str] = ReadOnly(filterable=True)" in texts["boat"]
    assert 'class Port(Model, path="/ports", verbs="list", reference_data=True, version="v4beta"):' in texts["port"]


def test_every_text_is_python(texts, facts):
    """What is written can be compiled, the door too."""
    found = build(description(), Facts(facts))
    for text in (*texts.values(), door(found.values(), {"Vessel": "Ship"})):
        compile(text, "generated", "exec")


@pytest.mark.parametrize(
    ("fact", "error"),
    [
        ('required = ["nam"]', "no field is called nam"),
        ('requird = ["name"]', "no fact is called requird"),
        ('gone = ["keel"]', "keel is said to be gone"),
    ],
)
def test_facts_that_fit_nothing_are_refused(facts, fact, error):
    """A fact about what the description does not have is an error that names file, resource and field."""
    (facts / "ships.toml").write_text(SHIPS.replace('required = ["name"]', fact))
    with pytest.raises(ValueError, match=rf"ships\.toml \[Ship\]: .*{error}"):
        build(description(), Facts(facts))


@pytest.mark.parametrize(
    ("events", "error"),
    [
        ('"POST /ships/{}/sink" = { event = "ship_sink", source = "?" }', "no action is called POST /ships/{}/sink"),
        ('"POST /ships/{}/stretch" = { event = "ship_sink", source = "?" }', "no event has the action ship_sink"),
    ],
)
def test_events_that_fit_nothing_are_refused(facts, events, error):
    """An event of a request that is no action, or one that no event is called, is an error."""
    (facts / "_events.toml").write_text(events)
    with pytest.raises(ValueError, match=error.replace("{}", r"\{\}")):
        build(description(), Facts(facts))


def test_actions_say_which_event_tells_of_them():
    """Most actions that may not be sent twice are told by an event of the account; each name has its source."""
    actions = [each for name in models.INDEX for each in getattr(models, name).__mapper__.operations.values()]
    named = {each.event for each in actions if each.event}
    assert models.Instance.__mapper__.operations["boot"].event == "linode_boot"
    assert models.Volume.__mapper__.operations["attach"].event == "volume_attach"
    assert models.Domain.__mapper__.operations["clone"].event is None
    assert len(named) >= 35
    sources = tomllib.loads((FOLDER / "_events.toml").read_text(encoding="utf-8"))
    assert all(re.fullmatch(r"API reference, .+|\w+#\d+", own["source"]) for own in sources.values())


def test_what_the_server_keeps_unique_has_its_source():
    """Values that only one object may have are marked where that is documented or recorded, and nowhere else."""
    marked = {f"{name}.{field}" for name in models.INDEX for field in getattr(models, name).__mapper__.unique}
    assert marked == {
        "AlertDefinition.label", "Domain.domain", "Firewall.label", "FirewallRuleSet.label", "Instance.label",
        "NodeBalancer.label", "PlacementGroup.label", "User.username", "VPC.label", "VPCSubnet.label", "Volume.label",
    }  # fmt: skip


class Hostile:
    """A pickle that would run a command."""

    def __reduce__(self):
        return os.system, ("true",)


def test_a_description_cannot_run_code():
    """A pickle that names anything but the description's own classes is refused."""
    with pytest.raises(pickle.UnpicklingError, match="which no description needs"):
        read(io.BytesIO(pickle.dumps(Hostile())))


def test_check_tells_what_differs(tmp_path, capsys):
    """`--check` names modules that are missing, different, or not generated; nobody's own files count."""
    here = Path(models.__file__).parent
    fresh, target = tmp_path / "fresh", tmp_path / "target"
    shutil.copytree(here, fresh, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(fresh, target)
    (target / "volumes" / "_extra.py").write_text("mine = 1\n")
    assert report(fresh, target) == 0
    (target / "volumes" / "volume.py").write_text("other\n")
    (target / "volumes" / "volume_type.py").unlink()
    (target / "volumes" / "stranger.py").write_text("\n")
    assert report(fresh, target) == 1
    shown = set(capsys.readouterr().out.splitlines())
    assert shown == {
        "different: volumes/volume.py".replace("/", os.sep),
        "missing: volumes/volume_type.py".replace("/", os.sep),
        "not generated: volumes/stranger.py".replace("/", os.sep),
    }
    settle(fresh, target)
    assert report(fresh, target) == 0
    assert (target / "volumes" / "_extra.py").exists()


def test_the_committed_models_are_what_the_facts_say():
    """Every resource that the facts name is declared, and no other."""
    named = {name for service in Facts().services.values() for name in service if name != "service"}
    assert named == set(models.INDEX)
