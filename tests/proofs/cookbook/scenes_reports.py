"""Scenes of the recipes that report, export, compare, and clean up."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

from tests.proofs.cookbook.scene import Scene, scene
from tests.proofs.cookbook.scenes_names import ANYONE, OFFICE, rules

OPEN = {**OFFICE, "addresses": {"ipv4": ["0.0.0.0/0"]}}
CLOSED = {**OFFICE, "addresses": {"ipv4": ["198.51.100.7/32"]}}


def protected(sim, count):
    """Make Linodes, the first three of which stand behind a firewall."""
    wall = sim.make.firewall(label="default", rules=rules(ANYONE))
    for at in range(count):
        made = sim.make.instance(
            label=f"web-{at}", region="us-east", disk_encryption="disabled" if at == 2 else "enabled"
        )
        if at < 3:
            sim.add(f"/networking/firewalls/{wall.id}/devices", type="linode", id=made.id)


@scene("list-what-is-not-protected")
def unprotected(sim):
    """Eight Linodes, three behind a firewall, and two users, one with a second factor."""
    protected(sim, 8)
    sim.make.user(username="ann", tfa_enabled=True)
    sim.make.user(username="bob", tfa_enabled=False)
    return Scene(1 + 1 + 1)


@scene("put-every-linode-without-a-firewall-behind-one")
def bare(sim):
    """Eight Linodes, three behind a firewall."""
    protected(sim, 8)
    return Scene(1 + 1 + 5)


@scene("say-who-changed-what-in-the-last-day")
def changes(sim):
    """Changes of the last days, two of them of the last day."""
    volume = sim.make.volume(label="data", region="us-east")
    for name in ("older", "newer", "newest"):
        sim.exchange("PUT", f"/volumes/{volume.id}", body={"label": name})
        sim.clock.advance(20 * 3600)
    return Scene(1)


@scene("find-the-firewalls-that-let-everybody-reach-ssh")
def ssh(sim):
    """Two firewalls that do, and two that do not."""
    for at, rule in enumerate((OPEN, CLOSED, OPEN, ANYONE)):
        sim.make.firewall(label=f"wall-{at}", rules=rules(ANYONE, rule))
    return Scene(1)


def fleet(sim, count=120):
    """Make so many Linodes of several kinds."""
    kinds = [("web", "g6-nanode-1", "us-east"), ("db", "g6-standard-4", "eu-west"), ("job", "g6-standard-2", "us-ord")]
    for at in range(count):
        tag, size, region = kinds[at % 3]
        sim.make.instance(
            label=f"{tag}-{at}", type=size, region=region, tags=[tag], status="offline" if at % 10 == 0 else "running"
        )


@scene("print-an-inventory-for-ansible")
def ansible(sim):
    """120 Linodes."""
    fleet(sim)
    return Scene(1)


@scene("write-the-targets-of-prometheus")
def prometheus(sim):
    """120 Linodes, twelve of which are off."""
    fleet(sim)
    return Scene(1)


@scene("say-which-linode-each-volume-is-attached-to")
def attached(sim):
    """Twelve volumes, ten of them attached."""
    for at in range(12):
        host = sim.make.instance(label=f"db-{at}", region="us-east") if at < 10 else None
        sim.make.volume(label=f"data-{at}", region="us-east", linode=host)
    return Scene(1 + 1)


@scene("ask-duckdb-where-the-memory-is")
def memory(sim):
    """120 Linodes."""
    fleet(sim)
    return Scene(1)


@scene("write-what-i-have-as-import-blocks-of-terraform")
def terraform(sim):
    """Linodes, volumes and zones."""
    for at in range(4):
        sim.make.instance(label=f"web-{at}", region="us-east")
        sim.make.volume(label=f"data-{at}", region="us-east")
        sim.make.domain(domain=f"example-{at}.org")
    return Scene(3)


@scene("fail-a-build-where-the-account-differs-from-what-is-written-down")
def drift(sim):
    """Three firewalls are written down: one is as written, one has another rule, one is missing."""
    wanted = []
    for name in ("as-written", "changed", "missing"):
        inbound = [{**CLOSED, "addresses": {"ipv4": ["198.51.100.7/32"]}}]
        wanted.append({"label": name, "rules": rules(*inbound), "tags": ["prod"]})
    Path("firewalls.json").write_text(json.dumps(wanted))
    sim.make.firewall(label="as-written", rules=wanted[0]["rules"], tags=["prod"])
    sim.make.firewall(label="changed", rules=rules(OPEN), tags=["prod"])
    sim.make.firewall(label="other", rules=rules(ANYONE))
    return Scene(1)


@scene("say-what-each-tag-cost-last-month")
def spent(sim):
    """Three invoices; the lines of the newest name four Linodes, two volumes and one thing that is gone."""
    for _ in range(2):
        sim.make.invoice()
    last = sim.make.invoice()
    for at in range(4):
        sim.make.instance(label=f"web-{at}", region="us-east", tags=["web"] if at < 3 else ["db", "prod"])
    for at in range(2):
        sim.make.volume(label=f"data-{at}", region="us-east", tags=["db"])
    for name in ("web-0", "web-1", "web-2", "web-3", "data-0", "data-1", "gone"):
        sim.make.invoice_item(invoice=last, label=f"Something 2GB - {name} (1234)", amount=12.5, total=13.75)
    return Scene(1 + 1 + 1 + 1)


@scene("say-what-the-linodes-of-each-tag-cost-a-month")
def costs(sim):
    """Thirty Linodes of three kinds."""
    fleet(sim, 30)
    return Scene(1 + 1)


@scene("delete-what-a-build-has-left-for-more-than-six-hours")
def left(sim):
    """Old and new Linodes and volumes of two builds, and what belongs to none."""
    old, new = sim.clock.now() - timedelta(hours=20), sim.clock.now() - timedelta(hours=1)
    for at in range(5):
        made = old if at < 3 else new
        host = sim.make.instance(label=f"ci-{at}", region="us-east", tags=[f"ci-{at % 2}"], created=made)
        if at < 2:
            sim.make.volume(label=f"ci-{at}", region="us-east", tags=[f"ci-{at}"], linode=host, created=made)
    sim.make.instance(label="web", region="us-east", tags=["web"], created=old)
    return Scene(1 + 2 + 5)
