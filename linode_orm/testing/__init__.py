"""Help for the tests of programs that use linode_orm: requests counted, cassettes without secrets, N+1 refused.

A name is imported when it is first used, because pytest loads the plugin of this package in every project.
"""

from importlib import import_module as _import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from linode_orm.testing.cassettes import Cassette as Cassette
    from linode_orm.testing.cassettes import Recorder as Recorder
    from linode_orm.testing.cassettes import recorder as recorder
    from linode_orm.testing.counting import assert_requests as assert_requests
    from linode_orm.testing.counting import count_requests as count_requests
    from linode_orm.testing.n_plus_one import no_n_plus_one as no_n_plus_one
    from linode_orm.testing.scrubbing import scrub as scrub

_PLACES = {
    "Cassette": "cassettes",
    "Recorder": "cassettes",
    "assert_requests": "counting",
    "count_requests": "counting",
    "no_n_plus_one": "n_plus_one",
    "recorder": "cassettes",
    "scrub": "scrubbing",
}

__all__ = ["Cassette", "Recorder", "assert_requests", "count_requests", "no_n_plus_one", "recorder", "scrub"]


def __getattr__(name: str) -> object:
    """Give a public name, importing its module when it is first asked for."""
    if name not in _PLACES:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    value: object = getattr(_import_module(f"{__name__}.{_PLACES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_PLACES})
