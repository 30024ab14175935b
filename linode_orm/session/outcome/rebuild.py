"""Rebuilds: many changes of the children of one parent as one list, made of what is there when it is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from attrs import evolve

from linode_orm.errors import LinodeORMError, ResponseError
from linode_orm.mapping.identity import identity_in
from linode_orm.mapping.model import resource
from linode_orm.session.outcome.lookup import LookupCriteria, agrees, rows
from linode_orm.session.outcome.matching import match
from linode_orm.session.outcome.nested import Applied, InnerOutcomes
from linode_orm.session.planning.batch_rules import REBUILDS
from linode_orm.wire.messages import Request

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from linode_orm.session.planning.plan import InDoubt, Key, Step
    from linode_orm.wire.client import Client

    Body = dict[str, Any]


class RebuildRequest:
    """One rebuild: the parent and its children as they were read last, and which parts of the rebuild they show done.

    A new child is ours only if it did not exist before the first attempt. The ids that existed are recorded before that
    attempt.
    """

    def __init__(self, client: Client, attempt: InDoubt) -> None:
        self._client, self._attempt, self._step = client, attempt, attempt.step
        self._children = [part for part in self._step.parts if part.model != self._step.model]
        self._new = [part for part in self._children if part.operation == "create"]
        self._model = resource(self._children[0].model)
        self._rebuild = REBUILDS[self._children[0].model]
        self._parents = self._children[0].parents
        self._before: frozenset[object] | None = attempt.known if attempt.is_listed else None
        self._parent: Body = {}
        self._rows: dict[object, Body] = {}
        self._made: dict[int, object] = {}
        self._left: list[Step] = []

    def look(self, *, may_have_run: bool, answer: Body | None = None) -> list[Step]:
        """Read the parent, unless an answer has just shown it, and its children; return the parts that are not done."""
        key = cast("Key", self._step.token)
        mapper = resource(key.model).__mapper__
        request = Request("GET", mapper.path_for(key.identity, key.parents), version=mapper.version)
        self._parent = answer or _object(request, self._client.send(request).decoded())
        # New children cannot be told from old ones without the list from before the first attempt.
        if may_have_run and self._before is None and self._new:
            msg = "nothing tells what was there before"
            raise LinodeORMError(msg)
        self._read(is_first=not may_have_run)
        self._left = [part for part in self._step.parts if not self._is_done(part)]
        return self._left

    def _read(self, *, is_first: bool) -> None:
        mapper = self._model.__mapper__
        self._rows = {identity_in(mapper, row): row for row in rows(self._client, self._model, self._parents)}
        if is_first:
            # Nothing was sent yet: whatever is there now existed before.
            self._before = (self._before or frozenset()) | self._rows.keys()
        before = self._before or frozenset()
        there = {each: row for each, row in self._rows.items() if each not in before} if self._new else {}
        found = match([self._criteria(part) for part in self._new], there).found if there else {}
        self._made = {self._new[index].number: identity for index, identity in found.items()}

    def _criteria(self, part: Step) -> LookupCriteria:
        known = self._before or frozenset()
        return LookupCriteria(
            self._model, self._parents, cast("Body", part.body), self._attempt.since, known, is_listed=True
        )

    def _is_done(self, part: Step) -> bool:
        if part.operation == "create":
            return part.number in self._made
        if part.operation == "delete":
            return _id(part) not in self._rows
        row = self._parent if part.model == self._step.model else self._rows.get(_id(part))
        keys = resource(part.model).__mapper__.keys
        return row is not None and all(agrees(keys[key].codec, new, row.get(key)) for key, new in _sent(part).items())

    def request(self) -> Request | None:
        """Return the POST that does what is left; None where the API does not take it for such a parent or children."""
        rebuild = self._rebuild
        changed = {_id(part): _sent(part) for part in self._children if part.operation == "update"}
        gone = {_id(part) for part in self._children if part.operation == "delete"}
        # Read again, because another client may have changed the parent since the plan was made.
        fits = all(self._parent.get(key) in allowed for key, allowed in rebuild.only.items())
        has_refused_keys = any(row.get(key) for row in self._rows.values() for key in rebuild.unless)
        if not fits or has_refused_keys or not changed.keys() <= self._rows.keys():
            return None
        children = [
            {key: row[key] for key in rebuild.child if row.get(key) is not None} | changed.get(identity, {})
            for identity, row in self._rows.items()  # promise 34a: what others did stays
            if identity not in gone  # promise 32a: the deleted ones go
        ]
        children += [_sent(part) for part in self._left if part.operation == "create"]
        # The action writes the parent, too: what it does not get, it resets.
        own = {key: self._parent[key] for key in rebuild.own if self._parent.get(key) not in {None, ""}}
        for part in self._step.parts:
            own |= _sent(part) if part.model == self._step.model else {}
        body = {**own, rebuild.key: children}
        return Request("POST", self._step.path, version=self._step.version, body=body) if children else None

    def outcomes_after(self, answer: object) -> InnerOutcomes:
        """Read the children after the rebuild was done, and say what became of its parts; `answer` shows the parent."""
        shown = answer if isinstance(answer, dict) and self._parent.keys() <= answer.keys() else None
        try:
            self.look(may_have_run=True, answer=shown)
        except LinodeORMError as error:
            return self._unread(error)
        why = f"it was sent inside {self._step.method} {self._step.path}, and is not among what is there now"
        missing = [part for part in self._left if part.operation == "create"]
        # Sending a creation by itself could make a second child; an update or a deletion can be repeated.
        self._left = [part for part in self._left if part.operation != "create"]
        return self._outcomes(missing, why)

    def outcomes(self) -> InnerOutcomes:
        """Say which parts the last look found done, and which are to be sent."""
        return self._outcomes()

    def _outcomes(self, missing: Sequence[Step] = (), why: str = "") -> InnerOutcomes:
        open_ones = {part.number for part in (*self._left, *missing)}
        found = tuple(self._found(part) for part in self._step.parts if part.number not in open_ones)
        # promise 33b: what is left is sent after it
        return InnerOutcomes(found, self._in_doubt(missing, why), left=tuple(self._left))

    def _in_doubt(self, parts: Iterable[Step], why: str) -> tuple[InDoubt, ...]:
        attempt = self._attempt
        if self._before is not None:
            attempt = evolve(attempt, known=self._before, is_listed=True)
        return tuple(part_in_doubt(evolve(attempt, reason=why, until=0.0), part) for part in parts)

    def _found(self, part: Step) -> Applied:
        if part.operation == "create":
            identity = self._made[part.number]
            return Applied(part, part.parents, identity, self._rows[identity])
        body = self._parent if part.model == self._step.model else self._rows.get(_id(part))
        return Applied(part, part.parents, None, body)

    def _unread(self, error: LinodeORMError) -> InnerOutcomes:
        """Take what was answered for done where nothing could be read after it; new children have to be looked for."""
        done = [Applied(part, part.parents, None, {}) for part in self._step.parts if part.operation != "create"]
        why = f"it was made by {self._step.method} {self._step.path}, and could not be looked for: {error}"
        return InnerOutcomes(tuple(done), self._in_doubt(self._new, why))


def part_in_doubt(in_doubt: InDoubt, part: Step) -> InDoubt:
    """Return what is known of a creation that a batch request in doubt may have made."""
    return evolve(in_doubt, step=part, sent=part.body, was_nested=True)


def _object(request: Request, body: object) -> Body:
    if not isinstance(body, dict):
        msg = f"{request.title}: an object was expected, not {type(body).__name__}"
        raise ResponseError(msg)
    return body


def _id(part: Step) -> object:
    return cast("Key", part.token).identity


def _sent(part: Step) -> Body:
    return cast("Body", part.body)
