"""The rules of pushdown: what the server is known to filter, for each operator on each type of value, with its source.

A condition may be sent only where the server's answer holds every row that meets it here, under every reading that the
recordings leave open. The answer is evaluated again, so rows too many do no harm, and rows too few would.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from linode_orm.mapping.patterns import Pattern

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Source = Literal["recorded", "documented", "assumed"]

Test = str | int | bool | dict[str, str | int]
"""What stands beside an attribute's name in X-Filter: a value, or an operator with its value."""

if TYPE_CHECKING:
    Writer = Callable[[object], tuple[Test, ...]]
    """Writes a value as tests that must all hold; none where this value is safer evaluated here."""


class Rule(NamedTuple):
    """What is known of one operator on one type of value; without `write` the condition is evaluated here alone."""

    write: Writer | None
    source: Source
    note: str


class Rules(NamedTuple):
    """The rules of one operator, by the `filter_type` of a codec."""

    by_type: Mapping[str, Rule]
    otherwise: Rule

    def of(self, filter_type: str) -> Rule:
        """Return the rule for a type of value."""
        return self.by_type.get(filter_type, self.otherwise)


# -- how values are written --------------------------------------------------------------------------------------------

_LARGEST: Final = 2**53
_LONGEST: Final = 512
_YEARS: Final = range(1970, 9001)


def number(symbol: str) -> Writer:
    """Write an integer beside an operator of X-Filter; one beyond the range of a double is evaluated here."""

    def write(value: object) -> tuple[Test, ...]:
        if type(value) is not int or abs(value) > _LARGEST:
            return ()
        return ({symbol: value},) if symbol else (value,)

    return write


def truth(value: object) -> tuple[Test, ...]:
    """Write a truth value."""
    return (value,) if isinstance(value, bool) else ()


def opposite_truth(value: object) -> tuple[Test, ...]:
    """Write "not this truth value" as the other one."""
    return (not value,) if isinstance(value, bool) else ()


def text(value: object) -> tuple[Test, ...]:
    """Write a string that has to be equal."""
    return (value,) if isinstance(value, str) and _is_safe(value) else ()


def part(value: object) -> tuple[Test, ...]:
    """Write a string that has to be contained."""
    return ({"+contains": value},) if isinstance(value, str) and _is_safe(value) else ()


def literal(value: object) -> tuple[Test, ...]:
    """Write the longest literal of a pattern, which every match contains."""
    return part(value.longest_literal.strip()) if isinstance(value, Pattern) else ()


def _is_safe(value: str) -> bool:
    # a server that trims, escapes or takes "" for null must not lose rows
    is_plain = value == value.strip() and value.isprintable() and "\\" not in value
    return is_plain and 0 < len(value) <= _LONGEST


class Bound(NamedTuple):
    """An operator of X-Filter, beside the second of a timestamp or, one `later`, the next."""

    symbol: str
    later: int = 0


def timestamp(*whole: Bound, fraction: tuple[Bound, ...]) -> Writer:
    """Write a timestamp of a whole second by its bounds; of one between two seconds count the bounds for a `fraction`.

    Whether the API keeps fractions that its answers do not show is not on record. So every bound is chosen so that a
    row with a hidden fraction is on the right side, too.
    """

    def write(value: object) -> tuple[Test, ...]:
        if not isinstance(value, str):
            return ()
        given = datetime.fromisoformat(value)
        if given.year not in _YEARS:
            return ()
        utc = given.replace(tzinfo=UTC) if given.tzinfo is None else given.astimezone(UTC)
        second = utc.replace(tzinfo=None, microsecond=0)
        bounds = fraction if utc.microsecond else whole
        return tuple({each.symbol: (second + timedelta(seconds=each.later)).isoformat()} for each in bounds)

    return write


# -- what is known of each operator ------------------------------------------------------------------------------------

_FOLDS: Final = "a server that takes upper and lower case for the same gives more rows, never fewer"
_LOSES: Final = "a server that takes upper and lower case for the same would leave rows out"
_COLLATES: Final = "texts are ordered here by code point, and by the server's collation there"
_SECOND: Final = "whole seconds; a fraction that answers do not show stays within"
_THIS, _NEXT = Bound("+gte"), Bound("+lt", 1)


def here(note: str, source: Source = "assumed") -> Rule:
    """Make the rule of what is evaluated here alone."""
    return Rule(None, source, note)


_WHOLE_LIST: Final = here("whether the server compares whole lists is not on record")
_FLOAT: Final = here("how the server rounds numbers with a fraction is not on record")
_ORDERED_STRING: Final = here(_COLLATES, "documented")
_MIXED: Final = here("how the server compares a field that has several types is not on record")

