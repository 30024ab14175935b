"""Kubernetes clusters: their pools and nodes, and what becomes ready later."""

from __future__ import annotations

import hashlib
import json
from base64 import b64encode
from typing import TYPE_CHECKING, Final

from linode_orm.mapping.json_types import merged_value
from linode_orm.simulator.effects.linode import let_go
from linode_orm.simulator.errors import Refused, bad
from linode_orm.simulator.hooks import after, answer, check, fill, instead, listing
from linode_orm.simulator.price_lists import ENTERPRISE, STANDARD

if TYPE_CHECKING:
    from linode_orm.simulator.account_state import AccountState
    from linode_orm.simulator.hooks import Call
    from linode_orm.simulator.store import Body, Row

NOT_YET: Final = 503


@check("POST /lke/clusters")
def _may_create(call: Call) -> None:
    if call.state.get("Region", call.given("region")) is None:
        raise bad("region is not valid", "region")
    _known_version(call)


@check("PUT /lke/clusters/{}")
def _known_version(call: Call) -> None:
    """Refuse a version that there is not (linode_api4: test_fails_to_create_cluster_with_invalid_version)."""
    wanted = call.given("k8s_version")
    if call.state.limits and wanted is not None and wanted not in {*STANDARD, *ENTERPRISE}:
        raise bad("k8s_version is not valid", "k8s_version")


@check("POST /lke/clusters")
def _known_types(call: Call) -> None:
    for at, pool in enumerate(call.given("node_pools") or ()):
        if call.state.limits and call.state.get("Type", pool.get("type")) is None:
            raise bad("A valid plan type by that ID was not found", f"node_pools[{at}].type")


@fill("/lke/clusters")
def _cluster(call: Call) -> None:
    """Make the cluster ready in the answer to its create (docs/api-notes.md#lke-readiness)."""
    draft = call.draft
    draft["status"] = "ready"
    draft["tier"] = draft.get("tier") or "standard"
    draft["tags"] = sorted(set(draft.get("tags") or ()))
    draft["k8s_version"] = draft.get("k8s_version") or STANDARD[0]
    plane = {key: each for key, each in (draft.get("control_plane") or {}).items() if key != "acl"}
    # `TestLKECluster_APLEnabled#2`: what a cluster with that platform has, though nobody asked for it
    is_doubled = draft["tier"] == "enterprise" or bool(draft.get("apl_enabled"))
    plane["high_availability"] = bool(plane.get("high_availability")) or is_doubled
    draft["control_plane"] = {key: each for key, each in plane.items() if each or key == "high_availability"}


@after("POST /lke/clusters")
def _with_pools(call: Call) -> None:
    state, cluster = call.state, call.item
    cluster.hidden["ready_at"] = state.clock.monotonic() + state.job_seconds
    call.hidden["has_event"] = True
    state.events.of("create", cluster)
    _take_acl(state, cluster, call.given("control_plane"))
    for pool in call.given("node_pools") or ():
        made = {key: value for key, value in pool.items() if value is not None}
        _nodes(state, state.make("LKENodePool", cluster.chain, **made))


def _take_acl(state: AccountState, cluster: Row, given: object) -> None:
    """Keep the access list of the control plane (linode_api4: test_lke_cluster_acl)."""
    wanted = given.get("acl") if isinstance(given, dict) else None
    resource = state.store.resources.get("LKEControlPlaneACL")
    if isinstance(wanted, dict) and resource is not None:
        row = state.singleton(resource, cluster.chain)
        field, now = row.resource.fields["acl"], state.now
        row.change(acl=_stamped(merged_value(field, row.body["acl"], wanted, now)))
        state.events.add("lke_control_plane_acl_create", cluster)  # that a new cluster's list has its own is a guess


def _stamped(acl: Body) -> Body:
    """Give an access list a revision, unless a client has named one."""
    if acl.get("revision-id"):
        return acl
    text = json.dumps({key: acl.get(key) for key in ("addresses", "enabled")}, sort_keys=True)
    return {**acl, "revision-id": hashlib.sha256(text.encode()).hexdigest()[:16]}


@fill("/lke/clusters/{}/control_plane_acl")
def _acl(call: Call) -> None:
    """Start without any restriction (`TestLKECluster_withACL#5`)."""
    call.draft["acl"] = {**(call.draft.get("acl") or {}), "enabled": False}


