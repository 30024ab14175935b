"""Raw rows of a query as they arrive: as tables of columns, whole or page by page, and as bodies."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from linode_orm.session.query.table_reader import TableReader

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from linode_orm.mapping.columns import Column
    from linode_orm.mapping.query import Query
    from linode_orm.output.table import Table
    from linode_orm.session.query.runner import QueryRunner


def table_of(runner: QueryRunner, query: Query[Any], columns: Sequence[Column[object]]) -> Table[Any]:
    """Return columns of every match in one table."""
    reader = TableReader(runner.client, runner.reference_data)
    runs, reading = runner.raw_rows(query)
    return reader.read(query, reader.check(query, columns), runs, reading)


def tables_of(runner: QueryRunner, query: Query[Any], columns: Sequence[Column[object]]) -> Iterator[Table[Any]]:
    """Yield columns of the matches as they arrive, a table for each page; without matches, one without rows.

    Columns behind a relation come in one table, so that the list of the other class is read once.
    """
    reader = TableReader(runner.client, runner.reference_data)
    runs, reading = runner.raw_rows(query)
    chosen = reader.check(query, columns)
    if any(each.relations and each.path for each in chosen):
        yield reader.read(query, chosen, runs, reading)
        return
    yield reader.read(query, chosen, islice(runs, 1), reading)
    yield from (reader.read(query, chosen, (run,), reading) for run in runs)
