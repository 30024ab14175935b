"""Drives commits at random under faults, crashes and other writers, beside a reference model of the account."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule, run_state_machine_as_test

from linode_orm import recover
from linode_orm.errors import (
    ApiError,
    CommitError,
    CommitInterrupted,
    ConflictError,
    InvalidRequestError,
    LinodeORMError,
    ResponseError,
    TransportError,
)
from linode_orm.mapping.state import Loaded, Status
from tests.proofs.stateful.faulty_api import FAULTS, PASSING, READS, copies
from tests.proofs.stateful.line_coverage import LineCoverage, modules_of_the_session
from tests.proofs.stateful.reference_model import AT, SECRET, EditingMachine, Expected
from tests.session.fake_api import Barrel

if TYPE_CHECKING:
    from linode_orm.session.planning.report import CommitReport

LEAST = 5
"""How many faults each run meets."""
LENGTHS: list[int] = []
HITS: list[int] = []
OUTCOMES: Counter[str] = Counter()
POLICIES = st.sampled_from(["stop", "continue", "undo"])
WRITE_FAULTS = st.lists(st.sampled_from(["", *FAULTS]), min_size=1, max_size=6)
PASSING_FAULTS = st.lists(st.sampled_from(["", *PASSING]), max_size=3)
READ_FAULTS = st.lists(st.sampled_from(READS), max_size=3)
STEPS = (
    "commit",
    "renamed",
    "conflicts",
    "executor",
    "outcomes",
    "intents",
    "dispatcher",
    "created_ids",
    "collection_ids",
    "interrupts",
    "call",
    "resolve",
    "create_once",
    "lookup",
    "natural_keys",
    "nested",
    "in_doubt",
    "targets",
    "apply_outcome",
    "run_plan",
    "compensation",
    "compensating_plan",
    "verify",
    "apply_plan",
    "recover",
    "history",
    "sqlite_journal",
)
ELSEWHERE = {
    **dict.fromkeys(["Interrupts._handle", "Interrupts._raise"], "a signal: tests/session/commit/test_interrupts.py"),
    **dict.fromkeys(
        ["Executor._split", "Dispatcher._batch_attempt", "CreatedIds.whole", "Intents.split", "Intents.write_in_doubt"],
        "batch requests: test_batch_requests.py",
    ),
    "Recovery._rebuild_before_undo": "batch requests: tests/proofs/faults/test_crashes.py",
    "_moved": "a key changed while its POST may run: test_commit_faults.py::TestInDoubt",
    "_indistinguishable": "one of several alike in doubt: test_commit_faults.py::TestEveryFault::test_indistinguishable_creates",
    "_has_other_target": "records with a target: tests/proofs/faults/bulk.py",
    "_deleted": "a plan of a session with protected tags: test_verify.py::TestProtectedTags",
    "OutcomeApplier._leave": "test_commit_cases.py::test_an_object_whose_id_nobody_tells",
    "PlanTargets.leave_in_doubt": "test_commit_cases.py::test_a_recovery_that_leaves_a_doubt",
    "PlanTargets.resolve_secret": "secrets by name: test_given_secrets.py",
    **dict.fromkeys(["forgotten", "_as_written"], "recover(forget=True): test_journal.py"),
    "SqliteJournal.__str__": "an error that names the file: test_journal.py",
    **dict.fromkeys(
        [f"Targets.{each}" for each in ("object_of", "resolve_secret", "known_ids", "to_be_deleted", "in_doubt_of")],
        "a compensating plan creates nothing and holds no secret",
    ),
}
"""Steps of the commit that the machine does not take, and where they are proved."""


class CommitMachine(EditingMachine):
    """A session whose commits meet everything, and the expected account."""

    @initialize(check=st.booleans(), journal=st.booleans(), verify=st.booleans())
    def begin(self, check: bool, journal: bool, verify: bool) -> None:
        self.check, self.verify, self.path = check, verify, self.folder / "journal" if journal else None
        self.seed()
        self.open()

    # -- somebody else -----------------------------------------------------------------------------------------------

    @rule(at=AT, tag=st.sampled_from("xyz"), there=st.booleans())
    def other_writer(self, at: int, tag: str, there: bool) -> None:
        """Another attribute, and with a check other tags of the same set, survive our writes."""
        self.steps += 1
        self.api.settle()
        model, each = self.pick("docks", at, persistent=True) or (None, None)
        body = self.api.objects.get(f"/docks/{each.id}") if model is not None else None
        if body is None:
            return
        body["place"] = model.values["place"] = self.fresh("place")
        if self.check:
            body["limits"] = {**body["limits"], "io": self.steps}
            model.values["io"] = self.steps
            body["tags"] = [*(other for other in body["tags"] if other != tag), *([tag] if there else [])]
            (model.values["tags"].add if there else model.values["tags"].discard)(tag)

    @rule(name=st.sampled_from(["keg", "cask"]))
    def other_creator(self, name: str) -> None:
        """Somebody else makes one that is alike, a while before."""
        self.steps += 1
        self.api.settle()
        body = {"id": 5000 + self.steps, "name": name, "created": self.api.clock.now().strftime("%Y-%m-%dT%H:%M:%S")}
        self.api.seed(f"/barrels/{body['id']}", body)
        self.expected[Expected("barrels", name=name)] = self.session._parts.loader.one(
            Barrel, (), dict(body), Loaded.WHOLE
        )
        self.api.clock.sleep(5)

    @rule(at=AT)
    @precondition(lambda self: self.check)
    def conflict(self, at: int) -> None:
        """The same attribute on both sides is refused before anything is written; mine stays after refresh(keep)."""
        self.steps += 1
        model, each = self.pick("docks", at, persistent=True) or (None, None)
        self.api.clear_faults()
        self.api.settle()
        if model is None or f"/docks/{each.id}" not in self.api.objects:
            return
        assert each.label  # a value that was never read has nothing to meet
        each.label = model.values["label"] = self.fresh("dock")
        self.api.objects[f"/docks/{each.id}"]["label"] = self.fresh("theirs")
        sent = len(self.api.sent)
        with pytest.raises(ConflictError) as caught:
            self.session.commit()
        assert each in [clash.object for clash in caught.value.conflicts]
        assert len(self.api.sent) == sent
        self._mine_stays(caught.value)

    def _mine_stays(self, error: ConflictError) -> None:
        for clash in error.conflicts:
            self.session.refresh(clash.object, keep=True)

    # -- commits -----------------------------------------------------------------------------------------------------

    @rule(
        policy=POLICIES,
        writes=WRITE_FAULTS,
        reads=READ_FAULTS,
        interrupt=st.none() | st.integers(0, 4),
        back=st.booleans(),
    )
    def commit(self, policy: str, writes: list[str], reads: list[str], interrupt: int | None, back: bool) -> None:
        """Whatever happens, what is not done is told, held, and done by the next commit."""
        self.steps += 1
        self.api.settle()
        before = self.api.rows()
        self.api.writes, self.api.reads = [*writes], [*reads]
        report = self._try(policy, interrupt)
        self.api.clear_faults()
        self.api.settle()
        if report is not None:
            assert not report.not_held
            OUTCOMES.update(f"{policy}: {each.step.operation} {each.status}" for each in report)
            if policy == "undo" and {each.status for each in report} <= {"undone", "failed", "pending"}:
                assert self.api.rows() == before
            was_sure = self.sure
            self.sure = not report.in_doubt and (was_sure or len(report.applied) == len(report))
            if len(report.applied) == len(report):
                self._is_done()
                if back and report and was_sure:  # what a write in doubt has done, the way back does not know
                    self._way_back(report, before)

    def _try(self, policy: str, interrupt: int | None = None) -> CommitReport | None:
        calls = [0]

        def press(*_: object) -> None:
            calls[0] += 1
            if calls[0] == interrupt:
                raise KeyboardInterrupt

        try:
            return self.session.commit(on_error=policy, progress=press)
        except CommitInterrupted as error:
            assert interrupt is not None
            return error.report
        except CommitError as error:
            return error.report
        except ConflictError as error:
            self._mine_stays(error)
        except LinodeORMError:
            assert self.api.has_hidden
        return None

    def _is_done(self) -> None:
        members = self.session._parts.changes
        assert not (members.new)
        assert not (self.session.dirty)
        assert not (members.deleted)
        assert not (members.in_doubt)
        assert self.api.rows() == self.rows

    def _way_back(self, report: CommitReport, before: Counter[tuple[Any, ...]]) -> None:
        """The way back of a finished commit leads back, but for what it says."""
        plan = self.session.undo(report.id)
        plan.apply(self.api.client)
        deleted = sum(each.step.operation == "delete" for each in report)
        after = self.api.rows()
        assert deleted <= len(plan.lost) <= deleted + sum(each.step.operation != "delete" for each in report)
        if not plan.lost:
            assert after == before
        assert not after - before
        assert [*self.session.new, *self.session.dirty] == []
        self._again()

    def _again(self) -> None:
        self.session.close()
        self.api.again()
        self.open()

    @rule(at=AT, kind=st.sampled_from(["docks", "cranes", "barrels", "sailors", "vpcs"]), writes=WRITE_FAULTS)
    def delete_now(self, at: int, kind: str, writes: list[str]) -> None:
        """One deletion at once; where nobody knows whether it was done, the next commit sends it again."""
        self.steps += 1
        found = self.deletable(at, kind)
        if found is None:
            return
        each, gone = found
        self.api.settle()
        self.api.writes = [*writes]
        try:
            each.delete()
        except InvalidRequestError:  # the journal holds the rest of a commit
            assert self.path is not None
            return
        except LinodeORMError:
            self.sure = False
            self.session.delete(each)
        finally:
            self.api.clear_faults()
        for other in gone:
            del self.expected[other]

    @rule(at=AT)
    @precondition(lambda self: self.verify)
    def forget_update(self, at: int) -> None:
        """A value that was answered, and is not there when it is read back, is told."""
        self.steps += 1
        self.finish()
        model, each = self.pick("docks", at, persistent=True) or (None, None)
        if model is None:
            return
        old, each.label = model.values["label"], self.fresh("dock")
        body = self.api.objects[f"/docks/{each.id}"]

        def forget(answer: object) -> object:
            self.api.objects[f"/docks/{each.id}"] = body
            return answer

        self.api.fault = lambda request: forget if request.method == "PUT" else None
        report = self.session.commit()
        self.api.fault = self.api.meet
        assert [(each.object, each.attribute, each.found) for each in report.not_held] == [(each, "label", old)]
        assert each.label == old

    @rule(at=AT, kind=st.sampled_from(["docks", "cranes", "cargo", "sailors", "vpcs", "configs"]), writes=WRITE_FAULTS)
    def save(self, at: int, kind: str, writes: list[str]) -> None:
        """One object alone, and what it cannot exist without."""
        self.steps += 1
        _, each = self.pick(kind, at) or (None, None)
        if each is None:
            return
        self.api.settle()
        self.api.writes = [*writes]
        try:
            each.save()
        except (ApiError, TransportError, ResponseError, CommitError):
            self.sure = False
        except ConflictError as error:
            self._mine_stays(error)
        except InvalidRequestError:  # the journal holds the rest of a commit
            assert self.path is not None
        self.api.clear_faults()

    @rule()
    def finish(self) -> None:
        """Without faults everything is done; what nothing tells is settled by hand."""
        self.steps += 1
        self.api.clear_faults()
        self.api.settle()
        for _ in range(4):
            with suppress(CommitError):
                try:
                    self.session.commit()
                except ConflictError as error:
                    self._mine_stays(error)
                    continue
                break
            self._by_hand()
        self._is_done()

    def _by_hand(self) -> None:
        """Look for what stays in doubt, as its user would: it is there, or added again."""
        known = [*self.expected.values(), *self.session.deleted]
        taken = {(type(each), each.__state__.identity) for each in known}
        for model, each in list(self.expected.items()):
            if self.is_sure(each):
                continue
            assert model.kind in {"cargo", "barrels", "configs", "nodes"}
            if model.kind in {"configs", "nodes"}:
                self._begin_again(model if model.kind == "configs" else model.above)
                continue
            self.session.expunge(each)
            found = [
                path
                for path, body in self.api.objects.items()
                if path.startswith(f"/{model.kind}/") and body["name"] == model.values["name"]
                if (type(each), body["id"]) not in taken
            ]
            if found:
                body = self.api.objects[found[0]]
                taken.add((type(each), body["id"]))
                self.expected[model] = self.session._parts.loader.one(type(each), (), dict(body), Loaded.WHOLE)
                if model.kind == "cargo":
                    self.expected[model].weight = model.values["weight"]
                    self.expected[model].dock = self.expected[model.above] if model.above is not None else None
            else:
                self.session.add(each)

    def _begin_again(self, model: Expected) -> None:
        """Take a config away wherever it is, and add it and its nodes anew."""
        if model not in self.expected:
            return
        for other in [each for each in self.expected if model in {each, each.above}]:
            instance = self.expected.pop(other)
            if instance.__state__.status in {Status.PENDING, Status.PERSISTENT}:
                self.session.expunge(instance)
        below = "/nodebalancers/1/configs"
        there = [path for path in self.api.objects if path.startswith(f"{below}/")]
        mine = {path for path in there if self.api.objects[path].get("port") == model.values["port"]}
        for path in there:
            if "/".join(path.split("/")[:5]) in mine:
                del self.api.objects[path]
        self.add_nested(0, 2)

    @rule(at=AT, what=st.sampled_from(["key", "nested", "orphan"]), done=st.booleans())
    def stay_in_doubt(self, at: int, what: str, done: bool) -> None:
        """Doubts that are rare by chance: a new key, nested children that cannot be looked up, a child whose parent is put back."""
        self.steps += 1
        self.finish()
        found = self.pick("sailors", at, persistent=True)
        if what == "key" and found:
            found[1].nick = found[0].values["nick"] = self.fresh("s")
            self.api.writes = ["reset after" if done else "reset before", "refused"]
        elif what == "nested":
            self.add_nested(1, 2)
            self.api.reads = ["", "refused"] if done else ["refused", "refused"]
        elif what == "orphan":
            self.add_dock(set(), False, True, False)
            self.api.writes, self.api.reads = ["", "reset after" if done else "later"], ["refused"]
        report = self._try("undo" if what == "orphan" else "stop")
        self.api.clear_faults()
        self.api.settle()
        self.sure = self.sure and report is not None and not report.in_doubt

    @rule()
    def drop(self) -> None:
        """Pending changes are rolled back; the account stays as it is."""
        self.steps += 1
        self.api.clear_faults()
        self.api.settle()
        self.session.rollback()
        assert [*self.session.new, *self.session.dirty, *self.session.deleted] == []
        self._again()

    # -- the process ends --------------------------------------------------------------------------------------------

    @rule(
        policy=POLICIES,
        writes=WRITE_FAULTS,
        more=PASSING_FAULTS,
        at=st.integers(0, 9),
        after=st.booleans(),
        undo=st.booleans(),
        forget=st.integers(0, 9).map(lambda drawn: drawn == 9),
        pause=st.sampled_from([0, 60]),
    )
    @precondition(lambda self: self.path is not None)
    def crash(  # noqa: PLR0917  what is drawn
        self,
        policy: str,
        writes: list[str],
        more: list[str],
        at: int,
        after: bool,
        undo: bool,
        forget: bool,
        pause: int,
    ) -> None:
        """A process that ends anywhere is carried on, or taken back, by another one."""
        self.steps += 1
        self.finish()
        self.edit_some()
        before = self.api.rows()
        self.api.writes, self.api.kill = [*writes], (at, after, self.path)
        secrets = dict.fromkeys(self.session.plan().secrets, SECRET)
        self._try(policy)
        if not self.api.dead:
            self.api.clear_faults()
            return
        self.session.close()
        self.api.clear_faults()
        copies(self.path.with_name("copy"), self.path)
        self.api.again()
        self.api.clock.sleep(pause)
        if forget:
            assert recover(self.path, client=self.api.client, forget=True)
            self.api.settle()
            self.open()
            return
        self.api.writes = [*more]
        report = self._recovered(undo, secrets)
        self.api.clear_faults()
        self.api.settle()
        OUTCOMES.update(f"recover {'undo' if undo else policy}: {each.step.operation} {each.status}" for each in report)
        if undo or {"undone", "not undone", "pending"} & report.counts.keys():
            self._is_as_before(report, before)
            self.open()
        else:
            self._is_complete(report)

    def edit_some(self) -> None:
        """Give the commit that will be killed something of each kind."""
        self.add_dock({"b"}, True, True, True)
        self.add(self.steps, "barrels")
        self.add(self.steps, "cranes")
        self.tag(self.steps, "b", self.steps % 3 == 0)
        self.edit(self.steps, "cpu", 3 + self.steps % 7)
        self.delete(self.steps, "cranes", False)

    def _recovered(self, undo: bool, secrets: dict[str, str]) -> CommitReport:
        """Recover until there is nothing left to do, or only what stays in doubt."""
        reported: CommitReport | None = None
        for _ in range(5):
            try:
                report = recover(self.path, client=self.api.client, undo=undo, secrets=secrets)
            except LinodeORMError:
                assert self.api.has_hidden
                self.api.clear_faults()
                continue
            if not report:
                break
            reported = report
        else:
            recover(self.path, client=self.api.client, forget=True)
        assert reported is not None
        return reported

    def _is_as_before(self, report: CommitReport, before: Counter[tuple[Any, ...]]) -> None:
        kept = {each.step.operation for each in [*report.not_undone, *report.in_doubt]}
        after = self.api.rows()
        assert kept <= {"delete", "create"}, str(report)
        if "create" not in kept:
            assert not after - before, str(report)
        if "delete" not in kept:
            assert not before - after, str(report)

    def _is_complete(self, report: CommitReport) -> None:
        """What was wished is there, but for what is in doubt, which its user looks for and adds again."""
        missing, surplus = self.rows - self.api.rows(), self.api.rows() - self.rows
        assert not surplus, str(report)
        doubtful = Counter(each.step.title.split("'")[1] for each in report.in_doubt)
        assert not Counter(row[1] for row in missing.elements()) - doubtful, str(report)
        self.open()
        for kind, name, *_ in missing.elements():
            if kind == "barrels":
                self.expected[Expected("barrels", name=name)] = self.session.add(Barrel(name=name))

    def ended(self) -> None:
        """After no less than five faults, and then without any, everything is done."""
        for _ in range(5):
            if self.api.hits.total() < LEAST:
                self.add_dock({"a"}, False, False, False)
                self.commit(
                    "continue", ["busy", "not sent", "reply lost", "rate limited", "502 after"], [], None, False
                )
        self.finish()
        LENGTHS.append(self.steps)
        HITS.append(self.api.hits.total())


def run(examples: int, *, seeded: bool) -> None:
    """Run the machine; a seeded run does the same every time."""
    few = {"max_examples": examples, "stateful_step_count": 40, "deadline": None, "derandomize": seeded}
    run_state_machine_as_test(CommitMachine, settings=settings(**few, suppress_health_check=list(HealthCheck)))


@pytest.mark.slow
def test_commits_end_in_the_planned_state(full, tell):
    """Under faults, crashes and other writers, the account ends as the reference model; nothing is lost or doubled."""
    with LineCoverage(modules_of_the_session(*STEPS)) as followed:
        run(300 if full else 60, seeded=not full)
    if full:
        run(2000, seeded=False)
    mean, hit = sum(LENGTHS) / len(LENGTHS), sum(HITS) / len(HITS)
    outcomes = "\n".join(f"  {what:<34}{count:>7}" for what, count in sorted(OUTCOMES.items()))
    tell(
        f"commits at random: {len(LENGTHS)} runs, mean length {mean:.1f}, faults hit {hit:.1f} in the mean, {min(HITS)} at least"
    )
    tell(followed.table())
    tell(f"what became of operations:\n{outcomes}")
    assert not followed.unreached
    assert followed.never <= ELSEWHERE.keys() or not full
    assert mean >= 20
    assert min(HITS) >= LEAST
