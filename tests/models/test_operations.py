"""Calls every declared operation through a session, and looks at the request that leaves."""

from __future__ import annotations

import inspect
import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from linode_orm import Session, models
from linode_orm.errors import LinodeORMError
from linode_orm.mapping.codecs import Moment, Scalar
from linode_orm.mapping.containers import ListOf, MapOf, Structure
from linode_orm.wire import Client, Response

FOLDER = Path(__file__).parents[3] / "shared" / "spec"
needed = pytest.mark.skipif(not FOLDER.exists(), reason="the description as data is not on this machine")
pytestmark = needed


def bare(path: str) -> str:
    return re.sub(r"\{\w+\}", "{}", path)


class Echo:
    """A transport that knows no declaration: it writes requests down, and answers what it is told."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str, Any]] = []
        self.answer: Any = {}

    def send(self, request, *, token, timeout):
        self.sent.append((request.method, request.path, request.body))
        return Response(200, {"content-type": "application/json"}, json.dumps(self.answer).encode(), request)

    def close(self) -> None:
        pass


def sample(field) -> Any:
    """Give an id in a field's type."""
    return 7 if int in field.codec.plain else "seven"


def key_of(mapper) -> tuple[Any, tuple[Any, ...]]:
    """Give an id of a class, and those of its parents."""
    ids = tuple(sample(mapper.fields[name]) for name in mapper.id_names)
    parents: tuple[Any, ...] = tuple("seven" for _ in mapper.placeholders)
    if mapper.parent:
        above = getattr(models, mapper.parent).__mapper__
        own, further = key_of(above)
        parents = (*further, *(() if above.singleton else own if isinstance(own, tuple) else (own,)))
    return (ids[0] if len(ids) == 1 else ids or None), parents


def body_of(mapper) -> dict[str, Any]:
    """Give an answer that names the object."""
    return {mapper.fields[name].key: sample(mapper.fields[name]) for name in mapper.id_names}


def page(rows) -> dict[str, Any]:
    return {"data": rows, "page": 1, "pages": 1, "results": len(rows)}


VALUES = (
    ("Sequence[Mapping", [{}]),
    ("Sequence", [7]),
    ("Mapping", {"a": 1}),
    ("bool", True),
    ("int", 7),
    ("datetime", None),
)


def argument(text: str) -> Any:
    """Give something that an argument takes."""
    return next((value for start, value in VALUES if start in text.split("|", maxsplit=1)[0]), "seven")


def expected(path: str, mapper) -> str:
    """Give the pattern of a path whose parameters are filled."""
    return "/v4" + re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path))


def calls() -> dict[tuple[str, str], Any]:
    """Give every declared operation by method and nameless path, with what calls it."""
    found: dict[tuple[str, str], Any] = {}
    for name in models.INDEX:
        mapper = getattr(models, name).__mapper__
        for verb, (method, path) in verbs(mapper).items():
            if verb in mapper.verbs and (verb != "update" or any(each.mutable for each in mapper.fields.values())):
                found.setdefault((method, bare(path)), (mapper, verb, None))
        for field in mapper.fields.values():
            if field.written_by:
                found.setdefault(("PUT", f"{bare(mapper.item_path)}/{field.written_by}"), (mapper, "write", field))
        for relation in mapper.relations.values():
            if getattr(relation, "path", ""):
                found.setdefault(("GET", f"{bare(mapper.item_path)}/{relation.path}"), (mapper, "road", relation))
        for operation in mapper.operations.values():
            if operation.name.startswith("_"):
                continue
            base = mapper.path if operation.scope == "collection" else mapper.item_path
            path = operation.path if operation.path.startswith("/") else f"{base}/{operation.path}".rstrip("/")
            found.setdefault((operation.method, bare(path)), (mapper, "act", operation))
    return found


def verbs(mapper) -> dict[str, tuple[str, str]]:
    return {
        "list": ("GET", mapper.path),
        "create": ("POST", mapper.path),
        "get": ("GET", mapper.item_path),
        "update": ("PUT", mapper.item_path),
        "delete": ("DELETE", mapper.item_path),
    }


def call(session: Session, echo: Echo, mapper: Any, kind: str, what: Any) -> None:
    """Call one operation as a user does."""
    model, (identity, parents) = mapper.cls, key_of(mapper)
    reference = session.reference(model, identity, parents, None)
    echo.answer = body_of(mapper)
    if kind == "get":
        session.load(
            model,
            *([] if mapper.singleton else [identity]),
            *([parents[0] if len(parents) == 1 else parents] if parents else []),
        )
    elif kind == "list":
        echo.answer = {"page": page([]), "array": []}.get(mapper.envelope, {"data": []})
        if mapper.envelope.startswith(("key:", "rows:")):
            echo.answer = {mapper.envelope.partition(":")[2].split()[0]: []}
        list(evolved(session, model, parents))
    elif kind == "act":
        act(session, echo, mapper, reference, what)
    elif kind == "road":
        echo.answer = page([]) if not what.envelope else {}
        list(getattr(reference, what.name))
    elif kind == "delete":
        reference.delete()
    elif kind == "create":
        create(session, mapper, parents)
    else:
        change(session, echo, mapper, reference, what)


