"""Scenes of the recipes about tags, firewalls, volumes and DNS."""

from __future__ import annotations

import json
from pathlib import Path

from tests.proofs.cookbook.scene import Scene, scene

OFFICE = {"label": "office", "action": "ACCEPT", "protocol": "TCP", "ports": "22"}
ANYONE = {"label": "web", "action": "ACCEPT", "protocol": "TCP", "ports": "443", "addresses": {"ipv4": ["0.0.0.0/0"]}}


def rules(*inbound):
    """Give the rules of a firewall that lets in only so much."""
    return {"inbound": list(inbound), "outbound": [], "inbound_policy": "DROP", "outbound_policy": "ACCEPT"}


@scene("add-a-tag-to-all-linodes-of-a-region")
def edge(sim):
    """Twenty Linodes in the region, five elsewhere."""
    for at in range(25):
        sim.make.instance(label=f"web-{at}", region="us-east" if at < 20 else "eu-west", tags=["web"])
    return Scene(1 + 1)


@scene("replace-a-tag-by-another-wherever-it-is")
def staging(sim):
    """Four Linodes, two volumes and a zone with the tag; others without."""
    for at in range(6):
        sim.make.instance(label=f"web-{at}", region="us-east", tags=["stage", "web"] if at < 4 else ["web"])
        sim.make.volume(label=f"data-{at}", region="us-east", tags=["stage"] if at < 2 else [])
    sim.make.domain(domain="example.org", tags=["stage"])
    return Scene(1 + 1 + 1)


@scene("change-one-rule-in-all-firewalls")
def office(sim):
    """Six firewalls with the rule: four with the old address, one with the new one, and one without the rule."""
    for at in range(6):
        address = "198.51.100.7/32" if at == 4 else "203.0.113.9/32"
        own = [] if at == 5 else [{**OFFICE, "addresses": {"ipv4": [address]}}]
        sim.make.firewall(label=f"wall-{at}", rules=rules(ANYONE, *own))
    return Scene(1 + 4)


@scene("let-my-new-address-at-home-through-the-firewall")
def home(sim):
    """A firewall with the rule, and another one."""
    rule = {**OFFICE, "label": "home", "addresses": {"ipv4": ["203.0.113.9/32"]}}
    sim.make.firewall(label="admin", rules=rules(ANYONE, rule))
    sim.make.firewall(label="other", rules=rules(ANYONE))
    return Scene(1 + 1, arguments=("198.51.100.23",))


@scene("delete-the-volumes-that-are-attached-to-nothing")
def unattached(sim):
    """Three free volumes, one of them to keep beside, and two that are attached."""
    host = sim.make.instance(label="db", region="us-east")
    for at in range(6):
        sim.make.volume(
            label=f"data-{at}",
            region="us-east",
            linode=host if at > 3 else None,
            tags=["keep"] if at == 3 else [],
        )
    return Scene(1 + 3)


@scene("change-the-ttl-of-all-records-in-all-zones")
def ttl(sim):
    """Three zones with five records each, four of them with another TTL."""
    for name in ("example.org", "example.net", "example.com"):
        zone = sim.make.domain(domain=name)
        for at in range(5):
            sim.make.domain_record(
                domain=zone, type="A", name=f"h{at}", target=f"192.0.2.{at + 1}", ttl_sec=300 if at == 0 else 86400
            )
    return Scene(1 + 3 + 12)


def zone(sim, **records):
    """Make the zone `example.org` with A records, and another one."""
    made = sim.make.domain(domain="example.org")
    sim.make.domain(domain="example.net")
    for name, target in records.items():
        sim.make.domain_record(domain=made, type="A", name=name, target=target)
    return made


@scene("let-a-record-follow-my-address")
def dynamic(sim):
    """A zone whose record has an older address."""
    zone(sim, home="203.0.113.9", www="192.0.2.1")
    return Scene(1 + 1 + 1, arguments=("198.51.100.23",))


@scene("prove-to-an-acme-server-that-names-are-mine")
def acme(sim):
    """Four challenges."""
    zone(sim, www="192.0.2.1")
    tokens = {f"_acme-challenge.{name}": f"token-of-{name}" for name in ("www", "api", "mail", "shop")}
    Path("challenges.json").write_text(json.dumps(tokens))
    return Scene(1 + 4 + 4)


@scene("make-a-zone-what-a-file-says")
def zone_file(sim):
    """One record to add, two to change, one to delete, and one that is right."""
    zone(sim, www="192.0.2.1", api="192.0.2.2", shop="192.0.2.3", old="192.0.2.4")
    rows = [("www", "192.0.2.1"), ("api", "192.0.2.20"), ("shop", "192.0.2.30"), ("new", "192.0.2.5")]
    text = "".join(f"A,{name},{target}\n" for name, target in rows)
    Path("example.org.csv").write_text(f"type,name,target\n{text}")
    return Scene(1 + 1 + 1 + 2 + 1)


@scene("serve-many-zones-from-files")
def zone_files(_):
    """Three files with two records each."""
    Path("zones").mkdir()
    for name in ("example.org", "example.net", "example.com"):
        rows = [{"type": "A", "name": each, "target": "192.0.2.1"} for each in ("www", "api")]
        Path("zones", f"{name}.json").write_text(json.dumps(rows))
    return Scene(3 + 6)


@scene("warn-when-the-transfer-pool-is-almost-used-up")
def pool(sim):
    """A pool of which more than 80 % are used."""
    sim.change("/account/transfer", quota=9000, used=8000)
    return Scene(1)
