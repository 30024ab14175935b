"""An account with objects of every class, whose relations lead to one another, and the truth about conditions on it."""

from __future__ import annotations

import random
from functools import cache
from typing import Any

from linode_orm.mapping import Many
from linode_orm.mapping.class_references import ParentIs
from linode_orm.mapping.expressions import And, Not, Or
from linode_orm.mapping.identity import identity_in
from linode_orm.mapping.model import resource
from linode_orm.mapping.relation_conditions import ListedObject, RelatedObject
from linode_orm.mapping.relations import relation_of
from linode_orm.session.query.evaluate import compile_condition
from tests.models.bodies import MODELS, body_of
from tests.session.query.list_server import ListServer

ROWS = 3
NULLS = 0.3
"""How often a value is null that may be."""
UNREAD = "unread"
"""The value of a condition that hangs on a list that was refused."""


def is_listed(model: Any) -> bool:
    """Whether every object of a class can be reached by lists."""
    mapper = model.__mapper__
    if "list" not in mapper.verbs or mapper.subclass_of:
        return False
    return not mapper.placeholders or (mapper.parent is not None and is_listed(resource(str(mapper.parent))))


LISTED = [model for model in MODELS if is_listed(model)]


def relations() -> list[tuple[Any, Any]]:
    """Give every relation whose owners can be listed, and that answers show."""
    every = ((model, relation) for model in LISTED for relation in model.__mapper__.relations.values())
    return [(model, relation) for model, relation in every if not relation.is_hidden(model)]


RELATIONS = relations()


