"""A small account kept by hand: what a write does to it, in the API's words, without any code of the library."""

from __future__ import annotations

import copy
import hashlib
import json
import re
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Body = dict[str, Any]


class Refusal(Exception):  # noqa: N818  an answer of the API
    """What the API answers instead of doing it."""

    def __init__(self, status: int, reason: str, field: str | None = None) -> None:
        super().__init__(reason)
        self.status = status
        self.body = {"errors": [{"reason": reason} | ({"field": field} if field else {})]}


@dataclass(frozen=True)
class Effect:
    """One change of the account: `name` is what people call the object."""

    method: str
    path: str
    collection: str
    id: int
    name: str
    body: Body


@dataclass(frozen=True)
class Kind:
    """What a collection holds: `writable` is what PUT takes, `unique` the key of which the server allows one."""

    defaults: Mapping[str, Any]
    writable: frozenset[str]
    unique: str | None = None
    refusal: str = ""
    required: frozenset[str] = frozenset()
    named: str = "label"
    filterable: frozenset[str] = frozenset()
    below: tuple[str, ...] = ()
    dated: bool = True


def keys(text: str) -> frozenset[str]:
    """Give the keys in a text."""
    return frozenset(text.split())


KINDS: dict[str, Kind] = {
    "/linode/instances": Kind(
        {
            "label": None, "group": "", "status": "offline", "type": "g6-nanode-1", "ipv4": ["192.0.2.10"],
            "ipv6": "2001:db8::10/128", "image": None, "region": "us-east", "site_type": "core",
            "specs": {"disk": 25600, "memory": 1024, "vcpus": 1, "gpus": 0, "transfer": 1000, "accelerated_devices": 0},
            "alerts": {"cpu": 90, "network_in": 10, "network_out": 10, "transfer_quota": 80, "io": 10000},
            "backups": {
                "enabled": False, "available": False, "schedule": {"day": None, "window": None},
                "last_successful": None,
            },
            "hypervisor": "kvm", "watchdog_enabled": True, "tags": [], "host_uuid": "cbc420fe", "has_user_data": False,
            "placement_group": None, "disk_encryption": "enabled", "lke_cluster_id": None, "capabilities": [],
            "interface_generation": "legacy_config", "locks": [], "maintenance_policy": "linode/migrate",
        },
        keys("label group tags alerts backups watchdog_enabled maintenance_policy"),
        unique="label", refusal="Label must be unique among your linodes", required=keys("region type"),
        filterable=keys("id label tags group region image ipv4"), below=("configs", "disks"),
    ),
    "/volumes": Kind(
        {
            "label": None, "status": "active", "size": 20, "region": None, "linode_id": None, "linode_label": None,
            "filesystem_path": "", "hardware_type": "nvme", "encryption": "disabled", "io_ready": False, "tags": [],
        },
        keys("label tags"), unique="label", refusal="Label must be unique", required=keys("label"),
        filterable=keys("id label tags"),
    ),
    "/domains": Kind(
        {
            "domain": None, "type": "master", "tags": [], "group": "", "status": "active", "errors": "",
            "description": "", "soa_email": "", "retry_sec": 0, "master_ips": [], "axfr_ips": [], "expire_sec": 0,
            "refresh_sec": 0, "ttl_sec": 0,
        },
        keys("domain type tags group status description soa_email retry_sec master_ips axfr_ips expire_sec ttl_sec"),
        unique="domain", refusal="DNS zone already exists.", required=keys("domain type"), named="domain",
        filterable=keys("domain group tags"), below=("records",),
    ),
    "/domains/*/records": Kind(
        {
            "type": "A", "name": "", "target": "", "priority": 0, "weight": 0, "port": 0, "service": None,
            "protocol": None, "ttl_sec": 0, "tag": None,
        },
        keys("name target priority weight port service protocol ttl_sec tag"), required=keys("type"), named="name",
        filterable=keys("name tag target type"),
    ),
    "/networking/firewalls": Kind(
        {"label": None, "status": "enabled", "rules": None, "tags": [], "entities": []},
        keys("label tags status"), unique="label", refusal="Label must be unique", required=keys("label rules"),
        filterable=keys("id label tags created updated"), below=("devices",),
    ),
    "/profile/sshkeys": Kind({"label": "", "ssh_key": ""}, keys("label"), filterable=keys("label")),
    "/nodebalancers": Kind(
        {
            "label": None, "region": None, "type": "common", "hostname": "nb.example.com", "ipv4": "192.0.2.20",
            "ipv6": "2001:db8::20", "client_conn_throttle": 0, "client_udp_sess_throttle": 0, "lke_cluster": None,
            "tags": [], "transfer": {"in": None, "out": None, "total": None}, "locks": [],
        },
        keys("label client_conn_throttle tags"), required=keys("region"),
        filterable=keys("label tags region ipv4"), below=("configs",),
    ),
    "/nodebalancers/*/configs": Kind(
        {
            "port": 80, "protocol": "http", "algorithm": "roundrobin", "stickiness": "none", "check": "none",
            "check_interval": 5, "check_timeout": 3, "check_attempts": 2, "check_path": "", "check_body": "",
            "check_passive": True, "proxy_protocol": "none", "cipher_suite": "recommended", "ssl_commonname": "",
            "ssl_fingerprint": "", "ssl_cert": None, "ssl_key": None, "nodes_status": {"up": 0, "down": 0},
            "udp_check_port": 80, "udp_session_timeout": 16,
        },
        keys("port protocol algorithm stickiness check check_interval check_timeout check_attempts check_path"),
        named="port", below=("nodes",), dated=False,
    ),
    "/nodebalancers/*/configs/*/nodes": Kind(
        {"label": None, "address": None, "status": "Unknown", "weight": 50, "mode": "accept", "vpc_config_id": None},
        keys("label address weight mode"), required=keys("label address"), dated=False,
    ),
}  # fmt: skip

