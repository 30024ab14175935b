"""Refusal of N+1 requests: a `with` block in which no collection is loaded for one object after the other."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from linode_orm.errors import NPlusOne
    from linode_orm.session import Session


@contextmanager
def no_n_plus_one(session: Session) -> Iterator[None]:
    """Raise `AssertionError` at the end of a `with` block that loads a collection by one request an object.

    The message names each line, and the `selectin` to write. An error of the block itself is raised as it is.
    """
    __tracebackhide__ = True  # pytest shows the line of the test
    found: list[NPlusOne] = []
    with session._parts.detector.reporting_to(found.append):  # noqa: SLF001  one package
        yield
    if found:
        raise AssertionError("\n".join(["N+1 requests:", *(f"  {each}" for each in found)]))
