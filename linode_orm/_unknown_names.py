"""Names that something does not have: what to write instead, or what comes closest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Never

from linode_orm._lazy import Later

if TYPE_CHECKING:
    from collections.abc import Iterable

    from linode_orm import _sqlalchemy_names as sqlalchemy_names
else:
    sqlalchemy_names = Later("linode_orm._sqlalchemy_names")


def refuse(where: object, kind: str, name: str, known: Iterable[str] = (), *, instead: str = "") -> Never:
    """Raise `AttributeError` for a name that something does not have: what to write instead, or what comes closest.

    `where` is what was asked, as a message names it; `kind` is a key of `TABLES`. `instead` is what to write for a name
    that the table cannot have.
    """
    if name.startswith("_"):  # of what is not made yet nothing can be said, and tools ask for many such names
        raise AttributeError(name)
    instead = instead or sqlalchemy_names.TABLES[kind].get(name, "")
    from linode_orm._suggestions import suggestion  # noqa: PLC0415  only a wrong name needs it

    public = [each for each in known if not each.startswith("_")]
    hint = f"; write instead: {instead}" if instead else suggestion(name, public)
    msg = f"{where} has no attribute {name!r}{hint}"
    raise AttributeError(msg, name=name)
