"""Replays recorded sequences against the simulator, ids mapped, and compares answer by answer."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote, unquote

from linode_orm.simulator import Simulator
from tests.proofs.recordings.corpus import Line, lines, name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from linode_orm.simulator.router import Route
    from linode_orm.simulator.schema import Resource


# How long work takes in the replay; what passes between two requests is what passed when they were recorded.
JOB = 62.0
POLL, STEP = 15.0, 3.0
# The keys under which an answer tells an address, which the recordings mask: many have the same.
PUBLIC = (
    "/regions",
    "/linode/types",
    "/linode/kernels",
    "/betas",
    "/databases/engines",
    "/databases/types",
    "/lke/versions",
    "/lke/tiers",
    "/lke/types",
    "/maintenance/policies",
    "/longview/subscriptions",
    "/object-storage/clusters",
    "/object-storage/endpoints",
    "/object-storage/types",
    "/networking/firewalls/templates",
    "/monitor/services/{}/metric-definitions",
    "/monitor/dashboards",
    "/volumes/types",
    "/nodebalancers/types",
    "/network-transfer/prices",
)
"""Where everybody's lists lie."""
ADDRESSES = ("address", "range", "ipv4")


class Outcome(NamedTuple):
    """One recorded interaction and what the simulator made of it."""

    line: Line
    status: int
    body: Any
    sent: Any

    @property
    def name(self) -> str:
        return f"{name(self.line)} {self.line['method']} {self.line['path']}"


