"""The plan of a commit: ordered operations as values, which name objects by key and never hold one."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

from attrs import field, frozen

from linode_orm.mapping.values import ABSENT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

Operation = Literal["create", "update", "replace", "delete"]

SECRET: Final = "***"  # noqa: S105  what is shown instead
_TOKEN: Final = re.compile(r"\{(new:\d+)\}")


class Key(NamedTuple):
    """The key of an object that exists: its class, its id, and its parents' ids from the outermost in."""

    model: str
    identity: object
    parents: tuple[object, ...]


Token = Key | str
"""How a plan names an object: by its key, or by `new:3` while the API does not know it."""


@frozen
class Pending:
    """Stands for the id of an object that a step before will create."""

    token: str

    def __str__(self) -> str:
        return f"{{{self.token}}}"

    __repr__ = __str__


@frozen
class Hidden:
    """Stands for a value that no plan holds: a secret, taken from the object when its request is sent.

    `path` leads from the body to the value, by keys and by places in lists.
    """

    path: tuple[str | int, ...]

    def __repr__(self) -> str:
        return SECRET


@frozen
class Change:
    """One attribute as it was and as it will be, in JSON; `old` is `ABSENT` where it was never seen."""

    name: str
    key: str
    old: object
    new: object

    def lines(self) -> Iterator[str]:
        """Give the lines of a diff."""
        yield from _diff(self.name, self.old, self.new)


@frozen
class Step:
    """One request of a commit.

    `number` is its place in the plan, from 1, and `depends_on` the numbers of the steps that have to succeed before
    it. A new object's `token` is `new:3`; wherever its id will stand, in `path`, `parents` or `body`, stands that
    token until then. `replace` is an update that has a path of its own. `title` is what people call the object.
    """

    number: int
    operation: Operation
    token: Token
    model: str
    title: str
    method: str
    path: str
    version: str = "v4"
    parents: tuple[object, ...] = ()
    body: object = field(default=None, repr=False)
    changes: tuple[Change, ...] = ()
    secret_keys: frozenset[str] = frozenset()
    depends_on: tuple[int, ...] = ()
    in_doubt: bool = False

    def __str__(self) -> str:
        doubt = "  (its creation is in doubt: looked for first)" if self.in_doubt else ""
        lines = [f"{self.method} {self.path}  {self.title}{doubt}"]
        lines += [f"  {line}" for change in self.changes for line in change.lines()]
        return "\n".join(lines)

    def to_dict(self) -> dict[str, Any]:
        """Give the step as JSON can hold it; what is secret is only named."""
        token = {"new": self.token} if isinstance(self.token, str) else _plain(self.token._asdict())
        return {
            "number": self.number,
            "operation": self.operation,
            "object": {"type": self.model, "title": self.title, **token},
            "method": self.method,
            "path": self.path,
            "version": self.version,
            "parents": _plain(self.parents),
            "body": _plain(self.body),
            "changes": [
                {"attribute": each.name, "key": each.key, "new": _plain(each.new)}
                | ({} if each.old is ABSENT else {"old": _plain(each.old)})
                for each in self.changes
            ],
            "secrets": sorted(self.secret_keys),
            "depends_on": list(self.depends_on),
            "in_doubt": self.in_doubt,
        }


@frozen
class Plan:
    """What a commit would send, in an order in which it can be sent; empty plans are false.

    Steps that do not depend on one another go side by side. `lookups` is how many objects have to be looked for
    before, because an earlier commit lost the answer to their creation.
    """

    steps: tuple[Step, ...]
    lookups: int = 0

    @property
    def requests(self) -> int:
        """How many requests the commit needs, as long as nothing has to be repeated."""
        return len(self.steps) + self.lookups

    @property
    def deletes(self) -> int:
        """How many objects it deletes."""
        return sum(step.operation == "delete" for step in self.steps)

    def __len__(self) -> int:
        return len(self.steps)

    def __iter__(self) -> Iterator[Step]:
        return iter(self.steps)

    def __getitem__(self, index: int) -> Step:
        return self.steps[index]

    def __str__(self) -> str:
        return "\n\n".join(map(str, self.steps)) if self.steps else "nothing to commit"

    def __repr__(self) -> str:
        return f"<Plan of {self.requests} requests>"

    def to_dict(self) -> dict[str, Any]:
        """Give the plan as JSON can hold it, without any secret."""
        return {"format": 1, "requests": self.requests, "steps": [step.to_dict() for step in self.steps]}


@frozen(eq=False)
class Doubt:
    """A creation that was sent and never answered: `sent` is its body without secrets, `since` the moment before.

    `may_repeat` once the object was looked for and not found, where the API refuses a second one with its key.
    """

    step: Step
    sent: object
    since: datetime
    reason: str
    may_repeat: bool = False


def fill(value: object, resolve: Callable[[Pending | Hidden], object]) -> object:
    """Put what placeholders stand for into a body."""
    if isinstance(value, (Pending, Hidden)):
        return resolve(value)
    if isinstance(value, dict):
        return {key: fill(each, resolve) for key, each in value.items()}
    if isinstance(value, list):
        return [fill(each, resolve) for each in value]
    return value


def fill_path(path: str, resolve: Callable[[Pending], str]) -> str:
    """Put ids into a path, where it names objects that were not created when it was planned."""
    return _TOKEN.sub(lambda match: resolve(Pending(match[1])), path) if "{" in path else path


def waits_for(value: object) -> Iterator[str]:
    """Give the tokens of the objects whose ids a value needs."""
    if isinstance(value, Pending):
        yield value.token
    elif isinstance(value, dict):
        for each in value.values():
            yield from waits_for(each)
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from waits_for(each)


def _plain(value: object) -> Any:  # noqa: ANN401  JSON
    if isinstance(value, Pending):
        return {"$new": value.token}
    if isinstance(value, Hidden):
        return {"$secret": list(value.path)}
    if isinstance(value, dict):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    return value


def _shown(value: object) -> str:
    if isinstance(value, (Pending, Hidden)):
        return repr(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)}: {_shown(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_shown, value)) + "]"
    return json.dumps(value, ensure_ascii=False, default=str)


def _diff(name: str, old: object, new: object) -> Iterator[str]:
    """Give a line for each leaf that differs; lists say what comes and what goes."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in [*new, *(key for key in old if key not in new)]:
            if old.get(key, ABSENT) != new.get(key, ABSENT):
                yield from _diff(f"{name}.{key}", old.get(key, ABSENT), new.get(key, ABSENT))
    elif isinstance(old, list) and isinstance(new, list):
        gone, come = [each for each in old if each not in new], [each for each in new if each not in old]
        if gone or come:
            marked = [*(f"+{_shown(each)}" for each in come), *(f"-{_shown(each)}" for each in gone)]
            yield f"{name}: {' '.join(marked)}"
        else:
            yield f"{name}: {_shown(old)} -> {_shown(new)}"
    elif old is ABSENT:
        yield f"{name}: {_shown(new)}"
    elif new is ABSENT:
        yield f"{name}: {_shown(old)} -> left out"
    else:
        yield f"{name}: {_shown(old)} -> {_shown(new)}"
