"""Locks, which keep an object from being deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from linode_orm.simulator.errors import bad
from linode_orm.simulator.hooks import after, check, fill

if TYPE_CHECKING:
    from linode_orm.simulator.account_state import AccountState
    from linode_orm.simulator.hooks import Call
    from linode_orm.simulator.store import Row

CLASSES: Final = {"linode": "Instance", "nodebalancer": "NodeBalancer", "volume": "Volume", "lkecluster": "LKECluster"}


def refuse_below_lock(linode: Row | None) -> None:
    """Refuse to delete what is below a Linode whose lock covers that (API reference, "Delete a disk")."""
    if linode is not None and "cannot_delete_with_subresources" in (linode.body.get("locks") or ()):
        raise bad("Resource is locked and cannot be deleted")


@check("POST /locks")
def _may_lock(call: Call) -> None:
    """Refuse as in `TestTryToCreateWithInvalidData#0` and `TestTryToLockTwoResourcesWithTheSameType#4`."""
    kind, wanted = str(call.given("entity_type")), call.given("lock_type")
    if call.state.get(CLASSES.get(kind, ""), call.given("entity_id")) is None:
        raise bad("entity_id is not valid", "entity_id")
    for row in call.state.rows("ResourceLock"):
        entity = row.body["entity"]
        if (entity["type"], entity["id"]) == (kind, call.given("entity_id")):
            have = row.body["lock_type"]
            only = "Can only have one of: cannot_delete, cannot_delete_with_subresources locks"
            raise bad(
                f"The {have} lock (Lock ID: {row.id}) needs to be removed to add {wanted} lock. {only}", "lock_type"
            )


@fill("/locks")
def _lock(call: Call) -> None:
    kind = str(call.given("entity_type"))
    target = call.state.get(CLASSES.get(kind, ""), call.given("entity_id"))
    if target is not None:
        call.draft["entity"] = {**call.state.events.entity(target), "type": kind}


def _target(state: AccountState, lock: Row) -> Row | None:
    entity = lock.body["entity"]
    return state.get(CLASSES.get(str(entity["type"]), ""), entity["id"])


@after("POST /locks", "DELETE /locks/{}")
def _shown(call: Call) -> None:
    """Update the locks that the object shows (`TestLocks#3`)."""
    target = _target(call.state, call.item)
    if target is None:
        return
    mine = [row for row in call.state.rows("ResourceLock") if _target(call.state, row) is target]
    target.change(locks=[row.body["lock_type"] for row in mine])


@check("POST /linode/instances/{}/rebuild")
def _may_not_rebuild(call: Call) -> None:
    """Refuse to rebuild what is locked (linode/terraform-provider-linode, docs/resources/lock.md)."""
    if call.item.body.get("locks"):
        raise bad("Resource is locked and cannot be rebuilt")


@check("DELETE /linode/instances/{}", "DELETE /nodebalancers/{}", "DELETE /volumes/{}", "DELETE /lke/clusters/{}")
def _locked(call: Call) -> None:
    if call.item.body.get("locks"):
        raise bad("Resource is locked and cannot be deleted")
