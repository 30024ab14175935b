"""Tags: they are made when objects are tagged, and a deleted tag is removed from every object."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from linode_orm.models.tags._extra import KINDS
from linode_orm.simulator.errors import bad
from linode_orm.simulator.hooks import after, answer, check, listing, ready

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


def _used(state: AccountState) -> set[str]:
    return {tag for name in KINDS.values() for row in state.rows(name) for tag in row.body.get("tags") or ()}


@ready("/tags")
def _by_use(call: Call) -> None:
    """Make the tags that objects carry; one that came into being so goes when nothing carries it any more."""
    state, used = call.state, _used(call.state)
    known = {str(row.body["label"]): row for row in state.rows("Tag")}
    for label in sorted(used - known.keys()):
        state.make("Tag", (), label=label).hidden["by_use"] = True
    for label, row in known.items():
        if row.hidden.get("by_use") and label not in used:
            state.store.drop(row)


@listing("GET /tags")
def _labels(call: Call) -> list[Any]:
    _by_use(call)
    return [{"label": label} for label in sorted(str(row.body["label"]) for row in call.state.rows("Tag"))]


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
