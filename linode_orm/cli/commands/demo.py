"""`linode-orm demo`: the tour on a simulated account."""

from __future__ import annotations

import click


@click.command("demo")
def command() -> None:
    """Run the tour on a simulated account; needs no network and no token."""
    from rich.console import Console  # noqa: PLC0415  help needs none of it

    from linode_orm.cli import demo  # noqa: PLC0415  the simulator is loaded where it is wanted

    demo.run(Console(highlight=False))
