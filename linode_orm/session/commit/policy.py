"""Policies: how a commit is made."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final, cast

from attrs import evolve, field, frozen

from linode_orm._options import check_choice, check_count, check_flags
from linode_orm.errors import InvalidRequestError
from linode_orm.session.commit.failure_policy import STOP, FailurePolicy, failure_policy

if TYPE_CHECKING:
    from collections.abc import Callable

    from linode_orm.session.planning.plan import Plan
    from linode_orm.session.planning.report import Entry

    PlanPolicy = Callable[[Plan], Iterable[str] | None]
    """A function from a plan to the messages that refuse it."""
    Progress = Callable[[Entry, int, int], None]
    """Called after each step, on the session's thread: what became of it, how many are done, how many there are."""

CONFLICTS: Final = ("merge", "check", "ignore")


def _tags(given: object) -> frozenset[str]:
    tags: list[object] = list(given) if isinstance(given, Iterable) and not isinstance(given, (str, bytes)) else [None]
    if not all(isinstance(each, str) for each in tags):
        msg = f"protected_tags is a collection of tags, not {given!r}"
        raise InvalidRequestError(msg)
    return frozenset(map(str, tags))


def _functions(given: object) -> tuple[PlanPolicy, ...]:
    """Return the functions of the option `policies`; raise `InvalidRequestError` for anything else."""
    is_list = isinstance(given, Iterable) and not isinstance(given, (str, bytes))
    functions: list[Any] = list(cast("Any", given)) if is_list else [None]
    if not all(map(callable, functions)):
        msg = f"policies is a list of functions of a plan, not {given!r}"
        raise InvalidRequestError(msg)
    return tuple(functions)


@frozen
class Policy:
    """How a commit is made; the arguments of `Session` and `commit()` of the same names."""

    on_error: FailurePolicy = field(default=STOP, converter=failure_policy)
    conflicts: str = "merge"
    verify: bool = False
    max_deletes: int | None = None
    protected_tags: frozenset[str] = field(default=frozenset(), converter=_tags)
    progress: Progress | None = None
    fold: bool = True
    fold_tags: bool = False
    policies: tuple[PlanPolicy, ...] = field(default=(), converter=_functions)

    def __attrs_post_init__(self) -> None:
        check_choice("conflicts", self.conflicts, CONFLICTS)
        check_count("max_deletes", self.max_deletes, or_none=True)
        check_flags(verify=self.verify, fold=self.fold, fold_tags=self.fold_tags)

    def given(self, **options: Any) -> Policy:  # noqa: ANN401  the fields check them
        """Return this policy with other options in place of its own; None stands for an option that is not given."""
        chosen = {name: value for name, value in options.items() if value is not None}
        # Most commits are given none, and the options of the session were checked when it was made.
        return evolve(self, **chosen) if chosen else self