class Replay:
    """One cassette on one simulated account."""

    def __init__(self, cassette: list[Line], *, stocked: bool = True) -> None:
        """Take a cassette; `stocked` puts what it reads of everybody's lists into them, else they are as shipped."""
        self.sim = Simulator(job_seconds=JOB)
        self.stocked = stocked
        self.cassette = cassette
        self.ids: dict[str, Any] = {}
        self.addresses: dict[str, list[str]] = defaultdict(list)
        self.moment: datetime | None = None

    def run(self) -> Iterator[Outcome]:
        """Answer each line that a declared resource is about."""
        self._stock()
        for line in self.cassette:
            match = self.sim.router.match(line["method"], line["path"])
            self._wait(line)
            if match is None or match.route is None or line["status"] in {429, 503}:
                continue
            if line["query"].get("page", "1") != "1":
                continue  # the account before has one page of what a cassette shows
            sent = self._mapped(line["request"])
            path = self._path(line["path"])
            reply = self.sim.exchange(
                line["method"],
                path,
                version=line["api_version"],
                query=line["query"],
                x_filter=line["x_filter"],
                body=sent,
                token="bad" if line["status"] == 401 else "good",
            )
            body = json.loads(reply.content) if reply.content else None
            self._learn(line["response"], body, posted=line["method"] == "POST")
            if line["method"] == "DELETE" and reply.status == 200:
                gone = unquote(path.rpartition("/")[2])
                for each in self.addresses.values():
                    each[:] = [one for one in each if one != gone]
            yield Outcome(line, reply.status, body, sent)

    def _wait(self, line: Line) -> None:
        """Let as much time pass as did then; where nobody knows, what a client's polls take."""
        now = datetime.fromisoformat(line["recorded"]) if line["recorded"] else None
        usual = POLL if line["method"] == "GET" else STEP
        passed = (now - self.moment).total_seconds() if now and self.moment else usual
        self.moment = now
        self.sim.clock.advance(max(passed, 0.0) + POLL * (line["repeats"] - 1))

    # -- ids ---------------------------------------------------------------------------------------------------------

    def _path(self, path: str) -> str:
        """Give the path in this account; of several addresses with one mask the newest that is there."""
        parts = [unquote(part) for part in path.split("/")]
        known = "/".join(quote(str(self.ids.get(part, part)), safe="") for part in parts)
        for each in reversed(self.addresses.get(parts[-1], ())):
            candidate = f"{known.rpartition('/')[0]}/{quote(each, safe='')}"
            if self.sim.exchange("GET", candidate, version="v4beta").status == 200:
                return candidate
        return known

    def translated(self, value: Any) -> Any:
        """Give a value of a recorded answer as this account has it: ids are those that were given here."""
        if isinstance(value, int) and not isinstance(value, bool) and value > 99:
            return self.ids.get(str(value), value)
        if isinstance(value, str) and value.startswith("/"):
            return re.sub(r"(private/)?\d{4,}", lambda found: str(self.ids.get(found[0], found[0])), value)
        return self.ids.get(value, value) if isinstance(value, str) and "/" in value else value

    def _mapped(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {key: self._mapped(each) for key, each in value.items()}
        if isinstance(value, list):
            return [self._mapped(each) for each in value]
        if isinstance(value, str) and self.addresses.get(value):
            return self.addresses[value][-1]
        if isinstance(value, int) and not isinstance(value, bool) and value > 99:
            return self.ids.get(str(value), value)
        return self.ids.get(value, value) if isinstance(value, str) and "/" in value else value

    def _learn(self, recorded: Any, simulated: Any, *, posted: bool) -> None:
        """Pair the ids of what was made, in the answer and inside it."""
        if isinstance(recorded, dict) and isinstance(simulated, dict):
            for key, value in recorded.items():
                other = simulated.get(key)
                if key in ADDRESSES and posted:
                    self._learn_addresses(value, other)
                if key in {"id", "token_uuid", "uuid"} and value is not None and other is not None:
                    self._pair(value, other, posted=posted)
                elif isinstance(value, (dict, list)):
                    self._learn(value, other, posted=posted)
        elif isinstance(recorded, list) and isinstance(simulated, list):
            for one, other in zip(recorded, simulated, strict=False):
                self._learn(one, other, posted=posted)

    def _pair(self, recorded: Any, simulated: Any, *, posted: bool) -> None:
        is_slug = isinstance(recorded, str) and not re.search(r"\d{5}|[0-9a-f]{12}", recorded)
        if str(recorded) not in self.ids and (posted or not is_slug):
            self.ids[str(recorded)] = simulated

    def _learn_addresses(self, recorded: Any, simulated: Any) -> None:
        if isinstance(recorded, list) and isinstance(simulated, list):
            for one, other in zip(recorded, simulated, strict=False):
                self._learn_addresses(one, other)
        elif isinstance(recorded, str) and isinstance(simulated, str):
            self.addresses[recorded].append(simulated)
            if "/" in recorded:
                self.addresses[recorded.partition("/")[0]].append(simulated.partition("/")[0])

    # -- what was there before ---------------------------------------------------------------------------------------

    def _stock(self) -> None:
        """Put into the account what the cassette reads without having made it."""
        made = {str(each) for line in self.cassette if _made(line) for each in _identities(line["response"])}
        for line in self.cassette:
            image = line["request"].get("image") if isinstance(line["request"], dict) else None
            is_own = str(image).startswith("private/")
            if (
                image
                and (self.stocked or is_own)
                and line["status"] == 200
                and self.sim.state.get("Image", image) is None
            ):
                self.sim.state.make("Image", (), id=image)
            match = self.sim.router.match(line["method"], line["path"])
            if line["status"] != 200 or match is None or match.route is None:
                continue
            resource = match.route.resource
            if isinstance(line["request"], dict):
                self._refer(resource, line["request"], made)
            if not any(each in made for each in match.values):
                self._ancestors(resource, match.values[: resource.depth])
            if line["method"] != "GET" or match.route.verb not in {"get", "list"}:
                continue
            for body in _bodies(line["response"]):
                if match.route.resource.singleton:
                    continue
                self._put(match.route, match.values, body, made)

    def _refer(self, resource: Resource, body: dict[str, Any], made: set[str]) -> None:
        """Make what a body refers to and the cassette has not made: it was there."""
        fields = resource.fields
        for key, value in body.items():
            target = self.sim.state.store.resources.get(fields[key].refers) if key in fields else None
            if target is None or target.parent or target.reference_data or target.singleton:
                continue
            for each in value if isinstance(value, list) else [value]:
                is_there = str(each) in made or self.sim.state.get(target.name, each) is not None
                if isinstance(each, (int, str)) and each and not is_there:
                    self.sim.state.make(target.name, (), **{target.id_keys[0]: each})

    def _put(self, route: Route, values: tuple[str, ...], body: dict[str, Any], made: set[str]) -> None:
        resource, state = route.resource, self.sim.state
        if not self.stocked and is_public(resource, body):
            return
        keys = [body.get(key) for key in resource.id_keys]
        if any(key is None or str(key) in made for key in keys) or any(each in made for each in values):
            return
        chain = (*values[: resource.depth], *map(str, keys))
        self._ancestors(resource, chain[: resource.depth])
        if state.store.find(resource, chain) is None:
            row = state.make(resource.name, chain[: resource.depth], **body)
            row.change(**body)

    def _ancestors(self, resource: Resource, chain: tuple[str, ...]) -> None:
        """Make the parents of what is read: they were there."""
        store = self.sim.state.store
        if len(chain) < resource.depth:
            return  # another path to children of every parent
        above, parents = store.parent_of(resource, chain)
        if above is None or above.singleton or store.find(above, parents) is not None:
            return
        self._ancestors(above, parents[: above.depth])
        own = dict(zip(above.id_keys, parents[above.depth :], strict=True))
        numbers = {key for key in own if above.fields[key].codec.json_type.is_integer}
        typed = {key: int(each) if key in numbers else each for key, each in own.items()}
        self.sim.state.make(above.name, parents[: above.depth], **typed)


def is_public(resource: Resource, body: dict[str, Any]) -> bool:
    """Whether an object belongs to everybody, so that a simulator as shipped has to have it."""
    if resource.name == "Image":
        return not str(body.get("id")).startswith("private/")
    return resource.reference_data or resource.template.startswith(PUBLIC)


def _made(line: Line) -> bool:
    if line["method"] != "POST" or not isinstance(line["response"], dict):
        return False
    return any(str(each) not in line["path"] for each in _identities(line["response"])[:1])


def _identities(response: Any) -> list[Any]:
    return [response[key] for key in ("id", "username", "token_uuid", "label") if response.get(key) is not None]


def _bodies(response: Any) -> list[dict[str, Any]]:
    if isinstance(response, dict) and isinstance(response.get("data"), list):
        return [each for each in response["data"] if isinstance(each, dict)]
    return [response] if isinstance(response, dict) else []


def everything() -> Iterator[Outcome]:
    """Replay every cassette."""
    for _, cassette in groupby(lines(), key=lambda line: line["cassette"]):
        yield from Replay(list(cassette)).run()


# -- comparing -------------------------------------------------------------------------------------------------------

KINDS = {bool: "boolean", int: "number", float: "number", str: "string", list: "array", dict: "object"}


def is_address(key: str) -> bool:
    """Whether a key is an address: an id, and masked (`members` of a database)."""
    return re.fullmatch(r"\d+\.\d+\.\d+\.\d+|[0-9a-f]*:[0-9a-f:]+", key) is not None


def missing(recorded: Any, simulated: Any, at: str = "") -> list[str]:
    """Give the keys that the recorded answer has and the simulated one lacks."""
    if isinstance(recorded, dict) and isinstance(simulated, dict):
        found = [f"{at}{key}" for key in recorded if key not in simulated and not is_address(key)]
        for key in recorded.keys() & simulated.keys():
            found += missing(recorded[key], simulated[key], f"{at}{key}.")
        return found
    if isinstance(recorded, list) and isinstance(simulated, list) and recorded and simulated:
        return missing(recorded[0], simulated[0], at)
    return []


def leaves(recorded: Any, simulated: Any, at: str = "") -> Iterator[tuple[str, bool]]:
    """Give each leaf that both have and that is null in neither, and whether it is of the same JSON type."""
    if recorded is None or simulated is None:
        return
    if isinstance(recorded, dict) and isinstance(simulated, dict):
        for key in recorded.keys() & simulated.keys():
            yield from leaves(recorded[key], simulated[key], f"{at}.{key}")
    elif isinstance(recorded, list) and isinstance(simulated, list):
        if recorded and simulated:
            yield from leaves(recorded[0], simulated[0], f"{at}[]")
    else:
        yield at, KINDS[type(recorded)] == KINDS[type(simulated)]


def values(outcome: Outcome) -> Iterator[tuple[str, bool]]:
    """Give each value of a body that the real answer repeated, and whether the simulated one does."""
    asked, recorded = outcome.line["request"], outcome.line["response"]
    if not all(isinstance(each, dict) for each in (asked, recorded, outcome.body, outcome.sent)):
        return
    for key, value in asked.items():
        if key in recorded and recorded[key] == value and value is not None:
            yield key, outcome.body.get(key) == outcome.sent[key]


def table(outcomes: list[Outcome]) -> dict[str, tuple[float, dict[str, list[str]]]]:
    """Give each figure in percent with its shortfalls."""
    wrong: dict[str, dict[str, list[str]]] = {key: defaultdict(list) for key in ("status", "keys", "types", "values")}
    total = dict.fromkeys(wrong, 0)
    for each in outcomes:
        total["status"] += 1
        if each.status != each.line["status"]:
            said = each.body["errors"][0] if isinstance(each.body, dict) and "errors" in each.body else ""
            wrong["status"][f"{each.line['status']} became {each.status}"].append(f"{each.name} {said}")
            continue
        if each.status != 200:
            continue
        total["keys"] += 1
        lacking = missing(each.line["response"], each.body)
        if lacking:
            wrong["keys"][", ".join(lacking[:4])].append(each.name)
        for at, same in leaves(each.line["response"], each.body):
            total["types"] += 1
            if not same:
                wrong["types"][at].append(each.name)
        if each.line["method"] in {"POST", "PUT"}:
            for key, same in values(each):
                total["values"] += 1
                if not same:
                    wrong["values"][key].append(each.name)
    return {
        key: (100 * (1 - sum(map(len, found.values())) / max(1, total[key])), dict(found))
        for key, found in wrong.items()
    }
