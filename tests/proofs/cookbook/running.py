"""Runs a recipe's scripts, each on an account of its own, and says what they sent, printed, wrote and left."""

from __future__ import annotations

import io
import sys
import time
from contextlib import redirect_stdout
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

import linode_api4

from linode_orm.simulator import Simulator
from linode_orm.wire import client as wire_client
from tests.proofs.cookbook import scenes_making, scenes_names, scenes_reports, scenes_rolling  # noqa: F401  register their scenes
from tests.proofs.cookbook.account import Adapter, Delayed, Timeline, held
from tests.proofs.cookbook.scene import SCENES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pytest

    from tests.proofs.cookbook.recipes import Recipe
    from tests.proofs.cookbook.scene import Scene


START = datetime.now(UTC).replace(microsecond=0)
"""When all scripts begin: about now, since scripts ask the machine for the date, and at the same moment for both."""


class Run(NamedTuple):
    """What came of one run of a script."""

    requests: list[str]
    refused: list[str]
    seconds: float
    printed: str
    files: dict[str, str]
    held_before: dict[str, list[str]]
    held: dict[str, list[str]]
    scene: Scene

    @property
    def fewest(self) -> int:
        """The fewest requests of the job; looks at what was begun are among them."""
        return self.scene.fewest + (self.looks if self.scene.waits else 0)

    @property
    def looks(self) -> int:
        """How many requests only looked whether what was begun has ended: those for events and states after the first write."""
        first = next((at for at, each in enumerate(self.requests) if not each.startswith("GET")), len(self.requests))
        return sum(each.startswith("GET") for each in self.requests[first:])


def run_ours(recipe: Recipe, folder: Path, patch: pytest.MonkeyPatch) -> Run:
    """Run the script with linode_orm; its client finds the account in the place of the network."""

    def connect(sim: Simulator) -> None:
        patch.setattr(wire_client, "SystemClock", lambda: sim.clock)
        patch.setattr(wire_client, "_over_http", lambda *_: Delayed(sim))

    return run(recipe, recipe.ours, folder, patch, connect)


def run_theirs(recipe: Recipe, folder: Path, patch: pytest.MonkeyPatch) -> Run:
    """Run the script with linode_api4; what it sends and how long it sleeps reaches the account."""

    def connect(sim: Simulator) -> None:
        begin = linode_api4.LinodeClient.__init__

        def begin_here(client, *arguments, **options):
            begin(client, *arguments, **options)
            client.session.mount("https://", Adapter(sim))

        patch.setattr(linode_api4.LinodeClient, "__init__", begin_here)
        patch.setattr(time, "sleep", sim.clock.advance)

    return run(recipe, recipe.theirs, folder, patch, connect)


def run(
    recipe: Recipe, script: str, folder: Path, patch: pytest.MonkeyPatch, connect: Callable[[Simulator], None]
) -> Run:
    """Run one script on a new account; its working directory and its environment are those of the scene."""
    folder.mkdir()
    with (
        Simulator(clock=Timeline(START), job_seconds=60) as sim,
        patch.context() as context,
    ):
        context.chdir(folder)
        scene = SCENES[recipe.anchor](sim)
        context.setenv("LINODE_TOKEN", "a-token")
        context.delenv("LINODE_API_URL", raising=False)
        context.setattr(sys, "argv", ["recipe.py", *scene.arguments])
        before = held(sim)
        sim.requests.clear()
        began = sim.clock.monotonic()
        connect(sim)
        with redirect_stdout(io.StringIO()) as output:
            exec(compile(script, f"{recipe.page.name}: {recipe.title}", "exec"), {"__name__": "__main__"})
        patch.undo()
        taken = sim.clock.monotonic() - began
        refused = [f"{each} {each.body}" for each in sim.requests if (each.status or 600) >= 400]
        files = {
            each.name: each.read_text(encoding="utf-8") for each in sorted(folder.iterdir()) if each.suffix in TEXTS
        }
        return Run(sim.requests.lines, refused, taken, output.getvalue(), files, before, held(sim), scene)


TEXTS = {".csv", ".json", ".tf", ".txt", ".ini", ".zone"}
