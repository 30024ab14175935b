"""Every operation is called through sessions and models, and what leaves equals the API's description."""

from __future__ import annotations

import re

import pytest

from linode_orm import Client, Session
from linode_orm.errors import LinodeORMError
from tests.models.calling import BY_HAND, call, ways
from tests.models.conformance import needed
from tests.models.described import asked, bare, operations, serving
from tests.places import ROOT
from tests.table import note

pytestmark = [pytest.mark.slow, needed, pytest.mark.conformance]

FILES = {"operations.json": 463, "operations_extra.json": 39}
PAGING = {"page", "page_size"}


@pytest.fixture(scope="module")
def server():
    """Serve the description."""
    with serving() as served:
        yield served


def wrong(url, described, operation, known):
    """Call one operation; say what of the request on the server's log is not as described."""
    at = f"{operation['method']} {bare(operation['path'])}"
    if at not in known and at not in BY_HAND:
        return "not declared"
    described.log.clear()
    described.lists_nothing = operation["method"] == "POST"  # what is made has the number of every sample
    with Client("t", base_url=url) as client, Session(client=client, volatile_ttl=None) as session:
        try:
            if at in BY_HAND:
                BY_HAND[at](session, asked(operation))
            else:
                call(session, known[at][-1 if queried(operation) else 0], operation)
        except (LinodeORMError, TypeError, AttributeError, KeyError, ValueError) as error:
            return f"{type(error).__name__}: {error}"[:300]
    return differences(described.log, operation)


def queried(operation):
    """Name what the query of an operation may hold beside the page."""
    return {each["name"] for each in operation["query_params"]} - PAGING


def differences(log, operation):
    """Say in what the last request of that method and path differs from the description."""
    pattern = re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(operation["path"]))
    mine = [each for each in log if each.method == operation["method"] and re.fullmatch(pattern, each.path)]
    if not mine:
        return f"sent {[(each.method, each.path) for each in log]}"
    sent, wanted = mine[-1], asked(operation)
    if sent.version != operation["api_version"]:
        return f"version {sent.version}"
    if sent.query.keys() - PAGING != queried(operation):
        return f"query {sent.query}"
    if operation.get("request_type"):
        kind = sent.headers["content-type"]
        return "" if kind.startswith(operation["request_type"]) and b"PNG 7" in sent.content else f"content {kind}"
    body = sent.body or {}
    return "" if body == wanted else f"body: {unlike(body, wanted)}"


def unlike(one, other):
    """Give only what differs."""
    if not isinstance(one, dict) or not isinstance(other, dict):
        return f"{one} for {other}"
    return {
        key: unlike(one.get(key), other.get(key)) for key in one.keys() | other.keys() if one.get(key) != other.get(key)
    }


@pytest.mark.filterwarnings("ignore::linode_orm.UnknownValue")  # the values that are sent are made up
@pytest.mark.parametrize(("file", "count"), FILES.items())
def test_every_operation_is_called(server, file, count):
    """Method, path, version, query and body of every operation, on the server's log, equal the description."""
    url, described = server
    known, found = ways(), {}
    for operation in operations(file):
        said = wrong(url, described, operation, known)
        if said:
            found[f"{operation['method']} {operation['path']}"] = said
    rest = [f"{at}: {said}" for at, said in found.items()]
    note(f"operations of {file} called, requests as described", f"{count - len(found)} of {count}", "all", rest)
    assert not found
    assert len(operations(file)) == count


# Operations that two things send: a field of one object and an object of its own, a list and the same with an option.
TWICE = {
    "PUT /networking/firewalls/{}/rules",
    "GET /networking/ips",
    "GET /object-storage/buckets/{}/{}/object-acl",
    "POST /linode/instances/{}/backups",  # `instance.snapshot()`, and a new `Backup`
    "PUT /object-storage/buckets/{}/{}/object-acl",
    "GET /profile/preferences",
}


ELSEWHERE = {
    "GET /entities": "API reference; linodego: ListEntities",
    "GET /iam/users/{}/entities/{}": "@linode/api-v4: getUserEntitiesByPermission",
    "GET /iam/delegation/child-accounts": "API reference",
    "GET /iam/delegation/child-accounts/{}/users": "API reference",
    "PUT /iam/delegation/child-accounts/{}/users": "API reference",
    "GET /iam/delegation/users/{}/child-accounts": "API reference",
    "GET /iam/delegation/profile/child-accounts": "API reference",
    "GET /iam/delegation/profile/child-accounts/{}": "API reference",
    "POST /iam/delegation/profile/child-accounts/{}/token": "API reference",
    "GET /iam/delegation/default-role-permissions": "API reference",
    "PUT /iam/delegation/default-role-permissions": "API reference",
    "GET /iam/role-permissions": "TestIAM_GetAccountRolePermissions#0",
    "GET /iam/users/{}/role-permissions": "TestIAM_GetUserRolePermissions#1",
    "PUT /iam/users/{}/role-permissions": "docs/api-notes.md#role-permissions",
    "GET /iam/users/{}/permissions/account": "docs/api-notes.md#bare-lists",
    "GET /iam/users/{}/permissions/{}/{}": "docs/api-notes.md#bare-lists",
}
"""What recordings or other sources show and the description does not have."""


def test_what_the_description_lacks_is_noted():
    """Each operation that other sources have stands in the notes, those that are recorded among the recordings."""
    page = (ROOT / "docs" / "api-notes.md").read_text(encoding="utf-8")
    other = {route for route, source in ELSEWHERE.items() if not source.startswith(("Test", "docs/"))}
    assert len(other) == 11
    assert {route for route in other if f"`{route}`" not in page} == set()


def test_no_operation_is_declared_twice():
    """Every operation has one place, but for those few that are named here; nothing is declared that no source has."""
    known = {f"{each['method']} {bare(each['path'])}" for file in FILES for each in operations(file)}
    assert {at for at, found in ways().items() if len(found) > 1} == TWICE
    assert ways().keys() | BY_HAND.keys() == known | ELSEWHERE.keys()
