"""X-Filter: how the simulated server evaluates the header, in a dialect that tests can change."""

from __future__ import annotations

import json
import operator
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Literal, TypeVar

from attrs import frozen

from linode_orm.simulator.errors import bad
from linode_orm.simulator.strict_json import parse_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from linode_orm.simulator.store import Body, Row

HEADER: Final = "X-Filter"

NO_ALIASES: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType({})
ALIASES: Final[Mapping[str, Mapping[str, Mapping[str, str]]]] = {
    # The description lists `disks` among the types of entities, and Ansible's modules for Linodes ask for it; recorded
    # events of disks are about the Linode (`TestInstanceBackups_List#5`).
    "Event": {"entity.type": {"disks": "linode", "backups": "linode"}},
}
"""Values of filters that stand for others, by class and key."""

T = TypeVar("T")

_COMPARE: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "+gt": operator.gt,
    "+gte": operator.ge,
    "+lt": operator.lt,
    "+lte": operator.le,
}


@frozen
class Dialect:
    """How the server reads a filter where nothing was recorded; the default is the plainest reading.

    `fold_case` compares strings without case. `neq_keeps_null` lets `+neq` match null and missing. `list_contains` is
    what `+contains` means on a list. `ignores` names attributes that are ignored in silence, and `ignores_all` ignores
    every condition. `collation` gives the sort key of a string. Every `leak`th row that does not match is answered all
    the same. `results_off` is added to the envelope's `results`. `checks_names` refuses attributes that cannot be
    filtered.
    """

    fold_case: bool = False
    neq_keeps_null: bool = True
    list_contains: Literal["exact", "substring"] = "exact"
    ignores: frozenset[str] = frozenset()
    ignores_all: bool = False
    collation: Callable[[str], object] | None = None
    leak: int = 0
    results_off: int = 0
    checks_names: bool = True

    def text(self, value: T) -> T | str:
        """Return a value as it is compared: strings in one case if the dialect says so, others as they are."""
        return value.casefold() if self.fold_case and isinstance(value, str) else value

    def equal(self, have: object, want: object) -> bool:
        """Whether a value equals the filter's; a list does where it holds it (`TestVLANs_GetIPAMAddress#5`)."""
        if isinstance(have, list):
            return any(self.equal(each.get("label") if isinstance(each, dict) else each, want) for each in have)
        if isinstance(have, bool) is not isinstance(want, bool):
            return False
        return bool(self.text(have) == self.text(want))

    def contains(self, have: object, want: object) -> bool:
        """Whether `+contains` holds."""
        if isinstance(have, list):
            if self.list_contains == "exact":
                return self.equal(have, want)
            return any(isinstance(each, str) and str(self.text(want)) in self.text(each) for each in have)
        return isinstance(have, str) and str(self.text(want)) in self.text(have)

    def compare(self, symbol: str, have: object, want: object) -> bool:
        """Whether an inequality holds; null and other types match none."""
        numbers = isinstance(have, (int, float)) and isinstance(want, (int, float))
        if not numbers and not (isinstance(have, str) and isinstance(want, str)):
            return False
        return bool(_COMPARE[symbol](self.text(have), self.text(want)))

    def order(self, value: object) -> tuple[int, object]:
        """Return the sort key of a value; null and missing stand last."""
        if value is None:
            return (2, 0)
        if isinstance(value, (bool, int, float)):
            return (0, value)
        if isinstance(value, str):
            return (1, self.collation(value) if self.collation else value)
        return (1, json.dumps(value))


