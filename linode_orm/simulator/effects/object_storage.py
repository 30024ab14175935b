"""Object storage: keys that are shown once, and where buckets live."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linode_orm.simulator.hooks import fill

if TYPE_CHECKING:
    from linode_orm.simulator.hooks import Call
    from linode_orm.simulator.store import Body


def _place(region: object) -> Body:
    return {"id": region, "s3_endpoint": f"{region}-1.linodeobjects.com", "endpoint_type": "E3"}


@fill("/object-storage/keys")
def _key(call: Call) -> None:
    draft, number = call.draft, int(call.draft["id"])
    draft["access_key"] = f"{number:020X}"
    draft["secret_key"] = "[REDACTED]"  # noqa: S105  what the API shows from then on
    call.hidden["once"] = {"secret_key": f"{number:040x}"}
    draft["regions"] = [each if isinstance(each, dict) else _place(each) for each in draft.get("regions") or ()]
    draft["limited"] = bool(draft.get("bucket_access"))


@fill("/object-storage/buckets")
def _bucket(call: Call) -> None:
    draft = call.draft
    region = draft.get("region") or str(draft.get("cluster") or "us-east-1").rpartition("-")[0]
    draft["region"] = region
    draft["cluster"] = draft.get("cluster") or f"{region}-1"
    draft["hostname"] = f"{draft['label']}.{region}-1.linodeobjects.com"
