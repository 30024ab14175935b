"""Rebasing: an update is made again on the newest value of what goes whole in its body; sends nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, cast

from attrs import evolve

from linode_orm.mapping.masking import holds_secret, masked_value
from linode_orm.mapping.merging import Merging
from linode_orm.mapping.model import resource
from linode_orm.mapping.record import changes, edits_of
from linode_orm.mapping.values import ABSENT
from linode_orm.session.planning.placeholders import Hidden, Pending
from linode_orm.session.planning.plan import Change, Key

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from linode_orm.mapping import Model
    from linode_orm.mapping.edits import Edit
    from linode_orm.mapping.fields import Kind
    from linode_orm.mapping.mapper import Mapper
    from linode_orm.session.planning.plan import Step


class Rebased(NamedTuple):
    """A step on the newest values, and the changes that both sides made, each with the other side's value."""

    step: Step
    clashes: list[tuple[Change, object]]


def is_read_first(instance: Model) -> bool:
    """Whether the update of an object holds values that another writer may have changed: lists, and values with parts.

    So does one that names a value which no PUT may lack and which was not changed here.
    """
    mapper = instance.__mapper__
    # Most updates hold plain values alone; their edits tell so without being compared.
    if not mapper.required_in_updates and not _have_parts(mapper, edits_of(instance)):
        return False
    edits = changes(instance)
    if _have_parts(mapper, edits):
        return can_be_read(mapper)
    own = any(not mapper.fields[name].written_by for name in edits)
    return own and can_be_read(mapper) and any(field.name not in edits for field in mapper.required_in_updates)


def _have_parts(mapper: Mapper, edits: Mapping[str, Edit]) -> bool:
    fields = mapper.fields
    for name, edit in edits.items():  # noqa: SIM110  asked about every change: `any` would take twice as long
        if _goes_whole(fields[name], edit.base):
            return True
    return False


def can_be_read(mapper: Mapper) -> bool:
    """Whether the API shows the objects of a class by their keys."""
    return not mapper.read_by and not mapper.verbs.isdisjoint(("get", "list"))


def is_built_on_newest(step: Step, *, scalars: bool) -> bool:
    """Whether the body of a step depends on the newest values; with `scalars`, every value that it changes counts."""
    if step.operation not in {"update", "replace"} or not isinstance(step.token, Key):
        return False
    mapper = resource(step.model).__mapper__
    if not can_be_read(mapper):
        return False
    return any(_compares(mapper.fields[each.name], each, scalars=scalars) for each in step.changes) or any(
        True for _ in _companions(mapper, step)
    )


def built_on_newest(step: Step) -> tuple[str, ...]:
    """Return the attributes of a step whose values are merged with the newest ones before they are sent."""
    if step.operation not in {"update", "replace"} or not _has_set_edits(step):
        return ()
    mapper = resource(step.model).__mapper__
    if not can_be_read(mapper):
        return ()
    return tuple(
        each.name
        for each in step.changes
        if each.is_set_edit and _compares(mapper.fields[each.name], each, scalars=False)
    )


def _has_set_edits(step: Step) -> bool:
    """Whether values of a step were changed in place; most were assigned."""
    for each in step.changes:  # noqa: SIM110  asked about every step: `any` would take twice as long
        if each.is_set_edit:
            return True
    return False


def needs_get(step: Step) -> bool:
    """Whether the rows of lists lack what a step changes."""
    fields = resource(step.model).__mapper__.fields
    return any(fields[change.name].only_on_get for change in step.changes)


def rebased(step: Step, body: Mapping[str, Any], *, scalars: bool) -> Rebased:
    """Return a step as it is on the newest body of its object."""
    mapper = resource(step.model).__mapper__
    merged: list[Change] = []
    clashes: list[tuple[Change, object]] = []
    for change in step.changes:
        field, theirs = mapper.fields[change.name], body.get(change.key, ABSENT)
        if theirs is ABSENT or not _compares(field, change, scalars=scalars):
            merged.append(change)
            continue
        theirs = field.codec.trim(theirs, "update")
        if holds_secret(field, theirs):  # a plan has no secrets, so that nothing can be merged that has some
            theirs = masked_value(field, theirs)
            clashes += [] if field.codec.alike(change.old, theirs) else [(change, theirs)]
            merged.append(change)
            continue
        merging = Merging(change.assigned if change.is_set_edit else ((),))
        new = field.codec.merge(change.old, theirs, change.new, merging)
        if merging.clashes:
            clashes.append((change, theirs))
        merged.append(evolve(change, old=theirs, new=new))
    return Rebased(evolve(step, changes=tuple(merged), body=_body(mapper, step, merged, body)), clashes)


def moved_changes(step: Step, body: Mapping[str, Any]) -> list[tuple[Change, object]]:
    """Return the changes of a step whose values are not as they were when it was planned, with the newest ones."""
    fields = resource(step.model).__mapper__.fields
    found: list[tuple[Change, object]] = []
    for change in step.changes:
        field, theirs = fields[change.name], body.get(change.key, ABSENT)
        if theirs is ABSENT or not _compares(field, change, scalars=True):
            continue
        theirs = masked_value(field, field.codec.trim(theirs, "update"))
        if not field.codec.alike(change.old, theirs):
            found.append((change, theirs))
    return found


def _body(mapper: Mapper, step: Step, merged: list[Change], newest: Mapping[str, Any]) -> object:
    if step.operation == "replace":
        return merged[0].new
    body: dict[str, Any] = {**cast("dict[str, Any]", step.body)}
    for field in _companions(mapper, step):
        if newest.get(field.key) is not None:
            body[field.key] = field.codec.trim(newest[field.key], "update")
    for change in merged:
        field = mapper.fields[change.name]
        body[change.key] = field.codec.only_changed(change.new, change.old) if field.merged else change.new
    return body


def _companions(mapper: Mapper, step: Step) -> Iterator[Kind[Any]]:
    """Yield what the body of an update has to have and what the step does not change."""
    names = {change.name for change in step.changes}
    if step.operation == "update":
        yield from (field for field in mapper.required_in_updates if field.name not in names)


def _goes_whole(field: Kind[Any], base: object) -> bool:
    """Whether a changed value has parts that another writer may have changed."""
    return field.codec.mutable and base is not ABSENT and not field.is_write_only and not field.redacted


def _compares(field: Kind[Any], change: Change, *, scalars: bool) -> bool:
    """Whether a change is compared with the newest value."""
    if isinstance(change.new, (Hidden, Pending)) or field.is_write_only or field.redacted:
        return False
    return change.old is not ABSENT and (scalars or field.codec.mutable)
