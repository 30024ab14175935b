"""A table gives its rows by position and by name, and every form of it holds the same cells."""

from __future__ import annotations

import copy
import csv
import io
import json
import math
import pickle
import tracemalloc
from datetime import UTC, datetime, timedelta

import pytest

from linode_orm.output.cells import CellType, TableColumn
from linode_orm.output.table import CellProblem, Table

WHEN = datetime(2024, 5, 6, 7, 8, 9, 123000, tzinfo=UTC)
ODD = 'snow ☃, "quoted"\r\nnext'


def table(rows=3):
    """Give a table with a column of every type; the last row holds nothing."""
    cells = {
        "id": (CellType.INTEGER, [1, 2**70, None]),
        "label": (CellType.TEXT, [ODD, "", None]),
        "count": (CellType.FLOAT, [1.5, 2, None]),
        "linode.up": (CellType.BOOLEAN, [True, False, None]),
        "created": (CellType.DATETIME, [WHEN, WHEN + timedelta(days=1), None]),
        "port": (CellType.MIXED, [80, "http", None]),
        "tags": (CellType.TEXTS, [["a", "ü"], [], None]),
        "ids": (CellType.INTEGERS, [[1, 2], [], None]),
        "rest": (CellType.JSON, [{"a": [None, 1]}, [1], None]),
    }
    columns = [TableColumn(name, kind, values[:rows]) for name, (kind, values) in cells.items()]
    return Table([*columns[:1], columns[1]._replace(alias="name"), *columns[2:]])


def test_a_row_is_a_tuple_with_names():
    """A row is read by position, by item and by attribute; a column wins over a method of tuples."""
    row = table()[0]
    assert isinstance(row, tuple)
    assert (row[0], row[-1], row["id"], row.id) == (1, {"a": [None, 1]}, 1, 1)
    assert row["linode.up"] is True
    assert (row.count, row["label"], row.name, row[1:3]) == (1.5, ODD, ODD, (ODD, 1.5))
    first, second, *_ = row
    assert (first, second) == (1, ODD)


@pytest.mark.parametrize(("read", "error"), [(lambda r: r["lable"], KeyError), (lambda r: r.lable, AttributeError)])
def test_a_column_that_there_is_not(read, error):
    """The error names the columns that there are."""
    with pytest.raises(error, match=r"no column 'lable'.*label"):
        read(table()[0])
    with pytest.raises(IndexError):
        table()[0][99]
    with pytest.raises(TypeError):
        table()[0][1.5]


def test_a_table_is_a_sequence():
    """It has a length, is iterated, indexed and sliced, and an empty one is false; problems follow their rows."""
    whole = Table(table().__cells__(), [CellProblem(2, "id", "wrong")])
    assert len(whole) == 3
    assert [row[0] for row in whole] == [1, 2**70, None]
    assert whole[-1] == (None,) * 9
    part = whole[1:]
    assert (len(part), part[0].label, part.columns) == (2, "", whole.columns)
    assert part.problems == (CellProblem(1, "id", "wrong"),)
    assert not Table([TableColumn("id", CellType.INTEGER, [])])
    assert whole.to_dicts()[0]["created"] == WHEN


def test_pickles_and_copies():
    """Tables and rows are copied and pickled, names included."""
    whole = table()
    for again in (pickle.loads(pickle.dumps(whole)), copy.deepcopy(whole)):
        assert list(again) == list(whole)
        assert again.columns == whole.columns
    row = pickle.loads(pickle.dumps(whole[0]))
    assert (row.label, row.name, row["linode.up"], row) == (ODD, ODD, True, whole[0])


def test_json(tmp_path):
    """JSON has every value back: unicode, nulls, long numbers, datetimes with `Z`; a file and a path hold the same."""
    text = table().to_json()
    first, second, last = json.loads(text)
    assert (first["label"], first["created"]) == (ODD, "2024-05-06T07:08:09.123000Z")
    assert (second["id"], second["label"], second["tags"]) == (2**70, "", [])
    assert set(last.values()) == {None}
    assert "☃" in text
    file = io.StringIO()
    assert table().to_json(file) is None
    table().to_json(tmp_path / "rows.json")
    assert file.getvalue() == (tmp_path / "rows.json").read_text(encoding="utf-8") == text
    assert json.loads(table(0).to_json()) == []


def test_json_of_what_json_cannot_hold(tmp_path):
    """NaN and infinities are null, and half a surrogate pair is an escape that reads back."""
    odd = Table(
        [TableColumn("x", CellType.FLOAT, [math.nan, -math.inf]), TableColumn("y", CellType.TEXT, ["\ud800", "☃"])]
    )
    odd.to_json(tmp_path / "odd.json")
    assert json.loads((tmp_path / "odd.json").read_bytes()) == [{"x": None, "y": "\ud800"}, {"x": None, "y": "☃"}]
    odd.to_csv(tmp_path / "odd.csv")
    assert "☃" in (tmp_path / "odd.csv").read_text(encoding="utf-8")


