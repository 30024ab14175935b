"""Managed databases: their engine and version, their allow list, and the jobs that change their status."""

from __future__ import annotations

from base64 import b64encode
from functools import partial
from typing import TYPE_CHECKING

from linode_orm.simulator.errors import bad
from linode_orm.simulator.hooks import after, answer, check, fill, listing

if TYPE_CHECKING:
    from collections.abc import Callable

    from linode_orm.simulator.hooks import Call
    from linode_orm.simulator.store import Body, Row

PORTS = {"mysql": 3306, "postgresql": 5432}
COLLECTIONS = ("/databases/mysql/instances", "/databases/postgresql/instances")
RELEASES = {("mysql", "8"): "8.0.35", ("postgresql", "14"): "14.15"}
"""What a version is called once it runs (`TestDatabase_MySQL_Suite#66`, `TestDatabase_Postgres_Suite#66`)."""
ITEMS = ("/databases/mysql/instances/{}", "/databases/postgresql/instances/{}")


def _netmasks(allowed: object) -> list[str]:
    """Return an allow list as the API writes it, with prefix lengths (`TestDatabase_MySQL_Suite#1`)."""
    found = [str(each) for each in allowed] if isinstance(allowed, list) else []
    return sorted(each if "/" in each else f"{each}/{128 if ':' in each else 32}" for each in found)


@check(*(f"POST {path}" for path in COLLECTIONS))
def _may_create(call: Call) -> None:
    if call.given("region") is not None and call.state.get("Region", call.given("region")) is None:
        raise bad("Region is not valid", "region")


@fill(*COLLECTIONS)
def _new(call: Call) -> None:
    """Split `mysql/8` into engine and version, and name the hosts (`TestDatabase_MySQL_Suite#1`)."""
    draft = call.draft
    kind = "mysql" if "mysql" in call.resource.path else "postgresql"
    _, _, version = str(call.body.get("engine") or draft.get("engine") or "").partition("/")
    host = f"a{draft['id']}-akamai-prod-default.g2a.akamaidb.net"
    size = int(draft.get("cluster_size") or 1)
    draft.update(engine=kind, version=version or {"mysql": "8"}.get(kind, "16"), cluster_size=size)
    draft.update(status="provisioning" if call.route.verb == "create" else "active", port=PORTS[kind])
    standby = f"replica-{host}" if size > 1 else None
    point = {"address": host, "port": PORTS[kind], "public_access": True, "role": "primary"}
    draft["hosts"] = {"primary": host, "standby": standby, "secondary": standby, "endpoints": [point]}
    draft["allow_list"] = _netmasks(draft.get("allow_list"))
    is_new = call.route.verb == "create"
    plan = call.state.get("DatabaseType", draft.get("type"))
    draft["total_disk_size_gb"] = int(plan.body["disk"]) // 1024 if plan is not None else 9
    draft["used_disk_size_gb"] = None if is_new else 1
    draft["members"] = {} if is_new else _members(int(draft["id"]), size)
    draft.update(encrypted=True, ssl_connection=True, platform="rdbms-default")
    if not (draft.get("updates") or {}).get("duration"):
        draft["updates"] = {"day_of_week": 7, "duration": 4, "frequency": "weekly", "hour_of_day": 0, "pending": []}


def _members(number: int, size: int) -> Body:
    """Return the addresses of the nodes."""
    return {f"203.0.{number % 250}.{each + 1}": "failover" if each else "primary" for each in range(size)}


@after(*(f"POST {path}" for path in COLLECTIONS))
def _created(call: Call) -> None:
    call.hidden["has_event"] = True
    row, now = call.item, call.state.now
    members = _members(int(row.id), int(row.body["cluster_size"]))
    done: Body = {"status": "active", "members": members, "used_disk_size_gb": 1, "oldest_restore_time": now}
    done["version"] = RELEASES.get((row.body["engine"], row.body["version"]), row.body["version"])
    call.state.job(row, (1.0, done), action="database_create", then=_restored(call))


