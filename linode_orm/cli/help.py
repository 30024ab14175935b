"""Help that teaches by examples: the lines below `Examples:` in a docstring stand as they are written."""

from __future__ import annotations

from inspect import cleandoc
from typing import Any

import click


def with_examples(text: str | None) -> str | None:
    """Return the text of a help whose examples click does not wrap."""
    return None if text is None else cleandoc(text).replace("\n\nExamples:\n", "\n\n\b\nExamples:\n")


class CliCommand(click.Command):
    """A command whose docstring has examples."""

    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401  click's
        super().__init__(*args, **{**options, "help": with_examples(options.get("help"))})
