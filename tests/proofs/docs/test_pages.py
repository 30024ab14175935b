"""Tables of README and docs, held against what they are about: names, errors, faults, figures."""

from __future__ import annotations

import re
import sys

import pytest

import linode_orm
from linode_orm import Client, Instance, Session, Volume, errors
from linode_orm.mapping import Many
from linode_orm.mapping.registry import lookup
from linode_orm.models import INDEX
from linode_orm.simulator import Simulator, faults, serve
from tests.places import ROOT

_HEAD = "| what changed of each | 1 object | 10 | 100 | 1,000 |"


def page(name):
    """Read a page."""
    return (ROOT / name).read_text(encoding="utf-8")


def cells(text, header):
    """Give the rows of the table with that header."""
    table = text[text.index(header) :].split("\n\n")[0]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()[2:]]


def figure(library, line):
    """Give the number of requests that The comparison names for a library."""
    (row,) = [row for row in cells(page("docs/comparison.md"), "| | linode_api4") if row[0].startswith(line)]
    return int(re.search(r"(\d+) requests", row[library])[1])


@pytest.fixture
def fleet():
    """Serve an account with the fleet of The comparison."""
    with Simulator() as sim:
        sim.seed(instances=250, volumes=200)
        with serve(sim) as server:
            yield sim, server.url


@pytest.mark.filterwarnings("ignore")
def test_figures_of_the_official_library(fleet):
    """The comparison states what linode_api4 sends."""
    api4 = pytest.importorskip("linode_api4", reason="an extra of the benchmarks")
    sim, url = fleet
    client = api4.LinodeClient("token", base_url=f"{url}/v4")
    labels = [api4.Instance(client, each.linode_id).label for each in client.volumes() if each.linode_id]
    assert f"of 200 volumes ({len(labels)} attached)" in page("docs/comparison.md")
    assert len(sim.requests) == figure(1, "labels of the Linodes")
    sim.requests.clear()
    assert len([each.region.country for each in client.linode.instances()]) == 250
    assert len(sim.requests) == figure(1, "countries of the regions")


@pytest.mark.parametrize(("line", "name"), [(0, "label"), (1, "tags")])
def test_requests_of_a_commit(line, name):
    """The page of costs states how many objects a commit reads and writes, by their number and by what changed."""
    header, *counts = [cell.replace(",", "") for cell in re.findall(r"[^|]+", _HEAD.removeprefix("| "))]
    row = cells(page("docs/costs.md"), _HEAD)[line]
    for text, count in zip(row[1:], counts, strict=True):
        with Simulator() as sim:
            sim.seed(instances=int(re.search(r"\d+", count)[0]))
            with Session(client=sim.client()) as session:
                for each in session.query(Instance):
                    each.tags.add("edge") if name == "tags" else setattr(each, name, f"x-{each.id}")
                before = len(sim.requests)
                session.commit()
                methods = [each.method for each in sim.requests[before:]]
        sent = [methods.count(method) for method in ("GET", "PUT") if method in methods]
        assert [int(each.replace(",", "")) for each in text.split(" + ")] == sent, header


def test_figures_of_this_library(fleet):
    """The comparison states what linode_orm sends."""
    sim, url = fleet
    with Client("token", base_url=url) as client:
        with Session(client=client) as session:
            assert [each.linode.label for each in session.query(Volume) if each.linode]
        assert len(sim.requests) == figure(2, "labels of the Linodes")
        sim.requests.clear()
        with Session(client=client) as session:
            assert [each.region.country for each in session.query(Instance)]
        assert len(sim.requests) == figure(2, "countries of the regions")


def test_python_and_dependencies():
    """The comparison names the Python and the dependencies of pyproject.toml."""
    text, project = page("docs/comparison.md"), page("pyproject.toml")
    (python,) = [row for row in cells(text, "| | linode_api4") if row[0] == "Python"]
    assert f'requires-python = ">={python[2]}"' in project
    (needed,) = [row for row in cells(text, "| | linode_api4") if row[0] == "dependencies"]
    declared = re.search(r"^dependencies = \[(.*?)\]", project, re.MULTILINE | re.DOTALL)[1]
    assert needed[2].split(", ") == re.findall(r'"(\w+)', declared)


def test_every_error_has_a_row():
    """The page of errors names each of them, with the classes that it also is."""
    listed = {}
    for name, _, also in cells(page("docs/errors.md"), "| error | when"):
        listed |= {each: set(re.findall(r"\w+", also)) for each in re.findall(r"`(\w+)`", name)}
    public = {name: getattr(linode_orm, name) for name in linode_orm.__all__}
    kinds = {name: each for name, each in public.items() if isinstance(each, type) and issubclass(each, Exception)}
    assert set(listed) == set(kinds) - {"LinodeORMError"}
    plain = {errors.LinodeORMError, Exception, BaseException}
    for name, kind in kinds.items():
        bases = {base.__name__ for base in kind.__bases__ if base not in plain}
        assert listed.get(name, set()) == bases, name


