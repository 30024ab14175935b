"""Waiting: reading an object again and again until a condition is true of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from linode_orm.errors import WaitTimeout
from linode_orm.session.evaluate import compile_condition

if TYPE_CHECKING:
    from linode_orm.mapping import Expression, Model
    from linode_orm.session.reading import Reader
    from linode_orm.wire.clock import Clock

FIRST_PAUSE = 1.0
LONGEST_PAUSE = 10.0
GROWTH = 1.5


class Waits(Protocol):
    """What waiting needs of a session."""

    clock: Clock
    reader: Reader


def wait_until(session: Waits, instance: Model, condition: Expression, timeout: float) -> None:
    """Read an object until a condition is true of it: 1 GET a round, pauses from 1 s growing to 10 s."""
    holds = compile_condition(type(instance), condition)
    state, clock = instance.__state__, session.clock
    end, pause = clock.monotonic() + timeout, FIRST_PAUSE
    while True:
        session.reader.item(instance)
        if holds(state.raw, state.parents):
            return
        left = end - clock.monotonic()
        if left <= 0:
            msg = (
                f"{instance.__describe__()}: {condition} was not true within {timeout:g} s; "
                f"last seen {_seen(instance, condition)}"
            )
            raise WaitTimeout(msg)
        clock.sleep(min(pause, left))
        pause = min(pause * GROWTH, LONGEST_PAUSE)


def _seen(instance: Model, condition: Expression) -> str:
    attribute = getattr(condition, "attribute", None)
    if attribute is None:
        return repr(instance)
    value: object = instance.__state__.raw
    for key in attribute.keys:
        value = value.get(key) if isinstance(value, dict) else None
    return f"{attribute} = {value!r}"