class Filter:
    """A parsed X-Filter: a test for bodies, and an order."""

    def __init__(
        self,
        payload: Any,  # noqa: ANN401  JSON
        names: frozenset[str],
        dialect: Dialect,
        aliases: Mapping[str, Mapping[str, str]] = NO_ALIASES,
    ) -> None:
        self._names = names
        self._aliases = aliases
        self._dialect = dialect
        if not isinstance(payload, dict):
            raise bad("Filter not valid JSON", HEADER)
        rest = dict(payload)
        self.order_by = rest.pop("+order_by", None)
        self.descending = self._direction(rest.pop("+order", "asc"))
        self._test = self._all(rest)
        if self.order_by is not None:
            self._known(self.order_by, "order by")

    @staticmethod
    def _direction(order: object) -> bool:
        if order not in ("asc", "desc"):
            raise bad("+order must be one of asc, desc", HEADER)
        return order == "desc"

    def _known(self, name: object, verb: str = "filter on") -> None:
        if not isinstance(name, str) or (self._dialect.checks_names and name not in self._names):
            raise bad(f"Cannot {verb} {name}", HEADER)

    def _all(self, payload: Any) -> Callable[[Body], bool]:  # noqa: ANN401  JSON
        if not isinstance(payload, dict):
            raise bad("Filter not valid JSON", HEADER)
        tests = [self._entry(name, value) for name, value in payload.items()]
        return _every(tests)

    def _entry(self, name: str, value: Any) -> Callable[[Body], bool]:  # noqa: ANN401  JSON
        if name in {"+and", "+or"}:
            if not isinstance(value, list):
                raise bad(f"{name} must be a list", HEADER)
            return (_every if name == "+and" else _some)([self._all(each) for each in value])
        if name.startswith("+"):
            raise bad(f"Unknown operator {name}", HEADER)
        self._known(name)
        if name in self._dialect.ignores:
            return _true
        if isinstance(value, dict):
            return _every([self._operator(name, symbol, want) for symbol, want in value.items()])
        return self._leaf(name, self._dialect.equal, value)

    def _operator(self, name: str, symbol: str, want: object) -> Callable[[Body], bool]:
        dialect = self._dialect
        if symbol in {"+or", "+and"}:
            return self._choice(name, symbol, want)
        if symbol in _COMPARE:
            return self._leaf(name, lambda have, value: dialect.compare(symbol, have, value), want)
        if symbol == "+contains":
            return self._leaf(name, dialect.contains, want)
        if symbol == "+neq":
            path, keeps = tuple(name.split(".")), dialect.neq_keeps_null

            def differs(body: Body) -> bool:
                have = reach(body, path)
                return keeps if have is None else not dialect.equal(have, want)

            return differs
        raise bad(f"Unknown operator {symbol}", HEADER)

    def _choice(self, name: str, symbol: str, want: object) -> Callable[[Body], bool]:
        """Read a choice inside an attribute, as Cloud Manager sends it of pending maintenance."""
        if not isinstance(want, list):
            raise bad(f"{symbol} must be a list", HEADER)
        return (_every if symbol == "+and" else _some)([self._entry(name, each) for each in want])

    def _leaf(self, name: str, test: Callable[[Any, Any], bool], want: object) -> Callable[[Body], bool]:
        path = tuple(name.split("."))
        if isinstance(want, str):
            want = self._aliases.get(name, {}).get(want, want)

        def holds(body: Body) -> bool:
            have = reach(body, path)
            return have is not None and test(have, want)

        return holds

    def apply(self, rows: Iterable[Row]) -> list[Row]:
        """Return the rows that match, in the order asked for."""
        dialect = self._dialect
        found = list(rows) if dialect.ignores_all else self._matching(rows)
        if self.order_by is not None:
            path = tuple(str(self.order_by).split("."))
            found.sort(key=lambda row: dialect.order(reach(row.body, path)), reverse=self.descending)
        return found

    def _matching(self, rows: Iterable[Row]) -> list[Row]:
        leak, missed, found = self._dialect.leak, 0, []
        for row in rows:
            if not self._test(row.body):
                missed += 1
                if not leak or missed % leak:
                    continue
            found.append(row)
        return found


def parse(
    header: str | None,
    names: frozenset[str],
    dialect: Dialect,
    aliases: Mapping[str, Mapping[str, str]] = NO_ALIASES,
) -> Filter | None:
    """Parse the header; None if there is none."""
    if header is None:
        return None
    try:
        payload = parse_json(header)
    except ValueError:
        raise bad("Filter not valid JSON", HEADER) from None
    return Filter(payload, names, dialect, aliases)


def reach(body: Any, path: Sequence[str]) -> Any:  # noqa: ANN401  JSON
    """Return the value at a dotted key; None if there is none."""
    value = body
    for key in path:
        if isinstance(value, list):
            return [reach(each, (key,)) for each in value]
        if not isinstance(value, dict):
            return None
        value = value.get(key)
    return value


def _true(body: Body) -> bool:
    del body
    return True


def _every(tests: list[Callable[[Body], bool]]) -> Callable[[Body], bool]:
    if len(tests) == 1:
        return tests[0]
    return lambda body: all(test(body) for test in tests)


def _some(tests: list[Callable[[Body], bool]]) -> Callable[[Body], bool]:
    return lambda body: any(test(body) for test in tests)
