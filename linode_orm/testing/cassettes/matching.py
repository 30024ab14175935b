"""Matching: the first recording of a request that was not played, and that no answered write has overtaken."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from attrs import define, field

from linode_orm.testing.cassettes.digest import length_alone

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from linode_orm.testing.cassettes.accounts import Accounts
    from linode_orm.testing.cassettes.form import Form, Key
    from linode_orm.testing.cassettes.interaction import Interaction
    from linode_orm.testing.cassettes.timeline import Timeline
    from linode_orm.testing.cassettes.writes import AnsweredWrite, Writes

_SLACK: Final = timedelta(seconds=2)
"""How far a datetime in a filter may be from the recorded one: both are readings of a clock, in whole seconds."""


@define(eq=False)
class Recorded:
    """An interaction of the cassette, and whether it was played."""

    interaction: Interaction
    form: Form
    stand_ins: Sequence[str] = field(init=False)
    is_played: bool = False

    def __attrs_post_init__(self) -> None:
        self.stand_ins = self.form.stand_ins()

    @property
    def number(self) -> int:
        """Its place on the cassette, from 1 on."""
        return self.interaction.number

    def overtaking(self, writes: Writes) -> Iterator[AnsweredWrite]:
        """Yield the answered writes that it does not show, where it is a read."""
        return writes.overtaking(self.form, self.interaction.span)

    def agrees(self, sent: Form, timeline: Timeline) -> bool:
        """Whether it is a recording of a request whose key is the same.

        What differs between two requests of one key are files, the stand-ins of secrets that recorded answers hold, and
        datetimes in filters. Those may be read from a clock, whose error in the replay is known.
        """
        body = self.form.body
        if isinstance(body, str) and isinstance(sent.body, str) and body not in {sent.body, length_alone(sent.body)}:
            return False
        pairs = zip(sent.stand_ins(), self.stand_ins, strict=False)
        if any(one and other and one != other for one, other in pairs):
            return False
        times = zip(sent.datetimes(), self.form.datetimes(), strict=True)
        behind, ahead = (timedelta(seconds=each) + _SLACK for each in timeline.error(self.interaction.span))
        return all(-ahead <= recorded - now <= behind for now, recorded in times)


class Matcher:
    """The recordings of a cassette by their keys. Not thread-safe: its caller holds a lock."""

    def __init__(self, recordings: Iterable[tuple[Interaction, Form]], accounts: Accounts) -> None:
        self.recordings = [Recorded(interaction, form) for interaction, form in recordings]
        self._accounts = accounts
        self._first = 0
        self._by_key: dict[Key, list[Recorded]] = {}
        for each in self.recordings:
            self._by_key.setdefault(each.form.key(), []).append(each)

    def candidates(self, sent: Form, token: str | None, timeline: Timeline) -> list[Recorded]:
        """Return the recordings of a request that were not played, in the order in which they may answer it."""
        recorded = [each for each in self._by_key.get(sent.key(), ()) if not each.is_played]
        agreeing = [each for each in recorded if each.agrees(sent, timeline)]
        ranked = self._accounts.ranked(token)
        if ranked is None:
            return agreeing
        return [each for group in ranked for each in agreeing if each.interaction.account in group]

    def first_left(self) -> float | None:
        """Return when the first recording that was not played began; None where all were."""
        while self._first < len(self.recordings) and self.recordings[self._first].is_played:
            self._first += 1
        return self.recordings[self._first].interaction.span.at if self._first < len(self.recordings) else None

    def play(self, recorded: Recorded, token: str | None) -> None:
        """Take a recording as played."""
        recorded.is_played = True
        self._accounts.bind(token, recorded.interaction.account)

    def reason(self, sent: Form) -> str:
        """Say why no recording of a request answers it, although there are some that look the same."""
        recorded = self._by_key.get(sent.key(), ())
        if any(not each.is_played for each in recorded):
            return "what is left has other secrets of recorded answers in it, or is another account's"
        return f"it was recorded {len(recorded)} times, and each was played"


def first_read(candidates: Sequence[Recorded], writes: Writes) -> Recorded | None:
    """Return the first recording that may answer a read.

    One that began after the end of every write that was answered shows them all. Where there is none, one will do that
    ran beside such a write, as long as the write was about something else.
    """
    end, shown = writes.end, [each for each in candidates if next(each.overtaking(writes), None) is None]
    return next((each for each in shown if each.interaction.span.begin > end), next(iter(shown), None))
