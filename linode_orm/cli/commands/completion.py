"""`linode-orm completion`: what lets a shell complete commands, options, classes and files."""

from __future__ import annotations

import click

from linode_orm.cli.group import COMPLETION, PROGRAM
from linode_orm.cli.help import CliCommand


@click.command("completion", cls=CliCommand)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def command(ctx: click.Context, shell: str) -> None:
    """Print the script that lets SHELL complete commands, options and names of classes.

    Examples:
      linode-orm completion bash > ~/.local/share/bash-completion/completions/linode-orm
      linode-orm completion zsh > ~/.zfunc/_linode-orm
      linode-orm completion fish > ~/.config/fish/completions/linode-orm.fish

    """
    from click.shell_completion import get_completion_class  # noqa: PLC0415  only this command needs it

    kind = get_completion_class(shell)
    if kind is None:
        msg = f"no completion is known for {shell}"
        raise click.UsageError(msg)
    made = kind(ctx.find_root().command, {}, PROGRAM, COMPLETION)
    click.echo(made.source_template % made.source_vars())
