"""System rows: what every account has without anybody's doing: logins, roles, and the alerts of the system."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from linode_orm.simulator.catalogues import catalogue, table
from linode_orm.simulator.hooks import fill

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from linode_orm.simulator.account_state import AccountState
    from linode_orm.simulator.hooks import Call
    from linode_orm.simulator.store import Body

FOUNDED: Final = "2018-01-02T03:04:05"
CHANNEL: Final = 10000
"""The channel to all who may write (`TestMonitorAlertDefinition_Clone#0`)."""


def _logins(state: AccountState) -> Iterator[tuple[tuple[str, ...], Body]]:
    login = {"id": 1571944101, "datetime": state.now, "ip": "203.0.113.10", "username": state.username}
    yield (), {**login, "status": "successful", "restricted": False}


def _channels(state: AccountState) -> Iterator[tuple[tuple[str, ...], Body]]:
    del state
    path = f"/monitor/alert-channels/{CHANNEL}/alerts"
    alerts = {"url": path, "type": "alerts-definitions", "alert_count": sum(1 for _ in table("alert_definitions"))}
    yield (
        (),
        {
            "id": CHANNEL,
            "label": "Read-Write Channel",
            "channel_type": "email",
            "type": "system",
            "details": {"email": {"usernames": [], "recipient_type": "read_write_users"}},
            "alerts": alerts,
            **_by_system(),
        },
    )


def _by_system() -> Body:
    return {"created": FOUNDED, "updated": FOUNDED, "created_by": "system", "updated_by": "system"}


def _alerts(state: AccountState) -> Iterator[tuple[tuple[str, ...], Body]]:
    del state
    for row in table("alert_definitions"):
        path = f"/monitor/services/{row['service_type']}/alert-definitions/{row['id']}/entities"
        entities = {"count": 0, "has_more_resources": False, "url": path}
        known: Body = {"type": "system", "status": "enabled", "regions": [], "entity_ids": [], "entities": entities}
        yield (row["service_type"],), {**row, **known, **_by_system()}


SYSTEM_ROWS: Final[dict[str, Callable[[AccountState], Iterator[tuple[tuple[str, ...], Body]]]]] = {
    "AccountLogin": _logins,
    "AlertChannel": _channels,
    "AlertDefinition": _alerts,
    "ProfileLogin": _logins,
}


def install(state: AccountState) -> None:
    """Make the rows of each class when they are first read."""
    for name, rows in SYSTEM_ROWS.items():
        if name in state.store.resources:
            state.store.awaited[name] = partial(_fill, state, name, rows)


def _fill(
    state: AccountState, name: str, rows: Callable[[AccountState], Iterator[tuple[tuple[str, ...], Body]]]
) -> None:
    for parents, fields in rows(state):
        state.stocked(name, parents, fields)


# -- singletons --------------------------------------------------------------------------------------------------------


@fill("/iam/role-permissions")
def _roles(call: Call) -> None:
    """Give the roles that there are, as recorded."""
    roles = catalogue("roles")
    call.draft.update(account_access=roles["account_access"], entity_access=roles["entity_access"])


@fill("/iam/users/{}/role-permissions")
def _of_user(call: Call) -> None:
    """Let the user of the token administer the account (`TestIAM_GetUserRolePermissions`)."""
    if call.values and call.values[0] == call.state.username:
        call.draft["account_access"] = ["account_admin"]


def _settings(engine: str) -> Body:
    """Return the settings of an engine of databases, each at its place."""
    found: Body = {}
    for place, facts in catalogue("database_settings")[engine]:
        inside: Any = found
        for key in place[:-1]:
            inside = inside.setdefault(key, {})
        inside[place[-1]] = facts
    return found


@fill("/databases/mysql/config")
def _mysql(call: Call) -> None:
    call.draft = _settings("mysql")


@fill("/databases/postgresql/config")
def _postgresql(call: Call) -> None:
    call.draft = _settings("postgresql")