def _restored(call: Call) -> Callable[[], object] | None:
    """Tell of a copy, when it is there, that its backup was restored (Cloud Manager: `database_backup_restore`)."""
    if not (call.given("fork") or {}).get("source"):
        return None
    return partial(call.state.events.add, "database_backup_restore", call.item)


@check(*(f"PUT {path}" for path in ITEMS), *(f"POST {path}/suspend" for path in ITEMS))
def _is_active(call: Call) -> None:
    """Refuse while another change is made (API reference, "Update a Managed MySQL Database")."""
    if call.state.is_busy(call.item):
        raise bad("Database is not active")


@after(*(f"PUT {path}" for path in ITEMS))
def _updated(call: Call) -> None:
    """Start the job that a larger plan or another number of nodes begins."""
    state, row, before = call.state, call.item, call.before
    if "allow_list" in call.body:
        row.change(allow_list=_netmasks(call.given("allow_list")))
    grown = row.body["type"] != before["type"]
    scaled = row.body["cluster_size"] != before["cluster_size"]
    if row.body["version"] != before["version"]:
        # Cloud Manager (Events/factories/database.tsx): an upgrade is scheduled, started and finished
        steps = ((0.0, {"status": "updating"}), (1.0, {"status": "active"}))
        state.job(row, *steps, action="database_upgrade", keeps_busy=True)
    if not grown and not scaled:
        return
    plan, wanted = state.get("DatabaseType", row.body["type"]), row.body["type"]
    disk = int(plan.body["disk"]) // 1024 if plan is not None else row.body["total_disk_size_gb"]
    done = {"status": "active", "type": wanted, "total_disk_size_gb": disk}
    first = {"status": "resizing", "type": before["type"]}
    if grown:
        state.events.add("database_resize_create", row)  # Cloud Manager: "scheduled to be resized"
    state.job(row, (0.0, first), (1.0, done), action="database_resize" if grown else "database_scale", keeps_busy=True)


@answer(*(f"POST {path}/suspend" for path in ITEMS))
def _suspend(call: Call) -> None:
    call.state.job(
        call.item, (0.0, {"status": "suspending"}), (1.0, {"status": "suspended"}), action="database_suspend"
    )


@answer(*(f"POST {path}/resume" for path in ITEMS))
def _resume(call: Call) -> None:
    call.state.job(call.item, (0.0, {"status": "resuming"}), (1.0, {"status": "active"}), action="database_resume")


@answer(*(f"POST {path}/patch" for path in ITEMS))
def _patch(call: Call) -> None:
    call.state.job(call.item, (0.0, {"status": "updating"}), (1.0, {"status": "active"}), action="database_update")


@fill(*(f"{path}/credentials" for path in ITEMS))
def _credentials(call: Call) -> None:
    """Name the administrator as linode_api4 expects it (test_get_sql_db_instance)."""
    call.draft.update(username="akmadmin", password=f"{call.state.store.new_id('password'):x}@simulated")


@answer(*(f"POST {path}/credentials/reset" for path in ITEMS))
def _reset(call: Call) -> None:
    call.item.change(password=f"{call.state.store.new_id('password'):x}@simulated")


@fill(*(f"{path}/ssl" for path in ITEMS))
def _certificate(call: Call) -> None:
    call.draft["ca_certificate"] = b64encode(b"-----BEGIN CERTIFICATE-----\n").decode()


@listing("GET /databases/instances")
def _all(call: Call) -> list[Row | Body]:
    """Return the databases of every engine."""
    known = call.resource.fields
    rows: list[Row | Body] = []
    for name, kind in (("MySQLDatabase", "mysql"), ("PostgreSQLDatabase", "postgresql")):
        for row in call.state.rows(name):
            shown = {key: value for key, value in row.body.items() if key in known}
            usual = call.state.draft(call.resource)
            rows.append({**usual, **shown, "instance_uri": f"/v4/databases/{kind}/instances/{row.id}"})
    return rows or list(call.state.rows(call.resource.name))
