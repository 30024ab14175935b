"""Drives every operation of the description against one simulated account, and holds the answers against its schemas."""

from __future__ import annotations

import re
from collections import Counter, defaultdict

import pytest

from linode_orm.mapping.containers import ListOf
from linode_orm.simulator.schema import declared
from tests.simulator.driver import Driver, described, key_of, needed
from tests.simulator.schema import differences

pytestmark = [needed, pytest.mark.conformance]

ORDER = {"GET": 0, "PUT": 1, "POST": 2, "DELETE": 3}
# Where a recording, or what the official library does with the answer, contradicts the description.
SETTLED = {
    r"usd is float for integer": "TestGetPayment_found#0",
    r"(maximum|minimum|example) is float for integer": "TestDatabasePostgres_EngineConfig_Get#0",
    r"is_shared is bool for string": "TestImage_CloudInit#3",
    r"image_sharing is dict for string": "TestImage_CloudInit#3",
    r"details is dict for string": "TestLogStream_Create_TwoDestinations#6",
    r"widgets\[\]\.size is int for string": "TestMonitorDashboards_Get#0",
    r"apps\.\w+ is int for boolean": "TestLongviewClient_Create#0",
    r"^id is str for integer": "TestMonitorAlertDefinitionEntities_List#1, TestNodeBalancerType_List#0",
    r"ipv4\.vpc\[\]\.ipv6_\w+ is missing": "TestVPC_Subnet_WithInstance#6",
    r"entity\.id is str for integer": "TestWaitForResourceFree#2",
    r"pg\.pg_\w+(\.\w+)? is missing": "keys with a dot, TestDatabasePostgres_EngineConfig_Get#0",
    r"engine_config\.\S+ is missing": "TestDatabaseMySQL_EngineConfig_Create_NullableFieldAsNilValue#1",
}
OPERATIONS = {
    "GET /profile/grants": "204 without a body, TestGrantsList#0",
    "GET /monitor/services/{}": "no page, TestMonitorServices_Get#1",
    "GET /networking/firewalls/{}/history/rules/{}": "the rules alone, the official library's fixture",
    "GET /profile/preferences": "whatever a client put there",
    "GET /tags/{}": "objects of several classes, TestTag_CreateTagWithReservedIP#3",
    "POST /images/sharegroups/{}/images": "a page of what was added, TestImageSharing_Suite#12",
    "POST /linode/instances/{}/interfaces": "one interface, whose schema names the list as well",
}


@pytest.fixture(scope="module")
def outcomes():
    """Send every operation once: reads first, deletes last and from the inside out."""
    driver = Driver()

    def turn(operation):
        inside_out = -operation["path"].count("{") if operation["method"] == "DELETE" else 0
        return ORDER[operation["method"]], inside_out

    return [(each, *driver.run(each)) for each in sorted(driver.operations, key=turn)]


@pytest.fixture(scope="module")
def sometimes():
    """Give the keys that recordings show to be missing at times: the last two parts of their path."""
    return {each for resource in declared() for each in _absent(resource.fields, "")}


def _absent(fields, above):
    for key, field in fields.items():
        if field.absent:
            yield f"{above}{key}"
        is_list = isinstance(field.codec.bare, ListOf)
        for nested in field.codec.nested:
            yield from _absent(nested.__mapper__.keys, f"{key}{'[]' if is_list else ''}.")


def test_every_operation_answers(outcomes):
    """Each of the 463 operations, and of the 39 older ones, is answered with 200, or the 204 that was recorded."""
    assert len(outcomes) == len(described()) >= 502
    said = Counter(status for _, status, _ in outcomes)
    by_service = defaultdict(Counter)
    for operation, status, _ in outcomes:
        by_service[operation["service"]]["all"] += 1
        by_service[operation["service"]]["answered"] += status in {200, 204}
    print("\n" + "\n".join(f"  {name:17} {each['answered']:3} of {each['all']:3}" for name, each in by_service.items()))
    wrong = [f"{key_of(each)}: {status} {body}" for each, status, body in outcomes if status not in {200, 204}]
    assert not wrong, said
    assert [key_of(each) for each, status, _ in outcomes if status == 204] == ["GET /profile/grants"]


def test_answers_are_in_shape(outcomes, sometimes):
    """Answers have the keys and types of their schemas, but for what recordings settle otherwise."""
    wrong, settled = {}, Counter()
    for operation, _, body in outcomes:
        found = list(differences(operation, body))
        if key_of(operation) in OPERATIONS:
            assert found or key_of(operation) == "GET /tags/{}", f"{key_of(operation)} is no exception any more"
            settled[OPERATIONS[key_of(operation)]] += 1
            continue
        left = [each for each in found if not _is_settled(each, sometimes, settled)]
        if left:
            wrong[key_of(operation)] = left
    print("\n" + "\n".join(f"  {number:3} x {reason}" for reason, number in settled.most_common()))
    assert not wrong
    assert not set(SETTLED.values()) - settled.keys(), "no exception any more"


def _is_settled(difference, sometimes, settled):
    key, _, what = difference.partition(" is ")
    short = re.sub(r"^.*?([^.]+\.)?([^.]+)$", r"\1\2", key)
    if what == "missing" and (short in sometimes or key in sometimes):
        settled["may be missing, by recordings"] += 1
        return True
    reason = next((reason for pattern, reason in SETTLED.items() if re.search(pattern, difference)), None)
    if reason is not None:
        settled[reason] += 1
    return reason is not None


def test_a_path_that_nobody_knows_is_not_found():
    """What the description has not, and a method that a path has not, are refused as the API does."""
    driver = Driver()
    assert driver.sim.exchange("GET", "/kettles").status == 404
    assert driver.sim.exchange("DELETE", "/profile").status == 405
