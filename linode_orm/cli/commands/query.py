"""`linode-orm query`: the objects of a class that meet a condition."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click

from linode_orm.cli.account import AccountOptions, account_options, session_of
from linode_orm.cli.class_names import ClassName
from linode_orm.cli.help import CliCommand
from linode_orm.cli.rows import format_option, write_query
from linode_orm.cli.terminal import say, say_error

if TYPE_CHECKING:
    from linode_orm.mapping import Model


_HELP: Final = """\
Print the objects of CLASS, such as Instance or instances, that meet a condition.

Examples:
  linode-orm query Instance
  linode-orm query Instance --where 'region == "us-east" and "prod" in tags'
  linode-orm query Volume --where 'size > 100 and linode.has(status == "running")'
  linode-orm query Instance --order-by=-created,label --limit 10
  linode-orm query Volume --columns id,label,linode.label,size
  linode-orm query Event --where 'created > "2024-05-01"' --format jsonl | jq .action
  linode-orm query DomainRecord --where 'domain == 123' --format csv > zone.csv

A condition compares attributes with values by == != < <= > >=, `in`, `not in`, `is None`; joins by and, or, not;
asks lists and texts by contains, startswith, endswith, like, and what is related by has() and any(). It is parsed
and never run as code. `linode-orm models CLASS` lists the attributes.

Without --columns, json and jsonl print whole objects, csv every field of one value, and a table the chief ones.
Status 3: a list was refused, and the rest is printed.

"""


@click.command("query", cls=CliCommand, help=_HELP)
@click.argument("model", metavar="CLASS", type=ClassName())
@click.option("--where", metavar="EXPR", help="Python's expression syntax over attributes of the class.")
@click.option("--order-by", "order", metavar="NAMES", help="Attributes, a minus before those from the largest.")
@click.option("--columns", metavar="NAMES", help="Attributes, such as id,label,specs.memory,linode.label.")
@click.option("--limit", metavar="N", type=click.IntRange(0), help="At most so many.")
@click.option("--explain", is_flag=True, help="Say which requests would be sent, and send none.")
@format_option
@account_options
def command(  # noqa: PLR0913  one for each option
    model: type[Model],
    where: str | None,
    order: str | None,
    columns: str | None,
    *,
    limit: int | None,
    form: str,
    explain: bool,
    account: AccountOptions,
) -> None:
    """Print the objects of CLASS."""
    condition = None
    if where is not None:
        from linode_orm.cli.conditions import condition_of  # noqa: PLC0415  a query without one needs none of it

        condition = condition_of(model, where)
    keys = _named(model, order, "--order-by", crosses=False)
    chosen = _named(model, columns, "--columns", crosses=True)
    with session_of(account) as session:
        query: Any = session.query(model)
        query = query if condition is None else query.filter(condition)
        if keys:
            query = query.order_by(*(each.desc() if is_down else each.asc() for each, is_down in keys))
        query = query if limit is None else query.limit(limit)
        if explain:
            say(query.explain())
            return
        write_query(session, query, [each for each, _ in chosen], form, is_verbose=account.is_verbose)
        if query.skipped:
            say_error(f"{len(query.skipped)} lists were refused, and are not among these: {query.skipped[0]}")
            raise click.exceptions.Exit(3)


def _named(model: type[Model], text: str | None, option: str, *, crosses: bool) -> list[tuple[Any, bool]]:
    """Return the attributes in a list of names, and which have a minus before them."""
    if text is None:
        return []
    from linode_orm.cli.attribute_paths import UnknownNameError, attribute_at  # noqa: PLC0415  only named ones need it

    found: list[tuple[Any, bool]] = []
    for name in filter(None, (part.strip() for part in text.split(","))):
        is_down = not crosses and name.startswith("-")
        plain = name.removeprefix("-") if is_down else name
        try:
            attribute = attribute_at(model, plain.split("."), crosses=crosses)
        except UnknownNameError as error:
            msg = f"{option}: {error.text}"
            raise click.UsageError(msg) from None
        if not hasattr(attribute, "__column__" if crosses else "desc"):
            msg = f"{option}: {plain} is a collection, and has no value"
            raise click.UsageError(msg)
        found.append((attribute, is_down))
    if not found:
        msg = f"{option} names no attribute"
        raise click.UsageError(msg)
    return found
