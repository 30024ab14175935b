"""Object storage: keys, whose secret is shown once, buckets, their regions and their access."""

from __future__ import annotations

from base64 import b64decode
from hashlib import md5
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from linode_orm.simulator.catalogues import endpoint, endpoints
from linode_orm.simulator.errors import bad, not_found
from linode_orm.simulator.hooks import after, answer, check, fill, instead, named

if TYPE_CHECKING:
    from linode_orm.simulator.account_state import AccountState
    from linode_orm.simulator.hooks import Call
    from linode_orm.simulator.store import Body, Row

NO_STORAGE: Final = "The specified region was not found or does not support Object Storage."
OWNER: Final = "640757b5-ebe9-45b1-abd5-581f215ef89e"


def place_of(region: object) -> Body:
    """Return a region as keys show it (`TestObjectStorageKeys_Regional_Limited#3`)."""
    kind, host = endpoint(str(region)) or ("E3", f"{region}-1.linodeobjects.com")
    return {"id": region, "s3_endpoint": host, "endpoint_type": kind}


def _cluster(region: object, kind: str | None = None) -> str:
    """Return the cluster of a region, which those with the oldest kinds of endpoint have alone."""
    found = endpoint(str(region), kind)
    return found[1].partition(".")[0] if found is not None and found[0] in {"E0", "E1"} else ""


@named("object-storage")
def _by_cluster(call: Call) -> tuple[str, ...] | None:
    """Accept a cluster in place of its region (`TestObjectStorageObject_ACLConfig_Update#2`)."""
    if not call.route.path.startswith("/object-storage/buckets/") or not call.values:
        return None
    first = call.values[0]
    region, _, number = first.rpartition("-")
    places = {first, region} if number == "1" else {first}
    if not any(endpoint(each) is not None or call.state.get("Region", each) is not None for each in places):
        held = {row.body["region"] for row in call.state.rows("ObjectStorageBucket")}
        if not places & held:
            raise not_found(NO_STORAGE)
    return (region, *call.values[1:]) if number == "1" and _cluster(region) == first else None


# -- keys --------------------------------------------------------------------------------------------------------------


def _places(given: object) -> list[Any]:
    wanted = given if isinstance(given, list) else []
    return [each if isinstance(each, dict) else place_of(each) for each in wanted]


@fill("/object-storage/keys")
def _key(call: Call) -> None:
    """Give a key every region unless some are named, and show its secret once (`TestObjectStorageKey_GetFound#0`)."""
    draft, number = call.draft, int(call.draft["id"])
    draft["access_key"] = f"{number:020X}"
    draft["secret_key"] = "[REDACTED]"  # noqa: S105  what the API shows from then on
    call.hidden["once"] = {"secret_key": f"{number:040x}"}
    access = draft.get("bucket_access") or None
    if access:
        draft["bucket_access"] = [_access(each) for each in access]
    else:
        draft["bucket_access"] = None
    regions = draft.get("regions") or sorted({each["region"] for each in draft["bucket_access"] or ()})
    draft["regions"] = _places(regions or sorted(endpoints()))
    draft["limited"] = bool(access)


def _access(given: Body) -> Body:
    region = given.get("region") or str(given.get("cluster") or "").rpartition("-")[0]
    return {**given, "region": region, "cluster": given.get("cluster") or _cluster(region)}


@after("PUT /object-storage/keys/{}")
def _reaches(call: Call) -> None:
    call.item.change(regions=_places(call.item.body.get("regions")))


# -- buckets -----------------------------------------------------------------------------------------------------------


@check("POST /object-storage/buckets")
def _may_create(call: Call) -> None:
    if not call.given("region") and not call.given("cluster"):
        raise bad("region is required", "region")
    region = call.given("region") or str(call.given("cluster")).rpartition("-")[0]
    if call.state.get("ObjectStorageBucket", f"{region}\0{call.given('label')}") is not None:
        raise bad("Bucket already exists", "label")
    if call.state.get("Region", region) is None:
        raise bad("region is not valid", "region")
    if endpoint(region, call.given("endpoint_type")) is None:
        what = "endpoint_type" if endpoint(region) is not None else "region"
        raise bad(NO_STORAGE, what)


@fill("/object-storage/buckets")
def _bucket(call: Call) -> None:
    draft = call.draft
    cluster = call.body.get("cluster") or draft.get("cluster")
    known = call.state.get("Region", draft["region"]) is not None or call.body.get("region")
    region = draft["region"] if known else str(cluster or "us-east-1").rpartition("-")[0]
    asked = call.body.get("endpoint_type")
    kind, host = endpoint(region, asked) or (
        asked or place_of(region)["endpoint_type"],
        place_of(region)["s3_endpoint"],
    )
    draft.update(region=region, cluster=cluster or _cluster(region, asked), endpoint_type=kind, s3_endpoint=host)
    draft["hostname"] = f"{draft['label']}.{host}"
    if call.route.verb == "create":
        draft["size"] = draft["objects"] = 0


