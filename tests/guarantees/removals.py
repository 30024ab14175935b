"""What keeps each promise of docs/guarantees.md: a line of the package, and what it reads like with the promise taken out."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import linode_orm


class Removal(NamedTuple):
    """The number of a promise, the module and the text that keep it, what stands there without it, and the test that sees it."""

    promise: int
    module: str
    text: str
    instead: str
    test: str


PACKAGE = Path(linode_orm.__file__).parent
COMMIT = "session/commit/"
SESSION = "tests/session/"
CASES = "tests/stateful/test_commit_cases.py::"
ANSWERS = "tests/stateful/test_commit_answers.py::"


def commit(promise: int, module: str, text: str, instead: str, test: str) -> Removal:
    """Give one of a module of the commit, seen by a test of the session."""
    test = test if test.startswith("tests/") else SESSION + test
    (path,) = PACKAGE.joinpath(COMMIT).rglob(f"{module}.py")
    return Removal(promise, path.relative_to(PACKAGE).as_posix(), text, instead, test)


REMOVALS = (
    commit(
        1,
        "bodies",
        "[name for name in fields if name in edits and name not in apart]",
        "[name for name in fields if fields[name].mutable and name in instance.__state__.raw]",
        "test_plan.py::TestUpdates::test_only_what_changed",
    ),
    commit(
        2,
        "dependencies",
        'draft.waits[creation[id(target)]] = f"its {name} is created"',
        "pass",
        "test_commit.py::TestCreate::test_a_family_gets_its_keys",
    ),
    commit(3, "guards", "if plan.deletes > most:", "if False:", "test_commit.py::TestDelete::test_max_deletes"),
    commit(
        3,
        "guards",
        "    if named:",
        "    if False:",
        "test_verify.py::TestProtectedTags::test_the_deletion_of_what_carries_one_is_refused",
    ),
    commit(
        3,
        "applying",
        "            guards.check_protected(session, _deleted(session, plan), plan.source.protected)\n",
        "            pass\n",
        "test_verify.py::TestProtectedTags::test_it_holds_for_a_plan",
    ),
    commit(
        4,
        "execute",
        'self._stopped = self._stopped or self._options.on_error != "continue"',
        "pass",
        "test_commit_faults.py::TestPolicy::test_stop_starts_nothing_new",
    ),
    commit(
        5,
        "execute",
        'self._stopped = self._stopped or self._options.on_error != "continue"',
        "self._stopped = True",
        "test_commit_faults.py::TestPolicy::test_continue_leaves_out_only_what_depends",
    ),
    commit(
        6,
        "sending",
        "if options.puts_back and run.failed:",
        "if False:",
        "test_undo.py::test_a_failure_anywhere_puts_everything_back",
    ),
    commit(
        7,
        "schedule",
        "self._held = _last_ones(plan) if lasting_last else set[int]()",
        "self._held = set[int]()",
        "test_undo.py::test_deletions_wait_for_everything_else",
    ),
    commit(
        8,
        "execute",
        "notes = [self._hands.take(*each) for each in landed]",
        'notes = [""]',
        "test_commit_faults.py::TestPolicy::test_the_second_commit_sends_only_the_rest",
    ),
    commit(
        9,
        "execute",
        "        self.interrupts += 1\n        self._stopped = True\n",
        "        self.interrupts += 2\n        self._stopped = True\n",
        "test_commit_faults.py::TestInterrupt::test_waits_for_calls_in_flight",
    ),
    commit(
        10,
        "calls",
        "and error.doubtful:\n        return True",
        "and error.doubtful:\n        return False",
        CASES + "test_a_refusal_after_a_lost_answer_is_in_doubt",
    ),
    Removal(
        11,
        "wire/writes_in_flight.py",
        "if _differs(each.body, request.body)]",
        "if False]",
        "tests/wire/test_client.py::TestWritesInFlight::test_what_says_otherwise_waits",
    ),
    commit(
        12,
        "execute",
        'if step.operation == "delete" and isinstance(error, NotFound):',
        "if False:",
        "test_commit.py::TestDelete::test_gone_already_is_success",
    ),
    commit(
        13,
        "certainty",
        "if isinstance(error, BadRequest) and self._sought.key:",
        "if False:",
        "test_commit_faults.py::TestDoubt::test_a_late_create_is_adopted_after_the_refusal",
    ),
    commit(
        14,
        "certainty",
        "if self._running and self._sought.key:",
        "if False:",
        CASES + "test_a_creation_sent_twice_does_not_come_back",
    ),
    commit(
        15,
        "recovery",
        "            known |= self._made[model]\n",
        "            pass\n",
        CASES + "test_two_alike_of_which_one_was_made_before_the_end",
    ),
    commit(
        16,
        "committing",
        "conflicts.check(changed, gone)",
        "pass",
        "test_conflicts.py::test_a_changed_attribute_is_found_before_anything_is_written",
    ),
    Removal(
        17,
        "session/newest.py",
        "whole=frozenset(map(type, whole))",
        "whole=frozenset(map(type, once.values()))",
        SESSION + "test_conflicts.py::test_many_are_looked_at_in_one_list",
    ),
    Removal(
        18,
        "mapping/record.py",
        "if not edit.exact and codec.rebase(value, edit.ground(codec, value), theirs):",
        "if False:",
        SESSION + "test_conflicts.py::test_set_edits_are_made_again_on_the_newest_value",
    ),
    Removal(
        19,
        "session/session.py",
        "            accept(instance)",
        "            pass",
        SESSION + "test_conflicts.py::test_refresh_with_keep_settles_it_in_favour_of_mine",
    ),
    commit(20, "hands", "if self._watches else", "if False else", "test_conflicts.py::test_the_window_is_told"),
    commit(
        21,
        "execute",
        "            self._intend(going)\n",
        "            pass\n",
        "test_journal.py::test_every_intent_is_on_the_disk_before_its_request",
    ),
    commit(
        21,
        "journalfile",
        '"journal_mode=WAL", "synchronous=FULL"',
        '"journal_mode=WAL", "synchronous=OFF"',
        "test_journal.py::test_the_settings_that_durability_rests_on",
    ),
    commit(
        22,
        "recovery",
        "yield from self._looked_for(known)",
        "continue",
        "test_journal.py::test_a_process_that_ends_at_any_request",
    ),
    commit(23, "recovery", "self._undo = undo or", "self._undo = False or", "test_journal.py::test_or_is_taken_back"),
    commit(
        24,
        "recovery",
        "if missing and step.number not in entries:",
        "if False:",
        "test_journal.py::test_a_secret_is_asked_for_again",
    ),
    commit(
        25,
        "chronicle",
        "        if strange:",
        "        if False:",
        "test_journal.py::test_another_process_must_recover_first",
    ),
    commit(
        26,
        "journalfile",
        "if application != _APPLICATION:",
        "if False:",
        "test_journal.py::TestBadFiles::test_another_programs",
    ),
    commit(
        27, "journal", "            self._prune(connection)\n", "", "test_journal.py::test_it_does_not_grow_for_ever"
    ),
    commit(
        28,
        "applying",
        "if wanted and account_of(client) != wanted:",
        "if False:",
        "test_plan_files.py::test_another_account_is_refused",
    ),
    commit(
        28,
        "applying",
        "    refuse([each for found in clashes.values() for each in found])\n",
        "",
        "test_plan_files.py::test_it_refuses_when_the_world_has_moved",
    ),
    commit(
        29,
        "undoing",
        "old_key, path = key, fill_path",
        "return step\n    old_key, path = key, fill_path",
        "test_undo.py::TestWayBack::test_of_a_finished_commit",
    ),
    commit(
        30,
        "committing",
        "    if policy.verify:",
        "    if False:",
        "test_verify.py::test_a_value_that_was_answered_and_is_gone",
    ),
    commit(
        31,
        "settling",
        '            self._expire(instance, names)\n            note = "the answer was not the object, which will be read again"',
        '            note = "the answer was not the object, which will be read again"',
        "test_commit.py::TestUpdate::test_an_answer_that_is_not_the_object_expires_it",
    ),
    commit(
        6,
        "reverting",
        "        _outlast(client, undoing)",
        "        pass",
        f"{CASES}test_a_deletion_of_the_way_back_that_takes_effect_late",
    ),
    commit(
        10,
        "rekeyed",
        "if found is not None and not _is_wanted(instance, keys):",
        "if found is not None and False:",
        f"{CASES}test_a_new_key_in_doubt",
    ),
    Removal(
        10,
        "mapping/record.py",
        "return any(not _alike(codec, each, mine) for each in self.sent)",
        "return False",
        f"{CASES}test_an_old_value_in_doubt_outlasts_what_was_sent",
    ),
    commit(
        16,
        "conflicts",
        "else (edit.base, *edit.sent)",
        "else (edit.base,)",
        f"{CASES}test_a_nested_value_in_doubt_that_is_changed_again",
    ),
    Removal(
        16,
        "mapping/record.py",
        "self.base, self.sent = theirs, self.sent[at + 1 :]",
        "pass",
        f"{CASES}test_a_write_in_doubt_does_not_hide_another_writer",
    ),
    Removal(
        14,
        "wire/writes_in_flight.py",
        'request.method not in {"PUT", "DELETE"} or',
        'request.method != "PUT" or',
        f"{ANSWERS}test_the_key_that_a_deletion_in_doubt_frees",
    ),
    Removal(
        15,
        "session/moments.py",
        "return min(self.at + skew, counted) - _MARGIN",
        "return self.at + skew - _MARGIN",
        f"{ANSWERS}test_a_clock_that_jumps",
    ),
    Removal(
        15,
        "session/moments.py",
        "at = client.clock.now() if there is None else there",
        "at = client.clock.now()",
        f"{ANSWERS}test_a_clock_that_jumps",
    ),
    commit(
        15,
        "candidates",
        " and (end is None or when <= end)",
        "",
        f"{ANSWERS}test_what_others_made_when_it_was_over_is_not_taken_for_it",
    ),
    commit(31, "certainty", "if is_other:", "if False:", f"{ANSWERS}test_odd_answers"),
    commit(31, "settling", "or _is_meant(identity, key)):", "or key is not None):", f"{ANSWERS}test_odd_answers"),
    commit(
        32,
        "rebuilding",
        "            if identity not in gone\n",
        "            if identity\n",
        "test_bundles.py::TestRebuild::test_what_is_sent",
    ),
    commit(
        32,
        "folding",
        "        parent.take_aboard(child, ride.key, is_answered=ride.is_answered)\n",
        "",
        "test_folding.py::test_the_end_is_the_same",
    ),
    commit(
        33,
        "carrying",
        "return isinstance(error, ApiError) and not isinstance(error, (RateLimited, Unauthorized))",
        "return False",
        "test_bundles.py::TestTakenApart::test_refused",
    ),
    commit(
        33,
        "rebuilding",
        "return Boarded(found, self._doubts(lost, why), left=tuple(self._left))",
        "return Boarded(found, self._doubts(lost, why))",
        "test_bundles.py::TestTakenApart::test_an_attribute_that_it_ignores",
    ),
    commit(
        34,
        "rebuilding",
        "            for identity, row in self._rows.items()\n",
        "            for identity, row in self._rows.items() if identity in changed\n",
        "test_bundles.py::TestRebuild::test_what_others_did_stays",
    ),
    commit(
        34,
        "carrying",
        "while left and self._lost is not None and self._until > self._client.clock.monotonic():",
        "while False:",
        "test_bundles.py::TestFaults::test_the_answer",
    ),
    commit(
        2,
        "drafts",
        "return tuple(dict.fromkeys((*mapper.unique, *chosen)))",
        "return tuple(mapper.unique)",
        f"{CASES}test_a_key_of_the_users_that_is_used_again",
    ),
    commit(
        15,
        "doubts",
        "return frozenset(each.__state__.identity for each in deleted if each.__state__.parents == parents)",
        "return frozenset()",
        f"{CASES}test_one_in_doubt_of_which_the_others_are_deleted",
    ),
    commit(
        30,
        "verifying",
        "return evolve(report, unread=str(error))",
        "raise error",
        "test_verify.py::test_what_cannot_be_read_back_is_told",
    ),
    Removal(
        35,
        "wire/ratelimit/sliding_log.py",
        "return cls(policy.limit, policy.per)",
        "return cls(10**6, policy.per)",
        "tests/wire/test_rates.py::test_an_api_that_tells_nothing",
    ),
    Removal(
        36,
        "wire/ratelimit/aimd.py",
        "max(self.factor(now) / 2, _LOWEST)",
        "self.factor(now)",
        "tests/wire/test_budget.py::test_a_refusal_that_no_header_explains_halves",
    ),
    Removal(
        37,
        "wire/ratelimit/fixed_window.py",
        "self.boundary.probe_time(self.limit) if self.state is WindowState.REPORTED else None",
        "None",
        "tests/wire/test_rates.py::test_nearly_all_that_is_allowed",
    ),
    Removal(
        38,
        "wire/retry.py",
        "    return asked if asked >= _DEFAULT_PAUSE else max(asked, backoff, _SHORTEST)",
        "    return max(backoff, _SHORTEST)",
        "tests/wire/test_client.py::TestRetries::test_retry_after_is_obeyed",
    ),
    Removal(
        39,
        "wire/ratelimit/clock_offset.py",
        "if feedback.date is not None:",
        "if False:",
        "tests/wire/test_clocks.py::test_jumps",
    ),
    Removal(
        40,
        "wire/ratelimit/fixed_window.py",
        "return None if total <= self.allowance(now, 1) else WindowFull(self, name)",
        "return None",
        "tests/wire/test_shared.py::test_four_processes_share_nearly_all_that_is_allowed",
    ),
    Removal(
        41,
        "wire/ratelimit/redis.py",
        "return 1.0 if self._unreachable_until is None else 1 / self.processes",
        "return 1.0",
        "tests/wire/test_shared.py::test_without_redis_each_keeps_to_its_share",
    ),
    Removal(
        41,
        "wire/ratelimit/redis_store.py",
        "(ValueError, *(",
        "(*(",
        "tests/wire/test_redis_trouble.py::test_it_holds_garbage",
    ),
)
