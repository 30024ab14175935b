"""Policies of a session: functions from a plan to messages, each of which refuses the plan."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from attrs import evolve

from linode_orm.errors import InvalidRequestError
from linode_orm.mapping.as_dict import asdict
from linode_orm.mapping.state import state_of
from linode_orm.session.planning.plan import Key
from linode_orm.session.planning.rebasing import can_be_read

if TYPE_CHECKING:
    from collections.abc import Callable

    from linode_orm.mapping import Model
    from linode_orm.session.commit.commit import Commit
    from linode_orm.session.commit.policy import PlanPolicy
    from linode_orm.session.planning.plan import Plan, Step


def refuse_by_policies(plan: Plan, policies: Iterable[PlanPolicy], commit: Commit) -> None:
    """Raise `InvalidRequestError` with every message of the policies about a plan.

    What the plan deletes or acts on and the session never read is read first, because a policy may rest on what it is.
    """
    rests = [step.token for each in plan for step in each.whole if step.operation in {"delete", "action"}]
    known = [commit.objects.find(token) for token in rests if isinstance(token, Key)]
    unread = [each for each in known if each is not None and not state_of(each).is_loaded]
    readable = [each for each in unread if can_be_read(each.__mapper__)]
    if readable:
        commit.refresh.run(readable)
    messages = messages_of(plan, policies, commit.objects.find)
    if messages:  # promise 49a: one message refuses it
        msg = "\n".join(["the policies of the session refuse this; nothing was sent:", *(f"  {m}" for m in messages)])
        raise InvalidRequestError(msg)


def messages_of(plan: Plan, policies: Iterable[PlanPolicy], find: Callable[[Key], Model | None]) -> list[str]:
    """Return the messages of policies about a plan, whose steps hold what was read last of their objects."""
    policies = [*policies]
    if not policies or not plan:
        return []
    shown = evolve(plan, steps=tuple(_with_current(step, find) for step in plan))
    return [message for policy in policies for message in _answer(policy, shown)]


def _answer(policy: PlanPolicy, plan: Plan) -> list[str]:
    name = getattr(policy, "__qualname__", type(policy).__qualname__)
    try:
        answer: object = policy(plan)
        messages = [] if answer is None else [*answer] if isinstance(answer, Iterable) else None
    except Exception as error:
        msg = f"the policy {name} raised {type(error).__name__}: {error}; nothing was sent"
        raise InvalidRequestError(msg) from error
    if messages is None or isinstance(answer, (str, bytes)) or not all(isinstance(each, str) for each in messages):
        msg = f"the policy {name} answered {answer!r}, and gives a list of messages, empty to agree; nothing was sent"
        raise InvalidRequestError(msg)
    return [each.strip() or f"the policy {name}" for each in messages]


def _with_current(step: Step, find: Callable[[Key], Model | None]) -> Step:
    """Return a step that holds what was read last of its object, with secrets masked."""
    parts = tuple(_with_current(part, find) for part in step.parts)
    instance = find(step.token) if isinstance(step.token, Key) else None
    current: dict[str, object] = {**asdict(instance, raw=True)} if instance is not None else {}
    return evolve(step, parts=parts, current=current)
