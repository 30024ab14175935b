"""The codec of timestamps: points in time, as the API writes them and as users read them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from linode_orm.mapping.codecs import NO_HOLDER, Codec
from linode_orm.mapping.json_types import TIMESTAMP
from linode_orm.mapping.values import WrongType
from linode_orm.output.cells import CellType, iso

if TYPE_CHECKING:
    from linode_orm.mapping.tracked import Holder

_WITHOUT_OFFSET: Final = len("2018-01-02T03:04:05")
_parsed_datetime: Final = datetime.fromisoformat


class DateTime(Codec):
    """Points in time: naive UTC strings in JSON (docs/api-notes.md#timestamps), aware ones for users."""

    python_types = (datetime,)
    filter_type = "datetime"
    is_sorted_alike = True
    json_type = TIMESTAMP
    cell_type = CellType.DATETIME

    def decode(self, raw: object, holder: Holder, name: str) -> object:  # noqa: ARG002  as all codecs
        if type(raw) is str:
            try:
                if len(raw) == _WITHOUT_OFFSET:  # adding the offset first: 90 ns, a tenth of `replace` later
                    return _parsed_datetime(raw + "+00:00")
                value = _parsed_datetime(raw)
                return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
            except (ValueError, OverflowError):  # a date beside the first or last year overflows in UTC
                raise WrongType(self.text, raw) from None
        raise WrongType(self.text, raw)

    def adopt(self, value: object, holder: Holder, name: str) -> object:
        del holder, name
        if not isinstance(value, datetime):
            raise WrongType(self.text, value)
        if value.tzinfo is None:
            msg = "datetime with a time zone (datetime(..., tzinfo=UTC))"
            raise WrongType(msg, value)
        try:
            return value.astimezone(UTC)
        except OverflowError:
            msg = "datetime between the years 1 and 9999 in UTC"
            raise WrongType(msg, value) from None

    def encode(self, value: object) -> object:
        if isinstance(value, datetime):
            if value.microsecond:
                return value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"
            return value.astimezone(UTC).replace(tzinfo=None).isoformat()
        return value

    def cell(self, raw: object) -> object:
        return self.decode(raw, NO_HOLDER, "")

    def cells(self, raws: list[Any]) -> list[Any]:
        try:  # one call a value; another form than the API's raises
            return [None if raw is None else _parsed_datetime(raw + "+00:00") for raw in raws]
        except (TypeError, ValueError):
            raise WrongType(self.text, None) from None

    def exported(self, raw: object) -> object:
        try:
            value = self.decode(raw, NO_HOLDER, "")
        except WrongType:
            return raw
        return iso(value) if isinstance(value, datetime) else raw
