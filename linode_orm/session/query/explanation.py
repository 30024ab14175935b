"""Explanations: the requests of a query, where each condition is evaluated, and why, in a form to print."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from linode_orm._printable import printable
from linode_orm._public import public
from linode_orm.mapping.model import resource
from linode_orm.mapping.relations import Many, relations_of
from linode_orm.session.query.routes import owners_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from linode_orm.mapping import Model
    from linode_orm.mapping.options import Option
    from linode_orm.mapping.relations import One
    from linode_orm.session.query.planner import Note, ReadPlan


@public
class Explanation(NamedTuple):
    """How one query is read; `print(query.explain())` shows it."""

    plan: ReadPlan
    options: tuple[Option, ...] = ()

    @property
    def requests(self) -> tuple[str, ...]:
        """The requests, a line each; `for each` where their number depends on the answers to the first ones."""
        return tuple(self._requests())

    @property
    def server(self) -> tuple[Note, ...]:
        """The conditions that the server evaluates; they are evaluated here again."""
        return tuple(note for note in self.plan.notes if note.where == "server")

    @property
    def local(self) -> tuple[Note, ...]:
        """The conditions that are evaluated here alone, with the reasons."""
        return self.plan.local

    def to_dict(self) -> dict[str, object]:
        """Return everything as JSON."""
        return {
            "model": self.plan.model.__name__,
            "requests": list(self.requests),
            "number": self.number,
            "x_filter": self.plan.x_filter,
            "relations": [each._asdict() for each in self.plan.relations],
            "notes": [note._asdict() for note in self.plan.notes],
            "paging": self.paging,
        }

    @property
    def paging(self) -> str:
        """How the list is read so that each object comes exactly once."""
        mapper = self.plan.model.__mapper__
        if self.plan.path is None and mapper.reference_data:
            return "whole list, kept on the client for a while"
        if self.plan.envelope != "page":
            return "whole list in one answer"
        if not isinstance(mapper.page_size, int):
            return "pages of the server's size, read until two readings agree"
        return f"pages of up to {mapper.page_size} that overlap by ids, side by side"

    @property
    def number(self) -> str:
        """How many requests the query takes, as far as that is known before the first."""
        if self.plan.is_empty:
            return "0"
        further = (f"; for {each.condition} {each.number}" for each in self.plan.relations if each.paths)
        return self._own_number + "".join(further)

    @property
    def _own_number(self) -> str:
        plan, mapper = self.plan, self.plan.model.__mapper__
        if plan.path is None and mapper.reference_data:
            return "1, and 0 while the client keeps the list"
        if plan.parents is None:
            *above, parent = (model.__name__ for model in _ancestors(plan.model))
            each = [f"1 for each {name}" for name in above]
            meets = f" that meets {plan.parent_condition}" if plan.parent_condition is not None else ""
            return " + ".join(["1", *each, f"{len(plan.filters)} for each {parent}{meets}"])
        several = ", and 1 for each further page" if plan.envelope == "page" else ""
        return f"{len(plan.parents) * len(plan.filters)}{several}"

    def _requests(self) -> Iterator[str]:
        plan, mapper = self.plan, self.plan.model.__mapper__
        if plan.is_empty:
            yield "none: nothing can match"
            return
        if plan.parents is None:
            for parent in _ancestors(plan.model):
                path = parent.__mapper__.path
                yield f"GET {path} for each" if "{" in path else f"GET {path}"
            yield from self._lists("GET " + mapper.path, "for each")
        else:
            for key in plan.parents[:_SHOWN]:
                yield from self._lists("GET " + (plan.path or mapper.collection_path(key)), "")
            if len(plan.parents) > _SHOWN:
                yield f"… {len(plan.parents)} lists in all, side by side"
        for each in plan.relations:
            yield from each.requests
        for option in self.options:
            if option.kind == "selectin":
                yield from (_for_relation(relation) for relation in relations_of(option))

    def _lists(self, head: str, tail: str) -> Iterator[str]:
        for x_filter in self.plan.filters[:_SHOWN]:
            shown = f" X-Filter {json.dumps(x_filter)}" if x_filter else ""
            yield f"{head}{shown} {tail}".rstrip()
        if len(self.plan.filters) > _SHOWN:
            yield f"… {len(self.plan.filters)} requests in all, the long choice cut into parts"

    def _repr_html_(self) -> str:
        from linode_orm.output.html import html_text  # noqa: PLC0415  only notebooks need it

        return html_text(str(self))

    def __str__(self) -> str:
        lines = [f"query of {self.plan.model.__name__}"]
        lines += [f"  request: {each}" for each in self.requests]
        lines += [f"  number:  {self.number}", f"  paging:  {self.paging}"]
        places = {"server": "server: ", "here": "here:   ", "path": "path:   "}
        lines += [f"  {places[note.where]} {note.part}  ({note.why})" for note in self.plan.notes]
        if self.plan.condition is not None and self.server:
            lines.append("  every condition is evaluated again here on what comes back")
        return "\n".join(map(printable, lines))


_SHOWN = 3


def _ancestors(model: type[Model]) -> list[type[Model]]:
    """Return the classes of the parents, from the outermost in."""
    found: list[type[Model]] = []
    while model.__mapper__.placeholders and model.__mapper__.parent is not None:
        model = resource(str(model.__mapper__.parent))
        found.insert(0, model)
    return found


def _for_relation(relation: One[Any] | Many[Any]) -> str:
    """Return how a relation is loaded for all objects together."""
    target: Any = relation.model
    mapper = target.__mapper__
    if not isinstance(relation, Many):
        if mapper.reference_data:
            return f"{relation.target}: 1 list for all, unless the client has it already"
        return f"{relation.target}: 1 list filtered by the ids that are referred to"
    if relation.embedded:
        return f"{relation.name}: no request, the parents' bodies hold them"
    if owners_of(relation) is not None:
        return f"{relation.name}: 1 list of {relation.target} where that is cheaper, else 1 list for each object"
    return f"{relation.name}: 1 list for each object, side by side"
