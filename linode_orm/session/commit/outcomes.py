"""Outcomes: what became of the steps of a run, and what the objects learn of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from attrs import evolve, field, frozen

from linode_orm.session.outcome.nested import Applied
from linode_orm.session.outcome.rebuild import part_in_doubt
from linode_orm.session.planning.placeholders import waits_for
from linode_orm.session.planning.plan import Key, is_new
from linode_orm.session.planning.report import Entry

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from linode_orm.session.commit.collection_ids import CollectionIds
    from linode_orm.session.commit.created_ids import CreatedIds
    from linode_orm.session.commit.reconcile.targets import Targets
    from linode_orm.session.outcome.call import Answer
    from linode_orm.session.planning.plan import InDoubt, Step
    from linode_orm.session.planning.report import Outcome


@frozen
class EarlierOutcomes:
    """What is known of some steps of a plan before its run, and the ids that they created, by token."""

    entries: tuple[Entry, ...] = ()
    ids: Mapping[str, object] = field(factory=dict)


NOTHING_EARLIER: Final = EarlierOutcomes()


class Outcomes:
    """The entries of a run by the numbers of their steps, and the answers behind them.

    With `defers_answers`, objects learn of their answers in `apply_deferred`, when everything has ended.
    """

    def __init__(self, targets: Targets, ids: CreatedIds, collections: CollectionIds, *, defers_answers: bool) -> None:
        self._targets, self._ids, self._collections = targets, ids, collections
        self._defers_answers = defers_answers
        self.entries: dict[int, Entry] = {}
        self.applied: list[Applied] = []
        self.nested_in_doubt: list[InDoubt] = []
        """Nested creates of steps that were done, of which nothing tells which objects they are."""
        self._unread: list[InDoubt] = []
        """Nested creates of steps that were done, whose ids are read at their first use."""

    def record(self, step: Step, status: Outcome, answer: Answer) -> Entry:
        """Record what became of a step."""
        instance = self._targets.object_of(step)
        entry = Entry(step, instance, status, answer.error, answer.seconds, answer.tries, answer.note)
        self.entries[step.number] = entry
        return entry

    @property
    def failed(self) -> bool:
        """Whether a step that has ended was not done, or a nested create is in doubt."""
        return bool(self.nested_in_doubt) or any(entry.status != "applied" for entry in self.entries.values())

    def receive(self, step: Step, answer: Answer) -> str:
        """Take the answer of a step that was done; return a note on it."""
        applied: list[Applied] = []
        if not step.parts:
            # A batch request has no object of its own: its parts are in `answer.inner`.
            applied.append(Applied(step, self._ids.parents_of(step), answer.identity, answer.body))
        if step.operation == "create":
            self._ids.by_token[str(step.token)] = answer.identity
        if answer.inner is not None:
            # Nested objects and parts share the entry of the request that they were sent in.
            applied += [each._replace(step=evolve(each.step, number=step.number)) for each in answer.inner.found]
            self.nested_in_doubt += answer.inner.in_doubt
            self._unread += answer.inner.unread
        note = self.receive_applied(applied)
        if self._unread and not self._defers_answers:
            self._targets.leave_unread(self._unread)
            self._unread = []
        for each in answer.inner.in_doubt if answer.inner is not None and not self._defers_answers else ():
            self._targets.leave_in_doubt(each)
        return note

    def receive_applied(self, applied: list[Applied]) -> str:
        """Record what was done, and let the objects learn of it now or at the end; return a note on the first."""
        for each in applied:
            key = each.step.token
            if each.identity is not None:
                self._ids.by_token[str(key)] = each.identity
            if each.step.operation == "create":
                self._ids.learn(str(key), each.body)
            # The API may give the number of a deleted object to a new one, which then is not the old one.
            if each.step.operation == "delete" and isinstance(key, Key):
                self._collections.delete(key)
        self.applied += applied
        if self._defers_answers:
            return ""
        # The first one is the object of the step itself.
        notes = [self._targets.apply(*each) for each in applied]  # promise 8: what is done is no longer pending
        return notes[0]

    def leave_in_doubt(self, in_doubt: InDoubt) -> None:
        """Keep the creations of a step in doubt for the next commit to look for."""
        if in_doubt.step.operation == "create":
            self._targets.leave_in_doubt(in_doubt)
        for part in in_doubt.step.parts:
            if part.operation == "create":
                self._targets.leave_in_doubt(part_in_doubt(in_doubt, part))

    def lacks(self, step: Step) -> bool:
        """Whether a step needs the id of a nested create in doubt; then it stays pending."""
        # Their tokens stand in bodies and paths, and no id can replace them.
        in_doubt = {each.step.token for each in self.nested_in_doubt}
        return bool(in_doubt) and not in_doubt.isdisjoint((*waits_for(step.body), *waits_for(step.parents)))

    def inner_ids(self, step: Step) -> dict[str, object]:
        """Return the ids of the nested creates of a step, or of its parts, by token; with what else their answers said.

        Values of answers stand beside the ids under their names, such as `new:3.ipv4[0]`.
        """
        inside = [each.token for each in step.nested_creates]
        inside += [part.token for part in step.parts if is_new(part.token)]
        found = {token: self._ids.by_token[token] for token in inside if token in self._ids.by_token}
        for token in (*inside, str(step.token)):
            found |= self._ids.values_of(token)
        return found

    # -- when everything has ended -----------------------------------------------------------------------------------

    def apply_deferred(self, wanted: Callable[[Step], bool]) -> None:
        """Let the objects learn of the deferred answers of some steps."""
        for each in self.applied:
            if wanted(each.step):
                note, entry = self._targets.apply(*each), self.entries[each.step.number]
                self.entries[each.step.number] = evolve(entry, note=entry.note or note)
        self._targets.leave_unread([each for each in self._unread if wanted(each.step)])
        for in_doubt in self.nested_in_doubt:
            if wanted(in_doubt.step):
                self._targets.leave_in_doubt(in_doubt)

    @property
    def unresolved_nested(self) -> list[Entry]:
        """Return an entry for each nested create in doubt of a step that was done."""
        there = {number for number, entry in self.entries.items() if entry.status in {"applied", "not undone"}}
        return [
            Entry(each.step, self._targets.object_of(each.step), "in doubt", note=each.reason)
            for each in self.nested_in_doubt
            if each.step.number in there
        ]
