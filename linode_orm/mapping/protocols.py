"""The protocol of a field, for the modules that decode, track and filter: they import no fields."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Protocol

if TYPE_CHECKING:
    from linode_orm.mapping.codecs import Codec
    from linode_orm.mapping.normal_forms import NormalForm


class FieldFacts(Protocol):
    """The facts of one field that decoding and change tracking need."""

    name: str
    key: str
    absent: bool
    only_on_get: bool
    redacted: bool
    filterable: bool
    refers: str
    changed_by: str
    written_by: str
    default: object
    rows_of: str
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
    def known_values(self) -> tuple[object, ...]:
        """The documented values, of the items where the field is a list; none where any may come."""
        ...

    @property
    def form(self) -> NormalForm | None:
        """The normal form of the values, or of the items of a list."""
        ...

    def unknown_in(self, value: object) -> list[object]:
        """Return the values, or items of a list, that are documented nowhere."""
        ...

    @property
    def codec(self) -> Codec:
        """What decodes and encodes the values."""
        ...

    def takes(self, verb: str) -> bool:
        """Whether the body of a `create` or an `update` takes the field."""
        ...
