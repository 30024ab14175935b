"""Drives commits at random under faults, crashes and other writers, beside a plain model of what the world should be."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from linode_orm import recover
from linode_orm.errors import CommitError, CommitInterrupted, ConflictError, InvalidRequestError, LinodeORMError
from linode_orm.mapping.state import Loaded, Status
from tests.session.yard import Barrel, Cargo, Crane, Dock, Gate, Limits, Pass, Rule, Sailor, Session
from tests.stateful.footprints import Footprints
from tests.stateful.quay import FAULTS, PASSING, READS, Quay, copies

if TYPE_CHECKING:
    from linode_orm.session.commit.report import CommitReport

LENGTHS: list[int] = []
HITS: list[int] = []
OUTCOMES: Counter[str] = Counter()
AT = st.integers(0, 30)
POLICIES = st.sampled_from(["stop", "continue", "undo"])
WEATHER = st.lists(st.sampled_from(["", *FAULTS]), min_size=1, max_size=6)
MILD = st.lists(st.sampled_from(["", *PASSING]), max_size=3)
CLOUDS = st.lists(st.sampled_from(READS), max_size=2)
MODELS = {
    "docks": Dock,
    "cranes": Crane,
    "cargo": Cargo,
    "barrels": Barrel,
    "sailors": Sailor,
    "gate": Gate,
    "passes": Pass,
}
SECRET = "hush-hush"
STEPS = (
    "committing",
    "execute",
    "calls",
    "certainty",
    "candidates",
    "doubts",
    "sending",
    "settling",
    "undoing",
    "conflicts",
    "applying",
    "recovery",
    "chronicle",
    "journal",
)


class Wish:
    """What one object should be in the world when everything is done."""

    def __init__(self, kind: str, above: Wish | None = None, **values: Any) -> None:
        self.kind, self.above, self.values = kind, above, values

    @property
    def row(self) -> tuple[Any, ...]:
        mine = self.values
        above = self.above.values["label"] if self.above is not None else None
        if self.kind == "docks":
            limits = mine["cpu"], mine["io"]
            return self.kind, mine["label"], mine["place"], frozenset(mine["tags"]), limits, tuple(mine["rules"])
        if self.kind == "cranes":
            return self.kind, above, mine["label"]
        if self.kind == "cargo":
            return self.kind, mine["name"], mine["weight"], above
        if self.kind == "passes":
            return self.kind, mine["id"]
        return self.kind, *mine.values(), None


class CommitMachine(RuleBasedStateMachine):
    """A session whose commits meet everything, and the plain wishes of its user."""

    def __init__(self) -> None:
        super().__init__()
        self.world = Quay()
        self.folder = Path(tempfile.mkdtemp(prefix="commit-machine-"))
        self.steps = 0
        self.names = 0
        self.sure = True
        self.wishes: dict[Wish, Any] = {}

    @initialize(check=st.booleans(), journal=st.booleans())
    def begin(self, check: bool, journal: bool) -> None:
        self.check, self.path = check, self.folder / "journal" if journal else None
        for at in (1, 2, 3):
            body = {"id": at, "label": f"old{at}", "place": "x", "tags": ["a"], "limits": {"cpu": 1, "io": 1}}
            self.world.seed(f"/docks/{at}", {**body, "rules": {"inbound": [], "version": 1}})
        self.world.seed("/docks/1/cranes/1", {"id": 1, "label": "c0"})
        self.world.seed("/cargo/1", {"id": 1, "name": "cargo0", "weight": 1, "dock_id": 1})
        self.world.seed("/sailors/ann", {"nick": "ann", "rank": "r0"})
        self.world.seed("/gate", {"open": False})
        self.open()

    def open(self) -> None:
        """Begin a session, and read the whole world."""
        conflicts = "check" if self.check else "ignore"
        self.session = Session(self.world, journal=self.path, conflicts=conflicts)
        self.wishes, docks = {}, {}
        for path, body in sorted(self.world.objects.items(), key=lambda each: each[0].count("/")):
            kind = path.split("/")[-2] if path.count("/") > 1 else "gate"
            parents = tuple(int(each) for each in path.split("/")[2:-2:2])
            known = self.session.loader.one(MODELS[kind], parents, dict(body), Loaded.WHOLE)
            above = docks.get(parents[0] if parents else body.get("dock_id"))
            wish = Wish(kind, above, **self.values(kind, body))
            self.wishes[wish] = known
            if kind == "docks":
                docks[body["id"]] = wish
        assert self.rows == self.world.rows()

    @staticmethod
    def values(kind: str, body: dict[str, Any]) -> dict[str, Any]:
        if kind == "docks":
            rules = [each["action"] for each in body.get("rules", {}).get("inbound", ())]
            own = {key: body[key] for key in ("label", "place")}
            return {**own, **body["limits"], "tags": set(body["tags"]), "rules": rules}
        keys = ("label", "name", "weight", "nick", "rank", "open", *(["id"] if kind == "passes" else []))
        return {key: body[key] for key in keys if key in body}

    @property
    def rows(self) -> Counter[tuple[Any, ...]]:
        return Counter(wish.row for wish in self.wishes)

    def fresh(self, what: str) -> str:
        self.names += 1
        return f"{what}{self.names}"

    def pick(self, kind: str, at: int, *, persistent: bool = False) -> tuple[Wish, Any] | None:
        """Give one of the objects of a kind that may be changed."""
        found = [
            (wish, each)
            for wish, each in self.wishes.items()
            if wish.kind == kind and (not persistent or each.__state__.status is Status.PERSISTENT)
        ]
        return found[at % len(found)] if found else None

    def is_sure(self, instance: Any) -> bool:
        return id(instance) not in self.session.members.in_doubt

    # -- wishes ------------------------------------------------------------------------------------------------------

    @rule(tags=st.sets(st.sampled_from("abc")), secret=st.booleans(), crane=st.booleans(), cargo=st.booleans())
    def add_dock(self, tags: set[str], secret: bool, crane: bool, cargo: bool) -> None:
        """A dock, perhaps with a child and with what refers to it."""
        label = self.fresh("dock")
        dock = Dock(
            label=label,
            place="y",
            tags=sorted(tags),
            limits=Limits(cpu=2, io=2),
            **({"root_pass": SECRET} if secret else {}),
        )
        wish = Wish("docks", label=label, place="y", tags=set(tags), cpu=2, io=2, rules=[])
        self.wishes[wish] = self.session.add(dock)
        if crane:
            self._crane(wish, dock)
        if cargo:
            self._cargo(wish, dock)
        self.steps += 1

    def _crane(self, above: Wish, dock: Any) -> None:
        label = self.fresh("crane")
        crane = Crane(label=label)
        crane.dock = dock
        self.wishes[Wish("cranes", above, label=label)] = self.session.add(crane)

    def _cargo(self, above: Wish | None, dock: Any) -> None:
        name = self.fresh("cargo")
        cargo = Cargo(name=name, weight=1) if dock is None else Cargo(name=name, weight=1, dock=dock)
        self.wishes[Wish("cargo", above, name=name, weight=1)] = self.session.add(cargo)

    @rule(at=AT, kind=st.sampled_from(["cranes", "cargo", "loose", "barrels", "sailors", "passes"]))
    def add(self, at: int, kind: str) -> None:
        """A child, what refers to others, and what has a key, has none, or a key of the user's."""
        self.steps += 1
        found = self.pick("docks", at)
        if kind == "cranes" and found:
            self._crane(*found)
        elif kind == "cargo" and found:
            self._cargo(*found)
        elif kind == "loose":
            self._cargo(None, None)
        elif kind == "barrels":
            name = ["keg", "cask"][at % 2]
            self.wishes[Wish("barrels", name=name)] = self.session.add(Barrel(name=name))
        elif kind == "sailors":
            nick = self.fresh("s")
            self.wishes[Wish("sailors", nick=nick, rank="r")] = self.session.add(Sailor(nick=nick, rank="r"))
        elif kind == "passes":
            name = self.fresh("p")
            self.wishes[Wish("passes", id=name)] = self.session.add(Pass(id=name))

    @rule(
        at=AT, what=st.sampled_from(["label", "cpu", "rule", "weight", "rank", "nick", "gate"]), value=st.integers(3, 9)
    )
    def edit(self, at: int, what: str, value: int) -> None:
        """Values, nested ones, ones with a path of their own, a key, a singleton."""
        self.steps += 1
        kind = {"weight": "cargo", "rank": "sailors", "nick": "sailors", "gate": "gate"}.get(what, "docks")
        found = self.pick(kind, at, persistent=what in {"rule", "nick", "rank"})
        if found is None:
            return
        wish, each = found
        if what == "label" and self.is_sure(each):
            each.label = wish.values["label"] = self.fresh("dock")
        elif what == "cpu":
            each.limits.cpu = wish.values["cpu"] = value
        elif what == "rule" and each.__state__.raw.get("rules"):
            each.rules.inbound.append(Rule(action=f"R{value}"))
            wish.values["rules"].append(f"R{value}")
        elif what == "weight":
            each.weight = wish.values["weight"] = value
        elif what == "rank":
            each.rank = wish.values["rank"] = f"r{value}"
        elif what == "nick":
            each.nick = wish.values["nick"] = self.fresh("s")
        elif what == "gate":
            each.open = wish.values["open"] = not wish.values["open"]

    @rule(at=AT, tag=st.sampled_from("abc"), there=st.booleans())
    def tag(self, at: int, tag: str, there: bool) -> None:
        """Tags go in and out."""
        self.steps += 1
        wish, each = self.pick("docks", at) or (None, None)
        if wish is not None:
            (each.tags.add if there else each.tags.discard)(tag)
            (wish.values["tags"].add if there else wish.values["tags"].discard)(tag)

    @rule(at=AT, kind=st.sampled_from(["docks", "cranes", "cargo", "barrels", "sailors"]), elsewhere=st.booleans())
    def delete(self, at: int, kind: str, elsewhere: bool) -> None:
        """What is deleted takes its children along; somebody else may have been quicker."""
        self.steps += 1
        wish, each = self.pick(kind, at, persistent=True) or (None, None)
        if wish is None or any(other.above is wish and other.kind == "cargo" for other in self.wishes):
            return
        children = [other for other in self.wishes if other.above is wish]
        if any(self.wishes[other].__state__.status is Status.PENDING for other in children):
            return
        self.session.delete(each)
        for other in (wish, *children):
            del self.wishes[other]
        if elsewhere and kind in {"docks", "barrels"}:
            path = f"/{kind}/{each.id}"
            for key in [key for key in self.world.objects if key == path or key.startswith(f"{path}/")]:
                del self.world.objects[key]

    # -- somebody else -----------------------------------------------------------------------------------------------

    @rule(at=AT, tag=st.sampled_from("xyz"), there=st.booleans())
    def other_writer(self, at: int, tag: str, there: bool) -> None:
        """Another attribute, and with a check other tags of the same set, survive our writes."""
        self.steps += 1
        self.world.settle()
        wish, each = self.pick("docks", at, persistent=True) or (None, None)
        body = self.world.objects.get(f"/docks/{each.id}") if wish is not None else None
        if body is None:
            return
        body["place"] = wish.values["place"] = self.fresh("place")
        if self.check:
            body["tags"] = [*(other for other in body["tags"] if other != tag), *([tag] if there else [])]
            (wish.values["tags"].add if there else wish.values["tags"].discard)(tag)

    @rule(name=st.sampled_from(["keg", "cask"]))
    def other_creator(self, name: str) -> None:
        """Somebody else makes one that is alike, a while before."""
        self.steps += 1
        self.world.settle()
        body = {"id": 5000 + self.steps, "name": name, "created": self.world.clock.now().strftime("%Y-%m-%dT%H:%M:%S")}
        self.world.seed(f"/barrels/{body['id']}", body)
        self.wishes[Wish("barrels", name=name)] = self.session.loader.one(Barrel, (), dict(body), Loaded.WHOLE)
        self.world.clock.sleep(5)

    @rule(at=AT)
    @precondition(lambda self: self.check)
    def conflict(self, at: int) -> None:
        """The same attribute on both sides is refused before anything is written; mine stays after refresh(keep)."""
        self.steps += 1
        wish, each = self.pick("docks", at, persistent=True) or (None, None)
        self.world.calm()
        self.world.settle()
        if wish is None or f"/docks/{each.id}" not in self.world.objects:
            return
        assert each.label  # a value that was never read has nothing to meet
        each.label = wish.values["label"] = self.fresh("dock")
        self.world.objects[f"/docks/{each.id}"]["label"] = self.fresh("theirs")
        sent = len(self.world.sent)
        with pytest.raises(ConflictError) as caught:
            self.session.commit()
        assert each in [clash.object for clash in caught.value.conflicts]
        assert len(self.world.sent) == sent
        self._mine_stays(caught.value)

    def _mine_stays(self, error: ConflictError) -> None:
        for clash in error.conflicts:
            self.session.refresh(clash.object, keep=True)

    # -- commits -----------------------------------------------------------------------------------------------------

    @rule(policy=POLICIES, writes=WEATHER, reads=CLOUDS, interrupt=st.none() | st.integers(0, 4), back=st.booleans())
    def commit(self, policy: str, writes: list[str], reads: list[str], interrupt: int | None, back: bool) -> None:
        """Whatever happens, what is not done is told, held, and done by the next commit."""
        self.steps += 1
        self.world.settle()
        before = self.world.rows()
        self.world.writes, self.world.reads = [*writes], [*reads]
        report = self._try(policy, interrupt)
        self.world.calm()
        self.world.settle()
        if report is not None:
            OUTCOMES.update(f"{policy}: {each.step.operation} {each.status}" for each in report)
            if policy == "undo" and {each.status for each in report} <= {"undone", "failed", "pending"}:
                assert self.world.rows() == before
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
            assert self.world.hits["truncated"]
        return None

    def _is_done(self) -> None:
        members = self.session.members
        assert not (members.new)
        assert not (self.session.dirty)
        assert not (members.deleted)
        assert not (members.in_doubt)
        assert self.world.rows() == self.rows

    def _way_back(self, report: CommitReport, before: Counter[tuple[Any, ...]]) -> None:
        """The way back of a finished commit leads back, but for what it says."""
        plan = self.session.undo(report.id)
        plan.apply(self.world.client)
        deleted = sum(each.step.operation == "delete" for each in report)
        after = self.world.rows()
        assert deleted <= len(plan.lost) <= deleted + sum(each.step.operation != "delete" for each in report)
        if not plan.lost:
            assert after == before
        assert not after - before
        assert [*self.session.new, *self.session.dirty] == []
        self._again()

    def _again(self) -> None:
        self.session.close()
        self.world.again()
        self.open()

    @rule(at=AT, kind=st.sampled_from(["docks", "cranes", "cargo", "sailors"]), writes=WEATHER)
    def save(self, at: int, kind: str, writes: list[str]) -> None:
        """One object alone, and what it cannot exist without."""
        self.steps += 1
        _, each = self.pick(kind, at) or (None, None)
        if each is None:
            return
        self.world.settle()
        self.world.writes = [*writes]
        try:
            each.save()
        except CommitError:
            self.sure = False
        except ConflictError as error:
            self._mine_stays(error)
        except InvalidRequestError:  # the journal holds the rest of a commit
            assert self.path is not None
        self.world.calm()

    @rule()
    def finish(self) -> None:
        """In calm weather everything is done; what nothing tells is settled by hand."""
        self.steps += 1
        self.world.calm()
        self.world.settle()
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
        taken = {(type(each), each.__state__.identity) for each in self.wishes.values()}
        for wish, each in list(self.wishes.items()):
            if self.is_sure(each):
                continue
            assert wish.kind in {"cargo", "barrels"}
            self.session.expunge(each)
            found = [
                path
                for path, body in self.world.objects.items()
                if path.startswith(f"/{wish.kind}/") and body["name"] == wish.values["name"]
                if (type(each), body["id"]) not in taken
            ]
            if found:
                body = self.world.objects[found[0]]
                taken.add((type(each), body["id"]))
                self.wishes[wish] = self.session.loader.one(type(each), (), dict(body), Loaded.WHOLE)
                if wish.kind == "cargo":
                    self.wishes[wish].weight = wish.values["weight"]
                    self.wishes[wish].dock = self.wishes[wish.above] if wish.above is not None else None
            else:
                self.session.add(each)

    # -- the process ends --------------------------------------------------------------------------------------------

    @rule(
        policy=POLICIES,
        writes=WEATHER,
        more=MILD,
        at=st.integers(0, 9),
        after=st.booleans(),
        undo=st.booleans(),
        pause=st.sampled_from([0, 60]),
    )
    @precondition(lambda self: self.path is not None)
    def crash(  # noqa: PLR0917  what is drawn
        self, policy: str, writes: list[str], more: list[str], at: int, after: bool, undo: bool, pause: int
    ) -> None:
        """A process that ends anywhere is carried on, or taken back, by another one."""
        self.steps += 1
        self.finish()
        self.edit_some()
        before = self.world.rows()
        self.world.writes, self.world.kill = [*writes], (at, after, self.path)
        secrets = dict.fromkeys(self.session.plan().secrets, SECRET)
        self._try(policy)
        if not self.world.dead:
            self.world.calm()
            return
        self.session.close()
        self.world.calm()
        copies(self.path.with_name("copy"), self.path)
        self.world.again()
        self.world.clock.sleep(pause)
        self.world.writes = [*more]
        report = self._recovered(undo, secrets)
        self.world.calm()
        self.world.settle()
        OUTCOMES.update(f"recover {'undo' if undo else policy}: {each.step.operation} {each.status}" for each in report)
        if undo or {"undone", "not undone", "pending"} & report.counts.keys():
            self._is_as_before(report, before)
            self.open()
        else:
            self._is_complete(report)

    def edit_some(self) -> None:
        """Give the commit that will be killed something of each kind."""
        self.add_dock({"b"}, self.steps % 2 == 0, True, True)
        self.add(self.steps, "barrels")
        self.add(self.steps, "cranes")
        self.tag(self.steps, "b", self.steps % 3 == 0)
        self.edit(self.steps, "cpu", 3 + self.steps % 7)
        self.delete(self.steps, "cranes", False)

    def _recovered(self, undo: bool, secrets: dict[str, str]) -> CommitReport:
        """Recover until there is nothing left to do, or only what stays in doubt."""
        told: CommitReport | None = None
        for _ in range(5):
            try:
                report = recover(self.path, client=self.world.client, undo=undo, secrets=secrets)
            except LinodeORMError:
                assert self.world.hits["truncated"]
                self.world.calm()
                continue
            if not report:
                break
            told = report
        else:
            recover(self.path, client=self.world.client, forget=True)
        assert told is not None
        return told

    def _is_as_before(self, report: CommitReport, before: Counter[tuple[Any, ...]]) -> None:
        kept = {each.step.operation for each in [*report.not_undone, *report.in_doubt]}
        after = self.world.rows()
        assert kept <= {"delete", "create"}, str(report)
        if "create" not in kept:
            assert not after - before, str(report)
        if "delete" not in kept:
            assert not before - after, str(report)

    def _is_complete(self, report: CommitReport) -> None:
        """What was wished is there, but for what is in doubt, which its user looks for and adds again."""
        missing, surplus = self.rows - self.world.rows(), self.world.rows() - self.rows
        assert not surplus, str(report)
        doubtful = Counter(each.step.title.split("'")[1] for each in report.in_doubt)
        assert not Counter(row[1] for row in missing.elements()) - doubtful, str(report)
        self.open()
        for kind, name, *_ in missing.elements():
            if kind == "barrels":
                self.wishes[Wish("barrels", name=name)] = self.session.add(Barrel(name=name))

    def teardown(self) -> None:
        try:
            if self.wishes and sys.exc_info()[0] is None:
                self.finish()
                LENGTHS.append(self.steps)
                HITS.append(self.world.hits.total())
        finally:
            if self.wishes:
                self.session.close()
            self.world.client.close()
            shutil.rmtree(self.folder)


def run(examples: int, *, seeded: bool) -> None:
    """Run the machine; a seeded run does the same every time."""
    few = {"max_examples": examples, "stateful_step_count": 40, "deadline": None, "derandomize": seeded}
    run_state_machine_as_test(CommitMachine, settings=settings(**few, suppress_health_check=list(HealthCheck)))


def test_commits_end_in_the_planned_world(full, tell):
    """Under faults, crashes and other writers, the world is in the end what its user wished; nothing lost or doubled."""
    with Footprints(*STEPS) as followed:
        run(200 if full else 60, seeded=not full)
    if full:
        run(2000, seeded=False)
    mean, hit = sum(LENGTHS) / len(LENGTHS), sum(HITS) / len(HITS)
    outcomes = "\n".join(f"  {what:<34}{count:>7}" for what, count in sorted(OUTCOMES.items()))
    tell(f"commits at random: {len(LENGTHS)} runs, mean length {mean:.1f}, mean of faults hit {hit:.1f}")
    tell(followed.table())
    tell(f"what became of operations:\n{outcomes}")
    assert mean >= 20
    assert hit >= 5
