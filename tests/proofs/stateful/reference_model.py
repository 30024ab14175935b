"""The reference model of the commit machine: edits of a session's objects, and what the account should then hold."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from linode_orm import VPC, NodeBalancer, NodeBalancerConfig, NodeBalancerNode, VPCSubnet
from linode_orm.mapping.state import Loaded, Status
from tests.proofs.stateful.faulty_api import FaultyApi
from tests.session.fake_api import Barrel, Cargo, Crane, Dock, Gate, Limits, Pass, Rule, Sailor, Session

AT = st.integers(0, 30)
MODELS = {
    "docks": Dock,
    "cranes": Crane,
    "cargo": Cargo,
    "barrels": Barrel,
    "sailors": Sailor,
    "gate": Gate,
    "passes": Pass,
    "vpcs": VPC,
    "subnets": VPCSubnet,
    "nodebalancers": NodeBalancer,
    "configs": NodeBalancerConfig,
    "nodes": NodeBalancerNode,
}
KEYS = ("label", "name", "weight", "nick", "rank", "open", "port", "address")
SECRET = "hush-hush"


class Expected:
    """What the account should hold of one object when everything is done."""

    def __init__(self, kind: str, above: Expected | None = None, **values: Any) -> None:
        self.kind, self.above, self.values = kind, above, values

    @property
    def row(self) -> tuple[Any, ...]:
        mine = self.values
        above = self.above.values if self.above is not None else {}
        if self.kind == "docks":
            limits = mine["cpu"], mine["io"]
            return self.kind, mine["label"], mine["place"], frozenset(mine["tags"]), limits, tuple(mine["rules"])
        if self.kind in {"cranes", "subnets"}:
            return self.kind, above["label"], mine["label"]
        if self.kind == "nodes":
            return self.kind, above["port"], mine["label"]
        if self.kind == "cargo":
            return self.kind, mine["name"], mine["weight"], above.get("label")
        if self.kind in {"passes", "configs", "vpcs", "nodebalancers"}:
            return self.kind, mine[{"passes": "id", "configs": "port"}.get(self.kind, "label")]
        return self.kind, *mine.values(), None


class EditingMachine(RuleBasedStateMachine):
    """A session, and the edits of its objects before each commit."""

    def __init__(self) -> None:
        super().__init__()
        self.api = FaultyApi()
        self.folder = Path(tempfile.mkdtemp(prefix="commit-machine-"))
        self.steps = 0
        self.names = 0
        self.sure = True
        self.expected: dict[Expected, Any] = {}
        self.check = self.verify = False
        self.path: Path | None = None

    def seed(self) -> None:
        for at in (1, 2, 3):
            body = {"id": at, "label": f"old{at}", "place": "x", "tags": ["a"], "limits": {"cpu": 1, "io": 1}}
            self.api.seed(f"/docks/{at}", {**body, "rules": {"inbound": [], "version": 1}})
        self.api.seed("/docks/1/cranes/1", {"id": 1, "label": "c0"})
        self.api.seed("/cargo/1", {"id": 1, "name": "cargo0", "weight": 1, "dock_id": 1})
        self.api.seed("/sailors/ann", {"nick": "ann", "rank": "r0"})
        self.api.seed("/gate", {"open": False})
        self.api.seed("/nodebalancers/1", {"id": 1, "label": "balancer"})

    def open(self) -> None:
        """Begin a session, and read the whole account."""
        conflicts = "check" if self.check else "ignore"
        self.session = Session(self.api, journal=self.path, conflicts=conflicts, verify=self.verify)
        self.expected, held = {}, {}
        for path, body in sorted(self.api.objects.items(), key=lambda each: each[0].count("/")):
            kind = path.split("/")[-2] if path.count("/") > 1 else "gate"
            parents = tuple(int(each) for each in path.split("/")[2:-2:2])
            known = self.session._parts.loader.one(MODELS[kind], parents, dict(body), Loaded.WHOLE)
            above = held.get(path.rpartition("/")[0].rpartition("/")[0] or f"/docks/{body.get('dock_id')}")
            model = held[path] = Expected(kind, above, **self.values(kind, body))
            self.expected[model] = known
        assert self.rows == self.api.rows()

    @staticmethod
    def values(kind: str, body: dict[str, Any]) -> dict[str, Any]:
        if kind == "docks":
            rules = [each["action"] for each in body.get("rules", {}).get("inbound", ())]
            own = {key: body[key] for key in ("label", "place")}
            return {**own, **body["limits"], "tags": set(body["tags"]), "rules": rules}
        keys = (*KEYS, *(["id"] if kind == "passes" else []))
        return {key: body[key] for key in keys if key in body}

    @property
    def rows(self) -> Counter[tuple[Any, ...]]:
        return Counter(model.row for model in self.expected)

    def fresh(self, what: str) -> str:
        self.names += 1
        return f"{what}{self.names}"

    def pick(self, kind: str, at: int, *, persistent: bool = False) -> tuple[Expected, Any] | None:
        """Give one of the objects of a kind that may be changed."""
        found = [
            (model, each)
            for model, each in self.expected.items()
            if model.kind == kind and (not persistent or each.__state__.status is Status.PERSISTENT)
        ]
        return found[at % len(found)] if found else None

    def is_sure(self, instance: Any) -> bool:
        return id(instance) not in self.session._parts.changes.in_doubt

    def teardown(self) -> None:
        try:
            if self.expected and sys.exc_info()[0] is None:
                self.ended()
        finally:
            if self.expected:
                self.session.close()
            self.api.client.close()
            shutil.rmtree(self.folder)

    def ended(self) -> None:
        """Bring everything to its end, and look at it."""

    # -- new ones ----------------------------------------------------------------------------------------------------

    @rule(tags=st.sets(st.sampled_from("abc")), secret=st.booleans(), crane=st.booleans(), cargo=st.booleans())
    def add_dock(self, tags: set[str], secret: bool, crane: bool, cargo: bool) -> None:
        """A dock, perhaps with a child and with what refers to it."""
        self.steps += 1
        model, dock = self._dock(self.fresh("dock"), tags, **({"root_pass": SECRET} if secret else {}))
        if crane:
            self._crane(model, dock)
        if cargo:
            self._cargo(model, dock)

    def _dock(self, label: str, tags: set[str], **more: str) -> tuple[Expected, Any]:
        dock = Dock(label=label, place="y", tags=sorted(tags), limits=Limits(cpu=2, io=2), **more)
        model = Expected("docks", label=label, place="y", tags=set(tags), cpu=2, io=2, rules=[])
        self.expected[model] = self.session.add(dock)
        return model, dock

    def _crane(self, above: Expected, dock: Any) -> None:
        label = self.fresh("crane")
        crane = Crane(label=label)
        crane.dock = dock
        self.expected[Expected("cranes", above, label=label)] = self.session.add(crane)

    def _cargo(self, above: Expected | None, dock: Any) -> None:
        name = self.fresh("cargo")
        cargo = Cargo(name=name, weight=1) if dock is None else Cargo(name=name, weight=1, dock=dock)
        self.expected[Expected("cargo", above, name=name, weight=1)] = self.session.add(cargo)

    @rule(at=AT, kind=st.sampled_from(["cranes", "cargo", "loose", "barrels", "sailors", "passes"]))
    def add(self, at: int, kind: str) -> None:
        """A child, what refers to others, and what has a key, has none, or a key of the user's."""
        self.steps += 1
        found = self.pick("docks", at)
        if kind == "cranes" and found:
            self._crane(*found)
        elif kind == "cargo" and found:
            self._cargo(*found)
        elif kind == "loose":
            self._cargo(None, None)
        elif kind == "barrels":
            name = ["keg", "cask"][at % 2]
            self.expected[Expected("barrels", name=name)] = self.session.add(Barrel(name=name))
        elif kind == "sailors":
            self._sailor(self.fresh("s"))
        elif kind == "passes":
            name = self.fresh("p")
            self.expected[Expected("passes", id=name)] = self.session.add(Pass(id=name))

    def _sailor(self, nick: str) -> None:
        self.expected[Expected("sailors", nick=nick, rank="r")] = self.session.add(Sailor(nick=nick, rank="r"))

    @rule(subnets=st.integers(0, 3), nodes=st.integers(0, 3))
    def add_nested(self, subnets: int, nodes: int) -> None:
        """Parents whose POST takes their children along: shown in the answer, and not shown."""
        self.steps += 1
        label = self.fresh("vpc")
        vpc, model = VPC(label=label, region="us-east"), Expected("vpcs", label=label)
        self.expected[model] = self.session.add(vpc)
        for each in range(subnets):
            vpc.subnets.append(subnet := VPCSubnet(label=f"sub{each}", ipv4="10.0.0.0/24"))
            self.expected[Expected("subnets", model, label=f"sub{each}")] = subnet
        balancer = self.pick("nodebalancers", 0)
        if nodes and balancer:
            self.names += 1
            config, model = NodeBalancerConfig(port=self.names), Expected("configs", port=self.names)
            balancer[1].configs.append(config)
            self.expected[model] = config
            for each in range(nodes):
                config.nodes.append(node := NodeBalancerNode(label=f"n{each}", address=f"192.168.0.{each}:80"))
                self.expected[Expected("nodes", model, label=f"n{each}", address=node.address)] = node

    # -- changes -----------------------------------------------------------------------------------------------------

    @rule(
        at=AT, what=st.sampled_from(["label", "cpu", "rule", "weight", "rank", "nick", "gate"]), value=st.integers(3, 9)
    )
    def edit(self, at: int, what: str, value: int) -> None:
        """Values, nested ones, ones with a path of their own, a key, a singleton."""
        self.steps += 1
        kind = {"weight": "cargo", "rank": "sailors", "nick": "sailors", "gate": "gate"}.get(what, "docks")
        found = self.pick(kind, at, persistent=what in {"rule", "nick", "rank"})
        if found is None:
            return
        model, each = found
        if what == "label":
            each.label = model.values["label"] = self.fresh("dock")
        elif what == "cpu":
            each.limits.cpu = model.values["cpu"] = value
        elif what == "rule" and each.__state__.raw.get("rules"):
            each.rules.inbound.append(Rule(action=f"R{value}"))
            model.values["rules"].append(f"R{value}")
        elif what == "weight":
            each.weight = model.values["weight"] = value
        elif what == "rank":
            each.rank = model.values["rank"] = f"r{value}"
        elif what == "nick":
            each.nick = model.values["nick"] = self.fresh("s")
        elif what == "gate":
            each.open = model.values["open"] = not model.values["open"]

    @rule(at=AT, tag=st.sampled_from("abc"), there=st.booleans())
    def tag(self, at: int, tag: str, there: bool) -> None:
        """Tags go in and out."""
        self.steps += 1
        model, each = self.pick("docks", at) or (None, None)
        if model is not None:
            (each.tags.add if there else each.tags.discard)(tag)
            (model.values["tags"].add if there else model.values["tags"].discard)(tag)

    # -- and back ----------------------------------------------------------------------------------------------------

    def deletable(self, at: int, kind: str) -> tuple[Any, list[Expected]] | None:
        """Give an object that may be deleted, with its expected state and those below it."""
        model, each = self.pick(kind, at, persistent=True) or (None, None)
        if model is None or any(other.above is model and other.kind == "cargo" for other in self.expected):
            return None
        children = [other for other in self.expected if other.above is model]
        if any(self.expected[other].__state__.status is Status.PENDING for other in children):
            return None
        return each, [model, *children]

    @rule(
        at=AT,
        kind=st.sampled_from(["docks", "cranes", "cargo", "barrels", "sailors", "vpcs", "configs"]),
        elsewhere=st.booleans(),
    )
    def delete(self, at: int, kind: str, elsewhere: bool) -> None:
        """What is deleted takes its children along; somebody else may have been quicker."""
        self.steps += 1
        found = self.deletable(at, kind)
        if found is None:
            return
        each, gone = found
        self.session.delete(each)
        for other in gone:
            del self.expected[other]
        if elsewhere and kind in {"docks", "barrels"}:
            path = f"/{kind}/{each.id}"
            for key in [key for key in self.api.objects if key == path or key.startswith(f"{path}/")]:
                del self.api.objects[key]

    @rule(at=AT, kind=st.sampled_from(["docks", "sailors"]))
    def inherit_key(self, at: int, kind: str) -> None:
        """A new object takes the label, or the key, of one that is deleted."""
        self.steps += 1
        found = self.deletable(at, kind)
        if found is None:
            return
        each, gone = found
        key = gone[0].values["label" if kind == "docks" else "nick"]
        if self.api.objects.get(f"/{kind}/{each.__state__.identity}", {}).get("label", each.__state__.identity) != key:
            return  # it has another one as yet
        self.session.delete(each)
        for other in gone:
            del self.expected[other]
        if kind == "docks":
            self._dock(key, {"b"})
        else:
            self._sailor(key)

    @rule(name=st.sampled_from(["keg", "cask"]))
    def delete_many(self, name: str) -> None:
        """Everything of a name that the API has is marked; what is new, or in doubt, is not."""
        self.steps += 1
        self.api.clear_faults()
        self.api.settle()
        self.session.query(Barrel).filter(Barrel.name == name).delete()
        for model, each in [*self.expected.items()]:
            if model.kind == "barrels" and model.values["name"] == name and each.__state__.status is Status.DELETED:
                del self.expected[model]
