"""The way between a value in JSON and the value that a user holds: what is common, and plain values."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from linode_orm._former import names_of

if TYPE_CHECKING:
    from linode_orm.mapping.tracked import Holder

if not TYPE_CHECKING:  # type checkers would take every name for one that this module has
    __getattr__ = names_of(__name__)

NoneType: Final = type(None)
NAIVE: Final = len("2018-01-02T03:04:05")
_moment: Final = datetime.fromisoformat


class WrongType(Exception):  # noqa: N818  a signal inside mapping, never raised to users
    """A value is not of the type that its declaration names."""

    def __init__(self, expected: str, value: object) -> None:
        super().__init__(f"{expected} expected, not {_short(value)}")


def _short(value: object) -> str:
    text = repr(value)
    return f"{text if len(text) <= 60 else text[:57] + '...'} ({type(value).__name__})"  # noqa: PLR2004  a line's room


class Codec:
    """How values of one type are decoded, encoded, checked and compared.

    `plain` are the Python types that JSON gives and users see alike: such a value needs no decoding.
    """

    plain: frozenset[type] = frozenset()
    mutable: bool = False

    def __init__(self, text: str) -> None:
        self.text = text

    def decode(self, raw: object, holder: Holder, name: str) -> object:
        """Make the user's value of a value in a body; raise `WrongType`."""
        del holder, name
        if type(raw) in self.plain:
            return raw
        raise WrongType(self.text, raw)

    def adopt(self, value: object, holder: Holder, name: str) -> object:
        """Check a value that a user assigned and make it the owner's; raise `WrongType`."""
        return self.decode(value, holder, name)

    def encode(self, value: object) -> object:
        """Make the value in JSON of the user's value."""
        return value

    def same(self, one: object, other: object) -> bool:
        """Whether two values in JSON mean the same."""
        return one == other and (isinstance(one, bool) is isinstance(other, bool))

    def update(self, value: object, raw: object) -> bool:
        """Bring a mutable value up to date in place; False where a new one has to be made."""
        del value, raw
        return False

    def replace(self, value: object, adopted: object) -> bool:
        """Give a mutable value the contents of another in place; False where that cannot be."""
        del value, adopted
        return False

    def rebase(self, value: object, onto: object, theirs: object) -> bool:
        """Make the edits that led from `onto` to `value` on `theirs` instead; False where an edit replaces it whole."""
        del value, onto, theirs
        return False

    def forget(self, value: object) -> None:
        """Drop what is pending inside a mutable value; its contents stay until it is updated."""

    def trim(self, raw: object, verb: str) -> object:
        """Leave in a value in JSON only what the body of a `create` or an `update` takes."""
        del verb
        return raw

    def operand(self, value: object) -> object:
        """Check a value that an expression compares with, and give it as it stands in JSON; raise `WrongType`."""
        return self.encode(self.adopt(value, NO_HOLDER, ""))


class _NoHolder:
    def __touch__(self, name: str) -> None:
        """Nobody cares."""


NO_HOLDER: Final = _NoHolder()
"""Holds values that belong to nothing yet."""


class Scalar(Codec):
    """Numbers, texts and truth values, and unions of them."""

    def __init__(self, text: str, plain: frozenset[type], choices: tuple[object, ...] = ()) -> None:
        super().__init__(text)
        self.plain = plain
        self.choices = choices

    def adopt(self, value: object, holder: Holder, name: str) -> object:
        del holder, name
        if type(value) in self.plain:
            return value
        if isinstance(value, str) and str in self.plain:
            return str.__str__(value)
        raise WrongType(self.text, value)


class DateTime(Codec):
    """Moments: naive UTC text on the wire, aware datetimes for users (FACTS: `YYYY-MM-DDTHH:MM:SS`, no suffix)."""

    def decode(self, raw: object, holder: Holder, name: str) -> object:  # noqa: ARG002  as all codecs
        if type(raw) is str:
            try:
                if len(raw) == NAIVE:
                    return _moment(raw + "+00:00")
                moment = _moment(raw)
            except ValueError:
                raise WrongType(self.text, raw) from None
            return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
        raise WrongType(self.text, raw)

    def adopt(self, value: object, holder: Holder, name: str) -> object:
        del holder, name
        if not isinstance(value, datetime):
            raise WrongType(self.text, value)
        if value.tzinfo is None:
            msg = "datetime with a time zone (datetime(..., tzinfo=UTC))"
            raise WrongType(msg, value)
        return value.astimezone(UTC)

    def encode(self, value: object) -> object:
        if isinstance(value, datetime):
            if value.microsecond:
                return value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"
            return value.astimezone(UTC).replace(tzinfo=None).isoformat()
        return value

    def same(self, one: object, other: object) -> bool:
        return one == other or (
            isinstance(one, str)
            and isinstance(other, str)
            and self.decode(one, NO_HOLDER, "") == self.decode(other, NO_HOLDER, "")
        )


class Optional(Codec):
    """A type, or null."""

    def __init__(self, inner: Codec) -> None:
        super().__init__(f"{inner.text} | None")
        self.inner = inner
        self.plain = inner.plain | {NoneType}
        self.mutable = inner.mutable

    def decode(self, raw: object, holder: Holder, name: str) -> object:
        return None if raw is None else self.inner.decode(raw, holder, name)

    def adopt(self, value: object, holder: Holder, name: str) -> object:
        return None if value is None else self.inner.adopt(value, holder, name)

    def encode(self, value: object) -> object:
        return None if value is None else self.inner.encode(value)

    def same(self, one: object, other: object) -> bool:
        if one is None or other is None:
            return one is other
        return self.inner.same(one, other)

    def update(self, value: object, raw: object) -> bool:
        return value is not None and raw is not None and self.inner.update(value, raw)

    def replace(self, value: object, adopted: object) -> bool:
        return value is not None and adopted is not None and self.inner.replace(value, adopted)

    def rebase(self, value: object, onto: object, theirs: object) -> bool:
        return value is not None and theirs is not None and self.inner.rebase(value, onto, theirs)

    def forget(self, value: object) -> None:
        if value is not None:
            self.inner.forget(value)

    def trim(self, raw: object, verb: str) -> object:
        return None if raw is None else self.inner.trim(raw, verb)