def test_csv(tmp_path):
    """CSV is read back by the standard library; null is an empty field, and an empty string is quoted."""
    table().to_csv(tmp_path / "rows.csv")
    with (tmp_path / "rows.csv").open(encoding="utf-8", newline="") as file:
        heads, first, second, last = csv.reader(file)
    assert heads == list(table().columns)
    assert first == [
        "1",
        ODD,
        "1.5",
        "true",
        "2024-05-06T07:08:09.123000Z",
        "80",
        '["a", "ü"]',
        "[1, 2]",
        '{"a": [null, 1]}',
    ]
    assert second[:4] == [str(2**70), "", "2", "false"]
    assert last == [""] * 9
    lines = table().to_csv()
    assert f'\r\n{2**70},"",2,' in lines
    assert lines.endswith("\r\n,,,,,,,,\r\n")


def test_a_million_rows_of_csv(tmp_path):
    """A long table is written in portions: its text is never held whole."""
    cells = ["ü" * 10] * 1_000_000
    long = Table([TableColumn("a", CellType.TEXT, cells), TableColumn("b", CellType.INTEGER, [None] * 1_000_000)])
    tracemalloc.start()
    long.to_csv(tmp_path / "long.csv")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (tmp_path / "long.csv").stat().st_size == 5 + 1_000_000 * 23
    assert peak < 8_000_000


def test_a_wrong_file():
    """What is neither a path nor a text file is refused before anything is written."""
    with pytest.raises(TypeError, match="a path or a text file"):
        table().to_csv(5)


def test_what_people_see():
    """A terminal and a notebook get no control character and no markup of a server, and are told of cut rows."""
    evil = Table([TableColumn("label", CellType.TEXT, ["<b>x</b>\x1b[2J", *["y"] * 200])])
    assert "\x1b" not in str(evil)
    assert "… 201 rows in all" in str(evil)
    shown = evil._repr_html_()
    assert "&lt;b&gt;x&lt;/b&gt;\\x1b" in shown
    assert "201 rows in all" in shown
    assert "<b>" not in shown
    assert repr(evil) == "<Table of 201 rows: label>"


def test_rich():
    """Rich shows the rows, and takes no text of a server for markup."""
    from rich.console import Console

    console = Console(file=io.StringIO(), width=200)
    console.print(
        Table([TableColumn("label", CellType.TEXT, ["[red]x[/red]"]), TableColumn("n", CellType.INTEGER, [5])])
    )
    assert "[red]x[/red]" in console.file.getvalue()


def test_arrow():
    """Arrow has a typed column for each, with nulls; numbers beyond 64 bits make a column of strings."""
    import nanoarrow

    arrow = nanoarrow.Array(nanoarrow.c_array_stream(table()))
    assert arrow.to_pylist()[0] == {
        "id": "1", "label": ODD, "count": 1.5, "linode.up": True, "created": WHEN, "port": "80",
        "tags": ["a", "ü"], "ids": [1, 2], "rest": '{"a": [null, 1]}',
    }  # fmt: skip
    assert set(arrow.to_pylist()[2].values()) == {None}
    types = {field.name: field.type.name for field in arrow.schema.fields}
    assert types == {
        "id": "STRING", "label": "STRING", "count": "DOUBLE", "linode.up": "BOOL", "created": "TIMESTAMP",
        "port": "STRING", "tags": "LIST", "ids": "LIST", "rest": "STRING",
    }  # fmt: skip
    small = Table([TableColumn("id", CellType.INTEGER, [None, *range(300)])])
    assert nanoarrow.Array(nanoarrow.c_array_stream(small)).to_pylist()[299:] == [{"id": 298}, {"id": 299}]
    assert len(nanoarrow.Array(nanoarrow.c_array_stream(table(0)))) == 0


def test_polars_and_duckdb():
    """Polars and DuckDB read a table as it is."""
    polars, duckdb = pytest.importorskip("polars"), pytest.importorskip("duckdb")
    frame = polars.DataFrame(table())
    assert frame["label"].to_list() == [ODD, "", None]
    assert frame["created"].to_list() == [WHEN, WHEN + timedelta(days=1), None]
    rows = table()
    assert duckdb.sql('select count(*), sum("count") from rows where "linode.up" is not null').fetchall() == [(2, 3.5)]
    assert len(rows) == 3


def test_pandas():
    """Pandas finds the names of the columns, with Arrow and without."""
    pandas = pytest.importorskip("pandas")
    assert list(pandas.DataFrame(table()).columns) == list(table().columns)


def test_without_the_extra(monkeypatch):
    """Without nanoarrow the error says what to install."""
    monkeypatch.setitem(__import__("sys").modules, "nanoarrow", None)
    with pytest.raises(ImportError, match=r"linode_orm\[data\]"):
        table().__arrow_c_stream__()
