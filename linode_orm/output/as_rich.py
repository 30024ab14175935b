"""Tables for rich, of the extra `cli`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from linode_orm.output.cells import CellType
from linode_orm.output.plain import shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from linode_orm.output.cells import TableColumn

_NUMBERS: Final = frozenset({CellType.INTEGER, CellType.FLOAT})


def rich_table(columns: Sequence[TableColumn]) -> object:
    """Return the table; its texts are no markup."""
    from rich.table import Table  # noqa: PLC0415  an extra, and only for who asks for it
    from rich.text import Text  # noqa: PLC0415  the same

    table = Table()
    for each in columns:
        table.add_column(Text(shown(each.name)), justify="right" if each.cell_type in _NUMBERS else "left")
    for row in zip(*(each.cells for each in columns), strict=True):
        table.add_row(*(Text(shown(value)) for value in row))
    return table
