"""Classes as a command names them: as in Python, or by the path of the API."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, cast

import click

from linode_orm.mapping.registry import lookup, names
from linode_orm.models._index import ALIASES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from click.shell_completion import CompletionItem

    from linode_orm.mapping import Model


if TYPE_CHECKING:
    _Param = click.ParamType["type[Model]"]
else:
    _Param = click.ParamType


class ClassName(_Param):
    """The parameter that names a class: `Instance`, `instances`, `linode/instances`."""

    name = "class"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> type[Model]:
        """Return the class; refuse a name that there is not, with a suggestion."""
        if isinstance(value, type):
            return value
        try:
            return class_called(str(value))
        except LookupError as error:
            self.fail(str(error.args[0]), param, ctx)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """Return the classes whose names begin so."""
        from click.shell_completion import CompletionItem  # noqa: PLC0415  only shells ask

        del ctx, param
        start = incomplete.lower()
        return [CompletionItem(each) for each in (*names(), *ALIASES) if each.lower().startswith(start)]


def class_called(text: str) -> type[Model]:
    """Return the class of a name or a path; raise `LookupError`, which says what comes closest."""
    known = {name.lower(): name for name in (*names(), *ALIASES)}
    plain = text.strip("/").lower()
    for guess in _guesses(plain):
        if guess in known:
            name = known[guess]
            return cast("type[Model]", lookup(ALIASES.get(name, name)))
    found = [*_at_path(plain)]
    if len(found) == 1:
        return found[0]
    if found:
        listed = ", ".join(each.__name__ for each in found)
        msg = f"{text!r} is the path of several classes: {listed}"
        raise LookupError(msg)
    from linode_orm._suggestions import closest  # noqa: PLC0415  only a wrong name needs it

    near = closest(re.sub(r"[-_]|s$", "", plain.rpartition("/")[2]), known)
    hint = f"; did you mean {known[near]!r}?" if near else "; `linode-orm models` lists them"
    msg = f"there is no class {text!r}{hint}"
    raise LookupError(msg)


def _guesses(text: str) -> Iterator[str]:
    """Yield the names of classes that a word may stand for: itself, and its singular."""
    word = text.removeprefix("linode/")
    if "/" in word:
        return
    word = re.sub(r"[-_]", "", word)
    yield word
    for ending, singular in (("ies", "y"), ("sses", "ss"), ("es", ""), ("s", "")):
        if word.endswith(ending):
            yield word.removesuffix(ending) + singular


def _at_path(text: str) -> Iterator[type[Model]]:
    """Yield the classes whose path is this one, or ends in it; one whose whole path it is comes alone."""
    parts = [part for part in text.replace("_", "-").split("/") if part and not part.startswith("{")]
    every = [cast("type[Model]", lookup(name)) for name in names()]
    paths = {each: [part for part in _segments(each) if not part.startswith("{")] for each in every}
    whole = [each for each, path in paths.items() if path == parts]
    yield from whole or [each for each, path in paths.items() if parts and path[-len(parts) :] == parts]


def _segments(model: type[Model]) -> list[str]:
    return model.__mapper__.path.strip("/").replace("_", "-").lower().split("/")
