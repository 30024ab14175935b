"""The codec of JSON that no declaration knows: scalars, and lists and maps of it at any depth."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linode_orm.mapping.codecs import Codec, NoneType
from linode_orm.mapping.containers import Container, ListOf, MapOf, adopted_value
from linode_orm.mapping.json_values import problem_of
from linode_orm.mapping.references import AnswerValue, ObjectId, identity_of, is_object
from linode_orm.mapping.values import WrongType

if TYPE_CHECKING:
    from linode_orm.mapping.codecs import Path
    from linode_orm.mapping.merging import Merging
    from linode_orm.mapping.tracked import Holder


class AnyJSON(Container):
    """Values of no declared type; changes of lists and objects inside them are tracked like all others."""

    plain = frozenset({int, str, float, bool, NoneType})

    def __init__(self) -> None:
        super().__init__("JSON")
        self._list: ListOf | None = None
        self._map: MapOf | None = None

    def _container(self, value: object) -> Codec:
        if isinstance(value, (list, tuple)):
            if self._list is None:
                self._list = ListOf(self, "JSON")
                self._list.is_one_value = True  # nothing says what its order means
            return self._list
        if isinstance(value, dict):
            self._map = self._map or MapOf(self)
            return self._map
        raise WrongType(self.text, value)

    def decode(self, raw: object, holder: Holder, name: str) -> object:
        return raw if type(raw) in self.plain else self._container(raw).decode(raw, holder, name)

    def adopt(self, value: object, holder: Holder, name: str) -> object:
        if type(value) in self.plain:
            problem = problem_of(value)
            if problem:
                raise WrongType(problem, value)
            return value
        if isinstance(value, AnswerValue):
            return adopted_value(self, value, holder)
        return identity_of(value) if is_object(value) else self._container(value).adopt(value, holder, name)

    def encode(self, value: object) -> object:
        if is_object(value):
            return ObjectId(value)
        if isinstance(value, AnswerValue):
            return value
        return value if type(value) in self.plain else self._container(value).encode(value)

    def same(self, one: object, other: object) -> bool:
        if isinstance(one, (list, dict)) and type(one) is type(other):
            return self._container(one).same(one, other)
        return super().same(one, other)

    def agrees(self, sent: object, answered: object) -> bool:
        if isinstance(sent, (list, dict)) and type(sent) is type(answered):
            return self._container(sent).agrees(sent, answered)
        return super().agrees(sent, answered)

    def update(self, value: object, raw: object) -> bool:
        return isinstance(value, (list, dict)) and self._container(value).update(value, raw)

    def rebase(self, value: object, onto: object, theirs: object, *, force: bool = False) -> bool:
        return isinstance(value, dict) and self._container(value).rebase(value, onto, theirs, force=force)

    def merge(self, base: object, theirs: object, mine: object, merging: Merging, path: Path = ()) -> object:
        if isinstance(base, dict) and isinstance(theirs, dict) and isinstance(mine, dict):
            return self._container(mine).merge(base, theirs, mine, merging, path)
        return merging.whole(self, base, theirs, mine, path)

    def replace(self, value: object, adopted: object) -> bool:
        return isinstance(value, list) and self._container(value).replace(value, adopted)
