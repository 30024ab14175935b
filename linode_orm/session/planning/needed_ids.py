"""Needed ids: which nested creates other steps of a plan need the ids of, so that their lists are read at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from linode_orm.session.planning.placeholders import waits_for

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from linode_orm.session.planning.plan import NestedCreate, Step


def with_needed_ids(steps: Sequence[Step], *, everything: bool = False) -> list[Step]:
    """Return steps whose nested creates say which of their ids are needed; with `everything`, all of them are.

    An id is needed where its placeholder stands in another step. It is needed as well where another step creates in the
    same list: if the answer to that is lost, its object must not be taken for this one. Other ids are read at their
    first use.
    """
    if not any(step.nested_creates for step in steps):
        return [*steps]
    tokens = {token for step in steps for part in step.whole for token in waits_for((part.body, part.parents))}
    paths = {step.path for step in steps if step.operation == "create"}
    return [_marked(step, tokens, paths, everything=everything) for step in steps]


def _marked(step: Step, tokens: set[str], paths: set[str], *, everything: bool) -> Step:
    if not step.nested_creates:
        return step
    inside = [each for each in step.nested_creates if everything or each.token in tokens or each.path in paths]
    # The list of a child's own children lies below its id.
    needed = [each for each in step.nested_creates if each in inside or _is_above(each, inside)]
    # promise 46: no list is read for an id that nothing needs
    marked = (evolve(each, is_needed=each in needed) for each in step.nested_creates)
    return evolve(step, nested_creates=tuple(marked))


def _is_above(nested: NestedCreate, inside: Iterable[NestedCreate]) -> bool:
    return any(each.is_below(nested) for each in inside)
