"""Hooks: where effects are registered, as small functions of a method and path.

A hook is registered by method and path with nameless parameters (`POST /volumes/{}/attach`), as the API's own pages
name operations, so that it does not depend on names in declarations. Of hooks whose path no declaration has, only those
that do the whole of a request (`instead`) are run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define, field

from linode_orm.simulator.errors import HTTP_BAD_REQUEST, Refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from linode_orm.simulator.account_state import AccountState
    from linode_orm.simulator.router import Route
    from linode_orm.simulator.schema import Resource
    from linode_orm.simulator.store import Body, Row

F = TypeVar("F", bound="Callable[..., object]")


@define(eq=False)
class Call:
    """One request on its way through the hooks.

    `row` is the object that the path names, or the one just made. `draft` is the body that a new row will have, and
    `hidden` are its values that no answer shows. `body` is what was sent.
    """

    state: AccountState
    route: Route
    values: tuple[str, ...]
    body: Body
    query: dict[str, str]
    row: Row | None = None
    above: Row | None = None
    draft: Body = field(factory=dict)
    hidden: Body = field(factory=dict)
    before: Body = field(factory=dict)

    @property
    def resource(self) -> Resource:
        """The resource that the route belongs to."""
        return self.route.resource

    @property
    def item(self) -> Row:
        """The object that the path names."""
        if self.row is None:
            msg = f"{self.route.key} names no object"
            raise LookupError(msg)
        return self.row

    @property
    def parent(self) -> Row:
        """The parent of the object or collection that the path names."""
        if self.above is None:
            msg = f"{self.route.key} has no parent"
            raise LookupError(msg)
        return self.above

    def given(self, key: str) -> Any:  # noqa: ANN401  JSON
        """Return the value of a key in the body; None if it has none."""
        return self.body.get(key)


class Book:
    """Hooks of one kind."""

    def __init__(self) -> None:
        self._hooks: dict[str, list[Callable[[Call], Any]]] = {}

    def __call__(self, *keys: str) -> Callable[[F], F]:
        """Register a function for methods and paths."""

        def register(function: F) -> F:
            for key in keys:
                self._hooks.setdefault(key, []).append(function)
            return function

        return register

    def __contains__(self, key: str) -> bool:
        return key in self._hooks

    def keys(self) -> set[str]:
        """Return the keys that have a hook."""
        return set(self._hooks)

    def run(self, key: str, call: Call) -> Any:  # noqa: ANN401  JSON
        """Run the hooks of a key in order; return the last value that is not None."""
        answer = None
        for hook in self._hooks.get(key, ()):
            said = hook(call)
            answer = answer if said is None else said
        return answer


class Checks(Book):
    """Hooks that refuse requests."""

    def run(self, key: str, call: Call) -> None:
        """Run the hooks of a key; refuse with the reasons of all, or with the first that is about no field alone.

        The API answers all at once (linode_api4: test_error_400).
        """
        found: list[tuple[str, str | None]] = []
        for hook in self._hooks.get(key, ()):
            try:
                hook(call)
            except Refused as refused:
                if refused.status != HTTP_BAD_REQUEST or not all(field for _, field in refused.errors):
                    raise
                found += [each for each in refused.errors if each not in found]
        if found:
            raise Refused(*found)


check = Checks()
"""Before anything changes: raise `Refused` here. Keys: method and path."""

rewrite = Book()
"""Writes values of a body as the server does, before they are checked. Keys: method and path."""

fill = Book()
"""Completes the draft of a new row, whichever request makes it. Keys: the collection's path."""

after = Book()
"""What else happens after a create, update or delete; what is returned is the answer. Keys: method and path."""

born = Book()
"""What else happens where a row is made by its parent's create. Keys: the collection's path."""

answer = Book()
"""Does an action and returns its answer; None means `{}`. Keys: method and path."""

listing = Book()
"""The rows of an alternate path, or of a list without a table; any other value is the answer. Keys: method, path."""

named = Book()
"""The values of a path whose parts go by several names. Keys: the first segment of the path."""

ready = Book()
"""Makes the rows of a collection when it is first read. Keys: the collection's path."""

instead = Book()
"""Does the whole of a request, whether its path is declared or not. Keys: method and path."""
