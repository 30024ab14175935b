"""Domains: imports, clones and zone files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from linode_orm.simulator.errors import bad
from linode_orm.simulator.hooks import answer, check, fill

if TYPE_CHECKING:
    from linode_orm.simulator.hooks import Call
    from linode_orm.simulator.store import Body, Row

TAKEN: Final = "DNS zone already exists."


@fill("/domains")
def _new(call: Call) -> None:
    draft = call.draft
    draft["status"], draft["type"] = draft["status"] or "active", draft["type"] or "master"
    draft["tags"] = sorted(set(draft["tags"]))


@check("POST /domains")
def _may_create(call: Call) -> None:
    if call.state.strict and call.given("type") in {None, "master"} and not call.given("soa_email"):
        raise bad("soa_email required when type=master", "soa_email")


@fill("/domains/{}/records")
def _record(call: Call) -> None:
    """Set to null the fields that a record of its type does not have (`TestDomainRecords_List#1`)."""
    if call.draft.get("type") != "SRV":
        call.draft.update(service=None, protocol=None)
    if call.draft.get("type") != "CAA":
        call.draft["tag"] = None


def _free(call: Call) -> str:
    name = str(call.given("domain"))
    if any(row.body["domain"] == name for row in call.state.rows("Domain")):
        raise bad(TAKEN, "domain")
    return name


@answer("POST /domains/import")
def _import(call: Call) -> bytes:
    return call.state.make("Domain", (), domain=_free(call), type="master", soa_email="", status="active").encoded()


@answer("POST /domains/{}/clone")
def _clone(call: Call) -> bytes:
    state, row = call.state, call.item
    kept = {key: value for key, value in row.body.items() if key not in {"id", "domain", "created", "updated"}}
    copy = state.make("Domain", (), **{**kept, "domain": _free(call)})
    for record in state.below(row, "DomainRecord"):
        same = {key: value for key, value in record.body.items() if key != "id"}
        state.make("DomainRecord", copy.chain, **same)
    return copy.encoded()


@answer("GET /domains/{}/zone-file")
def _zone_file(call: Call) -> Body:
    """Return the lines of the zone file; there are none before the first record (`TestDomain_ZoneFile_Get#1`)."""
    domain = call.parent
    lines = [_line(record) for record in call.state.below(domain, "DomainRecord")]
    head = [f"; {domain.body['domain']} [{domain.id}]", "$TTL 86400"]
    return {"zone_file": [*head, *lines] if lines else []}


def _line(record: Row) -> str:
    body = record.body
    return f"{body['name'] or '@'}\t{body['ttl_sec'] or ''}\tIN\t{body['type']}\t{body['target']}"
