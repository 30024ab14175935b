"""Boarding: which objects of the API are the riders of a POST, on a worker that sees values only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast

from attrs import evolve, frozen

from linode_orm.errors import LinodeORMError
from linode_orm.mapping.model import resource
from linode_orm.session.loading.loader import identity_in
from linode_orm.session.outcome.lookup import Finding, Sought, rows
from linode_orm.session.outcome.matching import paired
from linode_orm.session.planning.plan import Doubt, Step

if TYPE_CHECKING:
    from collections.abc import Sequence

    from linode_orm.session.planning.plan import Rider
    from linode_orm.wire.client import Client

    Body = dict[str, Any]
    Place = tuple[str | int, ...]


_UNCLEAR: Final = "several that were made with it are alike, or it is not there"


class Landed(NamedTuple):
    """A step that was done: the ids of the parents of its object, its own id where it was created, and the answer."""

    step: Step
    parents: tuple[object, ...]
    identity: object
    body: object


@frozen(eq=False)
class Boarded:
    """What became of the riders of a POST, or of the parts of a bundle.

    Those that were found, those that nothing tells from others, and those that are to be sent by themselves.
    """

    found: tuple[Landed, ...] = ()
    lost: tuple[Doubt, ...] = ()
    left: tuple[Step, ...] = ()


def alone(rider: Rider, step: Step) -> Step:
    """Give the POST that would make a rider by itself; its number is that of the step that it rides in."""
    mapper = resource(rider.model).__mapper__
    return Step(
        number=step.number,
        operation="create",
        token=rider.token,
        model=rider.model,
        title=rider.title,
        method="POST",
        path=rider.path,
        version=mapper.version,
        parents=rider.parents,
        body=at(step.body, rider.place),
        changes=rider.changes,
    )


def at(body: object, place: Place) -> object:
    """Give what stands at a place in a body."""
    for key in place:
        body = cast("Any", body)[key]
    return body


def board(client: Client, carrier: Doubt, parents: tuple[object, ...], identity: object, body: object) -> Boarded:
    """Find the riders of a POST that was done: in its answer where that shows them, else in 1 GET a list.

    `carrier` is what was sent and when, `identity` the id that it brought, `body` the answer. Where more rows fit than
    were sent, or fewer, those riders are lost: to be looked for as if they had been sent by themselves.
    """
    return _Boarding(client, carrier, parents, identity, body).run()


class _Boarding:
    def __init__(
        self, client: Client, carrier: Doubt, parents: tuple[object, ...], identity: object, body: object
    ) -> None:
        self._client, self._carrier = client, carrier
        self._step = evolve(carrier.step, body=carrier.sent)
        self._above: dict[Place, Landed] = {(): Landed(carrier.step, parents, identity, body)}
        self._lost: list[Doubt] = []

    def run(self) -> Boarded:
        lists: dict[Place, list[Rider]] = {}
        for rider in self._carrier.step.riders:
            lists.setdefault(rider.siblings, []).append(rider)
        for place in sorted(lists, key=len):
            self._fill(place, lists[place])
        found = tuple(each for place, each in self._above.items() if place)
        return Boarded(found, tuple(self._lost))

    def _fill(self, place: Place, riders: Sequence[Rider]) -> None:
        """Find the riders of one list."""
        above = self._above.get(place[:-1])
        if above is None:
            self._lose(riders, "what it belongs to was not found", frozenset())
            return
        below = above.parents if above.identity is None else (*above.parents, above.identity)
        sought = [self._sought(rider, below) for rider in riders]
        try:
            there = _answered(above.body, place[-1], riders) or list(rows(self._client, sought[0].model, below))
            keyed = {identity_in(sought[0].model.__mapper__, row): row for row in there}
        except LinodeORMError as error:
            self._lose(riders, f"it could not be looked for: {error}", frozenset())
            return
        found = paired(sought, keyed).found
        for index, identity in found.items():
            step = alone(riders[index], self._step)
            self._above[riders[index].place] = Landed(step, below, identity, keyed[identity])
        missing = [rider for index, rider in enumerate(riders) if index not in found]
        self._lose(missing, _UNCLEAR, frozenset(found.values()))

    def _sought(self, rider: Rider, parents: tuple[object, ...]) -> Sought:
        sent = cast("Body", at(self._carrier.sent, rider.place))
        return Sought(resource(rider.model), parents, sent, self._carrier.since, is_listed=True)

    def _lose(self, riders: Sequence[Rider], why: str, known: frozenset[object]) -> None:
        for rider in riders:
            step = alone(rider, self._step)
            reason = f"{rider.title} was sent inside {self._step.method} {self._step.path}, and {why}"
            self._lost.append(Doubt(step, step.body, self._carrier.since, reason, known, was_aboard=True))


def look_again(client: Client, sought: Sequence[Sought]) -> list[Finding]:
    """Look for lost riders of one list, all of them together; 1 GET a page."""
    model = sought[0].model.__mapper__
    keyed = {identity_in(model, row): row for row in rows(client, sought[0].model, sought[0].parents)}
    there = {identity: row for identity, row in keyed.items() if identity not in sought[0].known}
    found, absent = paired(sought, there)
    return [
        Finding(there[found[index]]) if index in found else Finding(why="" if index in absent else _UNCLEAR)
        for index in range(len(sought))
    ]


def _answered(body: object, key: str | int, riders: Sequence[Rider]) -> list[Body]:
    """Give the rows that an answer shows, where it shows all of them."""
    shown = body.get(key) if isinstance(body, dict) and riders[0].is_answered else None
    return shown if isinstance(shown, list) and len(shown) >= len(riders) else []
