"""Several simulated accounts behind one front: each request goes to the account whose token it carries."""

from __future__ import annotations

import threading
from hashlib import sha256
from typing import TYPE_CHECKING, Self, Unpack
from urllib.parse import unquote

from linode_orm.simulator.child_accounts import adopt
from linode_orm.simulator.clock import VirtualClock
from linode_orm.simulator.files import is_signed
from linode_orm.simulator.simulator import Simulator
from linode_orm.simulator.transport import SimulatedTransport

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from itertools import count

    from linode_orm.simulator.account_state import AccountState, Strictness
    from linode_orm.simulator.http import Serving
    from linode_orm.simulator.reply import Reply
    from linode_orm.wire import JSON, Client
    from linode_orm.wire.options import Options


class Estate:
    """Several accounts on one clock: `with Estate() as estate: prod = estate.account("prod-token")`.

    An account is a `Simulator`, with everything that one has. Ids are unique over all of them. A token that no account
    has is refused with 401. The options are those of `Simulator`, and hold for every account. It is thread-safe.
    """

    def __init__(
        self,
        *,
        job_seconds: float = 1.0,
        latency: float = 0.0,
        strict: Strictness = True,
        clock: VirtualClock | None = None,
        real_time: bool = False,
    ) -> None:
        self.clock = clock or VirtualClock()
        if real_time:
            self.clock.run()
        self.transport = SimulatedTransport(self)
        self._job_seconds, self._latency = job_seconds, latency
        self._strict: Strictness = strict
        self._lock = threading.RLock()
        self._base: str | None = None
        self._ids: dict[str, count[int]] = {}
        self._by_token: dict[str, Simulator] = {}
        self._accounts: list[Simulator] = []
        self._states: list[AccountState] = []
        # answers what no account is named in: public lists, and the refusal of unknown tokens
        self._nobody = self._made()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.transport.close()

    def __iter__(self) -> Iterator[Simulator]:
        """Yield the accounts, in the order in which they were made."""
        return iter(tuple(self._accounts))

    def __len__(self) -> int:
        return len(self._accounts)

    def __getitem__(self, token: str) -> Simulator:
        """Return the account that a token belongs to; raise `KeyError` where no account has it."""
        found = self._by_token.get(token)
        if found is None:
            msg = "no account of this estate has that token"
            raise KeyError(msg)
        return found

    def account(
        self,
        token: str,
        *,
        parent: Simulator | None = None,
        company: str | None = None,
        scopes: str = "*",
        expires_in: float | None = None,
    ) -> Simulator:
        """Make an account whose owner has a token, and return it; further tokens are made by its `token()`.

        With a `parent` it is a child account of that one, which lists it below `/account/child-accounts` and makes
        proxy and delegate tokens for it. `scopes` are those of the token, `expires_in` the seconds until it ends.
        Raises `ValueError` for a token that an account has already, and for a parent that is no account of this estate.
        """
        with self._lock:
            if not token or token in self._by_token:
                msg = "an account needs a token that no other account has"
                raise ValueError(msg)
            if parent is not None and parent not in self._accounts:
                msg = "the parent is no account of this estate"
                raise ValueError(msg)
            made = self._made()
            self._accounts.append(made)
            self._states.append(made.state)
            made.state.neighbours = self._states
            number = len(self._accounts)
            made.state.describe(company or f"Example {number}", _euuid(number))
            made.token(token=token, scopes=scopes, expires_in=expires_in)
            if parent is not None:
                adopt(parent.state, made.state)
            return made

    def client(self, token: str, **options: Unpack[Options]) -> Client:
        """Return a client of the account that a token belongs to, in this process and on the simulated clock."""
        from linode_orm.wire import Client  # noqa: PLC0415  the simulator itself works without a client

        options.setdefault("clock", self.clock)
        return Client(token, transport=self.transport, **options)

    def serve(self, *, host: str = "127.0.0.1", port: int = 0, hangs: float = 60.0) -> Serving:
        """Serve all accounts over HTTP, behind one socket; port 0 takes a free one. From now on their time runs.

        The answer is a context manager: `with estate.serve() as server: Session(token, base_url=server.url)`.
        """
        from linode_orm.simulator.http import serve  # noqa: PLC0415  a server is seldom needed

        return serve(self, host=host, port=port, hangs=hangs)

    def found_at(self, url: str) -> None:
        """Let signed addresses of files lead to a server from now on."""
        self._base = url
        for each in (self._nobody, *self._accounts):
            each.found_at(url)

    def exchange(  # noqa: PLR0913  the parts of a request
        self,
        method: str,
        path: str,
        *,
        version: str = "v4",
        query: Mapping[str, object] | None = None,
        x_filter: JSON = None,
        body: object = None,
        token: str | None = None,
        patience: float = 0.0,
    ) -> Reply:
        """Handle one request in the account of its token, as `Simulator.exchange` does."""
        found = self._holder(path) if is_signed(path, token) else self._by_token.get(token or "", self._nobody)
        return found.exchange(
            method,
            path,
            version=version,
            query=query,
            x_filter=x_filter,
            body=body,
            token=token,
            patience=patience,
        )

    def _made(self) -> Simulator:
        made = Simulator(
            job_seconds=self._job_seconds,
            latency=self._latency,
            strict=self._strict,
            clock=self.clock,
            lock=self._lock,
        )
        made.state.store.share_ids(self._ids)
        made.state.credentials.is_open = False
        made.state.credentials.added = lambda token: self._by_token.__setitem__(token, made)
        if self._base is not None:
            made.found_at(self._base)
        return made

    def _holder(self, path: str) -> Simulator:
        """Return the account that a signed address belongs to: that of its image or of its bucket."""
        kind, *names = [unquote(each) for each in path.strip("/").split("/")]
        if kind == "uploads":
            name, identity = "Image", "/".join(names)
        else:
            name, identity = "ObjectStorageBucket", "\0".join(names[:2])
        return next((each for each in self._accounts if each.state.get(name, identity) is not None), self._nobody)


def _euuid(number: int) -> str:
    """Return the id of an account, in the form that the API gives it (`ExampleGetAccount#0`)."""
    text = sha256(f"account {number}".encode()).hexdigest().upper()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:32]}"
