"""The table: the rows of a query, kept column by column, and the forms in which they are exported."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Final, Generic, NamedTuple, TypeVar, cast, overload

from linode_orm._printable import printable
from linode_orm._public import public
from linode_orm.output.row import row_class

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator
    from typing import TextIO

    from linode_orm.output.cells import TableColumn
    from linode_orm.output.row import Slice

R_co = TypeVar("R_co", covariant=True)

_SHOWN: Final = 20
_WIDEST: Final = 40


@public
class CellProblem(NamedTuple):
    """A cell that is None because its value could not be read: its row and column, and what is wrong."""

    row: int
    column: str
    text: str

    def __str__(self) -> str:
        return printable(f"row {self.row}, {self.column}: {self.text}")


if TYPE_CHECKING:
    _Rows = Sequence
else:

    class _Rows(Generic[R_co]):
        """A sequence in all but its registration: polars would read a registered one row by row, and not as Arrow."""

        __slots__ = ()

        __contains__ = Sequence.__contains__
        __reversed__ = Sequence.__reversed__


@public
class Table(_Rows[R_co]):
    """The matches of a query as rows of named values, kept column by column.

    It holds what the server answered, datetimes decoded, secrets masked, and no objects. `problems` are the cells that
    could not be read and are None. `skipped` are the lists that the API refused to give.
    """

    __slots__ = ("_columns", "_make", "problems", "skipped")

    def __init__(
        self,
        columns: Sequence[TableColumn],
        problems: Sequence[CellProblem] = (),
        skipped: Sequence[object] = (),
    ) -> None:
        self._columns = tuple(columns)
        self.problems = tuple(problems)
        self.skipped = tuple(skipped)
        names = tuple(each.name for each in columns)
        made = row_class(names, {each.alias: each.name for each in columns if each.alias})
        self._make = partial(tuple.__new__, made)

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(each.name for each in self._columns)

    def __cells__(self) -> tuple[TableColumn, ...]:
        """Return the columns with their cells, for what writes them."""
        return self._columns

    def __len__(self) -> int:
        return len(self._columns[0].cells) if self._columns else 0

    def __iter__(self) -> Iterator[R_co]:
        return cast("Iterator[R_co]", map(self._make, zip(*(each.cells for each in self._columns), strict=False)))

    @overload
    def __getitem__(self, index: int, /) -> R_co: ...
    @overload
    def __getitem__(self, index: Slice, /) -> Table[R_co]: ...
    def __getitem__(self, index: int | Slice, /) -> R_co | Table[R_co]:
        if isinstance(index, slice):
            return self._part(index)
        return cast("R_co", self._make([each.cells[index] for each in self._columns]))

    def _part(self, index: Slice) -> Table[R_co]:
        at = {row: place for place, row in enumerate(range(len(self))[index])}
        problems = [each._replace(row=at[each.row]) for each in self.problems if each.row in at]
        return Table([each._replace(cells=each.cells[index]) for each in self._columns], problems, self.skipped)

    def index(self, value: object, start: int = 0, stop: int | None = None) -> int:
        """Return the place of the first row that equals a tuple; raise `ValueError` where there is none."""
        return Sequence.index(self, value, start, len(self) if stop is None else stop)

    def count(self, value: object) -> int:
        """Return how many rows equal a tuple."""
        return sum(row == value for row in self)

    def to_dicts(self) -> list[dict[str, object]]:
        """Return each row as a dict of its values by the columns' names."""
        names = self.columns
        return [dict(zip(names, row, strict=True)) for row in cast("Iterator[tuple[object, ...]]", iter(self))]

    @overload
    def to_json(self, file: None = None, /) -> str: ...
    @overload
    def to_json(self, file: str | os.PathLike[str] | TextIO, /) -> None: ...
    def to_json(self, file: str | os.PathLike[str] | TextIO | None = None, /) -> str | None:
        """Write the rows as an array of objects, one on a line; return the text where no path or file is given.

        Datetimes are ISO 8601 with `Z`; what JSON has no number for (NaN, infinities) is null.
        """
        from linode_orm.output.as_json import json_lines  # noqa: PLC0415  only who writes JSON needs it
        from linode_orm.output.files import write_text  # noqa: PLC0415  the same

        return write_text(json_lines(self._columns), file)

    @overload
    def to_csv(self, file: None = None, /) -> str: ...
    @overload
    def to_csv(self, file: str | os.PathLike[str] | TextIO, /) -> None: ...
    def to_csv(self, file: str | os.PathLike[str] | TextIO | None = None, /) -> str | None:
        """Write the rows as CSV in UTF-8 with a line of names; return the text where no path or file is given.

        Null is an empty field and an empty string is `""`. Datetimes are ISO 8601 with `Z`, lists are JSON.
        """
        from linode_orm.output.as_csv import csv_lines  # noqa: PLC0415  only who writes CSV needs it
        from linode_orm.output.files import write_text  # noqa: PLC0415  the same

        return write_text(csv_lines(self._columns), file)

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """Return the rows as an Arrow stream, which polars, pandas, DuckDB and pyarrow read (extra `data`)."""
        from linode_orm.output.arrow import arrow_stream  # noqa: PLC0415  an extra, and only for who asks for it

        return arrow_stream(self._columns, requested_schema)

    def __repr__(self) -> str:
        return f"<Table of {len(self)} rows: {', '.join(self.columns)}>"

    def __str__(self) -> str:
        from linode_orm.output.plain import text_lines  # noqa: PLC0415  only who prints needs it

        return "\n".join(text_lines(self._columns, len(self), _SHOWN, _WIDEST))

    def _repr_html_(self) -> str:
        from linode_orm.output.html import html_table  # noqa: PLC0415  only notebooks need it

        rows = islice(cast("Iterator[tuple[object, ...]]", iter(self)), _SHOWN * 5)
        return html_table(self.columns, rows, total=len(self), noun="rows")

    def __rich__(self) -> object:
        """Return the rows as a table of rich (extra `cli`)."""
        from linode_orm.output.as_rich import rich_table  # noqa: PLC0415  an extra, and only for who asks for it

        return rich_table(self._columns)

    def __reduce__(self) -> tuple[object, ...]:
        return Table, (self._columns, self.problems, ())
