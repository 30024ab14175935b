"""Guards: they refuse a commit before anything is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linode_orm.errors import InvalidRequestError
from linode_orm.mapping.state import state_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from linode_orm.mapping import Model
    from linode_orm.session.planning.plan import Plan
    from linode_orm.wire.client import Client


def check_writable(client: Client, plan: Plan) -> None:
    """Refuse a plan of a read-only client."""
    if plan and client.read_only:
        msg = f"nothing was sent: the client is read-only, and the plan has {len(plan)} writes"
        raise InvalidRequestError(msg)


def check_max_deletes(most: int | None, count: Callable[[], int]) -> None:
    """Refuse a commit that deletes more objects than its user allows; `count` returns how many it deletes."""
    if most is None:
        return
    # `True` is an int, and nobody means 1 by it.
    if type(most) is not int or most < 0:
        msg = f"max_deletes is a whole number from 0, or None, not {most!r}"
        raise InvalidRequestError(msg)
    deletes = count()
    if deletes > most:  # promise 3a: no more deletions than foreseen
        msg = f"this commit would delete {deletes} objects, and max_deletes is {most}; nothing was sent"
        raise InvalidRequestError(msg)


def can_be_protected(instance: Model, protected: frozenset[str]) -> bool:
    """Whether a protected tag may keep an object from being deleted, so that its tags are read again."""
    return bool(protected) and "tags" in instance.__mapper__.fields


def check_protected(deleted: Iterable[Model], protected: frozenset[str]) -> None:
    """Refuse to delete what carries a protected tag; tags that were never read are read first."""
    if not protected:
        return
    tagged = [each for each in deleted if can_be_protected(each, protected)]
    found = [(each, sorted(protected.intersection(_tags(each)))) for each in tagged]
    named = [f"{each.__describe__()} ({', '.join(tags)})" for each, tags in found if tags]
    if named:  # promise 3b: nothing protected is deleted
        msg = (
            f"protected tags forbid the deletion of {'; '.join(named)}; nothing was sent: take them off the list first"
        )
        raise InvalidRequestError(msg)


def _tags(instance: Model) -> Iterable[str]:
    tags = state_of(instance).body.get("tags")
    return (each for each in tags if isinstance(each, str)) if isinstance(tags, list) else ()