def create(session: Session, mapper: Any, parents: tuple[Any, ...]) -> None:
    """Make a new object of what is required, and commit it."""
    given = {name: value(field.codec) for name, field in mapper.fields.items() if field.required and field.createable}
    lists = {relation.create_key for relation in mapper.relations.values() if getattr(relation, "create_key", "")}
    if parents:
        given[mapper.parent_attribute] = parents[0] if len(parents) == 1 else parents
    session.add(mapper.cls(**{name: each for name, each in given.items() if name not in lists}))
    session.commit()


def change(session: Session, echo: Echo, mapper: Any, reference: Any, part: Any) -> None:
    """Assign one attribute of a reference, and commit it."""
    fields = [part] if part else [each for each in mapper.fields.values() if each.mutable and not each.written_by]
    for field in fields:
        if field.name not in mapper.id_names:
            setattr(reference, field.name, value(field.codec))
            break
    for field in mapper.fields.values():
        if field.put_required:
            setattr(reference, field.name, value(field.codec))
    echo.answer = body_of(mapper)
    session.commit()


def value(codec: Any) -> Any:
    """Give a value that a user may assign."""
    inner = getattr(codec, "inner", codec)
    if isinstance(inner, Moment):
        return datetime(2026, 1, 1, tzinfo=UTC)
    if isinstance(inner, ListOf):
        return [value(inner.item)]
    if isinstance(inner, MapOf):
        return {"a": value(inner.item)}
    if isinstance(inner, Structure):
        fields = inner.cls.__mapper__.fields.values()
        return inner.cls(**{each.name: value(each.codec) for each in fields if each.kind != "readonly"})
    if isinstance(inner, Scalar):
        return True if bool in inner.plain else 7 if inner.plain & {int, float} else "seven"
    return "seven"


def evolved(session: Session, model: Any, parents: tuple[Any, ...]) -> Any:
    from linode_orm.mapping.query import Query

    return Query(model, session.runner, parents=parents or None)


def act(session: Session, echo: Echo, mapper: Any, reference: Any, operation: Any) -> None:
    method = getattr(mapper.cls if operation.scope == "collection" else reference, operation.name)
    given = {
        name: argument(str(parameter.annotation))
        for name, parameter in inspect.signature(method).parameters.items()
        if parameter.default is parameter.empty and name != "session"
    }
    target = (operation.answers or "").removeprefix("list:")
    rows = [body_of(getattr(models, target).__mapper__)] if target in models.INDEX else []
    echo.answer = page(rows) if (operation.answers or "").startswith("list:") else (rows or [{}])[0]
    if operation.parts:
        echo.answer = page([]) if operation.answers == "mixed" else {"image": {"id": "private/7"}, "upload_to": ""}
    if (operation.answers or "").startswith("query:"):
        echo.answer = page([])
    found = method(*([session] if operation.scope == "collection" else []), **given)
    if (operation.answers or "").startswith("query:"):
        found.all()


MISSING = 0
MISSING_EXTRA = 3


@pytest.mark.parametrize(("file", "most"), [("operations.json", MISSING), ("operations_extra.json", MISSING_EXTRA)])
def test_operations_are_called(file, most):
    """Every operation of the description but a shrinking rest is called, with its method and path."""
    known, wrong, missing = calls(), [], []
    described = json.loads((FOLDER / file).read_text(encoding="utf-8"))
    for each in described:
        at = (each["method"], bare(each["path"]))
        if at not in known:
            missing.append(f"{each['method']} {each['path']}")
            continue
        echo = Echo()
        with Session(client=Client("t", transport=echo), volatile_ttl=None) as session:
            try:
                call(session, echo, *known[at])
            except (LinodeORMError, TypeError, AttributeError, KeyError, ValueError) as error:
                wrong.append(f"{at}: {type(error).__name__} {error}"[:200])
                continue
        pattern = re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(each["path"]))
        if not any(method == each["method"] and re.fullmatch(pattern, path) for method, path, _ in echo.sent):
            wrong.append(f"{at}: sent {echo.sent}")
    print(
        f"\n{len(described) - len(missing) - len(wrong)} of {len(described)} operations called; not declared: {missing}"
    )
    assert not wrong
    assert len(missing) <= most
