"""The account that a recipe runs on: simulated time in which requests side by side overlap, and what it holds at the end."""

from __future__ import annotations

import json
import re
import time
from typing import TYPE_CHECKING, Any

import requests

from linode_orm.simulator import Simulator
from linode_orm.simulator.clock import VirtualClock
from linode_orm.wire import Request

if TYPE_CHECKING:
    from linode_orm.wire import Response

LATENCY = 0.1
"""Simulated seconds that a request takes."""
TURN = 0.004
"""Real seconds in which requests that are side by side have all begun."""
# What differs between two runs that end alike: moments, and what is drawn from the number of an object.
DRAWN = {"created", "updated", "host_uuid", "ipv6", "url", "hostname", "last_login", "fingerprint", "entity_url", "mac_address"}
LOGS = {"Event", "AccountLogin", "ProfileLogin"}


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
        answer._content, answer.request, answer.url = found.content, request, request.url or ""  # noqa: SLF001  as requests does
        return answer

    def close(self) -> None:
        """Nothing is open."""


def held(sim: Simulator) -> dict[str, list[str]]:
    """Give all rows of an account by class, in a form that is the same for accounts that are alike.

    Ids and addresses are replaced by the names of what they belong to, since they depend on the order of requests.
    """
    sim.clock.advance(3600)
    sim.state.jobs.settle()
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
            names |= {address: f"address {at} of {row.body['label']}" for at, address in enumerate(addresses)}
    return {
        name: sorted(json.dumps([plain(row.parents, names), plain(row.body, names)], sort_keys=True) for row in rows)
        for name, rows in tables.items()
        if rows and name not in LOGS
    }


def plain(value: Any, names: dict[Any, str]) -> Any:
    """Replace ids by names, and leave out what is drawn."""
    if isinstance(value, dict):
        return {key: plain(each, names) for key, each in value.items() if key not in DRAWN}
    if isinstance(value, (list, tuple)):
        return [plain(each, names) for each in value]
    if isinstance(value, (str, int)) and not isinstance(value, bool):
        return names.get(value, value)
    return value
