"""Says for each anchor in the package what is taken out there, and which test sees it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from tests.proofs.guarantees.changes import (
    always,
    argument,
    filtered,
    first_argument,
    first_parameter,
    if_so,
    keyword,
    left_out,
    never,
    only_what_is_merged,
    otherwise,
    raised,
    text,
    undivided,
    value,
    without_element,
    without_keyword,
    without_operand,
)

if TYPE_CHECKING:
    from tests.proofs.guarantees.changes import Change


class Mutation(NamedTuple):
    """An anchor (`# promise 7` has the name `7`), what is done to its statement, and the test that fails then."""

    anchor: str
    change: Change
    test: str

    @property
    def promise(self) -> int:
        """The promise's number in docs/guarantees.md."""
        return int(re.match(r"\d+", self.anchor)[0])


MUTATIONS = (
    Mutation("1a", value("[*fields]"), "tests/session/planning/test_plan.py::TestUpdates::test_only_what_changed"),
    Mutation("1b", never, "tests/session/planning/test_unchanged.py::TestWhatIsThere::test_in_another_form"),
    Mutation("2a", left_out, "tests/session/commit/test_commit.py::TestCreate::test_a_family_gets_its_keys"),
    Mutation(
        "2b",
        without_element(-1),
        "tests/proofs/stateful/test_commit_cases.py::test_a_key_of_the_users_that_is_used_again",
    ),
    Mutation(
        "2c",
        left_out,
        "tests/session/planning/test_ordering_rules.py::TestLettingGo::test_a_configuration_lets_go_of_a_disk",
    ),
    Mutation("2d", left_out, "tests/session/planning/test_ordering_rules.py::TestWhatIsFreed::test_ranges"),
    Mutation("3a", never, "tests/session/commit/test_commit.py::TestDelete::test_max_deletes"),
    Mutation(
        "3b",
        never,
        "tests/session/commit/test_verify.py::TestProtectedTags::test_the_deletion_of_what_carries_one_is_refused",
    ),
    Mutation("3c", left_out, "tests/session/commit/test_verify.py::TestProtectedTags::test_it_holds_for_a_plan"),
    Mutation(
        "3d",
        value("False"),
        "tests/session/commit/reconcile/test_merges.py::TestDeletions::test_protected_tags_are_read_again",
    ),
    Mutation("4", left_out, "tests/session/commit/test_commit_faults.py::TestPolicy::test_stop_starts_nothing_new"),
    Mutation(
        "5",
        value("True"),
        "tests/session/commit/test_commit_faults.py::TestPolicy::test_continue_leaves_out_only_what_depends",
    ),
    Mutation("6a", never, "tests/session/commit/test_undo.py::test_a_failure_anywhere_puts_everything_back"),
    Mutation(
        "6b",
        left_out,
        "tests/proofs/stateful/test_commit_cases.py::test_a_deletion_of_the_way_back_that_takes_effect_late",
    ),
    Mutation("7", otherwise(), "tests/session/commit/test_undo.py::test_deletions_wait_for_everything_else"),
    Mutation(
        "8",
        value('[""]'),
        "tests/session/commit/test_commit_faults.py::TestPolicy::test_the_second_commit_sends_only_the_rest",
    ),
    Mutation(
        "9", value("2"), "tests/session/commit/test_commit_faults.py::TestInterrupt::test_waits_for_calls_in_flight"
    ),
    Mutation(
        "10a",
        value("last"),
        "tests/proofs/stateful/test_commit_cases.py::test_a_refusal_after_a_lost_answer_is_in_doubt",
    ),
    Mutation("10b", if_so(), "tests/proofs/stateful/test_commit_cases.py::test_a_new_key_in_doubt"),
    Mutation(
        "10c",
        value("False"),
        "tests/proofs/stateful/test_commit_cases.py::test_an_old_value_in_doubt_outlasts_what_was_sent",
    ),
    Mutation("10d", left_out, "tests/wire/test_outcome.py::test_a_body_that_is_no_json_is_not_sent"),
    Mutation("11", filtered("False"), "tests/wire/test_client.py::TestWritesInFlight::test_what_says_otherwise_waits"),
    Mutation("12", never, "tests/session/commit/test_commit.py::TestDelete::test_gone_already_is_success"),
    Mutation(
        "13a",
        never,
        "tests/session/commit/test_commit_faults.py::TestInDoubt::test_a_late_create_is_adopted_after_the_refusal",
    ),
    Mutation("13b", value("sent == answered"), "tests/session/outcome/test_rewritten_creations.py::test_it_is_found"),
    Mutation("14a", never, "tests/proofs/stateful/test_commit_cases.py::test_a_creation_sent_twice_does_not_come_back"),
    Mutation(
        "14b",
        without_element(-1),
        "tests/proofs/stateful/test_commit_answers.py::test_the_key_that_a_deletion_in_doubt_frees",
    ),
    Mutation(
        "15a",
        left_out,
        "tests/proofs/stateful/test_commit_cases.py::test_two_alike_of_which_one_was_made_before_the_end",
    ),
    Mutation("15b", first_argument(), "tests/proofs/stateful/test_commit_answers.py::test_a_clock_that_jumps"),
    Mutation("15c", if_so(), "tests/proofs/stateful/test_commit_answers.py::test_a_clock_that_jumps"),
    Mutation(
        "15d",
        without_operand(-1),
        "tests/proofs/stateful/test_commit_answers.py::test_what_others_made_when_it_was_over_is_not_taken_for_it",
    ),
    Mutation(
        "15e",
        value("frozenset()"),
        "tests/proofs/stateful/test_commit_cases.py::test_one_in_doubt_of_which_the_others_are_deleted",
    ),
    Mutation(
        "16a",
        left_out,
        "tests/session/commit/reconcile/test_conflicts.py::test_a_changed_attribute_is_found_before_anything_is_written",
    ),
    Mutation(
        "16b",
        without_element(-1),
        "tests/proofs/stateful/test_commit_cases.py::test_a_nested_value_in_doubt_that_is_changed_again",
    ),
    Mutation(
        "16c",
        left_out,
        "tests/proofs/stateful/test_commit_cases.py::test_a_write_in_doubt_does_not_hide_another_writer",
    ),
    Mutation(
        "16d",
        left_out,
        "tests/session/commit/reconcile/test_merges.py::TestDeletions::test_a_query_holds_its_condition",
    ),
    Mutation(
        "17", keyword("True"), "tests/session/commit/reconcile/test_conflicts.py::test_many_are_looked_at_in_one_list"
    ),
    Mutation(
        "18",
        never,
        "tests/session/commit/reconcile/test_conflicts.py::test_set_edits_are_made_again_on_the_newest_value",
    ),
    Mutation(
        "18b",
        left_out,
        "tests/session/commit/reconcile/test_merges.py::TestWhileItRuns::test_values_are_read_again_every_hundred_requests",
    ),
    Mutation(
        "18c",
        value("None"),
        "tests/session/commit/reconcile/test_merges.py::TestUndo::test_a_failed_commit_keeps_what_others_wrote_since",
    ),
    Mutation(
        "19",
        left_out,
        "tests/session/commit/reconcile/test_conflicts.py::test_refresh_with_keep_settles_it_in_favour_of_mine",
    ),
    Mutation(
        "20b",
        without_operand(-2),
        "tests/session/commit/reconcile/test_merges.py::TestWhileItRuns::test_values_are_read_again_every_hundred_requests",
    ),
    Mutation("20", otherwise(), "tests/session/commit/reconcile/test_conflicts.py::test_the_window_is_reported"),
    Mutation(
        "21a", left_out, "tests/session/journal/test_journal.py::test_every_intent_is_on_the_disk_before_its_request"
    ),
    Mutation(
        "21b", text("FULL", "OFF"), "tests/session/journal/test_journal.py::test_the_settings_that_durability_rests_on"
    ),
    Mutation("21c", left_out, "tests/session/acting/test_act_recovery.py::test_a_process_dies"),
    Mutation("22", left_out, "tests/session/journal/test_journal.py::test_a_process_that_ends_at_any_request"),
    Mutation("23", without_operand(0), "tests/session/journal/test_journal.py::test_or_is_taken_back"),
    Mutation("24", never, "tests/session/journal/test_journal.py::test_a_secret_is_asked_for_again"),
    Mutation("25", never, "tests/session/journal/test_journal.py::test_another_process_must_recover_first"),
    Mutation("26", never, "tests/session/journal/test_journal.py::TestBadFiles::test_another_programs"),
    Mutation("27", left_out, "tests/session/journal/test_journal.py::test_it_does_not_grow_for_ever"),
    Mutation("28a", never, "tests/session/planning/test_plan_files.py::test_another_account_is_refused"),
    Mutation(
        "28b", left_out, "tests/session/planning/test_plan_files.py::test_it_refuses_when_the_account_has_changed"
    ),
    Mutation(
        "28c", left_out, "tests/session/planning/test_saved_plans.py::test_a_step_that_sends_what_it_does_not_show"
    ),
    Mutation("29", first_parameter, "tests/session/commit/test_undo.py::TestWayBack::test_of_a_finished_commit"),
    Mutation("30a", never, "tests/session/commit/test_verify.py::test_a_value_that_was_answered_and_is_gone"),
    Mutation("30b", raised, "tests/session/commit/test_verify.py::test_what_cannot_be_read_back_is_reported"),
    Mutation(
        "31a",
        left_out,
        "tests/session/commit/test_commit.py::TestUpdate::test_an_answer_that_is_not_the_object_expires_it",
    ),
    Mutation("31b", never, "tests/proofs/stateful/test_commit_answers.py::test_odd_answers"),
    Mutation("31c", without_operand(-1), "tests/proofs/stateful/test_commit_answers.py::test_odd_answers"),
    Mutation("32a", filtered("True"), "tests/session/commit/test_batch_requests.py::TestRebuild::test_what_is_sent"),
    Mutation("32b", left_out, "tests/session/commit/test_nested_creates.py::test_the_end_is_the_same"),
    Mutation("33a", value("False"), "tests/session/commit/test_batch_requests.py::TestTakenApart::test_refused"),
    Mutation(
        "33b",
        without_keyword(),
        "tests/session/commit/test_batch_requests.py::TestTakenApart::test_an_attribute_that_it_ignores",
    ),
    Mutation(
        "34a",
        only_what_is_merged(),
        "tests/session/commit/test_batch_requests.py::TestRebuild::test_what_others_did_stays",
    ),
    Mutation("34b", if_so(), "tests/session/commit/test_batch_requests.py::TestFaults::test_the_answer"),
    Mutation("35", argument("10**6"), "tests/wire/test_rates.py::test_an_api_that_tells_nothing"),
    Mutation("36", undivided(), "tests/wire/test_budget.py::test_a_refusal_that_no_header_explains_halves"),
    Mutation("37", value("None"), "tests/wire/test_rates.py::test_nearly_all_that_is_allowed"),
    Mutation("38", first_parameter, "tests/wire/test_client.py::TestRetries::test_retry_after_is_obeyed"),
    Mutation("39", never, "tests/wire/test_clocks.py::test_jumps"),
    Mutation("40", value("None"), "tests/wire/test_shared.py::test_four_processes_share_nearly_all_that_is_allowed"),
    Mutation("41a", value("1.0"), "tests/wire/test_shared.py::test_without_redis_each_keeps_to_its_share"),
    Mutation("41b", without_element(0), "tests/wire/test_redis_trouble.py::test_a_name_of_a_window_is_no_text"),
    Mutation("41c", raised, "tests/wire/test_redis_trouble.py::test_it_holds_garbage"),
    Mutation("42a", value("{}"), "tests/session/declaring/test_upsert.py::test_an_object_that_exists_takes_the_values"),
    Mutation("42b", left_out, "tests/session/declaring/test_stacks.py::test_a_stack_twice"),
    Mutation(
        "43",
        left_out,
        "tests/session/declaring/test_upsert.py::test_what_cannot_be_changed_is_named_before_anything_is_pending",
    ),
    Mutation("44a", left_out, "tests/session/declaring/test_temporary.py::test_where_one_fails_the_others_go"),
    Mutation("44b", left_out, "tests/session/declaring/test_temporary.py::test_they_are_deleted_when_the_block_raises"),
    Mutation("44c", left_out, "tests/session/declaring/test_temporary.py::test_one_in_doubt_is_looked_for_at_the_end"),
    Mutation("45", otherwise(), "tests/session/declaring/test_temporary.py::test_recovery_deletes_what_a_crash_left"),
    Mutation(
        "46",
        value("step.nested_creates"),
        "tests/session/commit/test_unread_ids.py::TestFirstUse::test_the_commit_reads_nothing",
    ),
    Mutation("47", never, "tests/session/planning/test_later.py::TestMissing::test_the_step_fails_before_it_is_sent"),
    Mutation("48", left_out, "tests/session/planning/test_depends_on.py::TestOrder::test_of_creations"),
    Mutation("49a", never, "tests/session/test_every_write.py::TestPolicies::test_it_refuses"),
    Mutation(
        "49b",
        never,
        "tests/session/commit/test_policies.py::TestWhereTheyApply::test_it_is_asked_again_when_everything_is_read",
    ),
    Mutation(
        "50a",
        left_out,
        "tests/session/planning/test_savepoints.py::test_it_restores_what_a_copy_of_the_state_holds",
    ),
    Mutation("50b", never, "tests/session/planning/test_savepoints.py::TestBlocks::test_what_writes_is_refused"),
    Mutation("51a", never, "tests/session/test_hooks.py::TestRaising::test_a_hook_that_changes_what_is_sent"),
    Mutation("51b", always, "tests/session/test_hooks.py::TestRaising::test_loaded_while_a_commit_runs"),
    Mutation("52", without_operand(1), "tests/session/acting/test_act.py::test_a_rolling_action_keeps_its_window"),
)
