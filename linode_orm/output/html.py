"""Values as HTML, for notebooks: tables and short texts, every character of them escaped."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from linode_orm.output.plain import shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def html_table(
    heads: Sequence[str], rows: Iterable[Sequence[object]], *, title: str = "", total: int = 0, noun: str = ""
) -> str:
    """Return a table; below it stands how many rows there are in all, where they are not all shown."""
    lines = [f"<p>{escaped(title)}</p>"] if title else []
    lines.append("<table>")
    lines.append(f"<thead><tr>{''.join(f'<th>{escape(shown(each))}</th>' for each in heads)}</tr></thead>")
    count = 0
    lines.append("<tbody>")
    for count, row in enumerate(rows, 1):  # noqa: B007  the last one counts
        lines.append(f"<tr>{''.join(f'<td>{escape(shown(each))}</td>' for each in row)}</tr>")
    lines.append("</tbody></table>")
    if total > count:
        lines.append(f"<p>… {total} {escape(noun)} in all</p>")
    return "\n".join(lines)


def escaped(text: str) -> str:
    """Return one line of text in which nothing is HTML."""
    return escape(shown(text))


def html_text(text: str) -> str:
    """Return lines of text as they stand."""
    return f"<pre>{escape(text)}</pre>"