class Account(ListServer):
    """A list server with a whole account; `everything` holds the rows of each class, by their key."""

    def __init__(self, seed: int) -> None:
        super().__init__({})
        self.random = random.Random(seed)
        self.envelopes: dict[str, str] = {}
        self.everything: dict[Any, dict[Any, Any]] = {}
        for model in LISTED:
            self._fill(model)
        children_last = sorted(RELATIONS, key=lambda each: each[1].model.__mapper__.parent_count)
        for model, relation in children_last:
            if not isinstance(relation, Many) and relation.via and relation.via not in model.__mapper__.id_names:
                self._refer(model, relation)
        for model, relation in RELATIONS:
            if isinstance(relation, Many):
                self._collect(model, relation)

    def _fill(self, model: Any) -> None:
        if model in self.everything:
            return
        mapper, parents = model.__mapper__, [()]
        if mapper.placeholders:
            above = resource(str(mapper.parent))
            self._fill(above)
            parents = list(self.everything[above])
        self.everything[model] = {}
        for number, key in enumerate(parents):
            rows = [self._row(model, ROWS * number + at) for at in range(1, ROWS + 1)]
            self.put(mapper.collection_path(key), rows, mapper.envelope)
            for row in rows:
                row.update(zip(mapper.parent_keys, key, strict=False))
                self.everything[model][self.key(model, key, row)] = row

    @staticmethod
    def key(model: Any, parents: Any, row: Any) -> Any:
        """Give the key of a row; one without an id has its mark instead."""
        identity = identity_in(model.__mapper__, row)
        return (*parents, row["mark"] if identity is None else identity)

    def _row(self, model: Any, number: int) -> Any:
        body = {**body_of(model), "mark": number}
        for field in model.__mapper__.fields.values():
            if field.key in body and field.nullable and self.random.random() < NULLS:
                body[field.key] = None
        for name in model.__mapper__.id_names:
            field = model.__mapper__.fields[name]
            body[field.key] = number if int in field.codec.plain else f"id{number}"
        return body

    def put(self, path: str, rows: list[Any], envelope: str) -> None:
        """Let a path answer rows."""
        self.lists[path], self.envelopes[path] = rows, envelope

    def _refer(self, model: Any, relation: Any) -> None:
        """Let each row refer to some object, to one that is gone, or to none."""
        field, target = model.__mapper__.fields[relation.via], relation.model
        count = target.__mapper__.parent_count
        beside = f"{target.__mapper__.parent_attribute}_id"
        for key, row in self.everything[model].items():
            pool = list(self.everything[target])
            if count and beside not in row:
                pool = [each for each in pool if each[:count] == key[:count]]
            chosen = self.random.choice([*pool, pool[0], None])
            row[field.key] = None if chosen is None else chosen[-1]
            if count and beside in row:
                row[beside] = None if chosen is None else chosen[0]

    def _collect(self, model: Any, relation: Any) -> None:
        """Let each owner have some objects of the class, as the list of all of them tells where it does."""
        target = relation.model
        for key, row in self.everything[model].items():
            if relation.embedded:
                path = target.__mapper__.collection_path(key)
                row[relation.embedded] = self.lists[path] = self.random.sample(self.lists[path], 2)
                self._forget(target, key, keep=self.lists[path])
            elif relation.path:
                path = f"{model.__mapper__.path_for(key[-1], key[:-1])}/{relation.path}"
                self.put(path, self._rows_at(key, relation), relation.envelope or target.__mapper__.envelope)
            elif self.random.random() < 0.3:
                path = target.__mapper__.collection_path(key)
                self._forget(target, key, keep=[])
                self.lists[path].clear()

    def _forget(self, model: Any, above: Any, keep: list[Any]) -> None:
        """Let the objects below a key be gone, with all below them."""
        for own, row in [each for each in self.everything[model].items() if each[0][: len(above)] == above]:
            if row not in keep:
                del self.everything[model][own]
                for child in LISTED:
                    if child.__mapper__.parent == model.__name__:
                        self._forget(child, own, keep=[])

    def _rows_at(self, key: Any, relation: Any) -> list[Any]:
        pool = list(self.everything[relation.model].values())
        back = [
            each.via
            for each in relation.model.__mapper__.relations.values()
            if not isinstance(each, Many) and each.via and each.target == relation.owner.__name__
        ]
        if relation.named_in:
            chosen = [row for row in pool if self.random.random() < 0.3]
            for row in chosen:
                entry = {"id": key[-1], "type": self.random.choice(relation.named_as), "label": "x", "url": "x"}
                row.setdefault(f"+{relation.named_in}", []).append(entry)
            for row in pool:
                # other things have the same ids
                other = {"id": key[-1], "type": "other", "label": "x", "url": "x"}
                row[relation.named_in] = [*row.get(f"+{relation.named_in}", []), other]
            return chosen
        if back and not relation.is_wider and not relation.model.__mapper__.placeholders:
            field = relation.model.__mapper__.fields[back[0]]
            return [row for row in pool if row.get(field.key) == key[-1]]
        return [row for row in pool if self.random.random() < 0.3]

    def _answer(self, request: Any) -> Any:
        page = super()._answer(request)
        envelope = self.envelopes.get(request.path, "page")
        if envelope == "page":
            return page
        if envelope == "array":
            return page["data"]
        if envelope.startswith("rows:"):
            return _nested(envelope.removeprefix("rows:").split()[0].split("."), page["data"])
        return {"data" if envelope == "data" else envelope.partition(":")[2]: page["data"]}

    # -- the truth ---------------------------------------------------------------------------------------------------

    def reached(self, model: Any, relation: Any, key: Any, row: Any) -> list[tuple[Any, Any]] | None:
        """Give the objects that a relation leads to, with their keys, in the plainest way; None where that is refused."""
        target, mapper = relation.model, relation.model.__mapper__
        if isinstance(relation, Many):
            path = mapper.collection_path(key) if not relation.path else ""
            path = path or f"{model.__mapper__.path_for(key[-1], key[:-1])}/{relation.path}"
            if relation.embedded:
                return [((*key, each["id"]), each) for each in row[relation.embedded]]
            if path in self.refused or (relation.path and mapper.path in self.refused):
                return None
            below = () if relation.path else key
            rows = self.lists[path]
            return [
                (self.key(target, mapper.parents_in(each) if mapper.parent_keys else below, each), each)
                for each in rows
            ]
        if relation.via:
            identity = row.get(model.__mapper__.fields[relation.via].key)
            beside, count = row.get(f"{mapper.parent_attribute}_id"), mapper.parent_count
            above = (beside,) if count and beside is not None else key[:-1][:count]
            wanted = None if identity is None or len(above) != count else (*above, identity)
        else:
            wanted = key[: mapper.parent_count + 1]
        if wanted is None:
            return []
        parent = resource(str(mapper.parent)).__mapper__ if mapper.placeholders else None
        lists = {mapper.collection_path(wanted[:-1]), *([parent.path] if parent is not None else [])}
        if lists & self.refused.keys():
            return None
        return [(wanted, self.everything[target][wanted])] if wanted in self.everything[target] else []

    def truth(self, model: Any, expression: Any, key: Any, row: Any) -> Any:
        """Evaluate a condition in three values, and `UNREAD` where that hangs on a list that is refused."""
        if isinstance(expression, Not):
            value = self.truth(model, expression.part, key, row)
            return not value if isinstance(value, bool) else value
        if isinstance(expression, (And, Or)):
            parts, ends = [self.truth(model, each, key, row) for each in expression.parts], isinstance(expression, Or)
            if any(each is ends for each in parts):
                return ends
            return UNREAD if UNREAD in parts else None if None in parts else not ends
        if isinstance(expression, RelatedObject):
            objects = self.reached(model, relation_of(expression), key, row)
            return (
                UNREAD if objects is None else self._some(relation_of(expression).model, expression.condition, objects)
            )
        if isinstance(expression, ListedObject):
            rows = row
            for each in expression.attribute.keys:
                rows = rows.get(each) if isinstance(rows, dict) else None
            (cls,) = expression.attribute.field.codec.bare.nested
            inner = getattr(expression.condition, "attribute", None)
            return self._some(
                cls if inner is None else inner.model, expression.condition, [(key, each) for each in rows or ()]
            )
        if isinstance(expression, ParentIs):
            return key[: len(expression.parents[0])] in expression.parents if expression.parents else False
        return compile_condition(model, expression)(row, key[:-1])

    def _some(self, target: Any, condition: Any, objects: Any) -> Any:
        values = [True if condition is None else self.truth(target, condition, key, row) for key, row in objects]
        return True if any(each is True for each in values) else UNREAD if UNREAD in values else False

    def matches(self, model: Any, condition: Any, value: Any = True) -> list[Any]:
        """Give the marks of the rows of which a condition has a value."""
        found = self.everything[model].items()
        return sorted(row["mark"] for key, row in found if self.truth(model, condition, key, row) is value)


def _nested(keys: list[str], value: Any) -> Any:
    return {keys[0]: _nested(keys[1:], value) if keys[1:] else value} if keys else value


@cache
def account(seed: int) -> Account:
    """Give a whole account; what a test refuses it has to allow again."""
    return Account(seed)
