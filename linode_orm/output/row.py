"""Rows: tuples whose values have names."""

from __future__ import annotations

from functools import lru_cache
from operator import itemgetter
from typing import TYPE_CHECKING, Any, ClassVar, Generic, SupportsIndex, TypeAlias, TypeVarTuple, cast, overload

from linode_orm._public import public

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Ts = TypeVarTuple("Ts")
Slice: TypeAlias = "slice[SupportsIndex | None, SupportsIndex | None, SupportsIndex | None]"
"""A slice of whole numbers."""

_tuple_item: Any = tuple.__getitem__
_new: Any = tuple.__new__


@public
class Row(tuple[*Ts], Generic[*Ts]):
    """One row of a table: a tuple, whose values are also read by `row["linode.label"]` and `row.label`.

    A column wins over a method of tuples that is called alike: `row.count`. A name with a dot is read as an item.
    """

    __slots__ = ()

    _fields: ClassVar[tuple[str, ...]] = ()
    """The columns' names, where pandas looks for those of named tuples."""
    __places__: ClassVar[Mapping[object, int]] = {}
    """Where each key stands: a name, or a place itself, so that one look-up finds either."""

    if TYPE_CHECKING:
        # type checkers know what stands at a place that is written down; by name, it is known at run time

        def __getattr__(self, name: str) -> Any: ...  # noqa: ANN401  see above

        @overload
        def __getitem__(self, key: SupportsIndex, /) -> object: ...
        @overload
        def __getitem__(self, key: Slice, /) -> tuple[object, ...]: ...
        @overload
        def __getitem__(self, key: str, /) -> object: ...
        def __getitem__(self, key: object, /) -> object: ...  # pyright: ignore[reportIncompatibleMethodOverride]  # one more kind of key

    else:

        def __getitem__(self, key: object, /) -> object:
            """Return the value at a place, or of a column; raise `KeyError` for a column that there is not."""
            try:
                return _tuple_item(self, self.__places__[key])
            except (KeyError, TypeError):
                if not isinstance(key, str):
                    return _tuple_item(self, key)  # a slice, or a place that raises the error of a tuple
            msg = f"the table has no column {key!r}; it has {', '.join(self._fields)}"
            raise KeyError(msg)

        def __getattr__(self, name: str) -> object:
            """Refuse a column that there is not."""
            msg = f"the table has no column {name!r}; it has {', '.join(self._fields)}"
            raise AttributeError(msg, name=name, obj=self)

    def _asdict(self) -> dict[str, object]:
        """Return the values by the columns' names, as named tuples do."""
        return dict(zip(self._fields, cast("tuple[object, ...]", self), strict=True))

    def __repr__(self) -> str:
        values = cast("tuple[object, ...]", self)
        return f"Row({', '.join(f'{name}={value!r}' for name, value in zip(self._fields, values, strict=True))})"

    def __reduce__(self) -> tuple[object, ...]:
        places = {name: at for name, at in self.__places__.items() if isinstance(name, str)}
        return _revived, (self._fields, places, tuple(cast("tuple[object, ...]", self)))


AnyRow: TypeAlias = "Row[*tuple[object, ...]]"
"""A row of any columns."""


@lru_cache(maxsize=64)
def _row_class(names: tuple[str, ...], places: tuple[tuple[str, int], ...]) -> type[AnyRow]:
    members: dict[str, object] = {
        name: property(itemgetter(place))
        for name, place in places
        if name.isidentifier() and not (name.startswith("__") and name.endswith("__"))
    }
    known: dict[object, int] = {**{at: at for at in range(len(names))}, **dict(places)}
    members |= {"__slots__": (), "_fields": names, "__places__": known, "__module__": Row.__module__}
    members["__getitem__"] = _item_getter(known)
    return type("Row", (Row,), members)


def _item_getter(places: Mapping[object, int]) -> object:
    """Return `Row.__getitem__` with the places at hand, which makes reading by name half as long."""

    def item(row: Any, key: object, /, *, _item: Callable[[Any, int], object] = _tuple_item) -> object:  # noqa: ANN401  a row
        try:
            return _item(row, places[key])
        except (KeyError, TypeError):
            return cast("Any", Row).__getitem__(row, key)

    return item


def row_class(names: tuple[str, ...], aliases: Mapping[str, str] | None = None) -> type[AnyRow]:
    """Return the class of the rows of a table with these columns; `aliases` are other names of some."""
    places = {name: at for at, name in enumerate(names)}
    places |= {alias: places[name] for alias, name in (aliases or {}).items() if alias not in places}
    return _row_class(names, tuple(places.items()))


def _revived(names: tuple[str, ...], places: dict[str, int], values: tuple[Any, ...]) -> object:
    return _new(_row_class(names, tuple(places.items())), values)
