"""Scenes of the recipes about stacks, images, NodeBalancers, addresses, databases, clusters and buckets."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from tests.proofs.cookbook.scene import Scene, scene
from tests.proofs.cookbook.scenes_names import ANYONE, rules


@scene("build-a-shop-network-firewall-servers-volume-balancer-and-name")
def shop(_):
    """An empty account: VPC, firewall, three Linodes, volume, balancer, zone and record."""
    return Scene(1 + 1 + 3 + 1 + 1 + 1 + 1)


@scene("make-forty-workers-and-wait-until-all-of-them-run")
def workers(_):
    """An empty account, and a public key."""
    Path("id_ed25519.pub").write_text("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHd1bm5lcmZ1bA me@example.org\n")
    return Scene(40, waits=True)


@scene("make-a-private-network-whose-servers-have-a-public-side-as-well")
def mesh(sim):
    """A firewall that is there."""
    sim.make.firewall(label="default", rules=rules(ANYONE))
    return Scene(1 + 1 + 3)


@scene("keep-the-last-three-images-of-each-family")
def images(sim):
    """Five images of one family, five of another, and two of a third."""
    for family, count in (("web", 5), ("db", 5), ("base", 2)):
        for at in range(count):
            made = sim.clock.now() - timedelta(days=30 * (count - at))
            sim.make.image(label=f"{family}-{at}", is_public=False, created=made)
    return Scene(1 + 4)


def balancers(sim, *ports):
    """Make NodeBalancers, each with a configuration for HTTPS on the first port, and for HTTP on others."""
    for at in range(3):
        balancer = sim.make.node_balancer(label=f"front-{at}", region="us-east")
        for port in ports:
            secure = {"ssl_cert": "OLD", "ssl_key": "OLD"} if port == 443 else {}
            protocol = "https" if port == 443 else "http"
            sim.add(f"/nodebalancers/{balancer.id}/configs", port=port, protocol=protocol, **secure)


@scene("put-a-new-certificate-on-all-nodebalancers")
def certificates(sim):
    """Three NodeBalancers that speak HTTPS and HTTP."""
    balancers(sim, 443, 80)
    Path("cert.pem").write_text("-----BEGIN CERTIFICATE-----\nTmV3\n-----END CERTIFICATE-----\n")
    Path("key.pem").write_text("-----BEGIN PRIVATE KEY-----\nTmV3\n-----END PRIVATE KEY-----\n")
    return Scene(1 + 3 + 3)


@scene("deploy-to-one-backend-after-the-other-while-it-gets-no-traffic")
def drain(sim):
    """One NodeBalancer with three nodes."""
    sim.add("/nodebalancers", label="shop", region="us-east", configs=[shop_config()])
    return Scene(1 + 1 + 1 + 2 * 3)


def shop_config():
    """Give a configuration with three nodes."""
    nodes = [{"label": f"web-{at}", "address": f"192.168.1.{at + 1}:80"} for at in range(3)]
    return {"port": 80, "protocol": "http", "nodes": nodes}


@scene("put-three-new-backends-behind-a-nodebalancer-in-one-step")
def swap(sim):
    """One NodeBalancer with three nodes, which are all replaced."""
    sim.add("/nodebalancers", label="shop", region="us-east", configs=[shop_config()])
    return Scene(1 + 1 + 1)


@scene("give-all-addresses-the-name-of-their-linode")
def names(sim):
    """Eight Linodes, two of which have their names."""
    for at in range(8):
        made = sim.make.instance(label=f"web-{at}", region="us-east")
        if at >= 6:
            sim.exchange("PUT", f"/networking/ips/{made.ipv4[0]}", body={"rdns": f"web-{at}.example.org"})
    return Scene(1 + 1 + 6)


@scene("let-a-new-network-reach-all-databases")
def allow(sim):
    """Two MySQL databases and one of PostgreSQL."""
    for at in range(2):
        sim.make.mysql_database(label=f"shop-{at}", region="us-east", allow_list=["192.0.2.0/24"])
    sim.make.postgresql_database(label="blog", region="us-east", allow_list=["192.0.2.0/24"])
    return Scene(1 + 1 + 3)


@scene("make-a-database-and-say-where-it-is")
def database(_):
    """An empty account."""
    return Scene(1, waits=True)


@scene("bring-all-clusters-to-one-version")
def versions(sim):
    """Two clusters of an older version, and one that is right."""
    for name, version in (("blue", "1.34"), ("green", "1.34"), ("red", "1.35")):
        sim.make.lke_cluster(label=name, region="us-east", k8s_version=version)
    return Scene(1 + 2)


@scene("let-all-node-pools-grow-to-ten-nodes")
def autoscaler(sim):
    """Two clusters with two pools each."""
    for name in ("blue", "green"):
        pools = [{"type": "g6-standard-2", "count": 2}, {"type": "g6-standard-4", "count": 1}]
        sim.add("/lke/clusters", label=name, region="us-east", k8s_version="1.35", node_pools=pools)
    sim.clock.advance(600)
    return Scene(1 + 2 + 4)


@scene("make-a-bucket-and-a-key-that-opens-nothing-else")
def bucket(_):
    """An empty account."""
    return Scene(1 + 1)


@scene("name-the-buckets-that-hold-more-than-100-gb")
def buckets(sim):
    """Three buckets, two of them large."""
    for at, size in enumerate((5, 200, 900)):
        sim.make.object_storage_bucket(label=f"backups-{at}", region="us-east", size=size * 10**9)
    return Scene(1)
