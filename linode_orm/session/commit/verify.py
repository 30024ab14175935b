"""Verification: what a commit wrote is read back, and what did not persist is reported."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import evolve

from linode_orm.errors import LinodeORMError
from linode_orm.mapping.masking import masked_value
from linode_orm.mapping.record import raw_value
from linode_orm.mapping.state import state_of
from linode_orm.mapping.values import ABSENT
from linode_orm.session.planning.placeholders import Hidden, waits_for, with_secrets_of
from linode_orm.session.planning.report import Unheld

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from linode_orm.mapping import Model
    from linode_orm.mapping.codecs import Codec
    from linode_orm.session.planning.plan import Step
    from linode_orm.session.planning.report import CommitReport
    from linode_orm.session.waiting.bulk_refresh import BulkRefresh

    Applied = tuple[Step, Model, object]


def verified(refresh: BulkRefresh, report: CommitReport, applied_steps: Iterable[Applied]) -> CommitReport:
    """Return the report with the values that did not persist.

    If they cannot be read back, the report says why.
    """
    try:
        return evolve(report, not_held=not_held(refresh, applied_steps))
    except LinodeORMError as error:
        return evolve(report, unread=str(error))  # promise 30b: unread is told, for it was written


def not_held(refresh: BulkRefresh, applied_steps: Iterable[Applied]) -> tuple[Unheld, ...]:
    """Read the objects of applied steps again; return the values that are neither as sent nor as answered.

    The answer counts if it shows the object, because the API may write a value in its own way (`/32`, the order of
    tags). Deletions are not checked.
    """
    wrote = [(step, instance, body) for step, instance, body in applied_steps if step.operation != "delete"]
    expected = [each for step, instance, body in wrote for each in _expected(step, instance, body)]
    whole = [instance for instance, name, _ in expected if instance.__mapper__.fields[name].only_on_get]
    gone = {id(each) for each in refresh.run([instance for _, instance, _ in wrote], whole)}
    return tuple(
        _unheld(instance, name, value, None if id(instance) in gone else raw_value(instance, name))
        for instance, name, value in expected
        if id(instance) in gone or _differs(instance, name, value, raw_value(instance, name))
    )


def _unheld(instance: Model, name: str, wrote: object, found: object) -> Unheld:
    field = instance.__mapper__.fields[name]
    return Unheld(instance, name, masked_value(field, wrote), masked_value(field, found))


def _expected(step: Step, instance: Model, body: object) -> Iterator[tuple[Model, str, object]]:
    answered: dict[str, Any] = body if isinstance(body, dict) and _is_about(instance, body) else {}
    for change in step.changes:
        field = instance.__mapper__.fields[change.name]
        if field.is_write_only or field.redacted or isinstance(change.new, Hidden) or any(waits_for(change.new)):
            continue
        if step.operation == "replace" and isinstance(body, dict) and body:
            # The whole body of such an answer is the value.
            yield instance, change.name, body
        else:
            yield instance, change.name, answered.get(change.key, change.new)


def _is_about(instance: Model, body: dict[str, object]) -> bool:
    """Whether an answer is the object, and not another one, or one of its parts."""
    mapper, identity = instance.__mapper__, state_of(instance).identity
    ids = identity if isinstance(identity, tuple) else (identity,)
    return all(body.get(mapper.fields[name].key) == each for name, each in zip(mapper.id_names, ids, strict=False))


def _differs(instance: Model, name: str, wrote: object, found: object) -> bool:
    """Whether a value is another one; of a nested object only what was written is compared."""
    # A key that the answer lacks says nothing: the API leaves some out where they have no value.
    if found is ABSENT:
        return False
    wrote = with_secrets_of(wrote, found)
    codec = instance.__mapper__.fields[name].codec
    if isinstance(wrote, dict) and isinstance(found, dict):
        return _is_unlike(codec, wrote, found)
    return not codec.same(wrote, found)


def _is_unlike(codec: Codec | None, wrote: object, found: object) -> bool:
    """Whether a value inside an object is another one; null that was written agrees with every value."""
    if isinstance(wrote, dict) and isinstance(found, dict):
        inside = {key: codec.inside(key) if codec is not None else None for key in wrote}
        return any(key in found and _is_unlike(inside[key], value, found[key]) for key, value in wrote.items())
    if wrote is None:
        return False
    return wrote != found if codec is None else not codec.same(wrote, found)
