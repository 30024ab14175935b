"""Objects that the API has made and whose keys no answer showed: the first use of such a key reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linode_orm.mapping.state import State, Status, state_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from linode_orm.mapping.record import Record


class KeyReader:
    """What reads the keys of objects that were created together in one list; its subclass stands far above."""

    __slots__ = ("__weakref__",)

    def read(self, rows: Iterable[dict[str, Any]] | None = None) -> None:
        """Read the keys, and let the objects take them; first from `rows` of their list, where these are given."""
        raise NotImplementedError

    def concerns(self, model: type, parents: tuple[object, ...]) -> bool:
        """Whether the objects are in the list of a class below these parents."""
        raise NotImplementedError

    @property
    def is_gone(self) -> bool:
        """Whether what the objects belong to has left the session."""
        raise NotImplementedError

    def let_go(self) -> None:
        """Let the objects leave the session."""
        raise NotImplementedError

    def refusal(self, state: State) -> Exception:
        """Return the error for the state of an object that no row of the list is."""
        raise NotImplementedError


class UnreadState(State):
    """The state of an object whose id, or the id of a parent, was not read yet.

    Asking for it sends a request. What must send none asks `is_unread` first.
    """

    __slots__ = ()

    is_unread = True

    @property
    def identity(self) -> object:  # type: ignore[override]  # a slot there
        """The id, which is read now; reading gives the state its usual class."""
        reader: KeyReader = self.origin.key_reader
        reader.read()
        if type(self) is UnreadState:
            raise reader.refusal(self)
        return self.identity

    @property
    def parents(self) -> tuple[object, ...]:  # type: ignore[override]  # a value of the origin there
        """The ids of the parents, which are read now where one of them is not known."""
        if not self.origin.parents:
            self.identity  # noqa: B018  asking reads it
        return self.origin.parents


def leave_unread(instance: Record, parents: tuple[object, ...], reader: KeyReader) -> None:
    """Make a pending object persistent, although its id is not known; `parents` is empty while theirs are not."""
    state = state_of(instance)
    state.share(parents=parents, status=Status.PERSISTENT, given_children=None, key_reader=reader)
    state.__class__ = UnreadState


def make_readable(instance: Record) -> None:
    """Let the state of an object have a key as any other: it is about to be given one, or leaves its session."""
    state = state_of(instance)
    state.__class__ = State
    state.identity = None
    state.share(key_reader=None)
