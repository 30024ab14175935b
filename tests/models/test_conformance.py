"""Every declared resource has the paths, verbs, fields, types and marks of the API's description."""

from __future__ import annotations

import random
import re
import subprocess
import sys
from pathlib import Path

import pytest

from linode_orm import models
from linode_orm.mapping.fields import KINDS
from tests.models.conformance import count, differences, needed, resources
from tests.table import note

pytestmark = [needed, pytest.mark.conformance]


def declared():
    """Give each declared class that is described, with its description."""
    described = resources()
    return [(getattr(models, name).__mapper__, described[name]) for name in models.INDEX if name in described]


@pytest.fixture(scope="module")
def known():
    """Give the differences as they are: those that recordings and judgement asked for."""
    return {mapper.name: set(differences(mapper, described)) for mapper, described in declared()}


# One class per thing, whichever path leads to it; a picture is a file and no object.
ALIKE = {
    "InstanceIPAddress": "IPAddress",
    "ReservedIPAddress": "IPAddress",
    "OAuthClientThumbnail": "OAuthClient.thumbnail(), set_thumbnail()",
}

EXCEPTIONS = {
    r"IPAddress\.(linode_id|reserved): filterable True": "TestIPAddresses_List#3 and #5 filter by them",
    r"IPv6Range\.region: filterable True": "TestIPv6Range_Instance_List#3 filters by it",
    r"PlacementGroup\.id: filterable True": "TestPlacementGroup_basic#5 filters by it",
    r"Config\.interfaces\.ipv6\.(ranges|slaac)\.range: mutable True": "TestVPC_ListAllIPv6Addresses#4 sets it",
    r"Config\.interfaces: filterable True": "TestVLANs_GetIPAMAddress#5 filters by the label of one",
    r"Image\.image_sharing: .* for string": "TestImage_CloudInit#3 answers an object",
    r"Image\.is_shared: .* for string": "TestImage_CloudInit#3 answers a truth value",
    r"MetricDefinition\.is_alertable: filterable True": "TestMonitorMetricDefinitions_Get#1 filters by it",
    r"NodeBalancer\.type: createable True": "TestNodeBalancer_Create_Type#1 gives it",
    r"NodeBalancer\.client_udp_sess_throttle: .*": "TestNodeBalancer_UDP#1 gives it",
    r"ObjectStorageBucket\.cluster: createable True": "TestObjectStorageObject_ACLConfig_Update#0 gives it",
    r"PostgreSQLConfig\.pg\.pg_stat_statements\.track\.type: str for array": "TestDatabasePostgres_EngineConfig_Get#0 "
    "answers a string",
    r"FirewallVersion\.verbs: .*": "no field is its id: firewall.rules_version(version=...) reads one",
    r"UserPreferences\.(key1|key2): not declared": "keys of an example; the document has the user's own",
    r"UserPreferences\.verbs: .*": "a document without declared keys: read() and replace()",
    r"LKENodePool\.(k8s_version|label|update_strategy): mutable True": "linode_api4: mutable; its test "
    "test_lke_cluster_enterprise changes them",
    r"StreamDestination(History)?\.details: .* for string": "TestLogStream_Create_TwoDestinations#6 answers an object",
    r"LKENode\.path: .*": "the description has no collection of nodes; the path is what its items lie under",
}


def test_declarations_agree_with_the_description(known):
    """Every declared field has the described type and marks; exceptions are few, and each has its reason."""
    total = sum(count(described["fields"]) for _, described in declared())
    found = [f"{name}.{each}" for name, all_of_it in sorted(known.items()) for each in sorted(all_of_it)]
    unexplained = [each for each in found if not any(re.fullmatch(pattern, each) for pattern in EXCEPTIONS)]
    reasons = [
        f"{each} ({why})" for each in found for pattern, why in EXCEPTIONS.items() if re.fullmatch(pattern, each)
    ]
    note(
        "resources declared",
        f"{len(known)} of {len(resources())}",
        "all, under some name",
        [f"{a} is {b}" for a, b in ALIKE.items()],
    )
    seen = f"{total - len(found)} of {total} ({1 - len(found) / total:.2%})"
    note("fields with equal type, filterable, mutable", seen, "100 %, exceptions <= 1 %", reasons)
    assert not unexplained
    assert resources().keys() - known.keys() == ALIKE.keys()
    assert len(found) <= total * 0.01


def mutants(wanted):
    """Change one kind, flag or path in a declaration, one after the other, and take it back."""
    pick = random.Random(20261124)
    pool = [pair for pair in declared() if pair[0].fields]
    for mapper, described in pick.sample(pool, wanted):
        fields = [each for each in mapper.fields.values() if each.key in described["fields"]]
        field = pick.choice(fields)
        kind = pick.choice(["kind", "filterable", "path", "type"])
        if kind == "path":
            target, name, value = mapper, "item_path" if mapper.singleton else "path", mapper.path + "s"
            if not mapper.singleton and not described["collection_path"]:
                target, name, value = mapper, "item_path", mapper.item_path + "s"
        elif kind == "filterable":
            target, name, value = field, "filterable", not field.filterable
        elif kind == "type":
            target, name, value = field, "text", "bool" if "bool" not in field.text else "datetime"
        else:
            other = "ReadOnly" if field.mutable or field.createable or field.is_write_only else "Field"
            target, name, value = field, "__class__", KINDS[other]
        yield f"{mapper.name}.{getattr(target, 'name', '')} {kind}", mapper, described, target, name, value


@pytest.mark.parametrize("wanted", [100])
def test_mutants_are_caught(known, wanted):
    """Of a hundred declarations with one kind, flag, path or type changed, at least 95 are noticed."""
    missed = []
    for what, mapper, described, target, name, value in mutants(wanted):
        before = getattr(target, name)
        setattr(target, name, value)
        try:
            if set(differences(mapper, described)) == known[mapper.name]:
                missed.append(what)
        finally:
            setattr(target, name, before)
    note("mutants caught: one kind, flag, path or type", f"{wanted - len(missed)} of {wanted}", ">= 95 %", missed)
    assert len(missed) <= wanted * 0.05, missed


def test_no_model_module_is_long():
    """Declarations are read by people: no module of a service has more than 250 lines."""
    folder = Path(models.__file__).parent
    lengths = {file.relative_to(folder): len(file.read_text().splitlines()) for file in folder.glob("*/*.py")}
    largest = max(lengths, key=lengths.__getitem__)
    note("largest model module", f"{largest}: {lengths[largest]} lines", "<= 250")
    assert lengths[largest] <= 250


def test_models_load_when_first_named():
    """`import linode_orm` loads no model; naming one loads it and what it is made of, and no other resource."""
    code = (
        "import sys, linode_orm; count = lambda: sum(each.startswith('linode_orm.models.') for each in sys.modules); "
        "before = count(); linode_orm.Volume; print(before, count(), len(linode_orm.models.INDEX))"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    before, one, known = map(int, said.split())
    note("model modules loaded by import, by naming Volume", f"{before}, {one} (of {known} resources)", "0, a few")
    assert (before, one <= 6) == (0, True)
