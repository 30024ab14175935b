"""What a source says: which operations there are, and what they take and answer."""

from __future__ import annotations

from dataclasses import dataclass, field

Path = tuple[str, ...]


@dataclass(frozen=True)
class Asked:
    """One operation: the keys of its body and of its answer (of a row of a list); true where null may come."""

    request: dict[Path, bool] = field(default_factory=dict)
    answer: dict[Path, bool] = field(default_factory=dict)


@dataclass(frozen=True)
class Source:
    """All that a source says, by method and nameless path; `where` names its function or class for an operation.

    With `exact_requests` a body has what the operation takes, and otherwise all fields of the object.
    """

    name: str
    version: str
    operations: dict[str, Asked] = field(default_factory=dict)
    where: dict[str, str] = field(default_factory=dict)
    exact_requests: bool = False
