"""The request handler: it checks budget, token and route of a request, and answers refusals."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from attrs import field, frozen

from linode_orm.simulator.crud import Verbs
from linode_orm.simulator.errors import Refused, not_found
from linode_orm.simulator.files import is_signed
from linode_orm.simulator.hooks import Call
from linode_orm.simulator.ratelimit import RateLimits
from linode_orm.simulator.reply import Reply
from linode_orm.simulator.router import Match, Route, Router
from linode_orm.simulator.scopes import UNKNOWN, accepted, allows, cached, granted
from linode_orm.simulator.validate import body_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from linode_orm.simulator.account_state import AccountState
    from linode_orm.simulator.credentials import Credential
    from linode_orm.simulator.schema import Resource
    from linode_orm.simulator.xfilter import Dialect

OK: Final = 200
_NO_CONTENT: Final = 204
_UNAUTHORIZED: Final = 401
_METHOD_NOT_ALLOWED: Final = 405


@frozen
class Asked:
    """A request as it arrived."""

    method: str
    path: str
    version: str = "v4beta"
    query: dict[str, str] = field(factory=dict)
    x_filter: Any = None
    body: Any = None
    token: str | None = "simulated"  # noqa: S105  no secret


class RequestHandler:
    """Applies requests to the account state and returns the answers."""

    def __init__(self, state: AccountState, resources: Iterable[Resource], dialect: Dialect) -> None:
        self.router = Router(resources)
        self.rate_limits = RateLimits(state.clock)
        self.verbs = Verbs(dialect)
        self._state = state

    def headers(self, asked: Asked) -> dict[str, str]:
        """Return the headers of every answer to a request."""
        return {
            "content-type": "application/json",
            "cache-control": cached(asked.path),
            "x-oauth-scopes": granted(self._credential(asked)),
            "x-accepted-oauth-scopes": accepted(asked.method, asked.path),
        }

    def _credential(self, asked: Asked) -> Credential | None:
        """Return what the token of a request stands for; a signed address is its owner's."""
        credentials = self._state.credentials
        return credentials.owner if is_signed(asked.path, asked.token) else credentials.of(asked.token)

    def take(self, asked: Asked) -> Reply:
        """Do what a request asks for, if its budget and its token allow that."""
        headers = self.headers(asked)
        try:
            headers |= self.rate_limits.headers(asked.method, asked.path, asked.token)
            if asked.token is not None:
                self._admit(headers)
            with self._state.acting(self._credential(asked) or self._state.credentials.owner):
                reply = self.answer(asked)
        except Refused as refused:
            return _refusal(refused, headers)
        return reply.evolved(headers={**headers, **reply.headers})

    @staticmethod
    def _admit(headers: dict[str, str]) -> None:
        """Refuse an invalid token (`TestReservedIPAddresses_InsufficientPermissions#1`), or one without the scope."""
        held = headers["x-oauth-scopes"]
        if held == UNKNOWN:
            raise Refused(("Invalid Token", None), status=_UNAUTHORIZED)
        if not allows(held, headers["x-accepted-oauth-scopes"]):  # the text: linode-cli's issue 142
            raise Refused(("Your OAuth token is not authorized to use this endpoint.", None), status=_UNAUTHORIZED)

    def answer(self, asked: Asked) -> Reply:
        """Do what a request asks for."""
        try:
            match = self._route(asked)
            route = match.route
            if route is None:
                raise Refused(("Method Not Allowed", None), status=_METHOD_NOT_ALLOWED)
            if asked.token is None and not route.resource.reference_data:
                raise Refused(("Invalid Token", None), status=_UNAUTHORIZED)
            permissions = self._state.permissions
            if permissions is not None:
                permissions.check(asked.method, match, body_of(asked.body))
            call = Call(self._state, route, match.values, body_of(asked.body), asked.query)
            content = self.verbs.run(call, asked.x_filter)
            if permissions is not None and call.route.verb == "create" and call.row is not None:
                permissions.own(call.row)
        except Refused as refused:
            return _refusal(refused, {})
        return Reply(_NO_CONTENT if not content else OK, content)

    def _route(self, asked: Asked) -> Match:
        match = self.router.match(asked.method, asked.path)
        if match is None or (match.route is not None and not _served(match.route, asked.version)):
            raise not_found()
        return match

    def collection(self, path: str) -> Resource:
        """Return the resource that a POST to a path makes; raise `LookupError` where it makes none."""
        match = self.router.match("POST", path)
        route = match.route if match is not None else None
        if route is None or route.verb != "create":
            msg = f"nothing is made by a POST to {path}"
            raise LookupError(msg)
        return route.resource

    def find(self, path: str) -> Call:
        """Return the object at a path; raise `LookupError` where there is none."""
        match = self.router.match("GET", path)
        route = match.route if match is not None else None
        if match is None or route is None or route.verb != "get":
            msg = f"no object lives at {path}"
            raise LookupError(msg)
        call = Call(self._state, route, match.values, {}, {})
        try:
            self.verbs.locate(call)
        except Refused:
            msg = f"no object lives at {path}"
            raise LookupError(msg) from None
        return call


def _refusal(refused: Refused, headers: dict[str, str]) -> Reply:
    return Reply(refused.status, json.dumps(refused.body).encode(), {**headers, **refused.headers})


def _served(route: Route, version: str) -> bool:
    return version == "v4beta" or route.resource.version == "v4"