EVENTS = "/account/events"
ACTIONS = {
    "boot": "linode_boot", "reboot": "linode_reboot", "shutdown": "linode_shutdown", "resize": "linode_resize",
    "attach": "volume_attach", "detach": "volume_detach",
}  # fmt: skip
CREATIONS = {
    "/linode/instances": "linode_create", "/volumes": "volume_create", "/domains": "domain_create",
    "/domains/*/records": "domain_record_create", "/networking/firewalls": "firewall_create",
    "/profile/sshkeys": "profile_ssh_key_add", "/nodebalancers": "nodebalancer_create",
    "/nodebalancers/*/configs": "nodebalancer_config_create",
    "/nodebalancers/*/configs/*/nodes": "nodebalancer_node_create",
}  # fmt: skip
"""The actions of the events that tell of a creation; one of a child names what it belongs to."""
_STATUS = {"boot": "running", "reboot": "running", "shutdown": "offline"}


@dataclass
class FakeAccount:
    """The account: `rows` holds each collection by its path; `skew` is how far its clock is ahead, in seconds.

    `effects` lists what was changed, in order. Every method may be called from any thread.
    """

    skew: float = 0.0
    rows: dict[str, dict[int, Body]] = field(default_factory=dict)
    effects: list[Effect] = field(default_factory=list)
    lock: threading.RLock = field(default_factory=threading.RLock)
    last_id: int = 1000

    # -- seeing ------------------------------------------------------------------------------------------------------

    def now(self) -> str:
        """Give the moment as the API writes it."""
        return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(time.time() + self.skew))

    def seed(self, collection: str, **body: Any) -> Body:
        """Put an object there that has been there for long."""
        with self.lock:
            made = self._made(collection, body)
            made |= {key: "2024-05-06T07:08:09" for key in ("created", "updated") if key in made}
            self._rows(collection)[made["id"]] = made
            return made

    def named(self, collection: str, name: Any) -> Body:
        """Give the one object with that name."""
        found = [row for row in self.rows.get(collection, {}).values() if row[self._kind(collection).named] == name]
        assert len(found) == 1, f"{len(found)} of {name} in {collection}"
        return found[0]

    def snapshot(self) -> dict[str, list[str]]:
        """Give everything by names instead of ids, without moments: equal accounts give equal snapshots."""
        with self.lock:
            found: dict[str, list[str]] = {}
            for collection, rows in self.rows.items():
                if collection != EVENTS and rows:
                    found.setdefault(self._readable(collection), [])
                    found[self._readable(collection)] += [self._plain(row) for row in rows.values()]
            return {collection: sorted(rows) for collection, rows in sorted(found.items())}

    def _readable(self, collection: str) -> str:
        parts = collection.split("/")
        for at, part in enumerate(parts):
            if part.isdecimal():
                above = "/".join(parts[:at])
                row = self.rows.get(above, {}).get(int(part))
                parts[at] = str(row[self._kind(above).named]) if row else part
        return "/".join(parts)

    @staticmethod
    def _plain(row: Body) -> str:
        left = {key: value for key, value in row.items() if key not in _FLEETING}
        if isinstance(left.get("rules"), dict):
            left["rules"] = {key: each for key, each in left["rules"].items() if key not in {"version", "fingerprint"}}
        return json.dumps(left, sort_keys=True)

    # -- answering ---------------------------------------------------------------------------------------------------

    def handle(
        self, method: str, path: str, query: Mapping[str, str], x_filter: Body | None, body: Body | None
    ) -> tuple[int, Any]:
        """Do what a request asks for; give status and body."""
        with self.lock:
            try:
                return 200, copy.deepcopy(self._handle(method, path, query, x_filter, body))
            except Refusal as refusal:
                return refusal.status, refusal.body

    def _handle(self, method: str, path: str, query: Mapping[str, str], x_filter: Body | None, body: Any) -> Any:
        if path in _SINGLETONS and method == "GET":
            return _SINGLETONS[path]
        above, _, last = path.rpartition("/")
        if self._kind_or_none(path) or path == EVENTS:
            if method == "POST" and path != EVENTS:
                return self._create(path, body or {})
            if method == "GET":
                return self._page(path, query, x_filter or {})
            raise Refusal(405, "Method Not Allowed")
        if last.isdecimal() and (self._kind_or_none(above) or above == EVENTS):
            return self._item(method, above, self._row(above, int(last)), path, body or {})
        if last == "rules" and self._kind_or_none(above.rpartition("/")[0]) is KINDS["/networking/firewalls"]:
            return self._rules(method, above, path, body or {})
        if method == "POST" and last in ACTIONS:
            return self._act(above, last, path, body or {})
        raise Refusal(404, "Not found")

    def _item(self, method: str, collection: str, row: Body, path: str, body: Body) -> Any:
        if method == "GET":
            return row
        if method == "PUT":
            return self._update(collection, row, path, body)
        if method == "DELETE":
            return self._delete(collection, row, path)
        raise Refusal(405, "Method Not Allowed")

    # -- writing -----------------------------------------------------------------------------------------------------

    def _create(self, collection: str, body: Body) -> Body:
        kind = self._kind(collection)
        for key in sorted(kind.required):
            if body.get(key) in (None, ""):
                raise Refusal(400, f"{key} is required", key)
        if "/" in collection.strip("/") and (above := self._parent(collection)):
            self._row(*above)
        self._check_unique(collection, body, None)
        made = self._made(collection, body)
        self._rows(collection)[made["id"]] = made
        self._note("POST", collection, collection, made, body)
        action = CREATIONS[re.sub(r"/\d+(?=/)", "/*", collection)]
        outermost = re.match(r"(/domains|/nodebalancers)/(\d+)/", collection)
        if outermost:
            self._event(action, outermost[1], self._row(outermost[1], int(outermost[2])))
        else:
            self._event(action, collection, made)
        return made

    def _made(self, collection: str, body: Body) -> Body:
        kind, moment = self._kind(collection), self.now()
        self.last_id += 1
        made: Body = {"id": self.last_id} | copy.deepcopy(dict(kind.defaults))
        made |= {key: value for key, value in body.items() if key in kind.defaults and value is not None}
        if kind.named == "label" and not made["label"]:
            made["label"] = f"{collection.rpartition('/')[2].rstrip('s')}{made['id']}"
        if kind.dated:
            made |= {"created": moment, "updated": moment}
        if collection == "/profile/sshkeys":
            del made["updated"]
        if "/configs" in collection:
            made["nodebalancer_id"] = int(collection.split("/")[2])
        if collection.endswith("/nodes"):
            made["config_id"] = int(collection.split("/")[4])
        if collection == "/volumes":
            self._hang(made, made["linode_id"])
        if isinstance(made.get("rules"), dict):
            made["rules"] = _stamped(made["rules"], 1)
        return _normal(made)

    def _update(self, collection: str, row: Body, path: str, body: Body) -> Body:
        kind = self._kind(collection)
        self._check_unique(collection, body, row["id"])
        for key, value in body.items():
            if key in kind.writable:
                whole = isinstance(value, dict) and isinstance(row[key], dict)
                row[key] = {**row[key], **value} if whole else copy.deepcopy(value)
        self._touch(row)
        _normal(row)
        self._note("PUT", path, collection, row, body)
        return row

    def _delete(self, collection: str, row: Body, path: str) -> Body:
        self._note("DELETE", path, collection, row, {})
        del self.rows[collection][row["id"]]
        for name in [name for name in self.rows if name.startswith(f"{path}/")]:
            del self.rows[name]
        if collection == "/linode/instances":
            for volume in self.rows.get("/volumes", {}).values():
                if volume["linode_id"] == row["id"]:
                    self._hang(volume, None)
        return {}

    def _rules(self, method: str, firewall: str, path: str, body: Body) -> Body:
        collection, _, identity = firewall.rpartition("/")
        row = self._row(collection, int(identity))
        if method == "PUT":
            row["rules"] = _stamped(body, row["rules"]["version"] + 1)
            self._touch(row)
            self._note("PUT", path, collection, row, body)
        return row["rules"]

    def _act(self, item: str, action: str, path: str, body: Body) -> Any:
        collection, _, identity = item.rpartition("/")
        if collection not in {"/linode/instances", "/volumes"}:
            raise Refusal(404, "Not found")
        row = self._row(collection, int(identity))
        if collection == "/volumes":
            if action == "attach":
                self._hang(row, body["linode_id"])
            elif action == "detach":
                self._hang(row, None)
            elif action == "resize":
                row["size"] = body["size"]
        elif action == "resize":
            row["type"] = body["type"]
        else:
            row["status"] = _STATUS[action]
        self._touch(row)
        self._note("POST", path, collection, row, body)
        self._event(
            "volume_resize" if (collection, action) == ("/volumes", "resize") else ACTIONS[action], collection, row
        )
        return row if collection == "/volumes" and action in {"attach", "resize"} else {}

    def _hang(self, volume: Body, linode: int | None) -> None:
        row = self._row("/linode/instances", linode) if linode is not None else None
        volume["linode_id"], volume["linode_label"] = linode, row["label"] if row else None

    def _touch(self, row: Body) -> None:
        if "updated" in row:
            row["updated"] = self.now()

    def _note(self, method: str, path: str, collection: str, row: Body, body: Body) -> None:
        name = str(row[self._kind(collection).named])
        self.effects.append(Effect(method, path, collection, row["id"], name, copy.deepcopy(body)))

    def _event(self, action: str, collection: str, row: Body) -> None:
        self.last_id += 1
        kinds = {
            "/linode/instances": "linode", "/volumes": "volume", "/domains": "domain",
            "/nodebalancers": "nodebalancer", "/networking/firewalls": "firewall",
        }  # fmt: skip
        entity = {
            "id": row["id"], "label": row[self._kind(collection).named], "type": kinds.get(collection, collection.rpartition("/")[2]),
            "url": f"/v4{collection}/{row['id']}",
        }  # fmt: skip
        self.rows.setdefault(EVENTS, {})[self.last_id] = {
            "id": self.last_id, "created": self.now(), "action": action, "entity": entity, "secondary_entity": None,
            "status": "finished", "username": "me", "percent_complete": 100, "rate": None, "duration": 1.0,
            "time_remaining": None, "read": False, "seen": False, "message": "",
        }  # fmt: skip

    def _check_unique(self, collection: str, body: Body, own: int | None) -> None:
        kind = self._kind(collection)
        wanted = body.get(kind.unique) if kind.unique else None
        rows = self.rows.get(collection, {})
        if wanted and any(row[kind.unique] == wanted and row["id"] != own for row in rows.values()):
            raise Refusal(400, kind.refusal, kind.unique)

    # -- finding -----------------------------------------------------------------------------------------------------

    def _page(self, path: str, query: Mapping[str, str], x_filter: Body) -> Body:
        if above := self._parent(path):
            self._row(*above)
        page, size = int(query.get("page", 1)), int(query.get("page_size", 100))
        if not 25 <= size <= 500:
            raise Refusal(400, "Must be 25-500", "page_size")
        rows = self._found(path, x_filter)
        pages = max(1, -(-len(rows) // size))
        if page > pages:
            raise Refusal(404, "Not found")
        return {"data": rows[(page - 1) * size : page * size], "page": page, "pages": pages, "results": len(rows)}

    def _found(self, path: str, x_filter: Body) -> list[Body]:
        asked = dict(x_filter)
        order, direction = asked.pop("+order_by", None), asked.pop("+order", "asc")
        allowed = keys("id created action entity.id entity.type") if path == EVENTS else self._kind(path).filterable
        for key in _asked_for(asked):
            if key not in allowed:
                raise Refusal(400, f"Cannot filter on {key}", "X-Filter")
        rows = [row for row in self.rows.get(path, {}).values() if _holds(asked, row)]
        if order:
            rows.sort(key=lambda row: (_reach(row, order) is not None, _reach(row, order)), reverse=direction == "desc")
        return rows

    def _row(self, collection: str, identity: int) -> Body:
        try:
            return self.rows[collection][identity]
        except KeyError:
            raise Refusal(404, "Not found") from None

    def _rows(self, collection: str) -> dict[int, Body]:
        return self.rows.setdefault(collection, {})

    def _parent(self, collection: str) -> tuple[str, int] | None:
        item, _, _ = collection.rpartition("/")
        above, _, identity = item.rpartition("/")
        return (above, int(identity)) if identity.isdecimal() else None

    def _kind(self, collection: str) -> Kind:
        return KINDS[re.sub(r"/\d+(?=/)", "/*", collection)]

    def _kind_or_none(self, collection: str) -> Kind | None:
        return KINDS.get(re.sub(r"/\d+(?=/)", "/*", collection))


_FLEETING = keys("id created updated linode_id nodebalancer_id config_id")
_SINGLETONS: dict[str, Body] = {
    "/account": {
        "email": "me@example.com",
        "euuid": "E1AF5EEC-526F-487D-B317EBEB34C87D71",
        "company": "",
        "country": "US",
    },
    "/profile": {"username": "me", "email": "me@example.com", "uid": 7, "restricted": False, "timezone": "UTC"},
}
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "+gt": lambda have, want: have > want,
    "+gte": lambda have, want: have >= want,
    "+lt": lambda have, want: have < want,
    "+lte": lambda have, want: have <= want,
    "+neq": lambda have, want: have != want,
    "+contains": lambda have, want: want in have,
}


def _normal(row: Body) -> Body:
    """Write values as the API does: tags in order, once each."""
    if "tags" in row:
        row["tags"] = sorted(set(row["tags"] or ()))
    return row


def _stamped(rules: Body, version: int) -> Body:
    kept = {key: copy.deepcopy(rules.get(key)) for key in ("inbound", "inbound_policy", "outbound", "outbound_policy")}
    mark = hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()[:8]
    return kept | {"version": version, "fingerprint": mark}


def _asked_for(asked: Body) -> list[str]:
    found: list[str] = []
    for key, value in asked.items():
        if key in {"+and", "+or"}:
            found += [each for part in value for each in _asked_for(part)]
        else:
            found.append(key)
    return found


def _holds(asked: Body, row: Body) -> bool:
    for key, want in asked.items():
        if key == "+and":
            good = all(_holds(part, row) for part in want)
        elif key == "+or":
            good = any(_holds(part, row) for part in want)
        else:
            good = _matches(_reach(row, key), want)
        if not good:
            return False
    return True


def _matches(have: Any, want: Any) -> bool:
    if isinstance(want, dict):
        return have is not None and all(_COMPARE[name](have, value) for name, value in want.items())
    return want in have if isinstance(have, list) else have == want


def _reach(row: Body, name: str) -> Any:
    value: Any = row
    for key in name.split("."):
        value = value.get(key) if isinstance(value, dict) else None
    return value
