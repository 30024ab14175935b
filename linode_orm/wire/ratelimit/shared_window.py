"""A fixed window that processes share: they agree on its name, count in it, and probe its end one at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from linode_orm.wire.ratelimit.bucket import Denial

if TYPE_CHECKING:
    from linode_orm.wire.ratelimit.bucket import Acquisition, Bucket
    from linode_orm.wire.ratelimit.sharing import SharedStore

_PLAUSIBLE: Final = 5.0
"""Seconds that two processes may differ over a boundary; what differs more is no value of ours."""


class WindowFull(Denial):
    """All processes together have used up the window of that name."""

    __slots__ = ("name",)

    def __init__(self, bucket: Bucket, name: str) -> None:
        super().__init__(bucket)
        self.name = name


class ProbeShown(Denial):
    """A probe of another process has shown the bounds of the boundary; `latest` is None if it was refused."""

    __slots__ = ("earliest", "latest")

    def __init__(self, bucket: Bucket, *, earliest: float, latest: float | None) -> None:
        super().__init__(bucket)
        self.earliest, self.latest = earliest, latest


class SharedWindow:
    """The name of a window at the shared counter, and the requests that are not counted there yet.

    Processes see a window begin at different times, and the API's word for it comes with the first answer. Until then a
    process counts under a name of its own. With the answer, the first process makes its name that of the window; the
    others take that name, and move what they have counted. `uncounted_on_join` are the requests to move by a process
    that sees the window for the first time: what it has sent before, the others may have seen in their answers.
    """

    __slots__ = ("agreed_for", "name", "uncounted", "uncounted_on_join")

    def __init__(self, name: str, uncounted: int = 0, uncounted_on_join: int | None = None) -> None:
        self.name, self.uncounted, self.uncounted_on_join = name, uncounted, uncounted_on_join
        self.agreed_for: float | None = None

    def restart(self, name: str, uncounted: int) -> None:
        """Begin a window, with so many requests in it that the counter has not seen."""
        self.name, self.uncounted, self.uncounted_on_join, self.agreed_for = name, uncounted, None, None

    def agree(self, store: SharedStore, key: str, reset: float | None, own: int) -> None:
        """Agree with the other processes on the name of the window that ends at `reset`."""
        second = round(reset or 0)
        # The rounding of two processes may differ by one second.
        keys = [f"{key}:@{each}" for each in (second, second - 1, second + 1)]
        known = store.first(keys)
        is_first = known is None and store.set_once(keys[0], self.name)
        name = self.name if is_first else known or store.first(keys[:1]) or ""
        if not is_first and self.uncounted_on_join is not None:
            self.uncounted = self.uncounted_on_join
        elif name != self.name:
            # All but the request that is being counted.
            self.uncounted = own - 1
        self.name, self.agreed_for = name, reset

    def take_uncounted(self) -> int:
        """Return how many requests the counter has not seen; the caller counts them."""
        uncounted, self.uncounted = self.uncounted, 0
        return uncounted


def claim_probe(store: SharedStore, acquisition: Acquisition, reset: float | None, earliest: float) -> Denial | None:
    """Claim the next probe of a boundary for this process; return a denial if another process has it or has made it.

    Raises `ValueError` if what stands under the key cannot be the result of a probe.
    """
    key = f"{acquisition.key}:end@{round(reset or 0)}"
    latest, theirs = store.seconds(key, ("late", "early"))
    if not all(each is None or abs(each - earliest) <= _PLAUSIBLE for each in (latest, theirs)):
        msg = "these seconds cannot be the result of a probe"
        raise ValueError(msg)
    # Another process has found the end, or knows more than this one about the time before it.
    if latest is not None or (theirs is not None and theirs > earliest):
        return ProbeShown(acquisition.bucket, earliest=theirs or earliest, latest=latest)
    # Each lower bound is probed once: the field is named by it.
    if not store.claim(key, f"{earliest:.2f}"):
        return Denial(acquisition.bucket)
    acquisition.claimed_key = key
    return None


def publish_probe(store: SharedStore, acquisition: Acquisition, *, has_ended: bool, bound: float) -> None:
    """Publish the result of a probe: the bound that it has set."""
    store.set_seconds(acquisition.claimed_key, "late" if has_ended else "early", bound)
