"""Every key of every request of the description is acted upon, or refused by name."""

from __future__ import annotations

import inspect
import re
import sys

import pytest

from linode_orm.simulator import Simulator, hooks
from linode_orm.simulator.effects.tags import PLURALS
from linode_orm.simulator.request_keys import REFUSED, UNSEEN
from tests.proofs.recordings.corpus import lines
from tests.proofs.recordings.corpus import needed as recordings_needed
from tests.simulator.driver import described, key_of, needed
from tests.table import note

BY_REQUEST = (hooks.check, hooks.after, hooks.answer, hooks.listing, hooks.instead, hooks.rewrite)
BY_COLLECTION = (hooks.fill, hooks.born, hooks.ready)
SHARE = 5.0


def _modules(key, template):
    """Give the modules of the effects of a request, and the modules of effects that they use."""
    found = [(book, key) for book in BY_REQUEST] + [(book, template) for book in BY_COLLECTION]
    own = {hook.__module__ for book, name in found for hook in book._hooks.get(name, ())}
    used = {
        each.__module__
        for name in own
        for each in vars(sys.modules[name]).values()
        if getattr(each, "__module__", "").startswith("linode_orm.simulator.effects")
    }
    return own | used


def _sent():
    """Give each key that a body of the description holds, with its request and the route here."""
    sim = Simulator()
    for operation in described():
        if operation["method"] not in {"POST", "PUT"}:
            continue
        match = sim.router.match(operation["method"], re.sub(r"{\w+}", "1", operation["path"]))
        route = match.route if match is not None else None
        for key, facts in operation["request"].items():
            if not facts.get("read_only") and not re.search(r"[.\[{]", key):
                yield key_of(operation), key, route


def _is_shown(route, key):
    """Whether the object itself keeps the value, or children are made of it."""
    field = route.resource.fields.get(key)
    if route.verb == "write":
        return True
    if route.verb in {"create", "update"} and field is not None and not field.is_write_only:
        return field.takes(route.verb) or route.resource.singleton
    return route.verb == "create" and key in {each.create_key for each in route.resource.alternate_paths}


@needed
def test_every_key_is_acted_upon_or_refused():
    """A key is shown, read by an effect, of no visible consequence for a stated reason, or refused by name."""
    dropped, refused, number = [], 0, 0
    for request, key, route in _sent():
        number += 1
        assert route is not None, request
        source = "".join(inspect.getsource(sys.modules[name]) for name in _modules(request, route.resource.template))
        refused += key in REFUSED.get(request, {})
        copies = "in row.body" in source and key in route.resource.fields
        if _is_shown(route, key) or copies or re.search(rf"""["']{key}["']""", source):
            continue
        if request == "POST /tags" and key in PLURALS.values():
            continue
        if key not in UNSEEN.get(request, {}) and key not in REFUSED.get(request, {}):
            dropped.append(f"{request}: {key}")
    percent = 100 * refused / number
    note("simulator: keys of requests refused by name", f"{percent:.2f} % of {number}", f"<= {SHARE} %", dropped)
    assert not dropped
    assert number > 600
    assert percent <= SHARE


@needed
def test_the_tables_name_keys_that_there_are():
    """No reason is kept for a key that no body holds."""
    there = {(request, key) for request, key, _ in _sent()}
    named = {(request, key) for table in (UNSEEN, REFUSED) for request, keys in table.items() for key in keys}
    assert named - there == set()


@recordings_needed
def test_no_recording_sends_what_is_refused():
    """What real clients sent, and the API took, is taken here."""
    sent = set()
    for line in lines():
        if isinstance(line["request"], dict) and line["status"] == 200:
            request = f"{line['method']} {re.sub(r'/[^/]*[0-9][^/]*', '/{}', line['path'])}"
            sent |= {(request, key) for key, value in line["request"].items() if value}
    assert sent
    assert not sent & {(request, key) for request, keys in REFUSED.items() for key in keys}


@pytest.mark.parametrize(("request_", "key"), [(name, key) for name, keys in REFUSED.items() for key in keys])
def test_a_refused_key_is_named(request_, key):
    """The refusal names the key, and null asks for nothing."""
    method, path = request_.split(" ")
    with Simulator() as sim:
        body = {"summary": "help", "description": "please"}
        reply = sim.exchange(method, path, body={**body, key: "some"}, version="v4beta")
        assert reply.status == 400
        assert key.encode() in reply.content
        assert sim.exchange(method, path, body={**body, key: None}, version="v4beta").status == 200
