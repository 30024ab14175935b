"""Secrets planted wherever declarations and key names say that one may stand, and the places where none may be found."""

from __future__ import annotations

import io
import json
import logging
import pickle
import re
import traceback
from contextlib import contextmanager
from itertools import count
from typing import TYPE_CHECKING, Any

from linode_orm import inspect
from linode_orm._secrets import is_secret_key
from linode_orm.mapping.codecs import NO_HOLDER
from linode_orm.wire import Response

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from linode_orm.wire import Request

MARK = "TOP-SECRET"
PLAIN = ("x", 1, True, "2020-01-01T00:00:00")
OTHER = ("y", 2, False, "2021-01-01T00:00:00")
"""What stands in fields that hold no secret: at first, and after a change."""


class Planter:
    """Makes values in which every secret is a string of its own, and every open document holds some."""

    def __init__(self, plain: tuple[Any, ...] = PLAIN) -> None:
        self._numbers, self._first = count(), plain
        self.planted = 0
        self.used: set[str] = set()

    def secret(self) -> str:
        """Return a new secret."""
        self.planted += 1
        return f"{MARK}-{next(self._numbers)};"

    def document(self) -> dict[str, Any]:
        """Return a document whose secrets are known by their keys alone."""
        return {
            "plain": 1,
            "db_password": self.secret(),
            "inner": [{"X-Auth-Token": self.secret(), "deeper": {"client_secret": [self.secret()]}}],
        }

    def value(self, field: Any, verb: str = "", depth: int = 0) -> Any:
        """Return a value in JSON of a field: of those inside it only what a `create` takes, or all for an answer."""
        codec = field.codec.bare
        if field.is_secret:
            return self._secret_like(codec)
        fields = codec.json_type.fields
        if fields and depth < 4:
            inside = {
                key: self.value(each, verb, depth + 1) for key, each in fields.items() if not verb or each.takes(verb)
            }
            return [inside] if codec.json_type.name == "Array" else inside
        return self._plain(codec)

    def _secret_like(self, codec: Any) -> Any:
        if str in codec.plain:
            return self.secret()
        fields = codec.json_type.fields
        if fields:
            return {key: self.secret() for key, each in fields.items() if str in each.codec.plain}
        return {"anything": self.secret()} if codec.accepts({}) else [self.secret()]

    def _plain(self, codec: Any) -> Any:
        for value in (self.document(), [self.document()], *self._first, [], [1], {}):
            if self._fits(codec, value):
                return value
        return None

    @staticmethod
    def _fits(codec: Any, value: Any) -> bool:
        return bool(codec.accepts(value)) and (
            not isinstance(value, (dict, list)) or "JSON" in codec.text or value in ([], {})
        )


def secrets_in(value: Any) -> set[str]:
    """Return the secrets in a value."""
    return set(re.findall(rf"{MARK}-\d+;", json.dumps(value)))


def made(planter: Planter, model: Any) -> Any:
    """Return a new object with everything set that a creation takes."""
    new = model()
    for field in model.__mapper__.fields.values():
        if field.createable:
            value = planter.value(field, "create")
            planter.used |= secrets_in(value)
            setattr(new, field.name, field.codec.decode(value, NO_HOLDER, ""))
    return new


def answered(planter: Planter, model: Any) -> dict[str, Any]:
    """Return a body of the API with a value under every key, and under two that no declaration knows."""
    fields = model.__mapper__.keys
    body = {key: planter.value(field) for key, field in fields.items()}
    body |= {
        model.__mapper__.fields[name].key: 7 if int in model.__mapper__.fields[name].codec.plain else "seven"
        for name in getattr(model.__mapper__, "id_names", ())
        if name in model.__mapper__.fields
    }
    return {**body, "new_api_key": planter.secret(), "unheard_of": planter.document()}


class Refusing:
    """A transport that answers reads as it is given, and refuses writes with a reason that quotes all that was sent."""

    def __init__(self, read: Callable[[Request], Any]) -> None:
        self._read = read
        self.writes = 0
        self.sent = ""

    def send(self, request: Request, *, token: str | None, timeout: float) -> Response:
        """Answer with 200 and what is read, or with 400."""
        found = self._read(request)
        status = 200 if found is not None else 400
        if found is None:
            self.writes += request.method != "GET"
            quoted = f"bad: {request.body} {json.dumps(request.body)} {dict(request.query)}"
            self.sent += quoted
            found = {"errors": [{"reason": quoted, "field": "x"}]}
        return Response(status=status, headers={}, content=json.dumps(found).encode(), request=request)

    def close(self) -> None:
        """Hold nothing."""


def shown(value: Any) -> str:
    """Return everything that is shown of an object, a nested value or an answer, without reading a secret from it."""
    texts = [repr(value), str(value), _pickled(value)]
    if hasattr(value, "__identity__"):
        found = inspect(value)
        texts += [repr(found), repr(found.history), repr(found.null), repr(found.absent)]
    fields = getattr(type(value), "__mapper__", None)
    for field in fields.fields.values() if fields is not None else ():
        inner = value.__dict__.get(field.name)
        if not field.is_secret and not isinstance(inner, str):
            texts += [repr(inner), _pickled(inner)]
    return "".join(texts)


def _pickled(value: Any) -> str:
    try:
        return pickle.dumps(value).decode("latin-1")
    except (TypeError, pickle.PicklingError):
        return ""


def chained_texts(error: BaseException) -> str:
    """Return everything that an error says: texts, pickle, report, and the locals of the library's frames."""
    texts = [str(error), repr(error), _pickled(error), str(getattr(error, "request", ""))]
    report = getattr(error, "report", None)
    if report is not None:
        texts += [str(report), repr(list(report)), json.dumps(report.to_dict()), _pickled(report)]
        texts += [chained_texts(entry.error) for entry in report if entry.error is not None]
    waiting, seen = [error], set()
    while waiting:
        each = waiting.pop()
        if each is not None and id(each) not in seen:
            seen.add(id(each))
            texts += [str(each), *_locals(each)]
            waiting += [each.__cause__, each.__context__]
    return "".join(texts)


def _locals(error: BaseException) -> Iterator[str]:
    for frame, _ in traceback.walk_tb(error.__traceback__):
        if frame.f_globals.get("__name__", "").startswith("linode_orm"):
            yield from (f"{frame.f_code.co_qualname}: {name}={value!r}" for name, value in frame.f_locals.items())


@contextmanager
def logged() -> Iterator[io.StringIO]:
    """Give everything that the library logs meanwhile."""
    stream = io.StringIO()
    handler, logger = logging.StreamHandler(stream), logging.getLogger("linode_orm")
    before = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    try:
        yield stream
    finally:
        logger.removeHandler(handler)
        logger.setLevel(before)


def where(places: dict[str, str]) -> list[str]:
    """Return the places in which a secret was found, with some of what stands around it."""
    return [
        f"{name}: ...{text[max(0, text.find(MARK) - 60) : text.find(MARK) + 30]}"
        for name, text in places.items()
        if MARK in text
    ]


__all__ = [
    "MARK",
    "Planter",
    "Refusing",
    "answered",
    "chained_texts",
    "is_secret_key",
    "logged",
    "made",
    "shown",
    "where",
]
