"""Protocols: what the modules of a declaration know of one another, where one would have to import the other."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from linode_orm.mapping.codecs import Codec
    from linode_orm.mapping.tracked import Holder


class FieldFacts(Protocol):
    """The facts of one field that decoding and change tracking need."""

    name: str
    key: str
    absent: bool
    only_on_get: bool
    redacted: bool
    filterable: bool
    default: object
    kind: ClassVar[str]
    is_read_only: ClassVar[bool]
    is_write_only: ClassVar[bool]

    @property
    def is_secret(self) -> bool:
        """Whether the value is shown to nobody."""
        ...

    @property
    def nullable(self) -> bool:
        """Whether the API may send null here."""
        ...

    @property
    def codec(self) -> Codec:
        """What decodes and encodes the values."""
        ...

    def takes(self, verb: str) -> bool:
        """Whether the body of a `create` or an `update` takes the field."""
        ...


class Facts(Protocol):
    """The facts of one class that decoding and change tracking need."""

    @property
    def fields(self) -> Mapping[str, FieldFacts]:
        """Every field by its attribute's name."""
        ...

    @property
    def keys(self) -> Mapping[str, FieldFacts]:
        """Every field by its raw key."""
        ...


class NestedValue(Protocol):
    """An object of a nested class."""

    def __merge_body__(self, raw: dict[str, object]) -> None: ...
    def __become__(self, other: object) -> None: ...
    def __encode__(self) -> dict[str, object]: ...
    def __mark_clean__(self) -> None: ...
    def __held_by__(self, holder: Holder, name: str) -> NestedValue: ...


class NestedClass(Protocol):
    """A nested class."""

    __name__: str

    @property
    def __mapper__(self) -> Facts: ...

    def __call__(self, **values: object) -> NestedValue:
        """Return a new value."""
        ...

    def __hydrate__(self, raw: dict[str, object], holder: Holder | None, name: str) -> NestedValue: ...
