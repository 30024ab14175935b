"""Scenes of the recipes about rolling work."""

from __future__ import annotations

from tests.proofs.cookbook.scene import Scene, scene


def fleet(sim, count, **values):
    """Make Linodes that are alike."""
    return [
        sim.make.instance(label=f"web-{at}", **{"region": "us-east", "tags": ["web"], **values}) for at in range(count)
    ]


@scene("reboot-a-fleet-with-at-most-three-down")
def reboot(sim):
    """Nine Linodes with the tag, and one without."""
    fleet(sim, 9)
    sim.make.instance(label="db", region="us-east")
    return Scene(1 + 9, waits=True)


@scene("resize-all-small-linodes-five-at-a-time")
def resize(sim):
    """Ten small Linodes, and two larger ones."""
    fleet(sim, 10, type="g6-nanode-1")
    for at in range(2):
        sim.make.instance(label=f"db-{at}", region="us-east", type="g6-standard-4")
    return Scene(1 + 10, waits=True)


@scene("take-a-snapshot-of-all-production-linodes")
def snapshot(sim):
    """Eight production Linodes with backups, one without, and one of another kind."""
    for each in fleet(sim, 8, tags=["prod"]):
        sim.exchange("POST", f"/linode/instances/{each.id}/backups/enable")
    sim.make.instance(label="new", region="us-east", tags=["prod"])
    sim.make.instance(label="dev", region="us-east", tags=["dev"])
    return Scene(1 + 8, waits=True)


@scene("move-a-fleet-to-another-region")
def move(sim):
    """Six Linodes in the region, one more in a VPC there, and one elsewhere."""
    fleet(sim, 6)
    sim.make.instance(label="far", region="eu-west")
    inside = sim.make.instance(label="inside", region="us-east")
    vpc = sim.make.vpc(label="net", region="us-east")
    subnet = sim.make.vpc_subnet(vpc=vpc, label="apps", ipv4="10.0.0.0/24")
    config = sim.make.config(instance=inside, label="boot")
    sim.add(
        f"/linode/instances/{inside.id}/configs/{config.id}/interfaces",
        purpose="vpc",
        subnet_id=subnet.id,
        primary=True,
    )
    return Scene(1 + 1 + 6, waits=True)


@scene("recycle-the-node-pools-of-all-clusters-one-after-the-other")
def recycle(sim):
    """Two clusters with two pools each."""
    for name in ("blue", "green"):
        pools = [{"type": "g6-standard-2", "count": 2}, {"type": "g6-standard-4", "count": 1}]
        sim.add("/lke/clusters", label=name, region="us-east", k8s_version="1.35", node_pools=pools)
    sim.clock.advance(600)
    return Scene(1 + 2 + 4, waits=True)


@scene("boot-what-is-off-and-wait-until-it-runs")
def boot(sim):
    """Six Linodes that are off, and two that run."""
    fleet(sim, 6, status="offline")
    for at in range(2):
        sim.make.instance(label=f"db-{at}", region="us-east", status="running")
    return Scene(1 + 6, waits=True)


@scene("resize-a-volume-and-wait-until-it-is-larger")
def volumes(sim):
    """Three small volumes, a large one, and one of another name."""
    for at in range(4):
        sim.make.volume(label=f"data-{at}", region="us-east", size=100 if at == 3 else 20)
    sim.make.volume(label="logs", region="us-east", size=20)
    return Scene(1 + 3, waits=True)
