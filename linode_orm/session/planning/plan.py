"""The plan of a commit: ordered steps as values, which name objects by key and never hold one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, TypeGuard, cast

from attrs import field, frozen

from linode_orm._former import formerly
from linode_orm._public import public
from linode_orm.mapping.values import ABSENT
from linode_orm.session.planning.action_terms import ActionTerms  # noqa: TC001  the type hints of a Step are read
from linode_orm.session.planning.applier import ApplyOptions, apply
from linode_orm.session.planning.placeholders import Hidden, Pending, PendingName, PendingValue, hidden_in
from linode_orm.session.planning.shown_changes import diff_lines

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from decimal import Decimal

    from linode_orm.session.planning.report import CommitReport
    from linode_orm.wire.api_time import ApiTime
    from linode_orm.wire.client import Client

Operation = Literal["create", "update", "replace", "delete", "bundle", "action"]

FORMAT: Final = 2
"""The form of plans as JSON."""


class Key(NamedTuple):
    """The key of an object that exists: its class, its id, and the ids of its parents from the outermost in."""

    model: str
    identity: object
    parents: tuple[object, ...]


class Source(NamedTuple):
    """Where a plan comes from: the session that made it, or the account of the file that it was read from.

    `protected` are the tags that keep what carries one from being deleted by that session. `file` is the path of the
    file, and `made` the time at which it was saved, as `ApiTime` writes it; both are empty for a plan of a session.
    """

    session: object = None
    account: str = ""
    protected: frozenset[str] = frozenset()
    file: str = ""
    made: str = ""

    def __reduce__(self) -> tuple[type[Source], tuple[None, str, frozenset[str], str, str]]:
        """Pickle without the session, which cannot be."""
        return Source, (None, *self[1:])


Token = Key | str
"""How a plan names an object: by its key, or by `new:3` while the API does not know it."""


@public
@formerly()
@frozen
class Change:
    """One attribute with its old and its new value in JSON; `old` is `ABSENT` if it was never read.

    `is_set_edit` marks a value that was changed in place: its changed parts are changed again in a newer value, but for
    the parts at the places `assigned`, which were assigned whole.
    """

    name: str
    key: str
    old: object
    new: object
    is_set_edit: bool = False
    assigned: tuple[tuple[str | int, ...], ...] = ()

    def lines(self) -> Iterator[str]:
        """Yield the lines of a diff."""
        # as users and the API call it: `type`, where the raw id of the relation is `type_id`
        yield from diff_lines(self.key if self.name == f"{self.key}_id" else self.name, self.old, self.new)

    def to_dict(self) -> dict[str, object]:
        """Return the change as JSON can hold it."""
        document: dict[str, object] = {"attribute": self.name, "key": self.key, "new": _plain(self.new)}
        if self.old is not ABSENT:
            document["old"] = _plain(self.old)
        if self.is_set_edit:
            document["set_edit"] = True
        if self.assigned:
            document["assigned"] = [list(each) for each in self.assigned]
        return document


@formerly()
@frozen
class NestedCreate:
    """A new object that the POST of its parent creates: its body stands at `place` in the parent's body.

    `path` and `parents` are those that a POST of its own would have, with the tokens of its parents. `changes` are its
    own attributes. `is_answered` says that the answer shows the object, so that no list has to be read for its id.
    `is_needed` says that the list is read otherwise, because other steps need the id; else its first use reads it.
    """

    token: str
    model: str
    title: str
    place: tuple[str | int, ...]
    path: str
    parents: tuple[object, ...]
    changes: tuple[Change, ...] = ()
    is_answered: bool = False
    is_needed: bool = True

    def is_below(self, other: NestedCreate) -> bool:
        """Whether the object stands inside another one."""
        return len(self.place) > len(other.place) and self.place[: len(other.place)] == other.place

    @property
    def siblings(self) -> tuple[str | int, ...]:
        """The place of the list that the object stands in."""
        return self.place[:-1]

    def to_dict(self) -> dict[str, object]:
        """Return the nested create as JSON can hold it."""
        return {
            "object": {"type": self.model, "title": self.title, "new": self.token},
            "place": list(self.place),
            "path": self.path,
            "parents": _plain(self.parents),
            "changes": [each.to_dict() for each in self.changes],
            "answered": self.is_answered,
            "needed": self.is_needed,
        }


@public
@formerly(riders="nested_creates")
@frozen
class Step:
    """One planned request of a commit.

    `number` is its place in the plan, from 1. `depends_on` are the numbers of the steps that have to succeed before it.
    The `token` of a new object is `new:3`; that token stands in `path`, `parents` and `body` until the id is known. A
    `replace` is an update with a path of its own. `title` is what people call the object. `lasting` says why the step
    cannot be undone; it is empty if the step can be undone. `nested_creates` are the new objects that the same POST
    creates. `seen` are checksums of what a deletion's object was like, by attribute.

    A batch request (operation `bundle`) is one POST in place of several steps, its `parts`. Each part has a number of
    its own, and is sent by itself if the API does not take the parts together. The body of a batch request is made when
    it is sent, from what is read then; `looks` are the paths of those reads. `seen` is what was seen, when the plan was
    made, of an object that the step deletes: by key, values in JSON or their digests. `on_newest` are the attributes
    whose values are built on the newest ones, which are read just before; only `session.plan()` says so.
    `current` is what was read last of the object, in JSON without secrets; only the steps that a policy gets have it.
    """

    number: int
    operation: Operation
    token: Token
    model: str
    title: str
    method: str
    path: str
    version: str = "v4"
    parents: tuple[object, ...] = ()
    body: object = field(default=None, repr=False)
    changes: tuple[Change, ...] = ()
    secret_keys: frozenset[str] = frozenset()
    depends_on: tuple[int, ...] = ()
    in_doubt: bool = False
    lasting: str = ""
    nested_creates: tuple[NestedCreate, ...] = ()
    parts: tuple[Step, ...] = ()
    looks: tuple[str, ...] = ()
    seen: tuple[tuple[str, int], ...] = field(default=(), repr=False)
    on_newest: tuple[str, ...] = field(default=(), eq=False, repr=False)
    current: dict[str, object] = field(factory=dict, eq=False, repr=False)
    action: ActionTerms | None = None
    """The action that it is (operation `action`), and how that is run."""

    @property
    def reads(self) -> tuple[str, ...]:
        """The paths that are read for the ids of nested creates, or around a batch request."""
        if not self.nested_creates:
            return self.looks
        lists = {
            nested.siblings: nested.path
            for nested in self.nested_creates
            if nested.is_needed and not nested.is_answered
        }
        return (*lists.values(), *self.looks)

    @property
    def whole(self) -> tuple[Step, ...]:
        """The work of the request by objects: the parts of a batch request, or the step itself."""
        return self.parts or (self,)

    @property
    def can_be_undone(self) -> bool:
        """Whether a compensating plan can undo the step."""
        return not self.lasting

    @property
    def secrets(self) -> tuple[str, ...]:
        """The names of the secrets that a plan file does not hold: `new:1.root_pass`."""
        return tuple(secret_name(self, hidden) for hidden in hidden_in(self.body))

    def __str__(self) -> str:
        from linode_orm.session.planning.shown.steps import step_lines  # noqa: PLC0415  only who looks at plans needs it

        return "\n".join(step_lines(self))

    def to_dict(self) -> dict[str, object]:
        """Return the step as JSON can hold it; of a secret it holds the place and the name."""
        token = {"new": self.token} if isinstance(self.token, str) else _plain(self.token._asdict())
        seen: dict[str, object] = {"seen": dict(self.seen)} if self.seen else {}
        seen |= {"action": self.action.to_dict()} if self.action is not None else {}
        return {
            "number": self.number,
            "operation": self.operation,
            "object": {"type": self.model, "title": self.title, **token},
            "method": self.method,
            "path": self.path,
            "version": self.version,
            "parents": _plain(self.parents),
            "body": _plain(self.body),
            "changes": [each.to_dict() for each in self.changes],
            "riders": [each.to_dict() for each in self.nested_creates],
            "parts": [each.to_dict() for each in self.parts],
            "looks": list(self.looks),
            "secret_keys": sorted(self.secret_keys),
            "secrets": list(self.secrets),
            "depends_on": list(self.depends_on),
            "in_doubt": self.in_doubt,
            "can_be_undone": self.can_be_undone,
            "lasting": self.lasting,
            **seen,
        }


@public
@frozen
class MonthlyCost:
    """By how many dollars a month a plan changes the cost, and what it creates or changes without a known price.

    A deletion whose price is not known counts as saving nothing; `is_most` tells that there is one.
    """

    amount: Decimal
    unpriced: tuple[str, ...] = ()
    is_most: bool = False


@public
@formerly()
@frozen
class Plan:
    """What a commit would send, in an order in which it can be sent; an empty plan is false.

    Steps that do not depend on one another are sent side by side. `lookups` counts the creations in doubt that are
    looked for first, and the collections that are read because nothing else would identify what is created in them.
    `lost` says what a compensating plan cannot restore. `least_time` is the least number of seconds that the requests
    take under the known rate limits. `source` is the session that made the plan, or the account of its file.

    `cost` is by how much it changes the cost of a month, as far as the price lists tell that the client has read. It is
    None where the plan is about nothing that costs money. `refusals` are the messages of policies and guards that would
    refuse the commit.
    """

    steps: tuple[Step, ...]
    lookups: int = 0
    lost: tuple[str, ...] = ()
    least_time: float = field(default=0.0, eq=False)
    source: Source | None = field(default=None, eq=False, repr=False)
    cost: MonthlyCost | None = field(default=None, eq=False, repr=False)
    refusals: tuple[str, ...] = field(default=(), eq=False)

    @property
    def requests(self) -> int:
        """How many requests the commit needs if none has to be repeated."""
        return len(self.steps) + self.lookups + sum(len(step.reads) for step in self.steps)

    @property
    def monthly_cost(self) -> Decimal | None:
        """By how many dollars the plan changes the cost of a month; None where a price is not known.

        It is 0 where the plan is about nothing that costs money. A deletion whose price is not known saves nothing.
        """
        if self.cost is None:
            from decimal import Decimal  # noqa: PLC0415  only who asks for prices needs it

            return Decimal(0)
        return None if self.cost.unpriced else self.cost.amount

    @property
    def unpriced(self) -> tuple[str, ...]:
        """The titles of what the plan creates or changes, and of which no price is known."""
        return self.cost.unpriced if self.cost is not None else ()

    @property
    def deletes(self) -> int:
        """How many objects the plan deletes."""
        return sum(each.operation == "delete" for step in self.steps for each in step.whole)

    @property
    def secrets(self) -> tuple[str, ...]:
        """The names of the secrets that `apply()` needs if the plan comes from a file."""
        return tuple(name for step in self.steps for name in step.secrets)

    def __len__(self) -> int:
        return len(self.steps)

    def __iter__(self) -> Iterator[Step]:
        return iter(self.steps)

    def __getitem__(self, index: int) -> Step:
        return self.steps[index]

    def __str__(self) -> str:
        return self.to_text()

    def to_text(self, *, full: bool = False) -> str:
        """Return the plan as people read it; with `full`, every step by itself, however many there are of a kind."""
        from linode_orm.session.planning.shown.plan import plan_text  # noqa: PLC0415  only who looks at plans needs it

        return plan_text(self, full=full)

    def to_html(self) -> str:
        """Return the plan as one page of HTML that needs no other file, such as for a pull request."""
        from linode_orm.session.planning.shown.page import plan_page  # noqa: PLC0415  the same

        return plan_page(self)

    def _repr_html_(self) -> str:
        from linode_orm.session.planning.shown.page import plan_fragment  # noqa: PLC0415  the same

        return plan_fragment(self)

    def __repr__(self) -> str:
        least = f", {self.least_time:.0f} s at least" if self.least_time else ""
        return f"<Plan of {self.requests} requests{least}>"

    def to_dict(self) -> dict[str, object]:
        """Return the plan as JSON can hold it, without any secret."""
        return {
            "format": FORMAT,
            "requests": self.requests,
            "least_time": round(self.least_time, 3),
            "steps": [step.to_dict() for step in self.steps],
            "lost": list(self.lost),
        }

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the plan to a file that `Plan.load` reads, without any secret; 1 GET tells whose account it is for.

        Raises `InvalidRequestError` for a plan that comes from no session, and for one that has `refusals`.
        """
        from linode_orm.session.planning import plan_file  # noqa: PLC0415  only who saves plans needs it

        plan_file.save(self, path)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Plan:
        """Read a plan from a file.

        Raises `InvalidRequestError` if it is none, edited, of another version, or a step sends what it does not show.
        """
        from linode_orm.session.planning import plan_file  # noqa: PLC0415  only who loads plans needs it

        return plan_file.load(path)

    def apply(  # noqa: PLR0913  the options of a commit
        self,
        client: Client,
        *,
        on_error: str = "stop",
        conflicts: Literal["merge", "check", "ignore"] | None = None,
        secrets: Mapping[str, object] | None = None,
        journal: str | os.PathLike[str] | None = None,
        verify: bool = False,
        max_deletes: int | None = None,
        policies: Iterable[Callable[[Plan], Iterable[str] | None]] = (),
    ) -> CommitReport:
        """Send the plan through a client, if the API still has the values that the plan was made from.

        The policies of the session that made the plan are asked again, and those in `policies`, which a plan from a
        file needs: no file holds functions.

        A plan from a file is applied once: `FILE.applied` is created before the first write, and refuses the next time.
        A copy of the file is refused where what it creates was made since. It is applied under `check`: what it changes
        or deletes must be as it was. `conflicts="merge"` keeps what others put into the same lists and nested values
        instead, as a plan does that a session made and no file holds.

        `secrets` holds what `plan.secrets` names; a document is given as a dict, or as JSON. Before anything is
        written, raises `ConflictError` if an attribute that the plan changes has another value by now. Raises
        `InvalidRequestError` if the account is another one, or a secret is missing, unknown or of a wrong type. Raises
        it too if the plan deletes more than `max_deletes`, or something with a tag that its session protects. Raises
        `CommitError` as `commit()` does.
        """
        options = ApplyOptions(on_error, conflicts, secrets, journal, verify, max_deletes, policies)
        return apply(self, client, options)


