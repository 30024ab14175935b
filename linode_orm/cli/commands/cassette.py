"""`linode-orm cassette`: recorded requests and answers."""

from __future__ import annotations

from pathlib import Path

import click

from linode_orm.cli.terminal import say


@click.group("cassette")
def command() -> None:
    """Look at cassettes: recorded requests and answers that tests replay."""


@command.command("show")
@click.argument("file", type=click.Path(dir_okay=False, readable=False, path_type=Path))
def show(file: Path) -> None:
    """Print the cassette in FILE as a list of requests."""
    from linode_orm.testing.cassettes.listing import listed  # noqa: PLC0415  only this command needs it

    for line in listed(file):
        say(line)
