"""Natural keys: how a new object differs from others by what was sent of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from linode_orm.mapping.model import resource
from linode_orm.session.planning.placeholders import Pending

if TYPE_CHECKING:
    from collections.abc import Iterable

    from linode_orm.mapping.mapper import Mapper
    from linode_orm.session.planning.plan import Step

    Body = dict[str, Any]


_CREATING: Final = frozenset({"create", "bundle"})


def is_listed_before(step: Step) -> bool:
    """Whether a new object is found only by the ids that its collection had before: without key and date."""
    if step.operation != "create" or any(isinstance(each, Pending) for each in step.parents):
        return False
    mapper = resource(step.model).__mapper__
    if "list" not in mapper.verbs or "created" in mapper.fields:
        return False
    return not enforced_key(mapper, step.body if isinstance(step.body, dict) else {})


def listings_before(steps: Iterable[Step]) -> int:
    """Return how many collections are read before something is created in them."""
    parts = [part for step in steps if step.operation in _CREATING and not step.in_doubt for part in step.whole]
    return len({(part.model, part.parents) for part in parts if is_listed_before(part)})


def enforced_key(mapper: Mapper, sent: Body) -> dict[str, object]:
    """Return the sent attributes of which the API allows each value once; empty if there are none."""
    ids: dict[str, object] = {
        name: sent.get(mapper.fields[name].key) for name in mapper.id_names if is_natural(mapper, name)
    }
    if ids and len(ids) == len(mapper.id_names) and None not in ids.values():
        return ids if not mapper.verbs.isdisjoint(("get", "list")) else {}
    if "list" not in mapper.verbs:
        return {}
    unique: dict[str, object] = {name: sent.get(mapper.fields[name].key) for name in mapper.unique}
    return dict([(name, value) for name, value in unique.items() if value is not None][:1])


def is_natural(mapper: Mapper, name: str) -> bool:
    """Whether users choose the id. A number never is chosen: a device has the number of what it guards."""
    return mapper.fields[name].is_chosen_key
