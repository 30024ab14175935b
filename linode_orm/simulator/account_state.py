"""The account state: the rows, time, jobs and events that effects read and change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from linode_orm.simulator import shape
from linode_orm.simulator.clock import text
from linode_orm.simulator.errors import busy, not_found
from linode_orm.simulator.events import Events, path_of
from linode_orm.simulator.hooks import Call, fill
from linode_orm.simulator.job_rules import JobRecord, JobRules
from linode_orm.simulator.jobs import Jobs
from linode_orm.simulator.router import Route
from linode_orm.simulator.store import Body, Row, Store

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from linode_orm.simulator.clock import VirtualClock
    from linode_orm.simulator.schema import Resource

USERNAME: Final = "simulated"
# Where files go, unless the simulator is served.
BASE: Final = "https://upload.example.com"


class AccountState:
    """The state of the simulated account."""

    def __init__(
        self, resources: Iterable[Resource], clock: VirtualClock, *, job_seconds: float = 1.0, strict: bool = False
    ) -> None:
        self.store = Store(resources)
        self.clock = clock
        self.jobs = Jobs(clock)
        self.job_seconds = job_seconds
        self.job_rules = JobRules()
        self.strict = strict
        self.events = Events(self)
        self.username = USERNAME
        self.base = BASE
        self.tokens: dict[str, Row] = {}

    @property
    def now(self) -> str:
        """The present API timestamp."""
        return text(self.clock.now())

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
        shown = shape.fresh(resource.fields, self.now)
        shown |= {alternate_path.embedded: [] for alternate_path in resource.alternate_paths if alternate_path.embedded}
        return shape.merge(resource.fields, shown, body, self.now, verb="create") if body else shown

    def make(self, name: str, parents: tuple[str, ...] = (), /, **fields: object) -> Row:
        """Make an object without a request: hooks complete its draft, then the given fields are set, read-only too."""
        resource = self.store.resources[name]
        known = {key: each for key, each in fields.items() if key in resource.fields}
        call = Call(self, Route("", resource.path, "make", resource), parents, known, {})
        above, chain = self.store.parent_of(resource, parents)
        call.above = self.store.find(above, chain) if above is not None else None
        call.draft = self.draft(resource, known)
        call.hidden = {key: call.draft.pop(key) for key in known if resource.fields[key].is_write_only}
        row = self.place(call, resource, parents, fields)
        self.shown_in_parent(row)
        return row

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

    def job(  # noqa: PLR0913  what a job may be about
        self,
        row: Row,
        *steps: tuple[float, Mapping[str, object]],
        action: str | None = None,
        keeps_busy: bool = False,
        secondary: Row | None = None,
        entity: Row | None = None,
        share: float = 1.0,
    ) -> None:
        """Change an object step by step, at fractions of a job's time, with an event that lives as long.

        `share` makes the job shorter than others. A later job of the same object takes the place of the steps that
        are still to come.
        """
        turn = row.hidden["turn"] = row.hidden.get("turn", 0) + 1
        rules, about = self.job_rules, entity or row
        lasts, failure = rules.seconds(self.job_seconds * share), rules.failure(action)
        now, before, late = self.clock.monotonic(), dict(row.body), rules.lateness(rules.state_lag)
        if keeps_busy:
            about.hidden["busy_until"] = now + lasts
        for fraction, fields in steps:
            # a job that fails leaves its object as it was
            shown = {key: before.get(key) for key in fields} if failure is not None and fraction >= 1.0 else fields

            def step(fields: Mapping[str, object] = shown) -> None:
                if not row.gone and row.hidden.get("turn") == turn:
                    row.change(**fields)
                    self.shown_in_parent(row)

            if fraction * lasts + late <= 0:
                step()
            else:
                self.jobs.later(fraction * lasts + late, step)
        if action:
            rules.records.append(JobRecord(action, path_of(about), now, now + lasts, fails=failure is not None))
            self.events.add(action, about, secondary=secondary, lasts=lasts, failure=failure)

    def is_busy(self, row: Row) -> bool:
        """Whether a job keeps an object from taking another."""
        return float(row.hidden.get("busy_until", 0.0)) > self.clock.monotonic()

    def refuse_busy(self, row: Row) -> None:
        """Refuse while a job keeps the object busy."""
        if self.is_busy(row):
            raise busy()
