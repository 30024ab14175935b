"""The objects of a session as a commit knows them: by the tokens and keys of a plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from linode_orm.mapping.model import resource
from linode_orm.mapping.state import Status, state_of
from linode_orm.session.planning.placeholders import Pending
from linode_orm.session.planning.plan import Key

if TYPE_CHECKING:
    from collections.abc import Mapping

    from linode_orm.mapping import Model, Owner
    from linode_orm.session.loading.identity_map import IdentityMap
    from linode_orm.session.loading.loader import Loader
    from linode_orm.session.planning.changes import Changes
    from linode_orm.session.planning.plan import Step


@frozen(eq=False)
class SessionObjects:
    """What a commit reads and changes in a session: its objects by key, and what is new, changed and deleted.

    `owner` is the owner of the objects that stand for the steps of a plan which this session did not make.
    """

    changes: Changes
    identity_map: IdentityMap
    loader: Loader
    owner: Owner

    def new_by_token(self) -> dict[str, Model]:
        """Return the new objects by the tokens under which a plan names them."""
        return {self.changes.token(instance): instance for instance in self.changes.new.values()}

    def find(self, key: Key) -> Model | None:
        """Return the object with a key, None where the session does not have it."""
        return self.identity_map.find(resource(key.model), key.identity, key.parents)

    def to_be_deleted(self, model: type[Model], parents: tuple[object, ...]) -> frozenset[object]:
        """Return the ids of the objects in a collection that are marked for deletion.

        A creation in doubt is never one of them: the user knows each as another object.
        """
        deleted = (each for each in self.changes.deleted.values() if type(each) is model)
        # promise 15e: those are other objects
        return frozenset(state_of(each).identity for each in deleted if state_of(each).parents == parents)

    def stand_in(self, step: Step, ids: Mapping[str, object]) -> Model:
        """Return an object for a step: a reference to one that exists, or one that will be created.

        `ids` are the ids of the objects that the commit created so far, by token.
        """
        model = resource(step.model)
        if isinstance(step.token, Key):
            return self.owner.reference(model, step.token.identity, step.token.parents, None)
        if step.token not in ids:
            return model.__bare__(None, (), self.owner, Status.PENDING)
        parents = tuple(ids[each.token] if isinstance(each, Pending) else each for each in step.parents)
        return self.owner.reference(model, ids[step.token], parents, None)
