"""Keeps a saved plan from being applied twice: a mark beside its file says so, and so do the objects of the account."""

from __future__ import annotations

import os
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

from linode_orm._private_files import create_private
from linode_orm.errors import InvalidRequestError
from linode_orm.mapping.model import resource
from linode_orm.session.outcome.lookup import LookupCriteria, alike, rows
from linode_orm.session.planning.placeholders import waits_for
from linode_orm.wire.api_time import ApiTime

if TYPE_CHECKING:
    from collections.abc import Iterator

    from linode_orm.session.planning.plan import Plan
    from linode_orm.wire.client import Client

_APPLIED: Final = "the plan was applied before; make a new plan of what is there now"


def check_unapplied(plan: Plan) -> None:
    """Raise `InvalidRequestError` where the file of a plan is marked as applied; sends nothing."""
    mark = _mark_of(plan)
    # A link that leads nowhere is a mark too, as it is for the exclusive creation below.
    if mark and os.path.lexists(mark):
        _refuse(mark, "is there")


@contextmanager
def marked(plan: Plan) -> Iterator[None]:
    """Mark the file of a plan as applied, before its first write; the mark is removed if the block refuses to begin."""
    mark = _mark_of(plan)
    if mark:
        _create(mark)
    try:
        yield
    except BaseException:
        # Nothing was sent: without its mark, the plan can be applied once more.
        if mark:
            with suppress(OSError):
                Path(mark).unlink()
        raise


def _mark_of(plan: Plan) -> str:
    return f"{plan.source.file}.applied" if plan.source is not None and plan.source.file else ""


def _create(mark: str) -> None:
    try:
        create_private(Path(mark), b"This plan was applied. Another plan is needed for what is left.\n")
    except FileExistsError:
        _refuse(mark, "is there")
    except OSError as error:
        msg = f"{mark} cannot be created ({error}), which marks the plan as applied; nothing was sent"
        raise InvalidRequestError(msg) from error


def _refuse(mark: str, why: str) -> None:
    msg = f"{mark} {why}: {_APPLIED}; nothing was sent"
    raise InvalidRequestError(msg)


def check_unmade(client: Client, plan: Plan) -> None:
    """Raise `InvalidRequestError` where an object that a saved plan creates was made since: by a copy of its file.

    1 GET a page for each collection in which it creates something. What has neither a unique key nor a date looks
    like what was there before, and is not looked for.
    """
    if plan.source is None or not plan.source.made:
        return
    since = ApiTime.of(plan.source.made)
    collections: dict[tuple[str, tuple[object, ...]], list[LookupCriteria]] = {}
    for step in (each for outer in plan for each in outer.whole if each.operation == "create"):
        # What waits for another creation of the plan cannot have been made before that one.
        if any(waits_for((step.body, step.parents))) or "list" not in resource(step.model).__mapper__.verbs:
            continue
        sent = cast("dict[str, Any]", step.body if isinstance(step.body, dict) else {})
        criteria = LookupCriteria(resource(step.model), step.parents, sent, since)
        collections.setdefault((step.model, step.parents), []).append(criteria)
    for (model, parents), wanted in collections.items():
        there = [*rows(client, resource(model), parents)]
        for criteria in wanted:
            found = alike(client, criteria, there)
            if found is not None:
                msg = (
                    f"a {model} that the plan creates was made since ({found.get('id')}); {_APPLIED}; nothing was sent"
                )
                raise InvalidRequestError(msg)
