"""Domains: imports, clones and zone files."""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING, Final

from linode_orm.simulator.errors import bad
from linode_orm.simulator.hooks import after, answer, check, fill, rewrite

if TYPE_CHECKING:
    from linode_orm.simulator.hooks import Call
    from linode_orm.simulator.store import Body, Row

TAKEN: Final = "DNS zone already exists."
SERVERS: Final = tuple(f"ns{number}.linode.com" for number in range(1, 6))
TIMES: Final = (
    *(0, 30, 120, 300, 3600, 7200, 14400, 28800, 57600, 86400, 172800, 345600, 604800),
    *(1209600, 2419200),
)
"""The times in seconds that the name servers take."""


@fill("/domains")
def _new(call: Call) -> None:
    draft = call.draft
    draft["status"], draft["type"] = draft["status"] or "active", draft["type"] or "master"
    draft["tags"] = sorted(set(draft["tags"]))


@check("POST /domains")
def _may_create(call: Call) -> None:
    if call.state.guesses and call.given("type") in {None, "master"} and not call.given("soa_email"):
        raise bad("soa_email required when type=master", "soa_email")


@rewrite("POST /domains", "PUT /domains/{}", "POST /domains/{}/records", "PUT /domains/{}/records/{}")
def _times(call: Call) -> None:
    """Round times up to those that the name servers take (API reference, "Create a domain record")."""
    for key in ("ttl_sec", "refresh_sec", "retry_sec", "expire_sec"):
        value = call.given(key)
        if isinstance(value, int) and not isinstance(value, bool):
            call.body[key] = next((each for each in TIMES if each >= value), TIMES[-1])


@rewrite("POST /domains/{}/records", "PUT /domains/{}/records/{}")
def _short(call: Call) -> None:
    """Take the zone off a name (ansible_linode: domain_record); an SRV record is named by its service."""
    zone, name = str(call.parent.body["domain"]).casefold(), call.given("name")
    if isinstance(name, str):
        plain = name.removesuffix(".")
        if plain.casefold() == zone:
            call.body["name"] = ""
        elif plain.casefold().endswith(f".{zone}"):
            call.body["name"] = plain[: -len(zone) - 1]
    known = call.row.body if call.row is not None else {}
    said = {key: call.body.get(key, known.get(key)) for key in ("type", "service", "protocol")}
    if said["type"] == "SRV" and said["service"] and said["protocol"]:
        call.body["name"] = "._".join(("", said["service"].lstrip("_"), said["protocol"].lstrip("_"))).lstrip(".")


@fill("/domains/{}/records")
def _record(call: Call) -> None:
    """Set to null the fields that a record of its type does not have (`TestDomainRecords_List#1`)."""
    if call.draft.get("type") != "SRV":
        call.draft.update(service=None, protocol=None)
    if call.draft.get("type") != "CAA":
        call.draft["tag"] = None


@check("POST /domains/{}/records", "PUT /domains/{}/records/{}")
def _points_somewhere(call: Call) -> None:
    """Refuse a target that is none for the type of the record (API reference, "Create a domain record")."""
    record = {**(call.row.body if call.row is not None else {}), **call.body}
    kind, target = record.get("type"), str(record.get("target") or "")
    if "target" not in call.body and call.row is not None:
        return
    versions = {"A": 4, "AAAA": 6}
    if kind in versions and target != "[remote_addr]":
        try:
            is_right = ip_address(target).version == versions[kind]
        except ValueError:
            is_right = False
        if not is_right:
            raise bad(f"Must be a valid IPv{versions[kind]} address", "target")
    elif kind in {"CNAME", "MX", "NS"} and not target:
        raise bad("You must specify a target", "target")


def _free(call: Call) -> str:
    name = str(call.given("domain"))
    if any(row.body["domain"] == name for row in call.state.rows("Domain")):
        raise bad(TAKEN, "domain")
    return name


@answer("POST /domains/import")
def _import(call: Call) -> bytes:
    state = call.state
    row = call.row = state.make("Domain", (), domain=_free(call), type="master", soa_email="", status="active")
    return row.encoded()


@answer("POST /domains/{}/clone")
def _clone(call: Call) -> bytes:
    state, row = call.state, call.item
    kept = {key: value for key, value in row.body.items() if key not in {"id", "domain", "created", "updated"}}
    copy = state.make("Domain", (), **{**kept, "domain": _free(call)})
    for record in state.below(row, "DomainRecord"):
        same = {key: value for key, value in record.body.items() if key != "id"}
        state.make("DomainRecord", copy.chain, **same)
    state.events.of("create", copy)
    return copy.encoded()


@after("POST /domains")
def _served_later(call: Call) -> None:
    call.item.hidden["served_at"] = call.state.clock.monotonic() + call.state.job_seconds


@answer("GET /domains/{}/zone-file")
def _zone_file(call: Call) -> Body:
    """Return the lines of the zone file; a new zone has none until it is served (`TestDomain_ZoneFile_Get#1`)."""
    domain = call.parent
    if domain.hidden.get("served_at", 0.0) > call.state.clock.monotonic():
        return {"zone_file": []}
    body = domain.body
    times = (body["refresh_sec"] or 14400, body["retry_sec"] or 14400, body["expire_sec"] or 1209600, 86400)
    mail = str(body["soa_email"] or f"hostmaster@{body['domain']}").replace("@", ".")
    serial = f"{call.state.clock.now():%Y%m%d}01"
    head = [
        f"; {body['domain']} [{domain.id}]",
        f"$TTL {body['ttl_sec'] or 86400}",
        f"@\tIN\tSOA\t{SERVERS[0]}.\t{mail}. {serial} {' '.join(map(str, times))}",
        *(f"@\t\tNS\t{server}." for server in SERVERS),
    ]
    return {"zone_file": [*head, *(_line(record) for record in call.state.below(domain, "DomainRecord"))]}


def _line(record: Row) -> str:
    body = record.body
    ranks = {"MX": ("priority",), "SRV": ("priority", "weight", "port")}.get(body["type"], ())
    rank = "".join(f"{body[key] or 0} " for key in ranks)
    target = f'"{body["target"]}"' if body["type"] == "TXT" else body["target"]
    return f"{body['name'] or '@'}\t{body['ttl_sec'] or ''}\tIN\t{body['type']}\t{rank}{target}"
