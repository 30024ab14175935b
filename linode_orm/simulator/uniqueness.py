"""The uniqueness check: the refusal of a value that another object has already."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from linode_orm.simulator.errors import Refused

if TYPE_CHECKING:
    from linode_orm.simulator.hooks import Call
    from linode_orm.simulator.store import Row

# The API's reasons for values that are not unique; the alert's is recorded, others were seen in the API's clients.
NOT_UNIQUE: Final = {
    "AlertDefinition": "An alert with this label already exists",
    "Firewall": "Label must be unique among your Cloud Firewalls",
    "Instance": "Label must be unique among your linodes",
    "Domain": "DNS zone already exists.",
}


def refuse_duplicates(call: Call, parents: tuple[str, ...], row: Row | None = None) -> None:
    """Refuse a unique value that another object of the collection has already."""
    resource = call.resource if row is None else row.resource
    wanted = {key: call.body[key] for key in resource.unique_keys if call.body.get(key) not in {None, ""}}
    if not wanted:
        return
    table = call.state.store.table(resource, parents)
    wrong = [
        (NOT_UNIQUE.get(resource.name, f"{key.capitalize()} must be unique"), key)
        for key, value in wanted.items()
        if table.holders(key, value) - {row}
    ]
    if wrong:
        raise Refused(*wrong)
