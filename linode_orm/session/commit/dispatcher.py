"""Dispatching: the request that a step is, and the worker that sends it."""

from __future__ import annotations

from concurrent.futures import CancelledError
from typing import TYPE_CHECKING, NamedTuple, cast

from attrs import evolve

from linode_orm.mapping.model import resource
from linode_orm.session.outcome.batch import send_batch
from linode_orm.session.outcome.call import Answer, call, call_renaming
from linode_orm.session.outcome.create_once import create
from linode_orm.session.outcome.lookup import criteria_for
from linode_orm.session.planning.placeholders import Hidden, fill
from linode_orm.session.planning.plan import InDoubt
from linode_orm.wire.messages import Request

if TYPE_CHECKING:
    from concurrent.futures import Future

    from linode_orm.session.commit.collection_ids import CollectionIds
    from linode_orm.session.commit.created_ids import CreatedIds
    from linode_orm.session.commit.newest import NewestValues
    from linode_orm.session.commit.reconcile.targets import Targets
    from linode_orm.session.outcome.call import RunContext
    from linode_orm.session.planning.plan import Step
    from linode_orm.wire.api_time import ApiTime


class Flight(NamedTuple):
    """A step that was handed to a worker: its answer to come, and what is known of it while it is in doubt."""

    future: Future[Answer]
    attempt: InDoubt


class Dispatcher:
    """Gives steps to workers, which see values only: ids and secrets are filled in on the session's thread."""

    def __init__(self, targets: Targets, ids: CreatedIds, collections: CollectionIds, context: RunContext) -> None:
        self._targets, self._ids, self._collections, self._context = targets, ids, collections, context

    def launch(self, step: Step, since: ApiTime, newest: NewestValues | None = None) -> Flight:
        """Send a step; `since` is a moment before. Raises what keeps its values from being filled in.

        While it waits for its turn, a step is given up unsent as soon as the values of `newest` that it has are old.
        """
        submit = self._context.client.pool.submit
        if step.parts:
            attempt = self._batch_attempt(step, since)
            return Flight(submit(send_batch, self._context, attempt), attempt)
        parents, sent = self._ids.parents_of(step), self._ids.filled(step.body)
        request = self._request(step, sent)
        if step.operation == "create":
            attempt = self._create_attempt(step, sent, parents, since)
            criteria = criteria_for(attempt, parents, self._collections.to_be_deleted(step, parents))
            return Flight(submit(create, self._context, attempt, request, criteria), attempt)
        attempt, context = InDoubt(step, sent, since), self._context
        if newest is not None and newest.concerns(step):
            is_wanted = context.is_wanted
            context = evolve(context, is_wanted=lambda: is_wanted() and not newest.is_late(step))
        # With a lost answer the old path is unknown to the API if the first try was done, and a retry answers 404.
        there = read_by_new_key(step, parents)
        if newest is not None:
            return Flight(submit(_call_in_time, context, attempt, request, there), attempt)
        if there is not None:
            return Flight(submit(call_renaming, context, attempt, request, there), attempt)
        return Flight(submit(call, context, attempt, request), attempt)

    def _request(self, step: Step, sent: object) -> Request:
        body = sent
        # `sent` keeps the placeholders: it is what the journal and the next commit may know.
        if step.secret_keys:
            body = fill(sent, lambda each: self._targets.resolve_secret(step, cast("Hidden", each)))
        path = self._ids.path_of(step)
        return Request(step.method, path, version=step.version, body=body, secret_keys=step.secret_keys)

    def _create_attempt(self, step: Step, sent: object, parents: tuple[object, ...], since: ApiTime) -> InDoubt:
        known, is_listed = self._collections.known(step, parents)
        before = self._targets.in_doubt_of(step)
        if before is not None:
            # Since when and what was known then are those of the first attempt; what is sent may have changed since.
            return evolve(before, step=step, sent=sent, may_repeat=False, until=0.0)
        return InDoubt(step, sent, since, known=known, is_listed=is_listed)

    def _batch_attempt(self, step: Step, since: ApiTime) -> InDoubt:
        """Return a batch request with all ids, and those that were there if it creates something."""
        # A rebuild lists its children itself. Here they are read only if nothing but a list tells a new child.
        there, before = self._collections.read_before(step), self._targets.in_doubt_of(step)
        if before is None:
            before = InDoubt(step, None, since, known=there or frozenset(), is_listed=there is not None)
        return evolve(before, step=self._ids.whole(step))


def _call_in_time(context: RunContext, attempt: InDoubt, request: Request, there: Request | None) -> Answer:
    """Send an update on a worker, unless the values that it is built on grew old while all workers were busy."""
    if not context.is_wanted():
        return Answer(tries=0, error=CancelledError(f"{request.title} was not sent: it was given up before"))
    answer = call(context, attempt, request) if there is None else call_renaming(context, attempt, request, there)
    return evolve(answer, ended=context.client.clock.monotonic())


def read_by_new_key(step: Step, parents: tuple[object, ...]) -> Request | None:
    """Return the request that reads an object by the key that a step gives it; None if it keeps its key."""
    if step.operation != "update":
        return None
    mapper = resource(step.model).__mapper__
    keys = [change.new for change in step.changes if (change.name,) == mapper.id_names]
    # Where no GET shows one object, nothing tells whether a rename was done: the first error stands.
    if not keys or "get" not in mapper.verbs:
        return None
    return Request("GET", mapper.path_for(keys[0], parents), version=step.version)
