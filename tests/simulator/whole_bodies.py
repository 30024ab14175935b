"""Compares whole answers to recorded writes: every key, and every value that is not random."""

from __future__ import annotations

import re
from collections import defaultdict
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

from attrs import define, field

from tests.proofs.recordings.corpus import lines
from tests.simulator.replay import Replay, is_address

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.simulator.replay import Outcome

WRITES: Final = {"POST", "PUT", "DELETE"}
# What the recordings mask, or what no two accounts share: moments, addresses, host names, tokens, keys, generated hexes.
_RANDOM: Final = re.compile(
    r"""\d{4}-\d\d-\d\dT[\d:]+ | .*\b\d{1,3}(\.\d{1,3}){3}\b.* | [0-9a-f]*::?[0-9a-f:]*(/\d+)?
    | (1234|2001|2600|fd|fe80)[0-9a-f]*:.* | .*thisIsYour.* | .*[xX]{4,}.* | .*(SANITIZED|REDACTED).*
    | .*@example\.com | user-\w+ | [0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12} | [0-9a-fA-F]{20,} | ([0-9a-f]{2}:){5}.*
    | https?://.* | LS0t.* | .*\.akamaidb\.net | .*\.ip\.linodeusercontent\.com""",
    re.VERBOSE | re.DOTALL,
)
# Keys whose values the server makes up, whatever it was told.
_MADE_UP: Final = frozenset(
    {
        "id",
        "euuid",
        "token",
        "hostname",
        "host_uuid",
        "username",
        "created_by",
        "updated_by",
        "access_key",
        "secret_key",
    }
    | {"mac_address", "address", "range", "fingerprint", "clusters", "last_login", "api_key", "install_code", "port"}
    | {"hour_of_day", "day_of_week"}  # of a database's updates: the server picks a quiet hour
)
_NAMES: Final = ("s3_endpoint", "region", "id", "label")
_LABEL: Final = re.compile(r"[a-z]+-?\d{6,}.*")


@define
class Comparison:
    """How many things of one kind were compared, and which of them differ."""

    compared: int = 0
    wrong: dict[str, list[str]] = field(factory=lambda: defaultdict(list))

    @property
    def percent(self) -> float:
        """The share of what is the same."""
        return 100 * (1 - sum(map(len, self.wrong.values())) / max(1, self.compared))

    def note(self, what: str, where: str, *, same: bool) -> None:
        """Count one thing."""
        self.compared += 1
        if not same:
            self.wrong[what].append(where)


def written_again(*, stocked: bool = False) -> Iterator[tuple[Replay, Outcome]]:
    """Replay every cassette on an account as shipped; give each write with the replay that knows its ids."""
    for _, cassette in groupby(lines(), key=lambda line: line["cassette"]):
        replay = Replay(list(cassette), stocked=stocked)
        for outcome in replay.run():
            if outcome.line["method"] in WRITES:
                yield replay, outcome


def compared(*, stocked: bool = False) -> dict[str, Comparison]:
    """Compare the status, keys and values of every recorded write."""
    figures = {key: Comparison() for key in ("status", "keys", "values", "more")}
    for replay, outcome in written_again(stocked=stocked):
        line = outcome.line
        kind = f"{line['method']} {re.sub(r'/(?!v4)[^/]*[0-9%][^/]*', '/{}', line['path'])}"
        same = outcome.status == line["status"]
        reason = "" if same or not isinstance(outcome.body, dict) else outcome.body.get("errors", "")
        figures["status"].note(f"{kind}: {line['status']} became {outcome.status} {reason}", outcome.name, same=same)
        if not same:
            continue
        for at, why in differences(replay, line["response"], outcome.body):
            figure, _, what = why.partition(":")
            shown = f"{kind}: {at} {what}"
            figures[figure].note(shown, outcome.name, same=not what)
    return figures


def differences(replay: Replay, recorded: Any, simulated: Any, at: str = "") -> Iterator[tuple[str, str]]:
    """Give each key and each value that is not random, with the figure it belongs to and what differs."""
    if isinstance(recorded, dict) and isinstance(simulated, dict):
        for key in recorded:
            if is_address(key):
                continue
            yield f"{at}.{key}", "keys:" if key in simulated else "keys:missing"
        for key in simulated.keys() - recorded.keys():
            yield f"{at}.{key}", "more:not recorded"
        for key in recorded.keys() & simulated.keys():
            yield from differences(replay, recorded[key], simulated[key], f"{at}.{key}")
    elif isinstance(recorded, list) and isinstance(simulated, list):
        yield from _of_lists(replay, recorded, simulated, at)
    elif not is_random(at, recorded):
        expected = replay.translated(recorded)
        same = _equal(expected, simulated)
        yield at, "values:" if same else f"values:{_short(expected)} became {_short(simulated)}"


def _of_lists(replay: Replay, recorded: list[Any], simulated: list[Any], at: str) -> Iterator[tuple[str, str]]:
    """Compare lists: plain values as one value in any order, objects by their names where they have any."""
    if not any(isinstance(each, (dict, list)) for each in recorded):
        wanted = sorted(repr(replay.translated(each)) for each in recorded if not is_random(at, each))
        found = sorted(repr(each) for each in simulated if not is_random(at, each))
        yield at, "values:" if wanted == found else f"values:{_short(recorded)} became {_short(simulated)}"
        return
    if len(recorded) != len(simulated):
        yield at, f"values:{_short(recorded)} became {_short(simulated)}"
    name = next((key for key in _NAMES if all(isinstance(each, dict) and key in each for each in recorded)), None)
    if name is None:
        pairs = list(zip(recorded, simulated, strict=False))
    else:
        held = {str(each.get(name)): each for each in reversed(simulated) if isinstance(each, dict)}
        pairs = [(each, held.get(str(replay.translated(each[name])))) for each in recorded]
    for one, other in pairs:
        if other is not None:
            yield from differences(replay, one, other, f"{at}[]")


def is_random(at: str, value: Any) -> bool:
    """Whether a value is masked, or one that a server makes up."""
    key = at.rpartition(".")[2].removesuffix("[]")
    if key in _MADE_UP or key.endswith("_token"):
        return True
    if isinstance(value, str):
        return _RANDOM.fullmatch(value) is not None or (key == "label" and _LABEL.fullmatch(value) is not None)
    # an id of what the cassette made elsewhere
    return isinstance(value, int) and (key.endswith(("_id", "ids")) or key == "uuid") and value > 99


def _equal(expected: Any, simulated: Any) -> bool:
    if isinstance(expected, str) and isinstance(simulated, str) and len(expected) > 60:
        return expected[:40] == simulated[:40]  # long texts are cut in the recordings
    return expected == simulated and isinstance(expected, bool) == isinstance(simulated, bool)


def _short(value: Any) -> str:
    return repr(value)[:70]