NO_OPERATOR: Final = Rules({}, here("the server has no operator for it"))
NULL: Final = Rules({}, here("how the server filters null and missing is not on record"))

EQUAL: Final = Rules(
    {
        "integer": Rule(number(""), "recorded", "TestInstances_List#3, TestInstanceBackups_List#34"),
        "bool": Rule(truth, "recorded", "TestIPAddresses_List#5"),
        "string": Rule(text, "recorded", f"ExampleListKernels_filtered#0; {_FOLDS}"),
        "datetime": Rule(
            timestamp(_THIS, _NEXT, fraction=()), "documented", f"sent as +gte and +lt of the next second: {_SECOND}"
        ),
        "list": _WHOLE_LIST,
        "float": _FLOAT,
    },
    _MIXED,
)
UNEQUAL: Final = Rules(
    {
        "integer": Rule(number("+neq"), "documented", "whether null is among the rows makes no difference here"),
        "bool": Rule(opposite_truth, "recorded", "sent as equality with the other value (TestIPAddresses_List#6)"),
        "string": here(_LOSES, "documented"),
        "datetime": Rule(
            timestamp(Bound("+neq"), fraction=()),
            "documented",
            "a timestamp with a hidden fraction is equal here and other there: too many",
        ),
        "list": _WHOLE_LIST,
        "float": _FLOAT,
    },
    _MIXED,
)


def _ordered(integer: Rule, datetime_: Rule) -> Rules:
    rules = {"integer": integer, "datetime": datetime_, "string": _ORDERED_STRING, "float": _FLOAT}
    return Rules(rules, _MIXED)


LESS: Final = _ordered(
    Rule(number("+lt"), "documented", "the mirror of +gte"),
    Rule(timestamp(Bound("+lt"), fraction=(_NEXT,)), "documented", _SECOND),
)
AT_MOST: Final = _ordered(
    Rule(number("+lte"), "documented", "the mirror of +gte"),
    Rule(timestamp(_NEXT, fraction=(_NEXT,)), "documented", f"sent as +lt of the next second: {_SECOND}"),
)
GREATER: Final = _ordered(
    Rule(number("+gt"), "documented", "like +gte"),
    Rule(timestamp(Bound("+gt"), fraction=(_THIS,)), "documented", _SECOND),
)
AT_LEAST: Final = _ordered(
    Rule(number("+gte"), "recorded", "TestInstanceBackups_List#34"),
    Rule(timestamp(_THIS, fraction=(_THIS,)), "recorded", "TestMonitorServicesTokenCreation_Get#3"),
)

CONTAINS: Final = Rules(
    {
        "string": Rule(part, "documented", _FOLDS),
        "list": Rule(part, "documented", "an item, or a part of one: the latter gives more rows"),
        "labelled": Rule(text, "recorded", f"TestVLANs_GetIPAMAddress#5, the label of an item; {_FOLDS}"),
    },
    _MIXED,
)
STARTSWITH: Final = Rules(
    {"string": Rule(part, "documented", f"sent as +contains, which holds them all; {_FOLDS}")}, _MIXED
)
ENDSWITH: Final = STARTSWITH
LIKE: Final = Rules(
    {"string": Rule(literal, "documented", f"its longest literal sent as +contains, which holds them all; {_FOLDS}")},
    _MIXED,
)
ANY_CASE: Final = Rules({}, here("a server that tells upper and lower case apart would leave rows out"))
IS: Final = Rules(
    {"bool": EQUAL.by_type["bool"]}, here("whether the server compares it with a truth value is not on record")
)
IN: Final = Rules(
    {
        "integer": EQUAL.by_type["integer"]._replace(source="documented", note="+or of equalities"),
        "bool": EQUAL.by_type["bool"]._replace(source="documented", note="+or of equalities"),
        "string": EQUAL.by_type["string"]._replace(source="documented", note=f"+or of equalities; {_FOLDS}"),
        "datetime": EQUAL.by_type["datetime"]._replace(note=f"+or of seconds: {_SECOND}"),
        "float": _FLOAT,
    },
    _MIXED,
)
NOT_IN: Final = Rules(
    {
        "integer": UNEQUAL.by_type["integer"]._replace(note="+and of +neq"),
        "bool": UNEQUAL.by_type["bool"]._replace(source="documented", note="+and of equalities with the other value"),
        "string": UNEQUAL.by_type["string"],
        "datetime": UNEQUAL.by_type["datetime"]._replace(note="+and of +neq"),
        "float": _FLOAT,
    },
    _MIXED,
)
