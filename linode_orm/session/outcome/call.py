"""Calls: one request and what became of it, on a worker that sees values only."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING

from attrs import frozen

from linode_orm.errors import NotFound
from linode_orm.wire.outcome import outcome_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from linode_orm.session.outcome.nested import InnerOutcomes
    from linode_orm.wire.client import Client
    from linode_orm.wire.messages import Request


@frozen(eq=False)
class Answer:
    """What became of a request: its body or its error, how long it took and how often it was sent, what is to be said.

    `is_in_doubt` says that it may have been done although it failed; `may_repeat` that sending it again cannot do it
    twice. `aboard` is what became of the riders of a creation.
    """

    body: object = None
    seconds: float = 0.0
    tries: int = 1
    error: BaseException | None = None
    note: str = ""
    is_in_doubt: bool = False
    may_repeat: bool = False
    inner: InnerOutcomes | None = None


def call(client: Client, request: Request, wanted: Callable[[], bool], takes: str | None = None) -> Answer:
    """Send a PUT or a DELETE; the client sends it again where its answer is lost, or cannot be read.

    `wanted` is asked while it waits for its turn.
    """
    began = perf_counter()
    try:
        response = client.send(request, wanted=wanted, new_path=takes)
        return Answer(response.decoded(), perf_counter() - began, response.tries)
    except BaseException as error:  # noqa: BLE001  whatever it is, the session's thread decides
        return _failed(request, error, perf_counter() - began, getattr(error, "tries", 1))


def call_renaming(client: Client, request: Request, wanted: Callable[[], bool], there: Request) -> Answer:
    """Send a PUT that gives its object another key; where the old one is unknown, an earlier try may have done it.

    `there` reads the object by its new key.
    """
    answer = call(client, request, wanted, there.path)
    if not isinstance(answer.error, NotFound):
        return answer
    found = call(client, there, lambda: True)
    sent = request.body if isinstance(request.body, dict) else {}
    if not isinstance(found.body, dict) or any(found.body.get(key) != value for key, value in sent.items()):
        return answer
    return Answer(found.body, answer.seconds + found.seconds, answer.tries, note="it had that key already")


def _failed(request: Request, error: BaseException, seconds: float, tries: int) -> Answer:
    doubt = outcome_of(error).is_in_doubt
    note = f"{request.title} may have been done: {error}" if doubt else ""
    return Answer(None, seconds, tries, error, note, is_in_doubt=doubt)
