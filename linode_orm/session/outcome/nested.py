"""Nested creates: which objects a POST created inside its own object, on a worker that sees values only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast

from attrs import evolve, frozen

from linode_orm.errors import LinodeORMError
from linode_orm.mapping.identity import identity_in
from linode_orm.mapping.model import resource
from linode_orm.session.outcome.lookup import LookupCriteria, rows
from linode_orm.session.outcome.matching import match
from linode_orm.session.outcome.resolve import LookupResult
from linode_orm.session.planning.plan import InDoubt, Step, at

if TYPE_CHECKING:
    from collections.abc import Sequence

    from linode_orm.session.planning.plan import NestedCreate
    from linode_orm.wire.client import Client

    Body = dict[str, Any]
    Place = tuple[str | int, ...]


_UNCLEAR: Final = "several that were made with it are alike, or it is not there"


class Applied(NamedTuple):
    """A step that was done: the ids of its parents, the id that it created, and the answer."""

    step: Step
    parents: tuple[object, ...]
    identity: object
    body: object


@frozen(eq=False)
class InnerOutcomes:
    """What became of the nested creates of a POST, or of the parts of a batch request.

    `found` were done, `in_doubt` may have been done, and `left` are to be sent by themselves. `unread` were done, and
    nobody needs their ids yet.
    """

    found: tuple[Applied, ...] = ()
    in_doubt: tuple[InDoubt, ...] = ()
    left: tuple[Step, ...] = ()
    unread: tuple[InDoubt, ...] = ()


def alone(nested: NestedCreate, step: Step) -> Step:
    """Return the POST that would create a nested object by itself; it has the number of the step around it."""
    mapper = resource(nested.model).__mapper__
    return Step(
        number=step.number,
        operation="create",
        token=nested.token,
        model=nested.model,
        title=nested.title,
        method="POST",
        path=nested.path,
        version=mapper.version,
        parents=nested.parents,
        body=at(step.body, nested.place),
        changes=nested.changes,
    )


def match_nested(
    client: Client, outer: InDoubt, parents: tuple[object, ...], identity: object, body: object
) -> InnerOutcomes:
    """Match the nested creates of a POST that was done with the rows of its answer, or of 1 GET a list.

    No list is read whose ids nobody needs. `outer` is what was sent and when. `parents` and `identity` are the ids of
    its object, `body` is the answer. If more or fewer rows fit than were sent, these nested creates are in doubt.
    """
    return _NestedMatching(client, outer, Applied(outer.step, parents, identity, body)).run()


class _NestedMatching:
    def __init__(self, client: Client, outer: InDoubt, applied: Applied) -> None:
        self._client, self._outer = client, outer
        self._step = evolve(outer.step, body=outer.sent)
        self._above: dict[Place, Applied] = {(): applied}
        """What was found, by its place in the body; what it is nested in is found before it."""
        self._in_doubt: list[InDoubt] = []
        self._unread: list[InDoubt] = []

    def run(self) -> InnerOutcomes:
        lists: dict[Place, list[NestedCreate]] = {}
        for nested in self._outer.step.nested_creates:
            lists.setdefault(nested.siblings, []).append(nested)
        # Outer lists first: the id of a child is needed to read the list of its own children.
        for place in sorted(lists, key=len):
            self._match_list(place, lists[place])
        found = tuple(each for place, each in self._above.items() if place)
        return InnerOutcomes(found, tuple(self._in_doubt), unread=tuple(self._unread))

    def _match_list(self, place: Place, nested_creates: Sequence[NestedCreate]) -> None:
        """Match the nested creates of one list."""
        above = self._above.get(place[:-1])
        is_needed = any(each.is_needed for each in nested_creates)
        answered = _answered(above.body, place[-1], nested_creates) if above is not None else []
        if not answered and not is_needed:
            self._unread += (self._attempt(nested, "") for nested in nested_creates)
            return
        if above is None:
            self._leave_in_doubt(nested_creates, "what it belongs to was not found", frozenset())
            return
        below = above.parents if above.identity is None else (*above.parents, above.identity)
        criteria = [self._criteria(nested, below) for nested in nested_creates]
        try:
            # An answer that shows all of them is the truth at the moment of the creation, and costs no request.
            there = answered or list(rows(self._client, criteria[0].model, below))
            keyed = {identity_in(criteria[0].model.__mapper__, row): row for row in there}
        except LinodeORMError as error:
            self._leave_in_doubt(nested_creates, f"it could not be looked for: {error}", frozenset())
            return
        found = match(criteria, keyed).found
        for index, identity in found.items():
            step = alone(nested_creates[index], self._step)
            self._above[nested_creates[index].place] = Applied(step, below, identity, keyed[identity])
        missing = [nested for index, nested in enumerate(nested_creates) if index not in found]
        self._leave_in_doubt(missing, _UNCLEAR, frozenset(found.values()))

    def _criteria(self, nested: NestedCreate, parents: tuple[object, ...]) -> LookupCriteria:
        sent = cast("Body", at(self._outer.sent, nested.place))
        # The parent is as new as they are: nothing else can have been in its lists before.
        return LookupCriteria(resource(nested.model), parents, sent, self._outer.since, is_listed=True)

    def _leave_in_doubt(self, nested_creates: Sequence[NestedCreate], why: str, known: frozenset[object]) -> None:
        for nested in nested_creates:
            reason = f"{nested.title} was sent inside {self._step.method} {self._step.path}, and {why}"
            # `known` are the siblings that were found: none of them is the missing one.
            self._in_doubt.append(evolve(self._attempt(nested, reason), known=known))

    def _attempt(self, nested: NestedCreate, reason: str) -> InDoubt:
        step = alone(nested, self._step)
        return InDoubt(step, step.body, self._outer.since, reason, was_nested=True)


def look_again(client: Client, criteria: Sequence[LookupCriteria]) -> list[LookupResult]:
    """Look for nested creates in doubt of one list together; 1 GET a page."""
    model = criteria[0].model.__mapper__
    keyed = {identity_in(model, row): row for row in rows(client, criteria[0].model, criteria[0].parents)}
    # The criteria of one list have the same known ids: those of the siblings that were found then.
    there = {identity: row for identity, row in keyed.items() if identity not in criteria[0].known}
    found, absent = match(criteria, there)
    return [
        LookupResult(there[found[index]]) if index in found else LookupResult(why="" if index in absent else _UNCLEAR)
        for index in range(len(criteria))
    ]


def _answered(body: object, key: str | int, nested_creates: Sequence[NestedCreate]) -> list[Body]:
    """Return the rows of an answer if it shows all of them, or else none."""
    shown = body.get(key) if isinstance(body, dict) and nested_creates[0].is_answered else None
    return shown if isinstance(shown, list) and len(shown) >= len(nested_creates) else []
