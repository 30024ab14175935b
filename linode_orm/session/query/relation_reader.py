"""The relation reader: evaluates conditions on rows, and has those lists read that decide them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from linode_orm.mapping.relations import Many, relation_of
from linode_orm.mapping.state import state_of
from linode_orm.session.query.evaluate import ASKED, UNREAD, compile_condition, compile_for_parents
from linode_orm.session.query.relation_answers import RelationAnswers
from linode_orm.session.query.relation_lists import RelationLists

if TYPE_CHECKING:
    from collections.abc import Sequence

    from linode_orm.mapping import Model
    from linode_orm.mapping.expressions import Expression
    from linode_orm.mapping.relation_conditions import RelatedObject
    from linode_orm.mapping.relations import One
    from linode_orm.session.loading.loader import Loader
    from linode_orm.session.loading.reference_data import ReferenceData
    from linode_orm.session.loading.whole_lists import WholeLists
    from linode_orm.session.query.evaluate import Test, Value
    from linode_orm.session.query.relation_answers import Row, Verdict
    from linode_orm.session.query.relation_lists import Refuse


class RelationReaders:
    """Makes the relation reader of each reading of a session's lists, which reads them anew."""

    def __init__(self, lists: WholeLists, loader: Loader, reference_data: ReferenceData) -> None:
        self._lists = lists
        self._loader = loader
        self._reference_data = reference_data

    def of(self, model: type[Model], condition: Expression, refuse: Refuse) -> ConditionReader:
        """Return what evaluates a condition on rows of a class; `refuse` decides what the error of a list means."""
        lists = RelationLists(self._lists, self._loader, self._reference_data, refuse)
        return RelationReader(lists).of(model, condition)


class RelationReader:
    """Evaluates conditions on the rows of one reading of a query; each list that they need is read once."""

    def __init__(self, lists: RelationLists) -> None:
        self.lists = lists
        self._conditions: dict[int, ConditionReader] = {}

    def of(self, model: type[Model], condition: Expression) -> ConditionReader:
        """Return what evaluates a condition, with all that was read for it so far."""
        known = self._conditions.get(id(condition))
        if known is None:
            known = self._conditions[id(condition)] = ConditionReader(self, model, condition)
        return known

    def verdicts(self, target: type[Model], leaves: Sequence[RelatedObject], rows: Sequence[Row]) -> list[Verdict]:
        """Return for each row whether it meets the conditions of several leaves; what is unknown of null meets none."""
        columns = [
            [True] * len(rows) if leaf.condition is None else self.of(target, leaf.condition).values(rows)
            for leaf in leaves
        ]
        return [tuple(value or False for value in values) for values in zip(*columns, strict=True)]


class ConditionReader:
    """One condition on rows of a class, and the answers of the relations that it follows."""

    def __init__(self, reader: RelationReader, model: type[Model], condition: Expression) -> None:
        self._condition = condition
        self._reader = reader
        self._answers: dict[One[Any] | Many[Any], RelationAnswers] = {}
        self._test = compile_condition(model, condition, self._test_of)

    def _test_of(self, leaf: RelatedObject) -> Test:
        answers = self._answers.get(relation_of(leaf))
        if answers is None:
            lists, verdicts = self._reader.lists, self._reader.verdicts
            answers = self._answers[relation_of(leaf)] = RelationAnswers(relation_of(leaf), lists, verdicts)
        return answers.test_of(leaf)

    def values(self, rows: Sequence[Row]) -> list[Value]:
        """Return the value of the condition for each row; reads the lists that decide it, the cheapest first."""
        return self._decided(self._test, rows)

    def _decided(self, test: Test, rows: Sequence[Row]) -> list[Value]:
        values = [test(body, parents) for parents, body in rows]
        open_rows = [at for at, value in enumerate(values) if value is ASKED]
        while open_rows:
            for answers in self._answers.values():
                answers.read()
            for at in open_rows:
                parents, body = rows[at]
                values[at] = test(body, parents)
            open_rows = [at for at in open_rows if values[at] is ASKED]
        return values

    def among(self, parents: Sequence[Model]) -> list[Model]:
        """Return those parents below which the condition can be true, by the bodies that were just read."""
        for relation, answers in self._answers.items():
            if not isinstance(relation, Many) and not relation.via:
                answers.take([(state_of(each).parents, dict(state_of(each).body)) for each in parents])
        return self._possible(parents, [state_of(each).key for each in parents])

    def among_keys(self, keys: Sequence[tuple[object, ...]]) -> list[tuple[object, ...]]:
        """Return those keys of parents below which the condition can be true; reads the parents by their lists."""
        return self._possible(keys, keys)

    def _possible(self, parents: Sequence[Any], keys: Sequence[tuple[object, ...]]) -> list[Any]:
        test = compile_for_parents(self._condition, self._test_of)
        values = self._decided(test, [(key, {}) for key in keys])
        return [each for each, value in zip(parents, values, strict=True) if value is True or value is UNREAD]
