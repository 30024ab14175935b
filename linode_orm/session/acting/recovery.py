"""Recovery of actions: what a crash left in a journal is found out, waited for, and carried on where that is wanted."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from linode_orm.errors import InvalidRequestError, TransportError
from linode_orm.session.acting.acting import end, interruptible, raise_where_incomplete, run
from linode_orm.session.acting.action_plan import restored, target_of
from linode_orm.session.acting.attempt import Attempt
from linode_orm.session.acting.records import STARTED, WindowOptions
from linode_orm.session.acting.window import Window
from linode_orm.session.commit import guards
from linode_orm.session.journal.accounts import check_account, check_place
from linode_orm.session.journal.log import CommitLog
from linode_orm.session.planning.action_terms import operation_of
from linode_orm.wire.api_time import ApiTime

if TYPE_CHECKING:
    from collections.abc import Mapping

    from linode_orm.session.acting.parts import ActingParts
    from linode_orm.session.acting.report import ActionReport
    from linode_orm.session.commit.recover import RecoveryOptions
    from linode_orm.session.journal.journal import Journal, StoredCommit, StoredRequest
    from linode_orm.session.planning.action_terms import ActionTerms

_SURELY_ENDED: Final = timedelta(hours=1)
"""How old an intent is whose request cannot be running."""
_STAYS_OPEN: Final = "the journal keeps what is not done; recover(path) carries on"
_LOST: Final = "its process ended before an answer came"


def recover_actions(
    parts: ActingParts, journal: Journal, stored: StoredCommit, options: RecoveryOptions
) -> ActionReport:
    """Find out what was started, and wait for its end; with `resume`, start what was not.

    What was refused or failed is not tried again. Sends 1 request a round for events, and 1 an action that is started.
    Raises `ActionInterrupted` after Ctrl-C; the journal keeps what is not done.
    """
    check_place(stored, parts.client, journal)
    guards.check_writable(parts.client, stored.plan)
    if not options.account_unchecked:
        check_account(stored, parts.client, journal)
    terms = next(each.step.action for each in stored.steps if each.step.action is not None)
    if options.resume and terms.until and any(_was_never_sent(each) for each in stored.steps):
        msg = (
            f"until={terms.until} is not kept in a journal, so nothing is carried on; recover(path) says what was "
            f"started, and session.act() starts the rest"
        )
        raise InvalidRequestError(msg)
    with interruptible() as interrupts:
        log = CommitLog(journal, stored.id)
        attempts = [_attempt(parts, each, terms, options) for each in stored.steps]
        window_options = WindowOptions(terms, log, stored.on_error == "continue", starts=options.resume)
        window = Window(parts, attempts, window_options)
        report = run(parts, window, interrupts, stored.id)
        end(journal, window, report, stays_open=bool(report.pending))
        if window.records.is_ended:
            raise_where_incomplete(window, report, terms, advice=_STAYS_OPEN)
        return report


def _was_never_sent(known: StoredRequest) -> bool:
    return known.status == "pending" or (known.status is None and known.intent is None)


def _attempt(parts: ActingParts, known: StoredRequest, terms: ActionTerms, options: RecoveryOptions) -> Attempt:
    """Return how far one action is, as the journal says."""
    step, client = known.step, parts.client
    target = target_of(step, parts.job_feed)
    missing = [name for name in step.secrets if name not in (options.secrets or {})]
    secrets: Mapping[str, object] = {**dict.fromkeys(missing), **(options.secrets or {})}
    attempt = Attempt(restored(step, target, operation_of(step), secrets))
    if _was_never_sent(known):
        if missing and options.resume:
            attempt.end("pending", note=f"it needs the secret {', '.join(missing)}: recover(path, secrets={{...}})")
        return attempt
    is_running = known.status == "applied" and known.note == STARTED
    if known.status in {"applied", "failed"} and not is_running:
        attempt.end("applied" if known.status == "applied" else "failed", note=known.note)
        return attempt
    since = known.intent or ApiTime.now(client)
    attempt.started = parts.started.add(
        target, attempt.planned.operation, since, attempt.planned.request.body, terms.given
    )
    attempt.tries, now = 1, client.clock.monotonic()
    if is_running:
        attempt.phase, attempt.deadline = "running", now + terms.timeout
    elif attempt.started is None or attempt.started.event_name is None:
        attempt.end("in doubt", TransportError(_LOST), "no event tells whether it was done")
    else:
        attempt.phase, attempt.lost = "looking", TransportError(_LOST, sent=None)
        attempt.started.is_in_doubt = True
        attempt.until = now + (client.max_request_lifetime if _may_be_running(parts, known) else 0.0)
    return attempt


def _may_be_running(parts: ActingParts, known: StoredRequest) -> bool:
    """Whether a request of the process that ended may still take effect: of two clocks the later age counts."""
    moment = known.last or known.intent
    here, there = parts.client.clock.now(), parts.client.api_now
    if moment is None:
        return True
    return min(here - moment.at, (there or here) - moment.at) < _SURELY_ENDED
