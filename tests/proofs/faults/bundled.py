"""A second unit of work, which takes two requests in place of nine, written twice: by a user and by hand."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING, Any

from linode_orm.models import Instance, NodeBalancer, NodeBalancerNode
from tests.proofs.faults.fake_account import FakeAccount, Refusal
from tests.proofs.faults.workload import Call, Workload

if TYPE_CHECKING:
    from collections.abc import Mapping

    from linode_orm import Session
    from linode_orm.mapping import Model

_REBUILD = re.compile(r"(/nodebalancers/\d+/configs)/(\d+)/rebuild")
CONFIG = r"/nodebalancers/\d+/configs/\d+"


class Shared(FakeAccount):
    """An account that takes nodes in a rebuild, and objects in a tag's POST."""

    def _handle(
        self, method: str, path: str, query: Mapping[str, str], x_filter: dict[str, Any] | None, body: Any
    ) -> Any:
        found = _REBUILD.fullmatch(path)
        if method == "POST" and found:
            return self._rebuild(found[1], int(found[2]), body)
        if method == "POST" and path == "/tags":
            return self._tag(body)
        return super()._handle(method, path, query, x_filter, body)

    def _rebuild(self, configs: str, identity: int, body: dict[str, Any]) -> dict[str, Any]:
        """Write the configuration and exactly these nodes; those without an id are new."""
        row, nodes = self._row(configs, identity), f"{configs}/{identity}/nodes"
        row |= {key: value for key, value in body.items() if key != "nodes"}
        given = {each["id"]: each for each in body["nodes"] if "id" in each}
        for unknown in given.keys() - self._rows(nodes).keys():
            raise Refusal(400, f"node {unknown} is not there", "nodes")
        for gone in self._rows(nodes).keys() - given.keys():
            self._delete(nodes, self._row(nodes, gone), f"{nodes}/{gone}")
        for each, values in given.items():
            self._row(nodes, each).update(values)
        for each in body["nodes"]:
            if "id" not in each:
                self._create(nodes, each)
        return row

    def _tag(self, body: dict[str, Any]) -> dict[str, Any]:
        """Make a tag that is not there, and put it on Linodes."""
        label, linodes = body["label"], self.rows["/linode/instances"]
        if any(label in row["tags"] for row in linodes.values()):
            raise Refusal(400, "Tag already exists", "label")
        for each in body["linodes"]:
            self._row("/linode/instances", each)["tags"] = sorted({*linodes[each]["tags"], label})
        return {"label": label}


def start(skew: float = 0.0) -> FakeAccount:
    """Give the account as it is before."""
    account = Shared(skew)
    for name in ("a", "b", "c"):
        account.seed("/linode/instances", label=name, tags=["old"])
    balancer = account.seed("/nodebalancers", label="lb", region="us-east")
    config = account.seed(f"/nodebalancers/{balancer['id']}/configs", port=80)
    for at in range(5):
        nodes = f"/nodebalancers/{balancer['id']}/configs/{config['id']}/nodes"
        account.seed(nodes, label=f"n{at}", address=f"192.168.0.{at}:80")
    return account


def edit(session: Session, _: FakeAccount | None = None) -> list[Model]:
    """Change three nodes, delete one, add two, and tag three Linodes."""
    config = session.query(NodeBalancer).one().configs[0]
    nodes = sorted(config.nodes, key=lambda each: each.label)
    nodes[0].mode, nodes[1].weight, nodes[2].label = "drain", 7, "two"
    session.delete(nodes[3])
    made = [
        NodeBalancerNode(node_balancer_config=config, label=f"new{at}", address=f"192.168.1.{at}:80") for at in range(2)
    ]
    session.add_all(made)
    linodes = session.query(Instance).all()
    for each in linodes:
        each.tags.add("new")
    return [*nodes[:3], nodes[4], *made, *linodes]


@functools.cache
def planned() -> dict[str, list[str]]:
    """Give what is to be there, by names."""
    account = start()
    balancer = account.named("/nodebalancers", "lb")["id"]
    config = account.named(f"/nodebalancers/{balancer}/configs", 80)["id"]
    nodes = f"/nodebalancers/{balancer}/configs/{config}/nodes"
    account.named(nodes, "n0")["mode"] = "drain"
    account.named(nodes, "n1")["weight"] = 7
    account.named(nodes, "n2")["label"] = "two"
    del account.rows[nodes][account.named(nodes, "n3")["id"]]
    for at in range(2):
        account.seed(nodes, label=f"new{at}", address=f"192.168.1.{at}:80")
    for row in account.rows["/linode/instances"].values():
        row["tags"] = ["new", "old"]
    return account.snapshot()


BUNDLED = Workload(start, edit, planned)
BUNDLES = (
    Call("rebuild", "POST", f"{CONFIG}/rebuild"),
    Call("read of a rebuild", "GET", CONFIG),
    *(Call("read of a rebuild", "GET", f"{CONFIG}/nodes", nth) for nth in (1, 2, 3)),
    Call("tag", "POST", "/tags"),
)
