"""Values that stand for "nothing": left out by the caller, absent from a body."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_SHOWN: Final = 12
_LONGEST_SHOWN: Final = 60

JSON: TypeAlias = "str | int | float | bool | Sequence[JSON] | Mapping[str, JSON] | None"
"""Any value that JSON can carry."""


class Unset(Enum):
    """The type of `UNSET`: an argument that the caller left out, which is not the same as null."""

    UNSET = "UNSET"

    def __repr__(self) -> str:
        return self.value

    def __bool__(self) -> bool:
        return False


UNSET: Final = Unset.UNSET


def not_among(unknown: Sequence[object], known: Sequence[object]) -> str:
    """Say that values are documented nowhere, what is, and what comes closest."""
    from linode_orm._suggestions import suggestion  # noqa: PLC0415  only a wrong name needs it

    hint = suggestion(str(unknown[0]), [each for each in known if isinstance(each, str)])
    shown = [*map(repr, known[:_SHOWN]), *([f"… {len(known)} in all"] if len(known) > _SHOWN else [])]
    return f"{', '.join(map(repr, unknown))} is not among the known values ({', '.join(shown)}){hint}"


class Absent(Enum):
    """The type of `ABSENT`: a key that a body does not have."""

    ABSENT = "ABSENT"

    def __repr__(self) -> str:
        return self.value

    def __bool__(self) -> bool:
        return False


ABSENT: Final = Absent.ABSENT


class Unreadable(Enum):
    """The type of `UNREADABLE`: a value in a body that is of another type than the declared one."""

    UNREADABLE = "UNREADABLE"


UNREADABLE: Final = Unreadable.UNREADABLE


class WrongType(Exception):  # noqa: N818  a signal inside mapping, never raised to users
    """A value is not of the type that its declaration names."""

    def __init__(self, expected: str, value: object) -> None:
        super().__init__(f"{expected} expected, not {_shown(value)}")


class NotComparable(WrongType):
    """An operator makes no sense for the values of a type."""

    def __init__(self, reason: str) -> None:
        Exception.__init__(self, reason)


def _shown(value: object) -> str:
    text = repr(value)
    text = text if len(text) <= _LONGEST_SHOWN else f"{text[: _LONGEST_SHOWN - 3]}..."
    return f"{text} ({type(value).__name__})"