def test_every_error_says_what_to_do():
    """The page of errors says of each of them why it happens and what to do."""
    rows = {row[0].strip("`"): row[1:] for row in cells(page("docs/errors.md"), "| class | why")}
    public = {name: getattr(linode_orm, name) for name in linode_orm.__all__}
    kinds = {name for name, each in public.items() if isinstance(each, type) and issubclass(each, Exception)}
    assert set(rows) == kinds - {"LinodeORMError"}
    assert [name for name, said in rows.items() if len(said) != 2 or not all(said)] == []


def test_every_fault_has_a_row():
    """The page of the faults names each of them."""
    rows = cells(page("docs/faults.md"), "| name | what happens")
    assert {name for row in rows for name in re.findall(r"`(\w+)`", row[0])} == set(faults.NAMED)


def models():
    """Give every resource's class and facts."""
    return {name: lookup(name).__mapper__ for name in INDEX}


def test_attributes_are_named_by_rule():
    """An attribute has the name of its key; a dash becomes an underscore, keywords and references get what the page says."""
    for model, mapper in models().items():
        references = {relation.via for relation in mapper.relations.values() if not isinstance(relation, Many)}
        references |= set(mapper.id_names)
        for name, field in mapper.fields.items():
            plain = field.key.replace("-", "_")
            assert name in {plain, f"{plain}_"} or (name == f"{plain}_id" and name in references), f"{model}.{name}"


def test_collections_are_named_by_rule():
    """A collection has the name of its path's last part, unless a field of its owner has it."""
    for model, mapper in models().items():
        for name, relation in mapper.relations.items():
            if isinstance(relation, Many):
                path = relation.embedded or relation.path or relation.model.__mapper__.path
                last = path.rpartition("/")[2].replace("-", "_")
                whole = relation.path.replace("/", "_").replace("-", "_")
                assert name in {last, whole} or last in {*mapper.fields, *mapper.relations}, f"{model}.{name} is {last}"


def test_collections_of_the_page():
    """The page of names lists collections that exist, beside the fields that took their names."""
    classes = {name.lower(): mapper for name, mapper in models().items()}
    for field, collection in cells(page("docs/names.md"), "| field | collection |"):
        owner, name = field.strip("`").split(".")
        assert name in classes[owner].fields
        assert isinstance(classes[owner].relations[collection.strip("`").partition(".")[2]], Many)


def test_actions_of_the_page():
    """The page of names lists actions that exist, with their requests."""
    classes = {name.lower(): mapper for name, mapper in models().items()}
    for request, action in cells(page("docs/names.md"), "| request | action |"):
        method, path = request.strip("`").split(" ")
        owner, name = re.match(r"`(\w+)\.(\w+)", action).groups()
        mapper = classes[owner.lower()]
        operation = mapper.operations[name]
        above = mapper.path if operation.scope == "collection" else f"{mapper.path}/{{id}}"
        assert (operation.method, f"{above}/{operation.path}") == (method, path)


def test_readme_is_short():
    """README has at most 120 lines, and repeats the figure of the comparison that it names."""
    text = page("README.md")
    assert text.count("\n") <= 120
    assert f"{figure(2, 'labels of the Linodes')}\nrequests instead of {figure(1, 'labels of the Linodes')}" in text


def test_commands_start_from_nothing():
    """README's two commands make an environment with Python's own venv, and end in the demo and the tests."""
    commands = re.findall(r"^```console\n(.*?)^```$", page("README.md"), re.MULTILINE | re.DOTALL)
    assert [command.count("\n") for command in commands] == [1, 1]
    assert all(command.startswith("python3 -m venv .venv && .venv/bin/pip install ") for command in commands)
    assert commands[0].endswith("&& .venv/bin/linode-orm demo\n")
    assert commands[1].endswith("&& .venv/bin/python -m pytest -q -n auto\n")
    # .ci/run takes the first line that names what the command ends in
    for command, word in zip(commands, ("linode-orm demo", "pytest"), strict=True):
        assert next(line for line in page("README.md").splitlines(keepends=True) if word in line) == command


@pytest.mark.skipif(sys.platform == "win32", reason="paths")
def test_architecture_names_what_exists():
    """Modules that the page of the architecture names are there."""
    named = re.findall(
        r"(?<![\w/])((?:mapping|wire|models|session|simulator|testing|cli)(?:/\w+)+(?:\.py)?)",
        page("docs/architecture.md"),
    )
    missing = [
        each for each in named if not any((ROOT / "linode_orm" / f"{each}{end}").exists() for end in ("", ".py"))
    ]
    assert missing == []
