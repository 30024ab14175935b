"""The objects that wanted ones are compared with: those of the account, in one list, and those that are pending."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from linode_orm.errors import InvalidRequestError
from linode_orm.mapping.query import Query
from linode_orm.mapping.record import changes as changes_of
from linode_orm.mapping.state import Status, state_of
from linode_orm.session.declaring.keys import Key, few, scope_of
from linode_orm.session.query.planner import filters_for

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping, Sequence

    from linode_orm.mapping import Expression, Model
    from linode_orm.mapping.fields import Kind
    from linode_orm.session.declaring.keys import NaturalKey
    from linode_orm.session.planning.changes import Changes
    from linode_orm.session.query.runner import QueryRunner


class Matches:
    """Finds the objects that have the keys of wanted ones."""

    def __init__(self, changes: Changes, runner: QueryRunner) -> None:
        self._changes = changes
        self._runner = runner

    def listed(self, key: NaturalKey, scope: Hashable, wanted: Iterable[Key]) -> list[Model]:
        """Return the objects of the account in a scope that may have one of these keys.

        One list: filtered by an attribute of the key where one request can hold its values, else whole. Nothing is
        sent for a scope that is a new parent.
        """
        model = key.model
        if not isinstance(scope, tuple):
            return []
        if "list" not in model.__mapper__.verbs:
            msg = f"{model.__name__}: the API has no list of them, in which one could be found"
            raise InvalidRequestError(msg)
        query: Query[Any] = Query(model, self._runner.lenient, parents=scope or None)
        condition = _condition(key, [*wanted])
        found: list[Model] = (query if condition is None else query.filter(condition)).all()
        return [*found, *self._changed(key, scope, found)]

    def _changed(self, key: NaturalKey, scope: Hashable, found: Iterable[Model]) -> list[Model]:
        """Return the objects whose pending changes give them another key than the list has."""
        known = {id(each) for each in found}
        touched = (each for each in self._changes.touched.values() if type(each) is key.model)
        return [
            each
            for each in touched
            if id(each) not in known and scope_of(each) == scope and key.names & changes_of(each).keys()
        ]

    def pending(self, key: NaturalKey, scope: Hashable, wanted: Iterable[Model] = ()) -> list[Model]:
        """Return the new objects of the session in a scope, but for the wanted ones."""
        own = {id(each) for each in wanted}
        new = (each for each in self._changes.new.values() if type(each) is key.model and id(each) not in own)
        return [each for each in new if scope_of(each) == scope]


def _condition(key: NaturalKey, wanted: Sequence[Key]) -> Expression | None:
    """Return the condition on one attribute of a key that most objects without the wanted keys fail.

    None where no single request can hold it: the whole list is read then.
    """
    best: tuple[int, Expression] | None = None
    for at, field in enumerate(key.fields):
        values = {value for each in wanted if (value := _plain(each.values[at])) is not None}
        if not _can_be_filtered(field) or not values or len(values) < len({each.values[at] for each in wanted}):
            continue
        condition = cast("Any", field.attribute(key.model)).in_(sorted(values, key=repr))
        filters = filters_for(key.model, condition)
        if len(filters) == 1 and filters[0] and (best is None or len(values) > best[0]):
            best = len(values), condition
    return None if best is None else best[1]


def _can_be_filtered(field: Kind[Any]) -> bool:
    """Whether the server filters by a field, and one spelling of a value finds every other one.

    A filter on documented values would warn of others, of which the wanted object has warned already.
    """
    is_contextual = field.form is not None and field.form.within is not None
    is_plain = field.codec.bare.filter_type in {"string", "integer"}
    return field.filterable and is_plain and not is_contextual and not field.known_values


def _plain(value: Hashable) -> Any:  # noqa: ANN401  a string or a number
    """Return the string or the number in a part of a key; None for anything else."""
    inner = value[1] if isinstance(value, tuple) else None
    return inner if type(inner) in {str, int} else None


def matched(key: NaturalKey, wanted: Mapping[Key, Model], there: Iterable[Model]) -> dict[Key, Model]:
    """Return the objects that have the wanted keys; raise `InvalidRequestError` where several have the same one.

    One that is marked for deletion counts only where no other has its key.
    """
    found: dict[Key, list[Model]] = {}
    for each in there:
        known = key.of(each)
        if known in wanted:
            found.setdefault(known, []).append(each)
    for known, several in found.items():
        found[known] = [each for each in several if state_of(each).status is not Status.DELETED] or several
    many = [
        f"{len(each)} have the {key.shown(wanted[known])}: {', '.join(map(repr, each[:3]))}"
        for known, each in found.items()
        if len(each) > 1
    ]
    if many:
        msg = f"{few(many)}; another key tells them apart, or they are changed one by one"
        raise InvalidRequestError(msg)
    return {known: each[0] for known, each in found.items()}
