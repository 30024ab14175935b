"""yesterdaypy as a client: a backup of firewalls, Linodes, clusters and VPCs."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests.clients.calls import Calls
from tests.places import ROOT

pytest.importorskip("yesterdaypy", reason="yesterdaypy is not installed")

pytestmark = [pytest.mark.slow, pytest.mark.conformance]

PRODUCTS = {"firewall": "Firewall", "linode": "Instance", "lke": "LKECluster", "vpc": "VPC"}


def test_every_product_is_backed_up(account, served, tmp_path):
    """Each object becomes a file with what the API says of it, and a second run adds nothing."""
    account.make.vpc(label="net")
    account.make.lke_cluster(label="cluster")
    account.make.firewall(label="wall")
    calls = Calls("yesterdaypy")
    for product, name in PRODUCTS.items():
        for _ in range(2):
            calls.attempt(product, lambda product=product: run(served.url, tmp_path, product))
        kept = [json.loads(each.read_text(encoding="utf-8")) for each in (tmp_path / product).glob("*.json")]
        if {each["id"] for each in kept} != {row.id for row in account.state.rows(name)}:
            calls.failed(product, f"{len(kept)} files")
    assert calls.report() == []


def run(url, folder, product):
    """Back up one product, in a process of its own."""
    program = ["yesterdaypy.yesterdaypy", "--storage", str(folder), "--products", product]
    ended = subprocess.run(
        [sys.executable, "-m", "tests.clients.redirected", url, *program],
        env={**os.environ, "LINODE_TOKEN": "a-token", "PYTHONPATH": str(ROOT)},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    if ended.returncode:
        raise RuntimeError(ended.stdout + ended.stderr[-300:])
