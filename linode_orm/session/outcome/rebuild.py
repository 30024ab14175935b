"""Rebuilding: many changes of the children of one parent as one list, made of what is there when it is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from linode_orm.errors import LinodeORMError, ResponseError
from linode_orm.mapping.identity import identity_in
from linode_orm.mapping.model import resource
from linode_orm.session.outcome.lookup import LookupCriteria, agrees, rows
from linode_orm.session.outcome.matching import match
from linode_orm.session.outcome.nested import Applied, InnerOutcomes
from linode_orm.session.planning.batch_rules import REBUILDS
from linode_orm.session.planning.plan import InDoubt, Key
from linode_orm.wire.messages import Request

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from linode_orm.session.planning.plan import Step
    from linode_orm.wire.client import Client

    Body = dict[str, Any]


class RebuildRequest:
    """One rebuild on its way: the parent and its children as they were read last, and which parts they show done.

    Of children that are new only those can be ours that were not there before; which were is known from before it was
    sent first.
    """

    def __init__(self, client: Client, bundle: InDoubt) -> None:
        self._client, self._bundle, self._step = client, bundle, bundle.step
        self._children = [part for part in self._step.parts if part.model != self._step.model]
        self._new = [part for part in self._children if part.operation == "create"]
        self._model = resource(self._children[0].model)
        self._rebuild = REBUILDS[self._children[0].model]
        self._parents = self._children[0].parents
        self._before: frozenset[object] | None = bundle.known if bundle.is_listed else None
        self._parent: Body = {}
        self._rows: dict[object, Body] = {}
        self._made: dict[int, object] = {}
        self._left: list[Step] = []

    def look(self, *, may_have_run: bool, answer: Body | None = None) -> list[Step]:
        """Read the parent, unless an answer has just shown it, and its children; give the parts that are not done."""
        key = cast("Key", self._step.token)
        mapper = resource(key.model).__mapper__
        request = Request("GET", mapper.path_for(key.identity, key.parents), version=mapper.version)
        self._parent = answer or _object(request, self._client.send(request).decoded())
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
            self._before = (self._before or frozenset()) | self._rows.keys()
        before = self._before or frozenset()
        there = {each: row for each, row in self._rows.items() if each not in before} if self._new else {}
        found = match([self._criteria(part) for part in self._new], there).found if there else {}
        self._made = {self._new[index].number: identity for index, identity in found.items()}

    def _criteria(self, part: Step) -> LookupCriteria:
        known = self._before or frozenset()
        return LookupCriteria(
            self._model, self._parents, cast("Body", part.body), self._bundle.since, known, is_listed=True
        )

    def _is_done(self, part: Step) -> bool:
        if part.operation == "create":
            return part.number in self._made
        if part.operation == "delete":
            return _id(part) not in self._rows
        row = self._parent if part.model == self._step.model else self._rows.get(_id(part))
        keys = resource(part.model).__mapper__.keys
        return row is not None and all(agrees(keys[key].codec, new, row.get(key)) for key, new in _sent(part).items())

    def request(self, left: Sequence[Step]) -> Request | None:
        """Give the POST that does what is left; None where the parent or its children are such as it does not take."""
        rebuild = self._rebuild
        changed = {_id(part): _sent(part) for part in self._children if part.operation == "update"}
        gone = {_id(part) for part in self._children if part.operation == "delete"}
        fits = all(self._parent.get(key) in allowed for key, allowed in rebuild.only.items())
        strange = any(row.get(key) for row in self._rows.values() for key in rebuild.unless)
        if not fits or strange or not changed.keys() <= self._rows.keys():
            return None
        children = [
            {key: row[key] for key in rebuild.child if row.get(key) is not None} | changed.get(identity, {})
            for identity, row in self._rows.items()  # promise 34a: what others did stays
            if identity not in gone  # promise 32a: the deleted ones go
        ]
        children += [_sent(part) for part in left if part.operation == "create"]
        own = {key: self._parent[key] for key in rebuild.own if self._parent.get(key) not in {None, ""}}
        for part in self._step.parts:
            own |= _sent(part) if part.model == self._step.model else {}
        body = {**own, rebuild.key: children}
        return Request("POST", self._step.path, version=self._step.version, body=body) if children else None

    def applied_steps(self, answer: object) -> InnerOutcomes:
        """Read the children after it was done, and say what of it holds; `answer` shows the parent."""
        shown = answer if isinstance(answer, dict) and self._parent.keys() <= answer.keys() else None
        try:
            self.look(may_have_run=True, answer=shown)
        except LinodeORMError as error:
            return self._unread(error)
        why = f"it was sent inside {self._step.method} {self._step.path}, and is not among what is there now"
        lost = [part for part in self._left if part.operation == "create"]
        self._left = [part for part in self._left if part.operation != "create"]
        return self._boarded(lost, why)

    def boarded(self) -> InnerOutcomes:
        """Say which parts the last look found done, and which are to be sent."""
        return self._boarded()

    def _boarded(self, lost: Sequence[Step] = (), why: str = "") -> InnerOutcomes:
        open_ones = {part.number for part in (*self._left, *lost)}
        found = tuple(self._found(part) for part in self._step.parts if part.number not in open_ones)
        # promise 33b: what is left is sent after it
        return InnerOutcomes(found, self._doubts(lost, why), left=tuple(self._left))

    def _doubts(self, lost: Iterable[Step], why: str) -> tuple[InDoubt, ...]:
        return tuple(doubt_of(self._bundle, part, why, self._before) for part in lost)

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
        return InnerOutcomes(tuple(done), self._doubts(self._new, why))


def doubt_of(
    bundle: InDoubt, part: Step, why: str, before: frozenset[object] | None = None, until: float = 0.0
) -> InDoubt:
    """Give what is known of a creation that a bundle may have made."""
    known = bundle.known if before is None else before
    is_listed = bundle.is_listed or before is not None
    return InDoubt(part, part.body, bundle.since, why, known, until=until, is_listed=is_listed, was_nested=True)


def _object(request: Request, body: object) -> Body:
    if not isinstance(body, dict):
        msg = f"{request.title}: an object was expected, not {type(body).__name__}"
        raise ResponseError(msg)
    return body


def _id(part: Step) -> object:
    return cast("Key", part.token).identity


def _sent(part: Step) -> Body:
    return cast("Body", part.body)
