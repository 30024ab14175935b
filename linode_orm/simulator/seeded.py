"""What `sim.seed()` has made: bodies by keyword, and typed objects by class."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar, overload

from linode_orm.mapping import Model

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from linode_orm.simulator.row_objects import RowObjects
    from linode_orm.simulator.store import Row

M = TypeVar("M", bound=Model)


class Seeded(dict[str, list[dict[str, object]]]):
    """The objects that were made: `made[Instance]` are typed objects, `made["instances"]` bodies as the API has them.

    The objects belong to no session. Raises `KeyError` for what was not asked for.
    """

    def __init__(self, rows: Mapping[str, Sequence[Row]], objects: RowObjects) -> None:
        super().__init__({keyword: [row.body for row in each] for keyword, each in rows.items()})
        self._rows = rows
        self._objects = objects

    @overload
    def __getitem__(self, key: str, /) -> list[dict[str, object]]: ...
    @overload
    def __getitem__(self, key: type[M], /) -> list[M]: ...
    def __getitem__(self, key: str | type[M], /) -> list[dict[str, object]] | list[M]:
        """Return the bodies of a keyword, or the objects of a class."""
        if isinstance(key, str):
            return super().__getitem__(key)
        resource = self._objects.resource(key)
        found = [each for each in self._rows.values() if each and each[0].resource is resource]
        if not found:
            raise KeyError(key.__name__)
        return [self._objects.shown(key, row) for row in found[0]]
