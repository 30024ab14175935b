"""What is known of the server's filters: one row for each operator on each type, with its source.

A condition may be sent only where the server's answer holds every row that meets it here, under every reading that the
recordings leave open: the answer is evaluated again, so that rows too many do no harm and rows too few would.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from linode_orm.mapping.codecs import Codec
    from linode_orm.session.lists.xfilter import Test

Source = Literal["recorded", "documented", "assumed"]


class Rule(NamedTuple):
    """What is known of one operator on one type; `form` names a way of writing it, empty where it stays here."""

    operator: str
    kind: str
    form: str
    source: Source
    note: str

    @property
    def sent(self) -> bool:
        """Whether the condition may be sent to the server."""
        return bool(self.form)


_FOLDS = "a server that takes upper and lower case for the same gives more rows, never fewer"
_LOSES = "a server that takes upper and lower case for the same would leave rows out"
_COLLATES = "texts are ordered here by code point, and by the server's collation there"
_NULL = "how the server filters null and missing is not on record"
_ROUNDS = "how the server rounds numbers with a fraction is not on record"
_MIXED = "how the server compares a field that has several types is not on record"
_SECOND = "whole seconds; a fraction that answers do not show stays within"

RULES: Final[tuple[Rule, ...]] = (
    Rule("==", "integer", "equal", "recorded", "TestInstances_List#3, TestInstanceBackups_List#34"),
    Rule("!=", "integer", "neq", "documented", "whether null is among the rows makes no difference here"),
    Rule("<", "integer", "lt", "documented", "the mirror of +gte"),
    Rule("<=", "integer", "lte", "documented", "the mirror of +gte"),
    Rule(">", "integer", "gt", "documented", "like +gte"),
    Rule(">=", "integer", "gte", "recorded", "TestInstanceBackups_List#34"),
    Rule("in", "integer", "equal", "documented", "+or of equalities"),
    Rule("not in", "integer", "neq", "documented", "+and of +neq"),
    Rule("==", "bool", "equal", "recorded", "TestIPAddresses_List#5"),
    Rule("!=", "bool", "opposite", "recorded", "sent as equality with the other value (TestIPAddresses_List#6)"),
    Rule("in", "bool", "equal", "documented", "+or of equalities"),
    Rule("not in", "bool", "opposite", "documented", "+and of equalities with the other value"),
    Rule("==", "string", "equal", "recorded", f"ExampleListKernels_filtered#0; {_FOLDS}"),
    Rule("!=", "string", "", "documented", _LOSES),
    Rule("<", "string", "", "documented", _COLLATES),
    Rule("<=", "string", "", "documented", _COLLATES),
    Rule(">", "string", "", "documented", _COLLATES),
    Rule(">=", "string", "", "documented", _COLLATES),
    Rule("contains", "string", "contains", "documented", _FOLDS),
    Rule("not contains", "string", "", "assumed", "the server has no operator for it"),
    Rule("startswith", "string", "contains", "documented", f"sent as +contains, which holds them all; {_FOLDS}"),
    Rule("not startswith", "string", "", "assumed", "the server has no operator for it"),
    Rule("in", "string", "equal", "documented", f"+or of equalities; {_FOLDS}"),
    Rule("not in", "string", "", "documented", _LOSES),
    Rule("==", "datetime", "second", "documented", f"sent as +gte and +lt of the next second: {_SECOND}"),
    Rule(
        "!=", "datetime", "neq", "documented", "a moment with a hidden fraction is equal here and other there: too many"
    ),
    Rule("<", "datetime", "lt", "documented", _SECOND),
    Rule("<=", "datetime", "before_next", "documented", f"sent as +lt of the next second: {_SECOND}"),
    Rule(">", "datetime", "gt", "documented", _SECOND),
    Rule(">=", "datetime", "gte", "recorded", "TestMonitorServicesTokenCreation_Get#3"),
    Rule("in", "datetime", "second", "documented", f"+or of seconds: {_SECOND}"),
    Rule("not in", "datetime", "neq", "documented", "+and of +neq"),
    Rule("==", "list", "", "assumed", "whether the server compares whole lists is not on record"),
    Rule("!=", "list", "", "assumed", "whether the server compares whole lists is not on record"),
    Rule("contains", "list", "contains", "documented", "an item, or a part of one: the latter gives more rows"),
    Rule("not contains", "list", "", "assumed", "the server has no operator for it"),
    Rule("contains", "labelled", "equal", "recorded", f"TestVLANs_GetIPAMAddress#5, the label of an item; {_FOLDS}"),
    *(Rule(each, "float", "", "assumed", _ROUNDS) for each in ("==", "!=", "<", "<=", ">", ">=", "in", "not in")),
    *(
        Rule(each, kind, "", "assumed", _NULL)
        for kind in ("integer", "bool", "string", "datetime", "list", "labelled", "float", "mixed", "other")
        for each in ("is_null", "not is_null")
    ),
)
"""A field inside an object follows the rule of its own type; its name is dotted (`entity.id`, recorded)."""

TABLE: Final = {(rule.operator, rule.kind): rule for rule in RULES}

FILTERED_ROADS: Final = frozenset({"/vpcs/{}/ips"})
"""Roads to objects that belong elsewhere and are known to take filters (TestVPC_ListIPAddresses#5)."""

NEGATED: Final = {
    "==": "!=",
    "!=": "==",
    "<": ">=",
    "<=": ">",
    ">": "<=",
    ">=": "<",
    "contains": "not contains",
    "startswith": "not startswith",
    "in": "not in",
    "is_null": "not is_null",
}
"""The opposite of each operator, true, false and unknown alike."""


def rule_for(operator: str, codec: Codec) -> Rule:
    """Give the rule for an operator on a field; what the table does not know stays here."""
    kind = codec.bare.filter_type
    return TABLE.get((operator, kind)) or Rule(operator, kind, "", "assumed", _MIXED)


def write(form: str, kind: str, value: object) -> tuple[Test, ...]:
    """Write a condition's value as the payload has it, all of these at once; none where it is safer evaluated here."""
    if isinstance(value, bool):
        return {"equal": (value,), "opposite": (not value,)}.get(form, ())
    if isinstance(value, int):
        return (_NUMBERS[form](value),) if form in _NUMBERS and abs(value) <= _LARGEST else ()
    if not isinstance(value, str):
        return ()
    return _moment(form, value) if kind == "datetime" else _text(form, value)


_LARGEST: Final = 2**53
_LONGEST: Final = 512

_NUMBERS: Final[dict[str, Callable[[int], Test]]] = {
    "equal": lambda value: value,
    "neq": lambda value: {"+neq": value},
    "lt": lambda value: {"+lt": value},
    "lte": lambda value: {"+lte": value},
    "gt": lambda value: {"+gt": value},
    "gte": lambda value: {"+gte": value},
}


def _text(form: str, value: str) -> tuple[Test, ...]:
    # a server that trims, escapes or takes "" for null must not lose rows
    if not value or value != value.strip() or not value.isprintable() or "\\" in value or len(value) > _LONGEST:
        return ()
    return (value,) if form == "equal" else ({"+contains": value},)


def _moment(form: str, value: str) -> tuple[Test, ...]:
    moment = datetime.fromisoformat(value)
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
    first, last = 1970, 9000
    if not first <= moment.year <= last:
        return ()
    if moment.microsecond:
        # the second that holds it: moments of whole seconds, and hidden fractions, are on the same side of both
        form = {"lt": "before_next", "before_next": "before_next", "gt": "gte", "gte": "gte"}.get(form, "")
        moment = moment.replace(microsecond=0)
    if not form:
        return ()
    this, following = _written(moment), _written(moment + timedelta(seconds=1))
    if form == "second":
        return ({"+gte": this}, {"+lt": following})
    return ({"+lt": following},) if form == "before_next" else ({f"+{form}": this},)


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat()
