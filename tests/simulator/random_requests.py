"""Random requests to the simulator: paths, bodies and filters of every route, right and wrong, and bytes that are none."""

from __future__ import annotations

import json
import re
from copy import deepcopy
from typing import TYPE_CHECKING, Any, NamedTuple

from linode_orm import models
from linode_orm.simulator import Estate, Simulator
from linode_orm.simulator.schema import template

if TYPE_CHECKING:
    from random import Random

VALUES: list[Any] = [
    None, True, False, 0, -1, 1, 2, 5, 10**30, 1.5, "", "x", "\ud800", "a" * 300, "123", "us-east", "g6-nanode-1", "linode/debian12",
    "192.0.2.1", "::1", "2001:db8::/64", "2018-01-01T00:00:00", "1/2", "..", "/", [], {}, [1], ["x"], [None], [[]], {"id": 1},
    {"id": None}, [{"id": 1}], {"": {}}, {"a": {"b": [1]}}, "\x00", "é", "٣",
]  # fmt: skip
IDS = [
    "1",
    "2",
    "1000",
    "x",
    "0",
    "-1",
    "us-east",
    "%20",
    "%ff",
    "%00",
    "1.5",
    "9" * 40,
    "%2e%2e",
    "linode%2Fdebian12",
    "me",
]
TOKENS = [b"ann", b"ann", b"ann", b"child", b"other", b"narrow", b"signed"]
SEEDS = dict.fromkeys(("instances", "volumes", "domains", "records", "firewalls", "disks", "configs", "tags", "nodebalancers", "nodebalancer_configs", "vpcs", "subnets", "clusters", "users", "stackscripts", "images", "tickets", "tokens", "placement_groups", "buckets", "keys"), 1)  # fmt: skip


class Route(NamedTuple):
    """A declared request: method, path, the class, and the keys of its body."""

    method: str
    path: str
    mapper: Any
    keys: list[str]


class Sent(NamedTuple):
    """A request: `target` is its path with its query."""

    method: str
    target: str
    body: object
    x_filter: str | None


def account() -> Simulator:
    """Give an account with an object of many classes."""
    sim = Simulator(job_seconds=0)
    sim.seed(**SEEDS)
    return sim


def routes() -> list[Route]:
    """Return the requests of every class, whether the API takes them or not, and those that only effects know."""
    found = []
    for name in models.INDEX:
        mapper = getattr(models, name).__mapper__
        verbs = (
            ("GET", mapper.path),
            ("POST", mapper.path),
            *((each, mapper.item_path) for each in ("GET", "PUT", "DELETE")),
        )
        found += [Route(method, path, mapper, list(mapper.keys)) for method, path in verbs if path]
        for operation in mapper.operations.values():
            base = mapper.path if operation.scope == "collection" else mapper.item_path
            path = operation.path if operation.path.startswith("/") else f"{base}/{operation.path}".rstrip("/")
            found.append(Route(operation.method, path, mapper, list(operation.body.values())))
    known = {f"{each.method} {template(each.path).rstrip('/')}" for each in found}
    return [*found, *(_undeclared(key) for key in sorted(Simulator().router.keys - known))]


def _undeclared(key: str) -> Route:
    """Return a request that no class declares, with the class whose objects its path goes through."""
    method, _, path = key.partition(" ")
    mappers = [getattr(models, name).__mapper__ for name in models.INDEX]
    above = [each for each in mappers if each.path and path.startswith(f"{template(each.path).rstrip('/')}/")]
    mapper = max(above, key=lambda each: len(each.path), default=models.User.__mapper__)
    keys = ["users", "entities", "region", "linode_id", "global", "linode", "assignments", "name", "ids"]
    return Route(method, path, mapper, keys)


def estate() -> tuple[Estate, Simulator]:
    """Give an account of an estate, with a restricted user (`ann`), a child (`child`) and a neighbour (`other`)."""
    made = Estate(job_seconds=0)
    sim = made.account("t")
    sim.seed(**SEEDS)
    ann = sim.make.user(username="ann", restricted=True)
    shown = [{"id": row.id, "permissions": "read_write"} for row in sim.state.rows("Instance")]
    sim.exchange(
        "PUT",
        f"/account/users/{ann.username}/grants",
        body={"linode": shown, "global": {"add_domains": True}},
        token="t",
    )
    sim.token("ann", token="ann")
    sim.token(token="narrow", scopes="linodes:read_only domains:read_write")
    made.account("child", parent=sim)
    made.account("other")
    return made, sim


def request(random: Random, route: Route, sim: Simulator) -> Sent:
    """Return a request to a route, mostly about an object that is there."""
    ids = iter(_ids(random, route.mapper, sim) if random.random() < 0.9 else [])
    path = re.sub(r"\{\w*\}", lambda _: next(ids, None) or random.choice(IDS), route.path)
    path += random.choice(["/", "//", "/x", "%"]) if random.random() < 0.05 else ""
    names = [name for name in ("page", "page_size", "name", "marker") if random.random() < 0.1]
    query = "&".join(
        f"{name}={random.choice(['1', '0', '-1', 'x', '%ff', '', '9' * 40, '25', '500'])}" for name in names
    )
    x_filter = _filter(random, route.keys) if route.method == "GET" and random.random() < 0.3 else None
    return Sent(route.method, f"{path}?{query}" if query else path, _body(random, route), x_filter)


