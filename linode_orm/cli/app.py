"""The program `linode-orm`: its commands by name, each imported when it is run."""

from __future__ import annotations

from typing import Final

import click

from linode_orm.cli.group import CommandGroup
from linode_orm.version import VERSION

COMMANDS: Final = {
    "Look": {
        "query": "Print the objects of a class that meet a condition.",
        "show": "Print one object whole.",
        "models": "List the classes, or the fields and actions of one.",
        "events": "Print what happened on the account, and follow it.",
        "doctor": "Say whether the token, the network and the rates are as they should be.",
    },
    "Change": {
        "set": "Change attributes of the objects that meet a condition.",
        "delete": "Delete the objects that meet a condition.",
        "act": "Run an action on the objects that meet a condition.",
        "plan": "Show the plan that was saved to a file.",
        "apply": "Send the plan that was saved to a file.",
        "undo": "Take back a commit that a journal holds.",
        "recover": "Settle what a crash left unfinished in a journal.",
    },
    "Keep and compare": {
        "snapshot": "Write what the token may read to one SQLite file.",
        "diff": "Say what differs between two snapshots, or from the account now.",
    },
    "Many accounts": {
        "fleet": "Run a command over every account of a file.",
    },
    "Work and try": {
        "shell": "Open a Python prompt with a session and the models.",
        "demo": "Run the tour on a simulated account.",
        "simulate": "Serve a simulated account over HTTP.",
        "cassette": "Look at recorded requests and answers.",
        "completion": "Print what lets a shell complete commands and names.",
    },
}
"""What each command does, by its name; the help lists them without importing any."""


@click.group(cls=CommandGroup, sections=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(VERSION, prog_name="linode-orm")
def app() -> None:
    """Work with a Linode account: look at objects, change them by a plan, undo it.

    Examples:
      linode-orm query Instance --where 'region == "us-east" and "prod" in tags'
      linode-orm set Instance label=web-7 --where 'id == 123' -n
      linode-orm simulate --fleet 20          # an account to try everything on

    The token comes from LINODE_TOKEN, LINODE_CLI_TOKEN, or linode-cli's configuration. Exit status: 0 done or only
    shown, 1 an error and nothing done, 2 not understood and nothing sent, 3 something is left or differs.

    """
