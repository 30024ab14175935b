"""Holds the generated pages of the site against the declarations that they are made from."""

from __future__ import annotations

import re

import pytest

from linode_orm import models
from linode_orm._generate import api_pages
from linode_orm._generate.site import build, meanings
from linode_orm._generate.site.index import OTHERS, with_contents
from linode_orm._generate.site.markdown import slug
from linode_orm.mapping.registry import lookup
from linode_orm.models import INDEX


@pytest.fixture(scope="module")
def pages():
    """Make the pages of all resources."""
    return build.resources()


@pytest.fixture(scope="module")
def reference():
    """Make the pages of the public API."""
    return build.reference()


def facts():
    """Give every resource's name and facts."""
    for name in INDEX:
        getattr(models, name)
        yield name, lookup(name).__mapper__


def test_every_field_has_a_row(pages):
    """The page of a resource has a row for each of its fields, relations and actions."""
    for name, mapper in facts():
        text = pages[f"resources/{slug(name)}.md"]
        rows = set(re.findall(r"^\| `([^`(]+)[`(]", text, re.MULTILINE))
        wanted = {*mapper.fields, *mapper.relations}
        wanted |= {each for each, one in mapper.operations.items() if one.scope == "item" and not each.startswith("_")}
        assert wanted - rows == set(), name


def test_volatile_and_filterable_are_said(pages):
    """The row of a field says whether the server filters by it, whether it is volatile, and who changes it."""
    rows = {line.split("|")[1].strip(" `"): line for line in pages["resources/instance.md"].splitlines() if "|" in line}
    assert "| server |" in rows["label"]
    assert "| server |" not in rows["status"]
    assert "**volatile**" in rows["status"]
    assert "| the API |" in rows["created"]
    assert "then `resize()`" in rows["type_id"]


def test_a_request_links_its_page(pages):
    """A request links the API's documentation of it, under the address that the API's description names."""
    address = api_pages.address("POST /linode/instances/{id}/boot")
    assert address == "https://techdocs.akamai.com/linode-api/reference/post-boot-linode-instance"
    assert f"({address})" in pages["resources/instance.md"]


def test_every_page_says_what_can_be_raised(pages):
    """A page names the error of what does not exist, of a refused value and of a failed commit, where these can be."""
    for name, mapper in facts():
        text = pages[f"resources/{slug(name)}.md"].partition("## Errors")[2]
        assert ("NotFound" in text) == ("get" in mapper.verbs and not mapper.singleton), name
        assert ("BadRequest" in text) == bool(mapper.verbs & {"create", "update"}), name
        assert ("CommitError" in text) == bool(mapper.verbs & {"create", "update", "delete"}), name
        assert "RateLimited" in text, name


def test_a_request_without_a_page_is_explained(pages):
    """A page that has a request without a link says why, and no other page does."""
    for name, text in pages.items():
        has_one = any("| `" + method in text for method in ("GET /", "POST /", "PUT /", "DELETE /"))
        assert ("A request without a link" in text) == has_one, name
    assert "A request without a link" in pages["resources/object-storage-bucket.md"]
    assert "A request without a link" not in pages["resources/volume.md"]


DESCRIBED = [name for name in meanings.known() if name != meanings.COMMON]
LONGEST = 20
"""Words of a meaning."""


def nested(mapper, prefix="", above=()):
    """Give the dotted names of all fields, those of the values inside them too."""
    for name, field in mapper.fields.items():
        yield f"{prefix}{name}"
        ending = "[]." if "list[" in field.text else "."
        for each in set(field.codec.nested) - set(above):
            yield from nested(each.__mapper__, f"{prefix}{name}{ending}", (*above, each))


def own_words(text, *known):
    """Give the words of a text that are neither fillers nor one of the known names."""
    fillers = {"the", "a", "an", "of", "its", "it", "is", "this", "that", "linode"}
    parts = {part for name in known for part in re.findall(r"[a-z]+", name.lower())}
    return set(re.findall(r"[a-z]+", text.lower())) - fillers - parts - {f"{part}s" for part in parts}


@pytest.mark.parametrize("resource", DESCRIBED)
def test_meanings_say_something(resource, pages):
    """A described resource has a meaning for each field and each nested one, beside its name and in words of its own."""
    names = set(nested(getattr(models, resource).__mapper__))
    assert set(meanings.known()[resource]) <= names
    table = pages[f"resources/{slug(resource)}.md"].partition("## Fields")[2].partition("\n## ")[0]
    rows = {line.split("|")[1].strip(" `"): line for line in table.splitlines() if "|" in line}
    for name in names:
        text = meanings.meaning(resource, name)
        assert len(own_words(text, resource, name)) > 2, f"{resource}.{name}: {text!r}"
        assert text.endswith(".")
        assert len(text.split()) <= LONGEST
        assert f"| {text}" in rows[name]


def test_a_repeated_name_is_no_meaning():
    """The words of a dotted name, in any order and number, count for nothing."""
    assert own_words("The ports of the inbound rules.", "Firewall", "rules.inbound[].ports") == set()
    assert own_words("A backup of this Instance.", "Instance", "backups.day") == {"backup"}


def test_sizes_have_units():
    """A size or a time in numbers says its unit, also inside a value."""
    units = re.compile(r"bytes|megabit|second|number|dollar|bits|utc|percent", re.IGNORECASE)
    asked = re.compile(
        r"size|_sec$|memory|^disk$|transfer$|network_(in|out)|vcpus|gpus|price|quota|^used$|created|updated"
        r"|^cpu$|^io$|hourly|monthly|_time$|datetime|^last_successful$"
    )
    for resource, texts in meanings.known().items():
        for name, text in texts.items():
            last = name.rpartition(".")[2]
            assert not asked.search(last) or last == "created_by" or units.search(text), f"{resource}.{name}"


def test_the_map_has_every_resource(pages):
    """The map has the name of each resource, and a curve for each two that are related."""
    drawn = pages["resources/map.md"]
    assert {name for name, _ in facts()} == set(re.findall(r">(\w+)</text>", drawn))
    related = {
        (name, each.target) for name, mapper in facts() for each in mapper.relations.values() if each.target != name
    }
    assert drawn.count("<path ") == len(related)


def test_public_names_have_signatures(reference):
    """The page of a class has its constructor and methods as a person types them, without `self` and internal defaults."""
    assert "{py:method} linode_orm.Session.query(model" in reference["reference/session.md"]
    text = "\n".join(reference.values())
    assert "(self" not in text
    assert "= UNSET" not in "\n".join(line for line in text.splitlines() if line.startswith("::::{"))


def test_no_page_is_left_out(tmp_path):
    """A page that no section of the first page names stands among the how-to guides."""
    for name in ("index", "named", "new"):
        (tmp_path / f"{name}.md").write_text("# Page\n")
    text = with_contents(f"# Site\n\n## {OTHERS}\n\n- [Named](named.md)\n\n## Last\n\nNothing.\n", tmp_path)
    tree = text[text.index("```{toctree}") :]
    assert f":caption: {OTHERS}" in tree
    assert tree.splitlines()[4:6] == ["named", "new"]
