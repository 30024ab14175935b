"""What is new in the API: what it takes to follow it, the report of the drift, and the page that counts what is there."""

from __future__ import annotations

import subprocess
from collections import Counter
from dataclasses import replace

import pytest

from linode_orm._generate import coverage, drift
from linode_orm._generate.description import Description, Operation
from linode_orm._generate.facts import Facts
from linode_orm._generate.module import Module
from linode_orm._generate.resources import build, homeless
from tests.generate.test_generator import SHIPS, description, keys
from tests.models.conformance import needed
from tests.models.described import operations as described


def ship(description, folder):
    """Give the text of the module that declares a ship."""
    found = build(description, Facts(folder))
    return dict(Module(found["Ship"], found).files())["ship"]


def more(description, *operations):
    """Give a description with other operations in it, in the place of those with the same route."""
    return Description("2", {**description.operations, **{each.route: each for each in operations}})


def test_a_wrong_kind_is_two_lines_of_facts(facts):
    """What the description gets wrong is put right by two lines."""
    before = ship(description(), facts)
    assert 'length: Fixed[int] = Fixed(changed_by="stretch")' in before
    (facts / "ships.toml").write_text(SHIPS.replace('required = ["name"]', 'required = ["name"]\nupdate = ["length"]'))
    assert 'length: Field[int] = Field(changed_by="stretch")' in ship(description(), facts)
    (facts / "ships.toml").write_text(SHIPS + '\n[Ship.type]\nlength = "number"\n')
    assert "length: Fixed[float]" in ship(description(), facts)


def test_a_new_field_is_no_work(facts):
    """A key that the description begins to name is a field, with the marks that it has there."""
    old = description()
    listed, made = old.operations["GET /ships"], old.operations["POST /ships"]
    new = more(
        old,
        replace(listed, answer=(*listed.answer, *keys("colour:string", filterable=True))),
        replace(made, request=(*made.request, *keys("colour:string"))),
    )
    assert "colour" not in ship(old, facts)
    text = ship(new, facts)
    assert "    colour: Fixed[str] = Fixed(filterable=True)\n" in text
    assert "colour: str = ..." in text


def test_a_new_operation_is_no_work(facts):
    """A request below an object is a method of it, with the description's own words."""
    paint = Operation(
        "ships/paint",
        "POST",
        "/ships/{shipId}/paint",
        "v4",
        "Paint a ship",
        (),
        request=keys("colour:string", required=True),
    )
    text = ship(more(description(), paint), facts)
    assert '@operation("POST", "paint")' in text
    assert "def paint(self, *, colour: str) -> None:" in text
    assert '"""Paint a ship."""' in text


def test_what_no_resource_declares_is_named(facts):
    """A resource that no facts name waits for them, and is not forgotten."""
    plane = Operation("planes/list", "GET", "/planes", "v4", "List planes", (), answer=keys("id:integer"))
    new = more(description(), plane)
    known = Facts(facts)
    assert homeless(build(new, known), new, known) == ["GET /planes"]
    assert homeless(build(description(), known), description(), known) == []


def test_the_report_names_what_came_went_and_changed(facts):
    """Operations and their keys are told one by one."""
    old = description()
    listed = old.operations["GET /ships"]
    new = more(old, replace(listed, answer=(*listed.answer[1:], *keys("colour:string"))))
    del new.operations["GET /ports"]
    new.operations["GET /planes"] = Operation("planes/list", "GET", "/planes", "v4", "List planes", ())
    made = old.operations["POST /ships"]
    new.operations["POST /ships"] = replace(made, request=(*keys("name:integer"), *made.request[1:]), version="v4beta")
    assert list(drift.operations(old, new)) == [
        "new: GET /planes (List planes)",
        "gone: GET /ports",
        "different: GET /ships: answers colour",
        "different: GET /ships: no longer answers id",
        "different: POST /ships: takes name otherwise: integer, no longer string",
        "different: POST /ships: version v4beta, no longer v4",
    ]
    assert list(drift.operations(old, old)) == ["no operation is new, gone or different"]


def test_the_report_shows_declarations_that_would_change(tmp_path):
    """Lines that come and go are shown below their module."""
    for folder, text in (("new", "a: int\nb: str\n"), ("old", "a: int\n")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "ship.py").write_text(text)
    (tmp_path / "new" / "plane.py").write_text("")
    new, old = tmp_path / "new", tmp_path / "old"
    assert list(drift.changed(new, old)) == ["a new module: plane.py", "ship.py:", "  +b: str"]
    assert list(drift.changed(old, old)) == ["the declarations stay as they are"]


def test_facts_that_fit_no_longer_are_listed_one_by_one(facts):
    """A newer description may lack what facts speak of; the report goes on past the first."""
    (facts / "ships.toml").write_text(SHIPS.replace('required = ["name"]', 'required = ["keel"]\ngone = ["mast"]'))
    known = Facts(facts, strict=False)
    found = build(description(), known)
    assert "name: Field[str]" in dict(Module(found["Ship"], found).files())["ship"]
    assert known.misfits == [
        "ships.toml [Ship]: mast is said to be gone, and the description does not have it either",
        "ships.toml [Ship]: no field is called keel",
    ]


def test_without_a_network_the_report_says_so(monkeypatch, capsys):
    """News that cannot be fetched are no failure, and one clear line."""

    def unreachable(place):
        raise subprocess.CalledProcessError(1, ["pip", "download"])

    monkeypatch.setattr(drift, "fetched", unreachable)
    monkeypatch.setattr(drift.npm_client, "fetch", unreachable)
    monkeypatch.setattr(drift.python_client, "fetch", unreachable)
    assert drift.main([]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "drift: the registry of packages cannot be reached, so that nothing was compared",
        "drift: @linode/api-v4 cannot be fetched, so that it was not compared",
        "drift: linode_api4 cannot be fetched, so that it was not compared",
    ]


def test_the_page_of_coverage_is_what_the_declarations_say():
    """docs/coverage.md is written with the models."""
    assert not coverage.differs(), "python -m linode_orm._generate writes it"


@needed
@pytest.mark.conformance
def test_the_page_counts_every_operation():
    """The numbers of operations by service are those of the description, older operations with them."""
    rows = [line.strip("| ").split(" | ") for line in coverage.page().splitlines() if line.startswith("| [")]
    counted = {row[0].partition("]")[0].strip("["): int(row[2]) for row in rows}
    known = Counter(
        each["path"].split("/")[1].replace("-", "_")
        for file in ("operations.json", "operations_extra.json")
        for each in described(file)
    )
    assert counted.pop("iam") == 16, "recorded, or in other sources alone"
    assert counted == known
    assert sum(counted.values()) == 502
