"""Actions: the methods of resources that send a request at once (`boot`, `resize`)."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final, cast

from attrs import evolve

from linode_orm._secrets import OpenDocument
from linode_orm.errors import DetachedInstanceError, InvalidRequestError, LinodeORMError, ResponseError, TransportError
from linode_orm.mapping import Model, Nested
from linode_orm.mapping.addressing import flat, quoted
from linode_orm.mapping.annotations import codec_of
from linode_orm.mapping.lifecycle import expire, forget_collections, keep_one_time_values
from linode_orm.mapping.model import resource
from linode_orm.mapping.query import Query
from linode_orm.mapping.registry import lookup
from linode_orm.mapping.state import Loaded, Status, state_of
from linode_orm.mapping.values import WrongType
from linode_orm.session.loading.lists.pagination import MOST_IN_VAIN, REPEATS
from linode_orm.session.query.collections import collected
from linode_orm.session.waiting.event_paths import given_paths
from linode_orm.session.waiting.started import models_in
from linode_orm.wire.messages import Content, Request
from linode_orm.wire.outcome import outcome_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from linode_orm.mapping.codecs import Codec
    from linode_orm.mapping.operations import Operation
    from linode_orm.session.loading.loader import Loader
    from linode_orm.session.query.collections import Collections
    from linode_orm.session.query.reader import Reader
    from linode_orm.session.query.runner import QueryRunner
    from linode_orm.session.waiting.jobs import JobWaiting
    from linode_orm.session.waiting.started import StartedAction, StartedActions
    from linode_orm.wire.client import Client
    from linode_orm.wire.messages import Response

_PAGE: Final = frozenset({"data", "page", "pages"})
_PLACEHOLDER: Final = re.compile(r"\{(\w+)\}")


class Actions:
    """Sends the actions that resources declare, and makes objects of their answers."""

    def __init__(  # noqa: PLR0913, PLR0917  the parts of a session that actions work with
        self,
        client: Client,
        loader: Loader,
        reader: Reader,
        runner: QueryRunner,
        collections: Collections,
        started: StartedActions,
        jobs: Callable[[], JobWaiting],
    ) -> None:
        self.client = client
        self._jobs = jobs
        self._collections = collections
        self._started = started
        self._loader = loader
        self._reader = reader
        self.runner = runner

    def send(self, target: Model | type[Model], operation: Operation, arguments: Mapping[str, object]) -> object:
        """Send one action now; return what its declaration says that it answers."""
        if isinstance(target, Model):
            self.check_target(target, operation)
        request = request_of(target, operation, arguments)
        if (operation.answers or "").startswith("query:"):
            return self._query(operation, request)
        near, given = members_of(target), models_in(arguments.values())
        places = given_paths(getattr(target, operation.name, None), arguments)
        started, response = self._sent(target, operation, request, places)
        if response is None:
            result = self._unanswered(cast("Model", target), operation, request)
        else:
            result = self.received(target, operation, request, response)
        return self.settled(target, operation, result, started, (*near, *given))

    def settled(
        self,
        target: Model | type[Model],
        operation: Operation,
        result: object,
        started: StartedAction | None,
        near: Sequence[Model],
    ) -> object:
        """Let collections and jobs follow an action that was done; return its result, or the job that it started."""
        if operation.method != "GET":
            self._follow(target, [*near, *models_in([result])])
        if started is None or not started.is_job or not isinstance(target, Model):
            return result
        if isinstance(result, Model):
            self._started.made(started, result)
        return result if operation.answers is not None else self._jobs().job(started)

    def _follow(self, target: Model | type[Model], others: Sequence[Model]) -> None:
        """Let collections follow an action: a volume that is attached joins that of the Linode which it was given."""
        for each in others:
            forget_collections(each)
        moved = [target, *others] if isinstance(target, Model) else others
        for each in moved:
            if state_of(each).status is not Status.DETACHED:
                self._collections.moved(each)

    def received(
        self, target: Model | type[Model], operation: Operation, request: Request, response: Response
    ) -> object:
        """Return what the answer to an action is, as its declaration says."""
        if operation.answers == "bytes":
            answer: Any = response.content
        else:
            answer = self._whole(request, response.json() if request.method == "GET" else response.decoded())
        return self._result(target, operation, answer, request.path)

    def _sent(
        self, target: Model | type[Model], operation: Operation, request: Request, given: Sequence[str]
    ) -> tuple[StartedAction | None, Response | None]:
        """Return the answer to a request, None where the action was done and its answer lost, and what it started."""
        if not isinstance(target, Model):
            return None, self._send_once(target, operation, request)
        since = self._started.now()
        try:
            response = self._send_once(target, operation, request, given)
        except LinodeORMError as error:
            if outcome_of(error).is_in_doubt:
                started = self._started.add(target, operation, since, request.body, given)
                if started is not None:
                    started.is_in_doubt = True
            raise
        return self._started.add(target, operation, since, request.body, given), response

    def _send_once(
        self, target: Model | type[Model], operation: Operation, request: Request, given: Sequence[str] = ()
    ) -> Response | None:
        if operation.event and isinstance(target, Model) and not request.idempotent:
            from linode_orm.session.acting.action_once import send_once  # noqa: PLC0415  scripts that only read need none of it

            fits = self._started.test_for(target, operation, given) if given else None
            return send_once(self.client, self.runner, target, operation, request, fits)
        return self.client.send(request)

    def _unanswered(self, target: Model, operation: Operation, request: Request) -> object:
        """Return what an action would have answered whose answer was lost, as far as it can be read."""
        expire(target)
        forget_collections(target)
        if operation.answers is None:
            return None
        if not makes_other(target, operation):
            self._reader.read_item(target)
            return target
        msg = f"{request.title} was done, as the account's events say, but its answer was lost; look for what it made"
        raise TransportError(msg, sent=True)

    def _query(self, operation: Operation, request: Request) -> Query[Any]:
        """Return a query over the list behind an action; nothing is sent yet."""
        model = cast("type[Any]", lookup(str(operation.answers).removeprefix("query:")))
        return Query(model, self.runner, path=request.path, envelope="page", parents=())

    def _whole(self, request: Request, answer: Any) -> Any:  # noqa: ANN401  any JSON value
        """Return the first page with the rows of all pages; any other answer as it is."""
        if request.method != "GET" or not isinstance(answer, dict) or not answer.keys() >= _PAGE:
            return answer
        rows = list(self._rows(request, answer))
        seen, pages, tries_left = {_text_of(each) for each in rows}, answer["pages"], MOST_IN_VAIN
        if type(pages) is not int:
            msg = f"{request.title}: 'pages' is a value of type {type(pages).__name__}, a count was expected"
            raise ResponseError(msg)
        for number in range(2, pages + 1):
            following = evolve(request, query={**request.query, "page": number})
            page = self._rows(request, self.client.send(following).json())
            new = {_text_of(each) for each in page} - seen
            tries_left = MOST_IN_VAIN if new else tries_left - 1
            if not tries_left:
                msg = f"{request.title}: {REPEATS}"
                raise ResponseError(msg)
            seen |= new
            rows += page
        return {**answer, "data": rows}

    @staticmethod
    def _rows(request: Request, page: object) -> list[object]:
        rows = page.get("data") if isinstance(page, dict) else None
        if not isinstance(rows, list):
            msg = f"{request.title}: a page was expected, not {type(page).__name__}"
            raise ResponseError(msg)
        return rows

    @staticmethod
    def near(target: Model) -> list[Model]:
        """Return the objects whose collections may follow an action on an object; to be asked before it is sent."""
        return members_of(target)

    @staticmethod
    def check_target(target: Model, operation: Operation) -> None:
        """Raise where an object cannot be acted on: it is not created yet, or has left its session."""
        state = state_of(target)
        if state.is_new:
            msg = f"{target.__describe__()}.{operation.name}(): the object is not created yet; commit it first"
            raise InvalidRequestError(msg)
        if state.status is Status.DETACHED:
            msg = f"{target.__describe__()}.{operation.name}() needs a session, and the object has left its own"
            raise DetachedInstanceError(msg)

    def _result(self, target: Model | type[Model], operation: Operation, answer: object, path: str) -> object:
        if isinstance(target, Model):
            expire(target)
            forget_collections(target)
        kind = operation.answers
        if kind is None:
            return None
        if kind == "bytes":
            return answer
        if kind == "value":
            return self._value(target, operation, answer, path)
        if kind == "strings":
            return _strings(operation, answer, path)
        if kind == "mixed":
            rows = [each for each in _rows(operation, answer, path) if isinstance(each, dict)]
            known = [(operation.parts.get(str(each.get("type"))), each.get("data")) for each in rows]
            return [self._object(name, target, body) for name, body in known if name and body is not None]
        if kind.startswith("list:"):
            return [self._object(kind.removeprefix("list:"), target, row) for row in _rows(operation, answer, path)]
        return self._object(kind, target, answer)

    def _value(self, target: Model | type[Model], operation: Operation, answer: object, path: str) -> object:
        if not operation.gives and not operation.parts:
            return OpenDocument(answer) if isinstance(answer, dict) else answer
        if not isinstance(answer, dict):
            msg = f"{operation.method} {path}: an object was expected, not {type(answer).__name__}"
            raise ResponseError(msg)
        if operation.gives is not None:
            return cast("type[Any]", operation.gives).__hydrate__(answer, None, "")
        given = {key: name for key, name in operation.parts.items() if answer.get(key) is not None}
        parts = {key: self._object(name, target, answer[key]) for key, name in given.items()}
        return OpenDocument({**answer, **parts})

    def _object(self, name: str, target: Model | type[Model], body: object) -> Model:
        model = resource(name)
        parents: tuple[object, ...] = ()
        if isinstance(target, Model) and model.__mapper__.placeholders:
            state = state_of(target)
            same = isinstance(target, model) or model.__mapper__.parent_count == len(state.parents)
            parents = state.parents if same else (*state.parents, state.identity)
        if model.__mapper__.singleton and isinstance(target, model) and isinstance(body, dict):
            self._loader.take(target, body, Loaded.WHOLE)
            return target
        instance = self._loader.one(model, parents, cast("dict[str, Any]", body), Loaded.WHOLE)
        if isinstance(body, dict):
            keep_one_time_values(instance, body)
        return instance


def makes_other(target: Model, operation: Operation) -> bool:
    """Whether an action answers another object than its own: a clone, an address."""
    return operation.answers is not None and (operation.answers != type(target).__name__ or operation.name == "clone")


def members_of(target: Model | type[Model]) -> list[Model]:
    """Return what the loaded collections of an object hold before an action on it."""
    return [each for each in collected(target) if not state_of(each).is_new] if isinstance(target, Model) else []


def _text_of(row: object) -> str:
    return json.dumps(row, sort_keys=True)


def _rows(operation: Operation, answer: object, path: str) -> list[Any]:
    rows = answer.get("data", answer) if isinstance(answer, dict) else answer
    if not isinstance(rows, list):
        msg = f"{operation.method} {path}: a list was expected, not {type(rows).__name__}"
        raise ResponseError(msg)
    return rows


def _strings(operation: Operation, answer: object, path: str) -> list[str]:
    rows = _rows(operation, answer, path)
    if not all(isinstance(row, str) for row in rows):
        msg = f"{operation.method} {path}: a list of strings was expected"
        raise ResponseError(msg)
    return rows


def request_of(target: Model | type[Model], operation: Operation, arguments: Mapping[str, object]) -> Request:
    """Return the request of an action; raise what keeps its arguments from being sent."""
    content = next((each for each in arguments.values() if isinstance(each, Content)), None)
    plain_ones = {name: each for name, each in arguments.items() if not isinstance(each, Content)}
    given = {name: plain(value, f"{operation.name}({name}=)") for name, value in plain_ones.items()}
    body: Any = {key: given[name] for name, key in operation.body.items() if name in given}
    has_query = operation.method in {"GET", "DELETE"}
    return Request(
        operation.method,
        path_of(target, operation, given),
        version=operation.version or target.__mapper__.version,
        query={key: _query_value(value) for key, value in body.items()} if has_query else {},
        body=None if has_query or content is not None else body.get("", body),
        secret_keys=target.__mapper__.secret_keys | operation.secret,
        idempotent=operation.idempotent,
        content=content,
        accept="*/*" if operation.answers == "bytes" else "application/json",
    )


def path_of(target: Model | type[Model], operation: Operation, given: Mapping[str, object]) -> str:
    """Return the path of an action on an object or a class; `given` are the arguments that may stand in it."""
    mapper, path, values = target.__mapper__, operation.path, dict(given)
    if isinstance(target, Model):
        state = state_of(target)
        ids = state.identity if isinstance(state.identity, tuple) else (state.identity,)
        values |= zip(mapper.placeholders, flat(state.parents), strict=True)
        values |= zip(mapper.id_names, ids, strict=False)
        above = mapper.path_for(state.identity, state.parents)
    else:
        above = mapper.path
    if not path.startswith("/"):
        path = f"{above}/{path}" if path else above
    return _PLACEHOLDER.sub(lambda match: quoted(values[match[1]]), path)


def plain(value: object, where: str) -> object:
    """Return an argument as JSON: objects by their ids, other values as the codec of their type says."""
    if isinstance(value, Model):
        if state_of(value).is_new:
            msg = f"{where}: {value.__describe__()} is not created yet and has no id; commit it first"
            raise InvalidRequestError(msg)
        return value.__identity__
    if isinstance(value, Nested):
        return value.__encode__()
    codec = codec_of(value)
    if codec is not None:
        return _encoded(codec, value, where)
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    if isinstance(value, dict):
        return {key: plain(each, where) for key, each in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(each, where) for each in value]
    msg = f"{where}: {value!r} cannot be sent as JSON"
    raise TypeError(msg)


def _encoded(codec: Codec, value: object, where: str) -> object:
    try:
        return codec.operand(value)
    except WrongType as wrong:
        msg = f"{where}: {wrong}"
        raise TypeError(msg) from None


def _query_value(value: object) -> str | int:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, int) else str(value)