def _ids(random: Random, mapper: Any, sim: Simulator) -> list[str]:
    for name in (mapper.name, mapper.parent):
        rows = list(sim.state.rows(name)) if name in sim.state.store.resources else []
        if rows:
            row = random.choice(rows)
            return [*row.parents, *str(row.key).split("/")]
    return []


def _body(random: Random, route: Route) -> object:
    if route.method not in {"POST", "PUT"}:
        return None
    if random.random() < 0.1:
        return deepcopy(random.choice(VALUES))
    body = {key: deepcopy(random.choice(VALUES)) for key in route.keys if random.random() < 0.5}
    for key, value in body.items():
        field = route.mapper.keys.get(key)
        if field is not None and random.random() < 0.7:
            body[key] = _likely(random, field.codec.plain, value)
    return body


def _likely(random: Random, plain: frozenset[type], otherwise: object) -> object:
    if bool in plain:
        return random.choice([True, False])
    if int in plain:
        return random.choice([1, 2, 20, 80])
    return random.choice(["x", "us-east", "g6-nanode-1", "web1", "A", "master"]) if str in plain else otherwise


def _filter(random: Random, keys: list[str]) -> str:
    if random.random() < 0.1:
        return random.choice(["{", "", "[", "\x00", "{" * 500, "[[[" * 5000, '{"label": "\\ud800"}', "NaN"])
    tests = [
        *VALUES,
        *({sign: random.choice(VALUES)} for sign in ("+gt", "+contains", "+neq", "+x")),
        [{"label": random.choice(VALUES)}],
    ]
    names = [*keys, "label", "+and", "+or", "+order", "+order_by", "+x", "a.b"]
    return json.dumps({random.choice(names): random.choice(tests) for _ in range(random.randint(0, 3))})


def raw(random: Random, sent: Sent) -> bytes:
    """Return the bytes of a request, mostly with something wrong in its head, its length, its chunks or its body."""
    body = b"" if sent.body is None else json.dumps(sent.body).encode()
    body = random.choice(
        [body, body, body[:-1], b"[" * 3000, b"\xff", b"NaN", b'{"a": 1e999}', b'"\\ud800"', b"", b"{}"]
    )
    sizes = [b"Content-Length: %d" % len(body)] * 40 + [
        b"Content-Length: ten", b"Content-Length: -1", b"Content-Length: 99999999999", b"Content-Length: +1", b"Content-Length: ",
        b"Content-Length: 1\r\nContent-Length: 2", b"Transfer-Encoding: gzip", b"Transfer-Encoding: chunked\r\nContent-Length: 1",
        b"Transfer-Encoding: chunked", b"Content-Length: %d" % (len(body) + 9), b"Content-Length: 0x1",
    ]  # fmt: skip
    size = random.choice(sizes)
    if size == b"Transfer-Encoding: chunked":
        chunks = [
            b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body),
            b"-1\r\n",
            b"x\r\n",
            b"1\r\n{}\r\n",
            b"ffffffff\r\n",
            b"1;" + b"a" * 9000,
        ]
        body = random.choice(chunks) if body else b"0\r\n\r\n"
    token = random.choice(
        [b"Authorization: Bearer %b\r\n" % each for each in TOKENS]
        + [b"Authorization: Bearer t\r\n"] * 20
        + [b"", b"Authorization: x\r\n", b"Authorization: Bearer \xff\r\n"]
    )
    method = (
        sent.method.encode()
        if random.random() < 0.95
        else random.choice([b"PATCH", b"get", b"\x00", b"A" * 300, b"HEAD", b"OPTIONS"])
    )
    version = (
        b"HTTP/1.1"
        if random.random() < 0.97
        else random.choice([b"HTTP/1.0", b"HTTP/2.0", b"HTTP/x", b"", b"HTTP/1.1 x"])
    )
    base = random.choice([b"/v4beta"] * 20 + [b"/v4", b"/v4", b"", b"http://[", b"//", b"/uploads", b"/objects/\xff"])
    x_filter = (
        b""
        if sent.x_filter is None
        else b"X-Filter: %b\r\n" % sent.x_filter.replace("\x00", "").encode("ascii", "replace")
    )
    head = b"%b %b%b %b\r\nHost: x\r\n%b%b%b\r\n" % (
        method,
        base,
        sent.target.encode(),
        version,
        token,
        x_filter[:60_000],
        size,
    )
    if random.random() < 0.03:
        head += random.choice(
            [b"A\r\n", b": b\r\n", b"X: " + b"y" * 70_000 + b"\r\n", b"A: b\r\n" * 120, b"\x00: \x00\r\n"]
        )
    return head + b"Connection: close\r\n\r\n" + body
