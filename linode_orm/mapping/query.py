"""Queries: immutable values that say which objects are wanted; a runner answers them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, Never, Protocol, TypeVar, cast, overload

from attrs import evolve, field, frozen

from linode_orm._options import check_flags
from linode_orm._public import public
from linode_orm._unknown_names import refuse
from linode_orm.errors import InvalidRequestError, MultipleResultsFound, NoResultFound, PartialResultError
from linode_orm.mapping.expressions import and_, check_conditions
from linode_orm.mapping.operators import Attribute, Order

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from typing import Self

    from linode_orm.errors import ApiError
    from linode_orm.mapping.columns import Column, Selectable
    from linode_orm.mapping.expressions import Expression
    from linode_orm.mapping.options import Option
    from linode_orm.mapping.sync_result import SyncOptions, SyncResult
    from linode_orm.output.row import Row
    from linode_orm.output.table import Table

M = TypeVar("M")
A = TypeVar("A")
B = TypeVar("B")
C = TypeVar("C")
D = TypeVar("D")
E = TypeVar("E")
F = TypeVar("F")


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

    def count(self, query: Query[Any], *, partial: bool) -> int:
        """Return the number of matching objects."""
        ...

    def x_filter(self, query: Query[Any]) -> dict[str, object]:
        """Return the X-Filter that would be sent."""
        ...

    def explain(self, query: Query[Any]) -> object:
        """Return which requests would be sent, and what is evaluated where."""
        ...

    def table(self, query: Query[Any], columns: Sequence[Column[object]]) -> Table[Any]:
        """Return the columns of every match; all scalar ones where none is named."""
        ...

    def update(self, query: Query[Any], values: Mapping[str, object], *, partial: bool) -> int:
        """Assign values on every match; return their number."""
        ...

    def delete(self, query: Query[Any], *, partial: bool) -> int:
        """Mark every match for deletion; return their number."""
        ...

    def sync(self, query: Query[Any], wanted: Iterable[Any], options: SyncOptions, /) -> SyncResult[Any]:
        """Let the matching objects become the wanted ones; return what became of each."""
        ...


@public
@frozen(eq=False)
class SkippedList:
    """A list that the API refused to give to a query over children of many parents, or to a condition on a relation.

    `parent` is the object below which the list lies (None for a list of the account), and `error` what was answered.
    `relation` is the relation of the
    query's objects that the list would have filled (`selectin`); empty where the list is one of the query itself.
    """

    path: str
    parent: object
    error: ApiError
    relation: str = ""

    def __str__(self) -> str:
        return str(self.error) if self.path in str(self.error) else f"GET {self.path}: {self.error}"


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
    passed: int = 0
    """How many matches are left out at the beginning."""
    chosen: tuple[Option, ...] = ()
    path: str | None = None
    """Another list of the objects than that of their class: `/linode/instances/5/volumes`."""
    envelope: str = ""
    """How the answers at that path hold the rows; empty for the way of the class."""
    parents: tuple[object, ...] | None = None
    """The ids of the parents whose children are asked for; None for all of them."""
    unread: list[SkippedList] = field(factory=list)
    """The lists that the last reading left out, for the runner to fill."""

    @property
    def skipped(self) -> tuple[SkippedList, ...]:
        """The lists that the last reading of this query left out, because the API refused to give them."""
        return tuple(self.unread)

    def filter(self, *conditions: Expression) -> Self:
        """Return a query for those that meet these conditions, too."""
        check_conditions(conditions, "filter")
        parts = conditions if self.condition is None else (self.condition, *conditions)
        return self._with(condition=and_(*parts)) if parts else self

    def where(self, *conditions: Expression) -> Self:
        """Return a query for those that meet these conditions, too: another name of `filter`."""
        return self.filter(*conditions)

    def filter_by(self, **values: object) -> Self:
        """Return a query for those whose attributes have these values, too: `filter_by(label="web")`."""
        mapper = self.model.__mapper__  # type: ignore[attr-defined]  # a Model
        return self.filter(*(mapper.attribute(self.model, name) == value for name, value in values.items()))

    def order_by(self, *keys: Order | Orderable) -> Self:
        """Return a query ordered by these keys: `Instance.created.desc()`; an attribute alone is ascending."""
        return self._with(order=(*self.order, *(map(_order, keys))))

    def limit(self, count: int | None, /) -> Self:
        """Return a query for at most this many."""
        return self._with(limited=None if count is None else _natural("limit", count))

    def offset(self, count: int, /) -> Self:
        """Return a query without the first ones."""
        return self._with(passed=_natural("offset", count))

    def options(self, *options: Option) -> Self:
        """Return a query that loads relations so: `selectin(Instance.disks)`, `raiseload()`."""
        from linode_orm.mapping.options import check_option  # noqa: PLC0415  only who names some needs it

        for each in options:
            check_option(self.model, each)
        return self._with(chosen=(*self.chosen, *options))

    def _with(self, **changes: Any) -> Self:  # noqa: ANN401  the values of any attribute
        return evolve(self, unread=[], **changes)

    def __iter__(self) -> Iterator[M]:
        return cast("Iterator[M]", self.runner.rows(self))

    @overload
    def __getitem__(self, index: int, /) -> M: ...
    @overload
    def __getitem__(self, index: slice, /) -> list[M]: ...
    def __getitem__(self, index: int | slice, /) -> M | list[M]:
        """Return the match at an index, or the list of those in a slice; raise `IndexError` where there is none.

        Only what is needed is read. Negative indices are refused: the end of a list is not known before it is read.
        """
        if isinstance(index, slice):
            start, stop = _index(index.start or 0), None if index.stop is None else _index(index.stop)
            return list(self._part(start, None if stop is None else max(0, stop - start)))[:: index.step]
        found = list(self._part(_index(index), 1))
        if not found:
            msg = f"{self!r} has no match at index {index}"
            raise IndexError(msg)
        return found[0]

    def _part(self, skipped: int, count: int | None) -> Self:
        """Return a query for some of the matches of this one."""
        left = None if self.limited is None else max(0, self.limited - skipped)
        wanted = left if count is None else count if left is None else min(left, count)
        return evolve(self, passed=self.passed + skipped, limited=wanted)

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

    def one(self, *, partial: bool = False) -> M:
        """Return the only match; raise `NoResultFound` or `MultipleResultsFound`.

        Raises `PartialResultError` where a list was refused that may hold another one, unless `partial`.
        """
        found = self.one_or_none(partial=partial)
        if found is None:
            msg = f"{self!r} has no match; use one_or_none() where that may be"
            raise NoResultFound(msg)
        return found

    def one_or_none(self, *, partial: bool = False) -> M | None:
        """Return the only match, or None; raise `MultipleResultsFound`, and `PartialResultError` as `one()` does."""
        several = 2
        wanted = several if self.limited is None else min(several, self.limited)
        found = list(evolve(self, limited=wanted))
        if len(found) == several:
            msg = f"{self!r} has more than one match ({found[0]!r}, {found[1]!r}, …); use first() or narrow the filter"
            raise MultipleResultsFound(msg)
        self.__check_whole__("one()", partial=partial)
        return found[0] if found else None

    def __check_whole__(self, call: str, *, partial: bool) -> None:
        """Raise `PartialResultError` where the last reading left lists out, unless that is `partial`."""
        unread = [each for each in self.unread if not each.relation]
        if unread and not partial:
            rest = f" and {len(unread) - 1} more" if len(unread) > 1 else ""
            msg = (
                f"{self!r}.{call}: {unread[0]}{rest}; what such a list holds is not known, so nothing was done; "
                "partial=True goes on with what could be read"
            )
            raise PartialResultError(msg, skipped=unread)

    @overload
    def table(  # pyright: ignore[reportOverlappingOverload]  # the last overload is for more columns, of any types
        self, a: Selectable[A], /
    ) -> Table[Row[A]]: ...
    @overload
    def table(self, a: Selectable[A], b: Selectable[B], /) -> Table[Row[A, B]]: ...
    @overload
    def table(self, a: Selectable[A], b: Selectable[B], c: Selectable[C], /) -> Table[Row[A, B, C]]: ...
    @overload
    def table(
        self, a: Selectable[A], b: Selectable[B], c: Selectable[C], d: Selectable[D], /
    ) -> Table[Row[A, B, C, D]]: ...
    @overload
    def table(
        self, a: Selectable[A], b: Selectable[B], c: Selectable[C], d: Selectable[D], e: Selectable[E], /
    ) -> Table[Row[A, B, C, D, E]]: ...
    @overload
    def table(
        self,
        a: Selectable[A],
        b: Selectable[B],
        c: Selectable[C],
        d: Selectable[D],
        e: Selectable[E],
        f: Selectable[F],
        /,
    ) -> Table[Row[A, B, C, D, E, F]]: ...
    @overload
    def table(self, *columns: Selectable[object] | type) -> Table[Row[*tuple[object, ...]]]: ...
    def table(self, *columns: Selectable[object] | type) -> Table[Any]:
        """Return columns of every match as rows, without making objects: `table(Volume.label, Volume.linode.label)`.

        Without columns, they are every scalar field that lists have, nested ones too. A reference is its raw id. A
        relation that a column crosses costs one list of the other class. Values are the server's, secrets are masked,
        and a value that cannot be read is None and named in `problems`. Raises `InvalidRequestError` for what is no
        column of this class.
        """
        return self.runner.table(self, [column_of(self.model, each) for each in columns])

    def count(self, *, partial: bool = False) -> int:
        """Return the number of matches; 1 request where the server's own count is exact.

        Raises `PartialResultError` where a list was refused, unless `partial`.
        """
        return self.runner.count(self, partial=partial)

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

    def update(self, values: Mapping[str, object], *, partial: bool = False) -> int:
        """Assign these values on every match, for the next commit to send; return the number of matches.

        Raises `PartialResultError` where a list was refused, and then assigns nothing, unless `partial`.
        """
        return self.runner.update(self, values, partial=partial)

    def delete(self, *, partial: bool = False) -> int:
        """Mark every match for deletion by the next commit; return the number of matches.

        Raises `PartialResultError` where a list was refused, and then marks nothing, unless `partial`.
        """
        return self.runner.delete(self, partial=partial)

    def sync(
        self, wanted: Iterable[M], key: tuple[str, ...] | None = None, *, delete: bool = True, partial: bool = False
    ) -> SyncResult[M]:
        """Let the next commit make the matches exactly the wanted new objects; return what it adds, changes, removes.

        `key` is a tuple of attribute names, and by default the key that the class declares. A match with the key of a
        wanted object gets its values as pending changes. A wanted object without a match becomes pending. The other
        matches are marked for deletion, unless `delete` is False. What only a create takes counts only for new objects.

        Sends the query's own list, and one more for wanted keys that no match has. Raises before anything is pending.
        `InvalidRequestError` is for two wanted objects with one key, and for a key that several matches have or an
        object outside of the query. It is also for what cannot be changed and differs, and for a wanted object that
        would be no match. `PartialResultError` is for a list that was refused, unless `partial`.
        """
        from linode_orm.mapping.sync_result import SyncOptions  # noqa: PLC0415  only who syncs needs it

        check_flags(delete=delete, partial=partial)
        return self.runner.sync(self, wanted, SyncOptions(key, delete, partial))

    def _repr_html_(self) -> str:
        from linode_orm.output.html import html_text  # noqa: PLC0415  only notebooks need it

        return html_text(
            f"{self!r}\n(nothing is sent by showing a query; .table() reads it as rows, .all() as objects)"
        )

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Never:
            """Raise `AttributeError`, which says what to write instead of a name of SQLAlchemy's."""
            refuse("a query", "Query", name, dir(type(self)))

    def __repr__(self) -> str:
        parts = [f"query({self.model.__name__})"]
        if self.condition is not None:
            parts.append(f"filter({self.condition})")
        if self.order:
            parts.append(f"order_by({', '.join(map(str, self.order))})")
        if self.passed:
            parts.append(f"offset({self.passed})")
        if self.limited is not None:
            parts.append(f"limit({self.limited})")
        return ".".join(parts)


def column_of(model: type, given: object) -> Column[object]:
    """Return the column that an attribute stands for; raise `InvalidRequestError` for one of another class."""
    made = getattr(given, "__column__", None)
    if made is None:
        msg = f"table() takes attributes such as {model.__name__}.id, not {given!r}"
        raise InvalidRequestError(msg)
    column: Column[object] = made()
    if not issubclass(model, column.model):
        msg = f"{column} is no column of a query of {model.__name__}; name attributes of {model.__name__}"
        raise InvalidRequestError(msg)
    return column


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


def _index(index: object) -> int:
    if type(index) is not int:
        msg = f"an index of a query is a whole number, not {index!r}"
        raise TypeError(msg)
    if index < 0:
        msg = f"a query takes no negative index ({index}): reverse its order, or index the list that .all() gives"
        raise IndexError(msg)
    return index
