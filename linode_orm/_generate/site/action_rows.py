"""The tables of a resource's requests: its verbs, its actions, and the errors that they raise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from linode_orm._generate.api_pages import address
from linode_orm._generate.site.markdown import code, linked
from linode_orm._generate.site.signatures import call

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from linode_orm.mapping.mapper import Mapper
    from linode_orm.mapping.operations import Operation

VERB_HEAD: Final = ("to", "request", "write")
ACTION_HEAD: Final = ("call", "request", "event", "answers", "can raise")
_REFUSED: Final = ("Unauthorized", "Forbidden", "RateLimited", "ServerError", "TransportError")


def verb_rows(mapper: Mapper) -> Iterator[tuple[str, ...]]:
    """Yield a row for each of list, get, create, update and delete."""
    name = mapper.name
    above = "".join(", parent" for _ in mapper.placeholders[:1])
    ids = "" if mapper.singleton else ", id"
    wanted = f"session.load({name}{ids}{above})" if not above else f"{name}(session{ids}{above})"
    known = {
        "list": ("GET", mapper.path, f"session.query({name})" if not above else "the parent's collection"),
        "get": ("GET", mapper.item_path, wanted),
        "create": ("POST", mapper.path, f"session.add({name}(...))"),
        "update": ("PUT", mapper.item_path, "assign, then `session.commit()`"),
        "delete": ("DELETE", mapper.item_path, "session.delete(x)"),
    }
    for verb, (method, path, how) in known.items():
        if verb in mapper.verbs and (verb != "update" or any(each.mutable for each in mapper.fields.values())):
            yield verb, request(method, path), how if verb == "update" or (above and verb == "list") else code(how)


def request(method: str, path: str) -> str:
    """Return a request, with a link to the API's page of it where the API has one."""
    page = address(f"{method} {path}")
    text = code(f"{method} {path}")
    return f"[{text}]({page})" if page else text


def action_rows(mapper: Mapper) -> Iterator[tuple[str, ...]]:
    """Yield a row for each action."""
    for name, each in sorted(mapper.operations.items()):
        if name.startswith("_"):
            continue
        base = mapper.path if each.scope == "collection" else mapper.item_path
        path = each.path if each.path.startswith("/") else f"{base}/{each.path}".rstrip("/")
        method = getattr(mapper.cls, name)
        shown = call(method, name if each.scope == "item" else f"{mapper.name}.{name}")
        yield code(shown), request(each.method, path), code(each.event or ""), _answer(each), _errors(each)


def is_unlinked(row: tuple[str, ...]) -> bool:
    """Whether the request of a row, its second cell, has no page in the API's documentation."""
    return row[1].startswith("`")


def action_docs(mapper: Mapper) -> Iterator[str]:
    """Yield a line for each action: what its docstring says."""
    for name in sorted(mapper.operations):
        doc = (getattr(mapper.cls, name).__doc__ or "").strip()
        if not name.startswith("_") and doc:
            yield f"- `{name}()`: {' '.join(doc.split())}"


def _answer(each: Operation) -> str:
    kind, _, name = (each.answers or "").rpartition(":")
    if each.gives is not None:
        return code(each.gives.__name__)
    if not name or name.islower():
        return {"": "", "bytes": "bytes", "strings": "a list of strings", "mixed": "a list", "value": "JSON"}[name]
    return {"list": "a list of ", "query": "a query of "}.get(kind, "") + linked(name)


def _errors(each: Operation) -> str:
    own: tuple[str, ...] = ("NotFound",) if each.scope == "item" else ()
    own += ("BadRequest",) if each.method in {"POST", "PUT"} else ()
    own += ("Busy",) if each.event and each.scope == "item" else ()
    return _named(own)


def _named(names: Iterable[str]) -> str:
    return ", ".join(f"[`{name}`](../reference/errors.md#{name.lower()})" for name in names)


def verb_errors(mapper: Mapper) -> Iterator[str]:
    """Yield sentences of what reading and writing such an object can raise."""
    if "get" in mapper.verbs and not mapper.singleton:
        yield f"Reading one that does not exist raises {_named(['NotFound'])}."
    if mapper.verbs & {"create", "update", "delete"}:
        yield f"A commit that fails raises {_named(['CommitError'])}, which holds the refusal of each request."
    if mapper.verbs & {"create", "update"}:
        yield f"A value that the API refuses is a {_named(['BadRequest'])}."


def common_errors(errors: Any = _REFUSED) -> str:  # noqa: ANN401  names
    """Return the sentence of what every request can raise."""
    return f"Every request can also raise {_named(errors)}."