@after("PUT /lke/clusters/{}/control_plane_acl")
def _acl_changed(call: Call) -> None:
    call.item.change(acl=_stamped({**call.item.body["acl"], **_named(call.given("acl"))}))
    call.state.events.add("lke_control_plane_acl_update", call.parent)


def _named(acl: object) -> Body:
    wanted = acl.get("revision-id") if isinstance(acl, dict) else None
    return {"revision-id": wanted or ""}


@after("PUT /lke/clusters/{}")
def _upgraded(call: Call) -> None:
    plane = call.item.body.get("control_plane") or {}
    _take_acl(call.state, call.item, call.given("control_plane"))
    shown = {key: each for key, each in plane.items() if key != "acl" and (each or key == "high_availability")}
    call.item.change(control_plane=shown)
    call.item.change(tags=sorted(set(call.item.body.get("tags") or ())))


# -- pools and nodes ---------------------------------------------------------------------------------------------------


@fill("/lke/clusters/{}/pools")
def _pool_made(call: Call) -> None:
    """Complete a pool as in `TestLKENodePool_CreateWithLabelsAndTaints#3`: if off, the autoscaler has the count."""
    draft = call.draft
    draft["count"] = int(draft.get("count") or 1)
    draft["disk_encryption"] = draft.get("disk_encryption") or "enabled"
    if not (draft.get("autoscaler") or {}).get("enabled"):
        draft["autoscaler"] = {"enabled": False, "min": draft["count"], "max": draft["count"]}
    if call.parent.body.get("tier") == "enterprise":  # `TestLKENodeEnterprisePoolNode_Get#2`
        usual = {"firewall_id": None, "k8s_version": call.parent.body["k8s_version"]}
        for key, value in {**usual, "update_strategy": "rolling_update"}.items():
            draft.setdefault(key, value)
    if not call.given("isolation") and call.parent.body.get("tier") != "enterprise":
        draft.pop("isolation", None)  # pools of enterprise clusters have it (linode/terraform-provider-linode#2423)


@after("POST /lke/clusters/{}/pools", "PUT /lke/clusters/{}/pools/{}")
def _pool(call: Call) -> Body:
    _nodes(call.state, call.item)
    return dict(call.item.body)


def _nodes(state: AccountState, pool: Row) -> None:
    """Make as many nodes as a pool counts; new ones are ready a job later (`TestLKENodePool_Update#5`)."""
    cluster = pool.parents
    have = [node for node in state.rows("LKENode") if node.hidden.get("pool") == pool.key]
    wanted = int(pool.body.get("count") or 0)
    for _ in range(len(have), wanted):
        number = state.store.new_id("LKENode")
        name = f"{pool.id}-{number * 2_654_435_761 % 16**12:012x}"
        node = state.make("LKENode", cluster, id=name, status="not_ready", instance_id=None, pool_id=pool.id)
        node.hidden["pool"] = pool.key
        started = {"instance_id": _linode_of(state, pool, name)}
        state.job(node, (0.5, started), (1.0, {"status": "ready"}))
        have.append(node)
    for node in have[wanted:]:
        _drop(state, node)
    show_nodes(state, pool)


def _linode_of(state: AccountState, pool: Row, name: str) -> int | None:
    """Make the Linode that a node is (API reference, "Create a node pool"); return its id."""
    if "Instance" not in state.store.resources:
        return None
    resource = state.store.resources["LKECluster"]
    cluster = state.store.find(resource, pool.parents)
    if cluster is None:
        return None
    known = {"label": f"lke{cluster.id}-{name}", "region": cluster.body["region"], "type": pool.body["type"]}
    row = state.make("Instance", (), **known, status="running", lke_cluster_id=cluster.id)
    return int(row.id)


def _drop(state: AccountState, node: Row) -> None:
    """Remove a node with its Linode."""
    state.store.drop(node)
    resource = state.store.resources.get("Instance")
    if resource is not None:
        for row in list(state.store.table(resource).holders("label", f"lke{node.parents[0]}-{node.id}")):
            _remove_linode(state, row)


def _remove_linode(state: AccountState, row: Row) -> None:
    state.remove(row)
    let_go(state, row)


def show_nodes(state: AccountState, pool: Row) -> None:
    """Update the nodes that a pool shows."""
    mine = [node for node in state.rows("LKENode") if node.hidden.get("pool") == pool.key]
    shown = ("id", "instance_id", "status")
    nodes = [{key: node.body[key] for key in shown} for node in mine]
    if pool.body.get("nodes") != nodes:
        pool.change(nodes=nodes)


