"""What a restricted user may do: by the grants of the user, as `/account/users/{username}/grants` tells them.

A refusal is a 403 `Unauthorized`. An entity without a grant is in no list, and reading it is refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from linode_orm.simulator.entities import ENTITIES, is_own
from linode_orm.simulator.errors import Refused
from linode_orm.simulator.schema import template
from linode_orm.simulator.store import Row

if TYPE_CHECKING:
    from linode_orm.simulator.account_state import AccountState
    from linode_orm.simulator.router import Match
    from linode_orm.simulator.store import Body

FORBIDDEN: Final = 403
READ, WRITE = "read_only", "read_write"
_AT: Final = {
    "/linode/instances/{}": "Instance",
    "/linode/stackscripts/{}": "StackScript",
    "/domains/{}": "Domain",
    "/volumes/{}": "Volume",
    "/nodebalancers/{}": "NodeBalancer",
    "/networking/firewalls/{}": "Firewall",
    "/images/{}": "Image",
    "/longview/clients/{}": "LongviewClient",
    "/databases/mysql/instances/{}": "MySQLDatabase",
    "/databases/postgresql/instances/{}": "PostgreSQLDatabase",
    "/vpcs/{}": "VPC",
}
"""The paths of entities with grants, and the class that lies there."""
GRANTED: Final = {name: ENTITIES[name] for name in _AT.values()}
"""Classes whose objects can be granted one by one, and what grants call them."""
_ADDS: Final = {
    "/linode/instances": "add_linodes",
    "/linode/stackscripts": "add_stackscripts",
    "/domains": "add_domains",
    "/domains/import": "add_domains",
    "/volumes": "add_volumes",
    "/nodebalancers": "add_nodebalancers",
    "/networking/firewalls": "add_firewalls",
    "/images": "add_images",
    "/images/upload": "add_images",
    "/longview/clients": "add_longview",
    "/databases/mysql/instances": "add_databases",
    "/databases/postgresql/instances": "add_databases",
    "/vpcs": "add_vpcs",
}
"""The collections in which a global grant lets a user create, and its name."""
_FREE: Final = (
    "/profile",
    "/account/events",
    "/account/notifications",
    "/account/maintenance",
    "/account/availability",
    "/account/settings",
    "/betas",
    "/regions",
    "/support",
    "/networking/ips",
    "/networking/ipv",
    "/networking/reserved",
    "/networking/vlans",
    "/vpcs/ips",
    "/vpcs/ipv6s",
)
"""Paths that need no grant to be read; their lists show what belongs to entities that the user may see."""
_ENTITY_KEYS: Final = {"linode_id": "linode", "volume_id": "volume", "nodebalancer_id": "nodebalancer"}
"""The keys of a body that name entities, which the user has to be able to write."""


def forbidden(reason: str = "Unauthorized") -> Refused:
    """Return the 403 of what a user may not do."""
    return Refused((reason, None), status=FORBIDDEN)


def number_of(row: Row) -> int:
    """Return the number under which grants name an entity: that of `private/123` is 123."""
    return int(str(row.id).rpartition("/")[2])


class Permissions:
    """What one restricted user may do in an account."""

    def __init__(self, state: AccountState, username: str) -> None:
        self._state = state
        self._grants = state.singleton(state.store.resources["UserGrants"], (username,))

    def level(self, kind: str, identity: object) -> str | None:
        """Return the user's permission for an entity: None, `read_only` or `read_write`."""
        held: dict[tuple[str, str], str | None] = self._grants.hidden.get("entities", {})
        return held.get((kind, str(identity)))

    def give(self, row: Row, permission: str | None) -> None:
        """Set the user's permission for an entity."""
        held = self._grants.hidden.setdefault("entities", {})
        held[GRANTED[row.resource.name], str(number_of(row))] = permission

    def own(self, row: Row) -> None:
        """Let the user write what the user has made."""
        if row.resource.name in GRANTED:
            self.give(row, WRITE)

    def may(self, grant: str) -> Any:  # noqa: ANN401  a boolean or a level
        """Return the value of a global grant."""
        return (self._grants.body["global"] or {}).get(grant)

    def sees(self, row: Row) -> bool:
        """Whether a list shows the user a row."""
        kind = GRANTED.get(row.resource.name)
        if kind is not None:
            return not is_own(row) or self.level(kind, number_of(row)) is not None
        about = row.body.get("entity") if row.resource.name == "Event" else None
        if isinstance(about, dict) and about.get("type") in GRANTED.values():
            return self.level(about["type"], about["id"]) is not None
        if row.resource.template.startswith("/networking/ip") and row.body.get("linode_id"):
            return self.level("linode", row.body["linode_id"]) is not None
        return True

    def check(self, method: str, match: Match, body: Body) -> None:
        """Refuse what the user may not do."""
        if match.route is None:
            return
        path, is_read = template(match.route.path).rstrip("/"), method == "GET"
        place = next((each for each in _AT if path == each or path.startswith(f"{each}/")), None)
        if place is not None:
            self._check_entity(place, match.values[0], is_read=is_read)
        elif method == "POST" and path in _ADDS:
            self._need(bool(self.may(_ADDS[path])))
        elif path == "/account/cancel":
            self._need(bool(self.may("cancel_account")))
        elif path == "/longview/plan" and not is_read:
            self._need(bool(self.may("longview_subscription")))
        elif path.startswith("/account/child-accounts"):
            self._need(bool(self.may("child_account_access")))
        elif not self._is_free(match, path, is_read=is_read):
            access = self.may("account_access")
            self._need(access == WRITE or (is_read and access == READ))
        if not is_read:
            self._check_named(body)

    def _is_free(self, match: Match, path: str, *, is_read: bool) -> bool:
        """Whether a path needs no grant: one's own profile, tickets, public lists, and collections of entities."""
        if path.startswith(("/profile", "/support")):
            return True
        is_public = match.route is not None and match.route.resource.reference_data
        return is_read and (is_public or path in _ADDS or path.startswith(_FREE))

    def _check_entity(self, place: str, identity: str, *, is_read: bool) -> None:
        row = self._state.get(_AT[place], identity)
        if row is None or (is_read and not is_own(row)):
            return  # it is answered with 404, or it is everybody's
        level = self.level(GRANTED[row.resource.name], number_of(row)) if is_own(row) else None
        self._need(level == WRITE or (is_read and level == READ))

    def _check_named(self, body: Body) -> None:
        for key, kind in _ENTITY_KEYS.items():
            if body.get(key) is not None and self.level(kind, body[key]) != WRITE:
                raise forbidden()

    @staticmethod
    def _need(is_granted: bool) -> None:  # noqa: FBT001  one thing to know
        if not is_granted:
            raise forbidden()


def visible(permissions: Permissions | None, rows: list[Any]) -> list[Any]:
    """Return the rows that a user may see; all where the user has no restrictions."""
    return (
        rows if permissions is None else [each for each in rows if not isinstance(each, Row) or permissions.sees(each)]
    )
