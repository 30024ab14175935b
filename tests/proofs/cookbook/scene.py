"""What an account and a working directory hold before a recipe's script runs, and the fewest requests that do the job."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from linode_orm.simulator import Simulator


class Scene(NamedTuple):
    """The fewest requests of the job, and what else belongs to it."""

    fewest: int
    """As `list + writes`, counted by hand from what the scene has made."""
    waits: bool = False
    """Whether the script waits: looks at what was begun are among the fewest, as there is no other way to see its end."""
    arguments: tuple[str, ...] = ()


SCENES: dict[str, Callable[[Simulator], Scene]] = {}


def scene(anchor: str) -> Callable[[Callable[[Simulator], Scene]], Callable[[Simulator], Scene]]:
    """Register what makes the scene of a recipe."""

    def keep(make: Callable[[Simulator], Scene]) -> Callable[[Simulator], Scene]:
        SCENES[anchor] = make
        return make

    return keep
