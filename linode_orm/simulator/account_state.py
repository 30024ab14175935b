"""The account state: the rows, time, jobs and events that effects read and change."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from linode_orm.simulator import shape
from linode_orm.simulator.clock import text
from linode_orm.simulator.credentials import Credentials
from linode_orm.simulator.errors import not_found
from linode_orm.simulator.events import Events
from linode_orm.simulator.first_values import asked, first_values
from linode_orm.simulator.hooks import Call, fill
from linode_orm.simulator.job_rules import JobRules
from linode_orm.simulator.jobs import Jobs
from linode_orm.simulator.permissions import Permissions
from linode_orm.simulator.router import Route
from linode_orm.simulator.row_jobs import RowJobs
from linode_orm.simulator.store import Body, Row, Store

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from linode_orm.simulator.clock import VirtualClock
    from linode_orm.simulator.credentials import Credential
    from linode_orm.simulator.schema import Resource


Strictness: TypeAlias = bool | Literal["guesses"]
"""How much is refused: limits that the description or a recording states, or also what is only guessed."""

USERNAME: Final = "simulated"
# Where files go, unless the simulator is served.
BASE: Final = "https://upload.example.com"


class AccountState(RowJobs):
    """The state of the simulated account."""

    def __init__(
        self, resources: Iterable[Resource], clock: VirtualClock, *, job_seconds: float = 1.0, strict: Strictness = True
    ) -> None:
        self.store = Store(resources)
        self.clock = clock
        self.jobs = Jobs(clock)
        self.job_seconds = job_seconds
        self.job_rules = JobRules()
        self.limits = strict is not False
        self.guesses = strict == "guesses"
        self.credentials = Credentials(clock, USERNAME)
        self.caller = self.credentials.owner
        self.permissions: Permissions | None = None
        self.user_type = "default"
        self.children: dict[str, AccountState] = {}
        self.neighbours: list[AccountState] = [self]
        """All accounts that know of each other, this one too."""
        self.events = Events(self)
        self.base = BASE
        self._usual: dict[str, Body] = {}
        self._fresh: dict[str, tuple[str, Body]] = {}
        """The first values of a class, and the moment for which they hold."""

    @property
    def username(self) -> str:
        """The name of the user whose request is answered; the owner's outside of requests."""
        return self.caller.username

    @contextmanager
    def acting(self, credential: Credential) -> Iterator[None]:
        """Answer a request as the user of a token."""
        before = self.caller, self.permissions, self.store.whose
        user = self.get("User", credential.username)
        is_restricted = user is not None and bool(user.body.get("restricted"))
        self.caller = credential
        self.permissions = Permissions(self, credential.username) if is_restricted else None
        self.store.whose = "" if credential.username == self.credentials.owner.username else credential.username
        try:
            yield
        finally:
            self.caller, self.permissions, self.store.whose = before

    @property
    def now(self) -> str:
        """The present API timestamp."""
        return text(self.clock.now())

    @property
    def account(self) -> Row:
        """The row of the account itself."""
        return self.singleton(self.store.resources["Account"], ())

    def describe(self, company: str, euuid: str) -> None:
        """Name the company that the account belongs to, and the account's own id."""
        self.account.change(company=company, euuid=euuid)

    def rows(self, name: str) -> Iterator[Row]:
        """Yield every object of a class."""
        return self.store.rows(name)

    def get(self, name: str, identity: object) -> Row | None:
        """Return an object of a class without parents; None where there is none."""
        return None if identity is None else self.store.get(name, identity)

    def need(self, name: str, identity: object) -> Row:
        """Return an object of a class without parents, or refuse with 404."""
        found = self.get(name, identity)
        if found is None:
            raise not_found()
        return found

    def below(self, row: Row, name: str) -> list[Row]:
        """Return the children of one class, in order."""
        resource = self.store.resources.get(name)
        return list(self.store.table(resource, row.chain).rows.values()) if resource else []

    def draft(self, resource: Resource, body: Mapping[str, Any] | None = None) -> Body:
        """Return the body of a new row: a value for every declared field, and those given."""
        now, known = self.now, self._fresh.get(resource.name)
        if known is None or known[0] != now:
            empty = first_values(resource.name, shape.fresh(resource.fields, now), now)
            known = self._fresh[resource.name] = (
                now,
                empty | {each.embedded: [] for each in resource.alternate_paths if each.embedded},
            )
        shown = shape.copied(known[1])
        if not body:
            return shown
        return shape.merge(resource.fields, shown, asked(resource.name, body), self.now, verb="create")

    def make(self, name: str, parents: tuple[str, ...] = (), /, **fields: object) -> Row:
        """Make an object without a request: hooks complete its draft, then the given fields are set, read-only too."""
        resource = self.store.resources[name]
        known = {key: each for key, each in fields.items() if key in resource.fields}
        call = Call(self, Route("", resource.path, "make", resource), parents, known, {})
        above, chain = self.store.parent_of(resource, parents)
        call.above = self.store.find(above, chain) if above is not None else None
        call.draft = self.draft(resource, known)
        call.hidden = {key: call.draft.pop(key, None) for key in known if resource.fields[key].is_write_only}
        row = self.place(call, resource, parents, fields)
        self.shown_in_parent(row)
        return row

    def stocked(self, name: str, parents: tuple[str, ...], fields: Body) -> Row:
        """Make a row of a public catalogue, whose values are known, without hooks."""
        resource = self.store.resources[name]
        if name not in self._usual:
            self._usual[name] = self.draft(resource)
        body = {**self._usual[name], **{key: each for key, each in fields.items() if key in self._usual[name]}}
        key = "\0".join(str(body[each]) for each in resource.id_keys) or str(self.store.new_id(name))
        return self.store.put(Row(resource, parents, key, body, {}))

    def place(self, call: Call, resource: Resource, parents: tuple[str, ...], fields: Mapping[str, object]) -> Row:
        """Give a draft an id, let hooks complete it, and store it."""
        keys = resource.id_keys
        for key in keys:
            if not fields.get(key):
                number = self.store.new_id(resource.name)
                is_number = key not in resource.fields or resource.fields[key].codec.json_type.is_integer
                call.draft[key] = number if is_number else f"{number:x}"
        fill.run(resource.template, call)
        call.draft.update({key: each for key, each in fields.items() if key in keys and each})
        key = "\0".join(str(call.draft[each]) for each in keys)
        if not keys and not resource.singleton:
            key = str(self.store.new_id(resource.name))
        row = Row(resource, parents, key, call.draft, call.hidden)
        return self.store.put(row)

    def singleton(self, resource: Resource, parents: tuple[str, ...]) -> Row:
        """Return a singleton, made when it is first asked for."""
        found = self.store.find(resource, parents)
        if found is not None:
            return found
        return self.make(resource.name, parents)

    def change(self, row: Row, **fields: object) -> None:
        """Change an object, its `updated` too, and what its parent shows of it."""
        if "updated" in row.body and "updated" not in fields:
            fields["updated"] = self.now
        row.change(**fields)
        self.shown_in_parent(row)

    def remove(self, row: Row) -> None:
        """Remove an object and everything below it."""
        self.store.drop(row)
        self.shown_in_parent(row)

    def shown_in_parent(self, row: Row) -> None:
        """Bring a parent's embedded list of children up to date."""
        above, chain = self.store.parent_of(row.resource, row.parents)
        if above is None:
            return
        for alternate_path in above.alternate_paths:
            if alternate_path.embedded and alternate_path.target == row.resource.name:
                parent = self.store.find(above, chain)
                if parent is not None:
                    children = self.store.table(row.resource, row.parents).rows.values()
                    parent.change(**{alternate_path.embedded: [child.body for child in children]})
