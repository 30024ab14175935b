"""The account that a recipe runs on: simulated time in which requests side by side overlap, and what it holds at the end."""

from __future__ import annotations

import json
import re
import time
from typing import TYPE_CHECKING, Any

import requests

from linode_orm.simulator.clock import VirtualClock

if TYPE_CHECKING:
    from linode_orm.simulator import Simulator
    from linode_orm.wire import Request, Response

LATENCY = 0.1
"""Simulated seconds that a request takes."""
TURN = 0.004
"""Real seconds in which requests that are side by side have all begun."""
# What differs between two runs that end alike: moments, and what is drawn from the number of an object.
DRAWN = {
    "created",
    "updated",
    "host_uuid",
    "ipv6",
    "url",
    "hostname",
    "last_login",
    "fingerprint",
    "entity_url",
    "mac_address",
    "gateway",
    "finished",
    "last_successful",
}
LOGS = {"Event", "AccountLogin", "ProfileLogin", "LinodeInterfaceHistory"}
UNORDERED = {"entities", "linodes"}


class Timeline(VirtualClock):
    """A simulated clock on which what several threads wait for at the same time passes once."""

    def sleep(self, seconds: float) -> None:
        """Wait beside the other threads."""
        end = self.monotonic() + max(seconds, 0.0)
        time_of_machine(TURN)
        self.reach(end)

    def reach(self, moment: float) -> None:
        """Move the time on to a moment, where it is not there yet."""
        with self._lock:
            self._elapsed = max(self._elapsed, moment)


time_of_machine = time.sleep


class Delayed:
    """The transport of a simulated account; each request takes its latency, beside the others."""

    def __init__(self, sim: Simulator) -> None:
        self.sim = sim

    def send(self, request: Request, *, token: str | None, timeout: float) -> Response:
        """Send one request."""
        self.sim.clock.sleep(LATENCY)
        return self.sim.transport.send(request, token=token, timeout=timeout)

    def close(self) -> None:
        """Nothing is open."""


class Adapter(requests.adapters.BaseAdapter):
    """Carries what the requests library sends to a simulated account."""

    def __init__(self, sim: Simulator) -> None:
        super().__init__()
        self.sim = sim

    def send(self, request: requests.PreparedRequest, **_: Any) -> requests.Response:
        """Send one request, one after the other."""
        self.sim.clock.advance(LATENCY)
        version, _, rest = request.path_url.lstrip("/").partition("/")
        path, _, query = rest.partition("?")
        pairs = requests.compat.urlsplit(request.url).query
        found = self.sim.exchange(
            request.method or "GET",
            f"/{path}",
            version=version,
            query=dict(re.findall(r"([^&=]+)=([^&]*)", pairs)) if query else None,
            x_filter=json.loads(request.headers["X-Filter"]) if request.headers.get("X-Filter") else None,
            body=json.loads(request.body) if request.body else None,
            token=request.headers["Authorization"].removeprefix("Bearer "),
        )
        answer = requests.Response()
        answer.status_code, answer.headers = found.status, requests.structures.CaseInsensitiveDict(found.headers)
        answer._content, answer.request, answer.url = found.content, request, request.url or ""
        return answer

    def close(self) -> None:
        """Nothing is open."""


def held(sim: Simulator) -> dict[str, list[str]]:
    """Give all rows of an account by class, its jobs and the keys that it was given, in a form that is the same for like accounts.

    Ids and addresses are replaced by the names of what they belong to, since they depend on the order of requests.
    """
    sim.clock.advance(600)
    sim.state.jobs.settle()
    for row in sim.state.rows("VPC"):
        sim.exchange("GET", f"/vpcs/{row.id}/subnets")  # what is in them is looked up when they are read
    names: dict[Any, str] = {}
    tables = {name: list(sim.state.rows(name)) for name in sim.state.store.resources}
    for name, rows in tables.items():
        for row in rows:
            if not row.resource.singleton and len(row.resource.id_keys) == 1 and isinstance(row.id, int):
                label = next((row.body[key] for key in ("label", "domain", "name", "address") if row.body.get(key)), "")
                names[row.id] = names[str(row.id)] = f"{name} {label}"
    for name in ("Instance", "NodeBalancer"):
        for row in tables[name]:
            addresses = row.body["ipv4"] if isinstance(row.body["ipv4"], list) else [row.body["ipv4"]]
            for at, address in enumerate(addresses):
                names[address] = f"address {at} of {row.body['label']}"
                names[f"{address.replace('.', '-')}.ip.linodeusercontent.com"] = f"usual name of {names[address]}"
    kept = {name: rows for name, rows in tables.items() if rows and name not in LOGS}
    found = {name: sorted(in_words([row.parents, row.body], names) for row in rows) for name, rows in kept.items()}
    secrets = [each for each in sim.requests.writes if isinstance(each.body, dict) and "ssl_key" in each.body]
    found["certificates"] = sorted(in_words([each.path.split("/"), each.body["ssl_key"]], names) for each in secrets)
    found["jobs"] = sorted(in_words([each.action, each.path.split("/")], names) for each in sim.job_rules.records)
    return found


def in_words(value: Any, names: dict[Any, str]) -> str:
    """Give a value as one text."""
    return json.dumps(plain(value, names), sort_keys=True)


def plain(value: Any, names: dict[Any, str]) -> Any:
    """Replace ids by names, and leave out what is drawn."""
    if isinstance(value, dict):
        found = {key: plain(each, names) for key, each in value.items() if key not in DRAWN}
        return {key: sorted(each, key=str) if key in UNORDERED and each else each for key, each in found.items()}
    if isinstance(value, (list, tuple)):
        return [plain(each, names) for each in value]
    if isinstance(value, (str, int)) and not isinstance(value, bool):
        return names.get(value, value)
    return value
