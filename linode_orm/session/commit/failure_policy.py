"""Failure policies: what a commit does when a step fails."""

from __future__ import annotations

from typing import Final

from linode_orm.errors import InvalidRequestError


class FailurePolicy:
    """What a commit does when a step fails; another policy is a subclass, and its instance goes where a name does.

    With `defers_answers`, objects take the values of answers when everything has ended, instead of one by one. With
    `compensates`, a failure undoes what was done, newest first, and what cannot be undone is sent last; it needs
    `defers_answers`, since the objects must not show what is undone. `name` stands for the policy in a journal:
    `recover()` knows the policies of this module, and takes every other one for `stop`.
    """

    name: str = "stop"
    defers_answers: bool = False
    compensates: bool = False

    def stops(self, failures: int) -> bool:
        """Return whether no other step is sent after so many failures."""
        del failures
        return True

    def __repr__(self) -> str:
        return self.name


class Continue(FailurePolicy):
    """Do everything that does not depend on what failed."""

    name = "continue"

    def stops(self, failures: int) -> bool:
        """Return False: no number of failures stops the others."""
        del failures
        return False


class Undo(FailurePolicy):
    """Start nothing new, and undo what was done."""

    name = "undo"
    defers_answers = True
    compensates = True


STOP: Final = FailurePolicy()
CONTINUE: Final = Continue()
UNDO: Final = Undo()
_NAMED: Final = {each.name: each for each in (STOP, CONTINUE, UNDO)}


def failure_policy(choice: object) -> FailurePolicy:
    """Return the policy that a user chose, by its name or as an object; raise `InvalidRequestError` for others."""
    if isinstance(choice, FailurePolicy):
        return choice
    found = _NAMED.get(choice) if isinstance(choice, str) else None
    if found is None:
        msg = f"on_error is {' or '.join(map(repr, _NAMED))}, not {choice!r}"
        raise InvalidRequestError(msg)
    return found


def policy_of_recovery(name: str) -> FailurePolicy:
    """Return the policy by which the rest of an unfinished commit is sent, from the name in its journal.

    Nothing is undone because of a failure in it: the user decides that by `recover(undo=True)`.
    """
    policy = _NAMED.get(name, STOP)
    return CONTINUE if policy.compensates else policy
