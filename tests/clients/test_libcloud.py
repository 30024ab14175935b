"""Apache Libcloud as a client: its driver of computers, and that of domains."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from tests.clients.calls import Calls

pytest.importorskip("libcloud", reason="apache-libcloud is not installed")

pytestmark = [pytest.mark.slow, pytest.mark.conformance]

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f libcloud"
# What the library itself does wrong, whoever answers.
DEFECTS: dict[str, str] = {}


@pytest.fixture
def drivers(served):
    """Give both drivers, connected to the served account."""
    from libcloud.compute.providers import get_driver as compute
    from libcloud.dns.providers import get_driver as dns

    place = urlsplit(served.url)
    options = {"secure": False, "host": place.hostname, "port": place.port, "api_version": "4.0"}
    return compute("linode")("a-token", **options), dns("linode")("a-token", **options)


def computers(calls, driver):
    """Make a node with everything that goes with one, change it, and take it away again."""
    sizes = calls.must("list_sizes", driver.list_sizes)
    images = calls.must("list_images", driver.list_images)
    places = calls.must("list_locations", driver.list_locations)
    size = next(each for each in sizes if each.id == "g6-standard-1")
    image = next(each for each in images if each.id == "linode/debian12")
    place = next(each for each in places if each.id == "us-east")
    calls.attempt("get_image", lambda: driver.get_image(image.id))
    calls.attempt("create_key_pair", lambda: driver.create_key_pair("pair", KEY))
    calls.attempt("list_key_pairs", driver.list_key_pairs)
    made = {"location": place, "size": size, "image": image, "name": "node", "root_pass": "Aeb7ou4ahphaeR8o!"}
    node = calls.must(
        "create_node", lambda: driver.create_node(**made, ex_authorized_keys=[KEY], ex_tags=["made-by-libcloud"])
    )
    found = calls.must("list_nodes", driver.list_nodes)
    if not any(each.id == node.id for each in found):
        calls.failed("list_nodes", "the node is not in it")
    calls.attempt("ex_get_node", lambda: driver.ex_get_node(node.id))
    for name in ("start_node", "reboot_node", "stop_node"):
        calls.attempt(name, lambda name=name: getattr(driver, name)(node))
    calls.attempt("ex_rename_node", lambda: driver.ex_rename_node(node, "renamed"))
    calls.attempt("ex_allocate_private_address", lambda: driver.ex_allocate_private_address(node))
    calls.attempt("ex_list_node_addresses", lambda: driver.ex_list_node_addresses(node))
    calls.attempt("ex_list_addresses", driver.ex_list_addresses)
    disks = calls.must("ex_list_disks", lambda: driver.ex_list_disks(node))
    picture = calls.attempt("create_image", lambda: driver.create_image(disks[0], name="picture", description="d"))
    calls.attempt("delete_image", lambda: driver.delete_image(picture))
    bigger = next(each for each in sizes if each.id == "g6-standard-2")
    calls.attempt("ex_resize_node", lambda: driver.ex_resize_node(node, bigger))
    disk = calls.attempt("ex_create_disk", lambda: driver.ex_create_disk(512, "disk", node, "ext4"))
    calls.attempt("stop_node", lambda: driver.stop_node(node))
    calls.attempt("ex_destroy_disk", lambda: driver.ex_destroy_disk(driver.ex_get_node(node.id), disk))
    volumes(calls, driver, node)
    calls.attempt("destroy_node", lambda: driver.destroy_node(node))


def volumes(calls, driver, node):
    """Make a volume, move it, and take it away again."""
    volume = calls.must(
        "create_volume", lambda: driver.create_volume("volume", 20, node=node, tags=["made-by-libcloud"])
    )
    calls.attempt("list_volumes", driver.list_volumes)
    calls.attempt("ex_get_volume", lambda: driver.ex_get_volume(volume.id))
    calls.attempt("detach_volume", lambda: driver.detach_volume(volume))
    volume = calls.must("ex_get_volume", lambda: driver.ex_get_volume(volume.id))
    calls.attempt("attach_volume", lambda: driver.attach_volume(node, volume))
    calls.attempt("ex_resize_volume", lambda: driver.ex_resize_volume(volume, 40))
    calls.attempt("ex_clone_volume", lambda: driver.ex_clone_volume(volume, "clone"))
    calls.attempt("detach_volume", lambda: driver.detach_volume(driver.ex_get_volume(volume.id)))
    calls.attempt("destroy_volume", lambda: driver.destroy_volume(driver.ex_get_volume(volume.id)))


def domains(calls, driver):
    """Make a zone with records, change them, and take them away again."""
    zone = calls.attempt(
        "create_zone", lambda: driver.create_zone("cloud.example.org", extra={"soa_email": "a@example.org"})
    )
    calls.attempt("list_zones", driver.list_zones)
    calls.attempt("get_zone", lambda: driver.get_zone(zone.id))
    record = calls.must("create_record", lambda: driver.create_record("www", zone, "A", "192.0.2.1"))
    found = calls.must("list_records", lambda: driver.list_records(zone))
    if [(each.name, each.data) for each in found] != [("www", "192.0.2.1")]:
        calls.failed("list_records", found)
    calls.attempt("get_record", lambda: driver.get_record(zone.id, record.id))
    changed = calls.must("update_record", lambda: driver.update_record(record, data="192.0.2.2"))
    if changed.data != "192.0.2.2":
        calls.failed("update_record", changed)
    calls.attempt(
        "update_zone", lambda: driver.update_zone(zone, "cloud.example.org", extra={"tags": ["made-by-libcloud"]})
    )
    calls.attempt("delete_record", lambda: driver.delete_record(record))
    calls.attempt("delete_zone", lambda: driver.delete_zone(zone))


def test_everything_of_both_drivers_works(drivers):
    """Nodes, disks, volumes, images, addresses, zones and records are made, read, changed and removed."""
    calls = Calls("apache-libcloud")
    computers(calls, drivers[0])
    domains(calls, drivers[1])
    assert calls.report(DEFECTS) == []
