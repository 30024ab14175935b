"""The ids that a collection holds before a run creates something in it: none of them is a new object."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linode_orm.mapping.model import resource
from linode_orm.session.outcome.lookup import ids_in
from linode_orm.session.planning.natural_keys import is_listed_before

if TYPE_CHECKING:
    from linode_orm.session.commit.reconcile.targets import Targets
    from linode_orm.session.planning.plan import Key, Step
    from linode_orm.wire.client import Client

    Collection = tuple[str, tuple[object, ...]]
    """A class and the ids of its parents."""


class CollectionIds:
    """What one run knows of the ids in each collection: listed before a creation, known to the session, deleted."""

    def __init__(self, client: Client, targets: Targets) -> None:
        self._client, self._targets = client, targets
        self._listed: dict[Collection, frozenset[object]] = {}
        self._known: dict[Collection, frozenset[object]] = {}
        self._deleted: dict[Collection, set[object]] = {}

    def read_before(self, step: Step) -> frozenset[object] | None:
        """Return the ids in the collection where a step creates what nothing else tells; None where there is no need.

        1 GET a page, once for each collection. None also where the list cannot be read: a lost answer stays in doubt
        then.
        """
        new = next((part for part in step.whole if is_listed_before(part)), None)
        if new is None:
            return None
        collection = (new.model, new.parents)
        if collection not in self._listed:
            try:
                self._listed[collection] = ids_in(self._client, resource(new.model), new.parents)
            except Exception:  # noqa: BLE001  the answers on their way must not be lost, whatever a hook raises
                return None
        return self._listed[collection]

    def known(self, step: Step, parents: tuple[object, ...]) -> tuple[frozenset[object], bool]:
        """Return the known ids of the collection that a step creates in, and whether they are all of them."""
        collection = (step.model, parents)
        if collection not in self._known:
            listed = self._listed.get(collection, frozenset[object]())
            # Ids that the session has ever seen, also of objects that are gone from memory: each belongs to another
            # object.
            known = self._targets.known_ids(step, parents) | listed
            self._known[collection] = known - self._deleted.get(collection, set())
        return self._known[collection], collection in self._listed

    def to_be_deleted(self, step: Step, parents: tuple[object, ...]) -> frozenset[object]:
        """Return the ids of what is still to be deleted in the collection that a step creates in."""
        return self._targets.to_be_deleted(step, parents) - self._deleted.get((step.model, parents), set())

    def delete(self, key: Key) -> None:
        """Record that an object is gone: the API may give its number again."""
        collection = (key.model, key.parents)
        self._deleted.setdefault(collection, set()).add(key.identity)
        self._known.pop(collection, None)
