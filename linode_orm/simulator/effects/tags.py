"""Tags: they are made when objects are tagged, and a deleted tag is removed from every object."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from linode_orm.models.tags._extra import KINDS
from linode_orm.simulator.errors import bad, not_found
from linode_orm.simulator.hooks import after, answer, check, listing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from linode_orm.simulator.account_state import AccountState
    from linode_orm.simulator.hooks import Call
    from linode_orm.simulator.store import Row

PLURALS: Final = {kind: f"{kind}es" if kind.endswith("s") else f"{kind}s" for kind in KINDS}
"""Under which key the body of a new tag names objects of a kind, where it takes them."""


def _holders(state: AccountState, label: str) -> Iterator[tuple[str, Row]]:
    for kind, name in KINDS.items():
        for row in state.rows(name):
            if label in (row.body.get("tags") or ()):
                yield kind, row


@listing("GET /tags")
def _labels(call: Call) -> list[Any]:
    used = {tag for name in KINDS.values() for row in call.state.rows(name) for tag in row.body.get("tags") or ()}
    made = {str(row.body["label"]) for row in call.state.rows("Tag")}
    return [{"label": label} for label in sorted(used | made)]


@check("POST /tags")
def _may_create(call: Call) -> None:
    label = call.given("label")
    if any(row.body["label"] == label for row in call.state.rows("Tag")) or any(_holders(call.state, str(label))):
        raise bad("Tag already exists", "label")


@after("POST /tags")
def _put_on(call: Call) -> None:
    label = str(call.given("label"))
    for kind, plural in PLURALS.items():
        for identity in call.given(plural) or ():
            row = call.state.need(KINDS[kind], identity)
            call.state.change(row, tags=sorted({*(row.body.get("tags") or ()), label}))


@answer("GET /tags/{}")
def _objects(call: Call) -> list[Any]:
    found = list(_holders(call.state, call.values[0]))
    return [{"type": kind, "data": row.body} for kind, row in found]


@after("DELETE /tags/{}")
def _taken_off(call: Call) -> None:
    for _, row in list(_holders(call.state, call.values[0])):
        call.state.change(row, tags=[tag for tag in row.body["tags"] if tag != call.values[0]])


@check("DELETE /tags/{}")
def _may_delete(call: Call) -> None:
    if call.row is None and not any(_holders(call.state, call.values[0])):
        raise not_found()
