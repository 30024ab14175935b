"""Queries: immutable values that say which objects are wanted; a runner answers them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar, cast

from attrs import evolve, frozen

from linode_orm._public import public
from linode_orm.errors import MultipleResultsFound, NoResultFound
from linode_orm.mapping.expressions import and_
from linode_orm.mapping.operators import Attribute, Order
from linode_orm.mapping.options import check_option

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from linode_orm.mapping.expressions import Expression
    from linode_orm.mapping.options import Option

M = TypeVar("M")


class Orderable(Protocol):
    """What an order can be by: an attribute, or a reference by its raw id."""

    def asc(self) -> Order:
        """Order from the smallest."""
        ...

    def desc(self) -> Order:
        """Order from the largest."""
        ...


class Runner(Protocol):
    """What answers queries: the runner of a session."""

    def rows(self, query: Query[Any]) -> Iterator[Any]:
        """Return the matching objects; pages are read as they are asked for."""
        ...

    def count(self, query: Query[Any]) -> int:
        """Return the number of matching objects."""
        ...

    def x_filter(self, query: Query[Any]) -> dict[str, object]:
        """Return the X-Filter that would be sent."""
        ...

    def explain(self, query: Query[Any]) -> object:
        """Return which requests would be sent, and what is evaluated where."""
        ...

    def update(self, query: Query[Any], values: Mapping[str, object]) -> int:
        """Assign values on every match; return their number."""
        ...

    def delete(self, query: Query[Any]) -> int:
        """Mark every match for deletion; return their number."""
        ...


@public
@frozen(eq=False, repr=False)
class Query(Generic[M]):
    """The objects of one class that meet conditions, in an order, up to a limit.

    Each method returns a new query; nothing is sent before the objects are asked for.
    """

    model: type[M]
    runner: Runner
    condition: Expression | None = None
    order: tuple[Order, ...] = ()
    limited: int | None = None
    skipped: int = 0
    chosen: tuple[Option, ...] = ()
    path: str | None = None
    """Another list of the objects than that of their class: `/linode/instances/5/volumes`."""
    envelope: str = ""
    """How the answers at that path hold the rows; empty for the way of the class."""
    parents: tuple[object, ...] | None = None
    """The ids of the parents whose children are asked for; None for all of them."""

    def filter(self, *conditions: Expression) -> Query[M]:
        """Return a query for those that meet these conditions, too."""
        parts = conditions if self.condition is None else (self.condition, *conditions)
        return evolve(self, condition=and_(*parts)) if parts else self

    def filter_by(self, **values: object) -> Query[M]:
        """Return a query for those whose attributes have these values, too: `filter_by(label="web")`."""
        mapper = self.model.__mapper__  # type: ignore[attr-defined]  # a Model
        return self.filter(*(mapper.attribute(self.model, name) == value for name, value in values.items()))

    def order_by(self, *keys: Order | Orderable) -> Query[M]:
        """Return a query ordered by these keys: `Instance.created.desc()`; an attribute alone is ascending."""
        return evolve(self, order=(*self.order, *(map(_order, keys))))

    def limit(self, count: int | None, /) -> Query[M]:
        """Return a query for at most this many."""
        return evolve(self, limited=None if count is None else _natural("limit", count))

    def offset(self, count: int, /) -> Query[M]:
        """Return a query without the first ones."""
        return evolve(self, skipped=_natural("offset", count))

    def options(self, *options: Option) -> Query[M]:
        """Return a query that loads relations so: `selectin(Instance.disks)`, `raiseload()`."""
        for each in options:
            check_option(self.model, each)
        return evolve(self, chosen=(*self.chosen, *options))

    def __iter__(self) -> Iterator[M]:
        return cast("Iterator[M]", self.runner.rows(self))

    def __bool__(self) -> bool:
        msg = f"{self!r} has no truth value; use .exists() to ask whether there is a match"
        raise TypeError(msg)

    def all(self) -> list[M]:
        """Return every match."""
        return list(self)

    def first(self) -> M | None:
        """Return the first match, or None."""
        wanted = 1 if self.limited is None else min(1, self.limited)
        return next(iter(evolve(self, limited=wanted)), None)

    def one(self) -> M:
        """Return the only match; raise `NoResultFound` or `MultipleResultsFound`."""
        found = self.one_or_none()
        if found is None:
            msg = f"{self!r} has no match; use one_or_none() where that may be"
            raise NoResultFound(msg)
        return found

    def one_or_none(self) -> M | None:
        """Return the only match, or None; raise `MultipleResultsFound`."""
        several = 2
        wanted = several if self.limited is None else min(several, self.limited)
        found = list(evolve(self, limited=wanted))
        if len(found) == several:
            msg = f"{self!r} has more than one match ({found[0]!r}, {found[1]!r}, …); use first() or narrow the filter"
            raise MultipleResultsFound(msg)
        return found[0] if found else None

    def count(self) -> int:
        """Return the number of matches; 1 request where the server's own count is exact."""
        return self.runner.count(self)

    def exists(self) -> bool:
        """Whether there is a match."""
        return self.first() is not None

    @property
    def x_filter(self) -> dict[str, object]:
        """The X-Filter that would be sent; empty where the server filters nothing."""
        return self.runner.x_filter(self)

    def explain(self) -> object:
        """Return which requests would be sent, where each condition is evaluated, and why; `print()` shows it."""
        return self.runner.explain(self)

    def update(self, values: Mapping[str, object]) -> int:
        """Assign these values on every match, for the next commit to send; return the number of matches."""
        return self.runner.update(self, values)

    def delete(self) -> int:
        """Mark every match for deletion by the next commit; return the number of matches."""
        return self.runner.delete(self)

    def __repr__(self) -> str:
        parts = [f"query({self.model.__name__})"]
        if self.condition is not None:
            parts.append(f"filter({self.condition})")
        if self.order:
            parts.append(f"order_by({', '.join(map(str, self.order))})")
        if self.skipped:
            parts.append(f"offset({self.skipped})")
        if self.limited is not None:
            parts.append(f"limit({self.limited})")
        return ".".join(parts)


def _order(key: object) -> Order:
    if isinstance(key, Order):
        return key
    if isinstance(key, Attribute):
        return key.asc()
    attribute = getattr(key, "attribute", None)
    if isinstance(attribute, Attribute):
        return attribute.asc()
    msg = f"order_by() takes attributes such as Instance.created or Instance.created.desc(), not {key!r}"
    raise TypeError(msg)


def _natural(name: str, count: object) -> int:
    if type(count) is not int or count < 0:
        msg = f"{name}() takes a whole number from 0, not {count!r}"
        raise TypeError(msg)
    return count
