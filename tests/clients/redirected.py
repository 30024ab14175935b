"""Sends what a client sends to the API to a served account instead: for clients that know no other address."""

from __future__ import annotations

import runpy
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

API = "https://api.linode.com"


@contextmanager
def redirected(url: str) -> Iterator[None]:
    """Let requests, the library, ask a server of ours for everything of the API."""
    import requests

    send = requests.Session.send

    def elsewhere(self: Any, request: Any, **options: Any) -> Any:
        request.url = str(request.url).replace(API, url)
        return send(self, request, **options)

    requests.Session.send = elsewhere  # type: ignore[method-assign]  # for the time of a test
    try:
        yield
    finally:
        requests.Session.send = send  # type: ignore[method-assign]


def main(url: str, module: str, *arguments: str) -> None:
    """Run a module as a program would, redirected."""
    sys.argv[:] = [module, *arguments]
    with redirected(url):
        runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