@after("POST /object-storage/buckets")
def _opened(call: Call) -> None:
    allowed = {"acl": call.given("acl") or "private", "cors_enabled": bool(call.given("cors_enabled"))}
    access = call.state.store.resources.get("ObjectStorageBucketAccess")
    if access is not None:
        call.state.singleton(access, call.item.chain).change(**allowed)


@instead("GET /object-storage/buckets/{}")
def _in_region(call: Call) -> list[Row]:
    wanted = {call.values[0], call.values[0].removesuffix("-1")}
    return [row for row in call.state.rows("ObjectStorageBucket") if row.body["region"] in wanted]


def _policy(acl: str) -> str:
    extra = "<Grant>AllUsers READ</Grant>" if "public" in acl else ""
    return f"<AccessControlPolicy><Owner><ID>{OWNER}</ID></Owner>{extra}</AccessControlPolicy>"


@fill("/object-storage/buckets/{}/{}/access", "/object-storage/buckets/{}/{}/object-acl")
def _allowed(call: Call) -> None:
    call.draft.update(acl="private", acl_xml=_policy("private"))
    for key, value in (("cors_enabled", False), ("cors_xml", None)):
        if key in call.draft:
            call.draft[key] = value


@after("POST /object-storage/buckets/{}/{}/access", "PUT /object-storage/buckets/{}/{}/access")
def _opened_further(call: Call) -> Body:
    """Answer nothing (`TestObjectStorageBucket_Access_Update#2`)."""
    call.item.change(acl_xml=_policy(str(call.item.body["acl"])))
    return {}


@after("PUT /object-storage/buckets/{}/{}/object-acl")
def _object_opened(call: Call) -> Body:
    """Answer nothing (`TestObjectStorageObject_ACLConfig_Update#3`)."""
    acl = str(call.given("acl") or "private")
    call.item.change(acl=acl, acl_xml=_policy(acl))
    return {}


@fill("/object-storage/buckets/{}/{}/ssl")
def _uncertified(call: Call) -> None:
    call.draft["ssl"] = False


@after("POST /object-storage/buckets/{}/{}/ssl")
def _certified(call: Call) -> Body:
    call.item.change(ssl=True)
    return {"ssl": True}


@answer("DELETE /object-storage/buckets/{}/{}/ssl")
def _plain(call: Call) -> None:
    call.item.change(ssl=False)


@instead("GET /object-storage/buckets/{}/{}/object-list")
def _objects(call: Call) -> Body:
    held = _needed(call.state, call.values).hidden.get("objects", {})
    return {"data": list(held.values()), "next_marker": None, "is_truncated": False}


@instead("POST /object-storage/buckets/{}/{}/object-url")
def _url(call: Call) -> Body:
    """Return a signed URL; it leads to the simulator, so that no file goes anywhere else."""
    row, name = _needed(call.state, call.values), str(call.given("name"))
    place = f"{call.state.base}/objects/{row.body['region']}/{row.body['label']}/{quote(name, safe='')}"
    return {"url": f"{place}?Signature=simulated", "exists": name in row.hidden.get("objects", {})}


@instead("PUT /objects/{}/{}/{}")
def _put(call: Call) -> None:
    size = int(call.given("size") or 0)
    keep(call.state, _needed(call.state, call.values), call.values[2], size, str(call.given("content") or ""))


def keep(state: AccountState, bucket: Row, name: str, size: int, content: str = "") -> None:
    """Put an object into a bucket (`TestLogStream_Create_TwoDestinations#12`)."""
    facts = {"size": size, "last_modified": f"{state.now}.000Z", "etag": md5(content.encode()).hexdigest()}  # noqa: S324  what S3 calls a tag
    bucket.hidden.setdefault("objects", {})[name] = {"name": name, **facts, "owner": OWNER}
    bucket.hidden.setdefault("contents", {})[name] = content
    held = bucket.hidden["objects"].values()
    bucket.change(objects=len(held), size=sum(each["size"] for each in held))


@instead("GET /objects/{}/{}/{}")
def _get(call: Call) -> bytes:
    contents = _needed(call.state, call.values).hidden.get("contents", {})
    if call.values[2] not in contents:
        raise not_found()
    return b64decode(contents[call.values[2]])


@instead("DELETE /objects/{}/{}/{}")
def _drop(call: Call) -> None:
    bucket = _needed(call.state, call.values)
    for kept in ("objects", "contents"):
        bucket.hidden.get(kept, {}).pop(call.values[2], None)
    held = bucket.hidden.get("objects", {}).values()
    bucket.change(objects=len(held), size=sum(each["size"] for each in held))


def _needed(state: AccountState, values: tuple[str, ...]) -> Row:
    row = state.get("ObjectStorageBucket", "\0".join(values[:2]))
    if row is None:
        raise not_found()
    return row


@instead("POST /object-storage/cancel")
def _cancel(call: Call) -> None:
    settings = call.state.singleton(call.state.store.resources["AccountSettings"], ())
    settings.change(object_storage="disabled")


@fill("/object-storage/quotas/{}/usage", "/object-storage/global-quotas/{}/usage")
def _usage(call: Call) -> None:
    call.draft.update(quota_limit=call.parent.body["quota_limit"], usage=0)