@listing("GET /lke/clusters/{}/pools")
def _pools(call: Call) -> list[Row]:
    pools = call.state.below(call.parent, "LKENodePool")
    for pool in pools:
        show_nodes(call.state, pool)
    return pools


@answer("GET /lke/clusters/{}/pools/{}")
def _one_pool(call: Call) -> bytes:
    show_nodes(call.state, call.item)
    return call.item.encoded()


@after("DELETE /lke/clusters/{}/pools/{}")
def _pool_gone(call: Call) -> None:
    for node in list(call.state.rows("LKENode")):
        if node.hidden.get("pool") == call.item.key:
            _drop(call.state, node)


@after("DELETE /lke/clusters/{}")
def _cluster_gone(call: Call) -> None:
    for row in list(call.state.rows("Instance")):
        if row.body.get("lke_cluster_id") == call.item.id:
            _remove_linode(call.state, row)


@answer("DELETE /lke/clusters/{}/nodes/{}")
def _node_gone(call: Call) -> None:
    """Make the pool smaller by one (`TestLKENodePoolNode_Delete#5`)."""
    state, node = call.state, call.item
    _drop(state, node)
    state.events.add("lke_node_delete", call.parent)
    for pool in state.rows("LKENodePool"):
        if pool.key == node.hidden.get("pool"):
            pool.change(count=max(0, int(pool.body["count"]) - 1))
            _nodes(state, pool)


@answer(
    "POST /lke/clusters/{}/nodes/{}/recycle",
    "POST /lke/clusters/{}/pools/{}/recycle",
    "POST /lke/clusters/{}/recycle",
    "POST /lke/clusters/{}/regenerate",
)
def _recycle(call: Call) -> None:
    """Make the nodes not ready for the time of a job."""
    which = call.route.path.rpartition("/")[2]
    for node in call.state.rows("LKENode"):
        mine = call.item.key in {node.key, node.hidden.get("pool"), node.parents[0]}
        if mine and which == "recycle":
            call.state.job(node, (0.0, {"status": "not_ready"}), (1.0, {"status": "ready"}))


# -- what is ready only later ------------------------------------------------------------------------------------------


def _wait(call: Call, what: str) -> None:
    """Refuse as in `TestLKECluster_Kubeconfig_Delete#4` until the control plane is ready."""
    if call.parent.hidden.get("ready_at", 0.0) > call.state.clock.monotonic():
        raise Refused((f"Cluster {what} not yet available. Please try again later.", None), status=NOT_YET)


@answer("GET /lke/clusters/{}/kubeconfig")
def _kubeconfig(call: Call) -> Body:
    _wait(call, "kubeconfig is")
    text = f"apiVersion: v1\nkind: Config\n# cluster {call.parent.id}, {call.item.hidden.get('turn', 0)}\n"
    return {"kubeconfig": b64encode(text.encode()).decode()}


@answer("DELETE /lke/clusters/{}/kubeconfig", "DELETE /lke/clusters/{}/servicetoken")
def _regenerated(call: Call) -> None:
    call.item.hidden["turn"] = call.item.hidden.get("turn", 0) + 1
    kind = "kubeconfig_regenerate" if call.route.path.endswith("kubeconfig") else "token_rotate"
    call.state.events.add(f"lke_{kind}", call.above or call.item)


@listing("GET /lke/clusters/{}/api-endpoints")
def _endpoints(call: Call) -> list[Body]:
    """Refuse as in `TestLKECluster_APIEndpoints_List#3` at first."""
    _wait(call, "API Endpoints are")
    region = call.parent.body["region"]
    host = f"{int(call.parent.id):08x}.{region}-1-gw.linodelke.net"
    return [{"endpoint": f"https://{host}:{port}"} for port in (6443, 443)]


@answer("GET /lke/clusters/{}/dashboard")
def _dashboard(call: Call) -> Body:
    return {"url": f"https://{int(call.parent.id):08x}.dashboard.linodelke.net"}


@answer("DELETE /lke/clusters/{}/control_plane_acl")
def _acl_off(call: Call) -> None:
    """Disable the ACL; a GET still finds it (`TestLKECluster_withACL#5`)."""
    call.item.change(acl={**call.item.body["acl"], "enabled": False})
    call.state.events.add("lke_control_plane_acl_delete", call.parent)


@instead("GET /lke/tiers/{}/versions")
def _tiered(call: Call) -> list[Row]:
    return [row for row in call.state.rows("LKETieredVersion") if row.parents == call.values]