@frozen(eq=False)
class InDoubt:
    """A step that was sent and has no answer: the API may have done it, or may not have (as in two-phase commit).

    `sent` is its body without secrets. `since` is a moment before the first attempt. `reason` says what happened to it,
    and is empty while the attempt is being made.

    For a creation, `known` are ids that its collection had before, and `is_listed` says that it had no others.
    `may_repeat` says that the object was looked for and not found, and that sending it again cannot create a second
    one. `until` is the time of the monotonic clock from which no attempt can be running. `was_nested` says that the
    object was sent inside another POST, which was answered.
    """

    step: Step
    sent: object
    since: ApiTime
    reason: str = ""
    known: frozenset[object] = frozenset()
    may_repeat: bool = False
    until: float = 0.0
    is_listed: bool = False
    was_nested: bool = False

    @property
    def was_sent(self) -> bool:
        """Whether an earlier attempt is in doubt; if not, the first attempt is just being made."""
        return bool(self.reason)


def at(body: object, place: tuple[str | int, ...]) -> object:
    """Return what stands at a place in a body."""
    for key in place:
        body = cast("Any", body)[key]
    return body


def is_new(token: Token) -> TypeGuard[str]:
    """Whether a token names an object that the API does not know yet."""
    return isinstance(token, str)


def secret_name(step: Step, hidden: Hidden) -> str:
    """Return the name of a secret: `new:1.root_pass`, `User('bob').password`."""
    token = step.token if isinstance(step.token, str) else f"{step.model}({step.token.identity!r})"
    return ".".join([token, *map(str, hidden.path)])


def _plain(value: object) -> Any:  # noqa: ANN401  JSON
    if isinstance(value, PendingValue):
        return {"$later": str(value)}
    if isinstance(value, Pending):
        return {"$new": value.token, "$text": True} if isinstance(value, PendingName) else {"$new": value.token}
    if isinstance(value, Hidden):
        return {"$secret": list(value.path)}
    if isinstance(value, dict):
        return {_escaped(str(key)): _plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    return value


def _escaped(key: str) -> str:
    """Mark a key of a user's document that looks like one of a plan's own."""
    return f"${key}" if key.startswith("$") else key
