"""What the user of the commit machine wants: changes of a session's objects, beside plain wishes of what should be."""

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
from tests.proofs.stateful.faulty_api import Quay
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


class Wish:
    """What one object should be in the world when everything is done."""

    def __init__(self, kind: str, above: Wish | None = None, **values: Any) -> None:
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


class Wisher(RuleBasedStateMachine):
    """A session, and what its user makes of its objects before the commits."""

    def __init__(self) -> None:
        super().__init__()
        self.world = Quay()
        self.folder = Path(tempfile.mkdtemp(prefix="commit-machine-"))
        self.steps = 0
        self.names = 0
        self.sure = True
        self.wishes: dict[Wish, Any] = {}
        self.check = self.verify = False
        self.path: Path | None = None

    def seed(self) -> None:
        for at in (1, 2, 3):
            body = {"id": at, "label": f"old{at}", "place": "x", "tags": ["a"], "limits": {"cpu": 1, "io": 1}}
            self.world.seed(f"/docks/{at}", {**body, "rules": {"inbound": [], "version": 1}})
        self.world.seed("/docks/1/cranes/1", {"id": 1, "label": "c0"})
        self.world.seed("/cargo/1", {"id": 1, "name": "cargo0", "weight": 1, "dock_id": 1})
        self.world.seed("/sailors/ann", {"nick": "ann", "rank": "r0"})
        self.world.seed("/gate", {"open": False})
        self.world.seed("/nodebalancers/1", {"id": 1, "label": "balancer"})

    def open(self) -> None:
        """Begin a session, and read the whole world."""
        conflicts = "check" if self.check else "ignore"
        self.session = Session(self.world, journal=self.path, conflicts=conflicts, verify=self.verify)
        self.wishes, held = {}, {}
        for path, body in sorted(self.world.objects.items(), key=lambda each: each[0].count("/")):
            kind = path.split("/")[-2] if path.count("/") > 1 else "gate"
            parents = tuple(int(each) for each in path.split("/")[2:-2:2])
            known = self.session.loader.one(MODELS[kind], parents, dict(body), Loaded.WHOLE)
            above = held.get(path.rpartition("/")[0].rpartition("/")[0] or f"/docks/{body.get('dock_id')}")
            wish = held[path] = Wish(kind, above, **self.values(kind, body))
            self.wishes[wish] = known
        assert self.rows == self.world.rows()

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
        return Counter(wish.row for wish in self.wishes)

    def fresh(self, what: str) -> str:
        self.names += 1
        return f"{what}{self.names}"

    def pick(self, kind: str, at: int, *, persistent: bool = False) -> tuple[Wish, Any] | None:
        """Give one of the objects of a kind that may be changed."""
        found = [
            (wish, each)
            for wish, each in self.wishes.items()
            if wish.kind == kind and (not persistent or each.__state__.status is Status.PERSISTENT)
        ]
        return found[at % len(found)] if found else None

    def is_sure(self, instance: Any) -> bool:
        return id(instance) not in self.session.members.in_doubt

    def teardown(self) -> None:
        try:
            if self.wishes and sys.exc_info()[0] is None:
                self.ended()
        finally:
            if self.wishes:
                self.session.close()
            self.world.client.close()
            shutil.rmtree(self.folder)

    def ended(self) -> None:
        """Bring everything to its end, and look at it."""

    # -- new ones ----------------------------------------------------------------------------------------------------

    @rule(tags=st.sets(st.sampled_from("abc")), secret=st.booleans(), crane=st.booleans(), cargo=st.booleans())
    def add_dock(self, tags: set[str], secret: bool, crane: bool, cargo: bool) -> None:
        """A dock, perhaps with a child and with what refers to it."""
        self.steps += 1
        wish, dock = self._dock(self.fresh("dock"), tags, **({"root_pass": SECRET} if secret else {}))
        if crane:
            self._crane(wish, dock)
        if cargo:
            self._cargo(wish, dock)

    def _dock(self, label: str, tags: set[str], **more: str) -> tuple[Wish, Any]:
        dock = Dock(label=label, place="y", tags=sorted(tags), limits=Limits(cpu=2, io=2), **more)
        wish = Wish("docks", label=label, place="y", tags=set(tags), cpu=2, io=2, rules=[])
        self.wishes[wish] = self.session.add(dock)
        return wish, dock

    def _crane(self, above: Wish, dock: Any) -> None:
        label = self.fresh("crane")
        crane = Crane(label=label)
        crane.dock = dock
        self.wishes[Wish("cranes", above, label=label)] = self.session.add(crane)

    def _cargo(self, above: Wish | None, dock: Any) -> None:
        name = self.fresh("cargo")
        cargo = Cargo(name=name, weight=1) if dock is None else Cargo(name=name, weight=1, dock=dock)
        self.wishes[Wish("cargo", above, name=name, weight=1)] = self.session.add(cargo)

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
            self.wishes[Wish("barrels", name=name)] = self.session.add(Barrel(name=name))
        elif kind == "sailors":
            self._sailor(self.fresh("s"))
        elif kind == "passes":
            name = self.fresh("p")
            self.wishes[Wish("passes", id=name)] = self.session.add(Pass(id=name))

    def _sailor(self, nick: str) -> None:
        self.wishes[Wish("sailors", nick=nick, rank="r")] = self.session.add(Sailor(nick=nick, rank="r"))

    @rule(subnets=st.integers(0, 3), nodes=st.integers(0, 3))
    def add_riders(self, subnets: int, nodes: int) -> None:
        """Parents whose POST takes their children along: shown in the answer, and not shown."""
        self.steps += 1
        label = self.fresh("vpc")
        vpc, wish = VPC(label=label, region="us-east"), Wish("vpcs", label=label)
        self.wishes[wish] = self.session.add(vpc)
        for each in range(subnets):
            vpc.subnets.append(subnet := VPCSubnet(label=f"sub{each}", ipv4="10.0.0.0/24"))
            self.wishes[Wish("subnets", wish, label=f"sub{each}")] = subnet
        balancer = self.pick("nodebalancers", 0)
        if nodes and balancer:
            self.names += 1
            config, wish = NodeBalancerConfig(port=self.names), Wish("configs", port=self.names)
            balancer[1].configs.append(config)
            self.wishes[wish] = config
            for each in range(nodes):
                config.nodes.append(node := NodeBalancerNode(label=f"n{each}", address=f"192.168.0.{each}:80"))
                self.wishes[Wish("nodes", wish, label=f"n{each}", address=node.address)] = node

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
        wish, each = found
        if what == "label":
            each.label = wish.values["label"] = self.fresh("dock")
        elif what == "cpu":
            each.limits.cpu = wish.values["cpu"] = value
        elif what == "rule" and each.__state__.raw.get("rules"):
            each.rules.inbound.append(Rule(action=f"R{value}"))
            wish.values["rules"].append(f"R{value}")
        elif what == "weight":
            each.weight = wish.values["weight"] = value
        elif what == "rank":
            each.rank = wish.values["rank"] = f"r{value}"
        elif what == "nick":
            each.nick = wish.values["nick"] = self.fresh("s")
        elif what == "gate":
            each.open = wish.values["open"] = not wish.values["open"]

    @rule(at=AT, tag=st.sampled_from("abc"), there=st.booleans())
    def tag(self, at: int, tag: str, there: bool) -> None:
        """Tags go in and out."""
        self.steps += 1
        wish, each = self.pick("docks", at) or (None, None)
        if wish is not None:
            (each.tags.add if there else each.tags.discard)(tag)
            (wish.values["tags"].add if there else wish.values["tags"].discard)(tag)

    # -- and back ----------------------------------------------------------------------------------------------------

    def doomed(self, at: int, kind: str) -> tuple[Any, list[Wish]] | None:
        """Give an object that may be deleted, with its wish and those below it."""
        wish, each = self.pick(kind, at, persistent=True) or (None, None)
        if wish is None or any(other.above is wish and other.kind == "cargo" for other in self.wishes):
            return None
        children = [other for other in self.wishes if other.above is wish]
        if any(self.wishes[other].__state__.status is Status.PENDING for other in children):
            return None
        return each, [wish, *children]

    @rule(
        at=AT,
        kind=st.sampled_from(["docks", "cranes", "cargo", "barrels", "sailors", "vpcs", "configs"]),
        elsewhere=st.booleans(),
    )
    def delete(self, at: int, kind: str, elsewhere: bool) -> None:
        """What is deleted takes its children along; somebody else may have been quicker."""
        self.steps += 1
        found = self.doomed(at, kind)
        if found is None:
            return
        each, gone = found
        self.session.delete(each)
        for other in gone:
            del self.wishes[other]
        if elsewhere and kind in {"docks", "barrels"}:
            path = f"/{kind}/{each.id}"
            for key in [key for key in self.world.objects if key == path or key.startswith(f"{path}/")]:
                del self.world.objects[key]

    @rule(at=AT, kind=st.sampled_from(["docks", "sailors"]))
    def heir(self, at: int, kind: str) -> None:
        """A new object takes the label, or the key, of one that is deleted."""
        self.steps += 1
        found = self.doomed(at, kind)
        if found is None:
            return
        each, gone = found
        key = gone[0].values["label" if kind == "docks" else "nick"]
        if (
            self.world.objects.get(f"/{kind}/{each.__state__.identity}", {}).get("label", each.__state__.identity)
            != key
        ):
            return  # it has another one as yet
        self.session.delete(each)
        for other in gone:
            del self.wishes[other]
        if kind == "docks":
            self._dock(key, {"b"})
        else:
            self._sailor(key)

    @rule(name=st.sampled_from(["keg", "cask"]))
    def delete_many(self, name: str) -> None:
        """Everything of a name that the API has is marked; what is new, or in doubt, is not."""
        self.steps += 1
        self.world.calm()
        self.world.settle()
        self.session.query(Barrel).filter(Barrel.name == name).delete()
        for wish, each in [*self.wishes.items()]:
            if wish.kind == "barrels" and wish.values["name"] == name and each.__state__.status is Status.DELETED:
                del self.wishes[wish]
