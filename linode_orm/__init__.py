"""An ORM-style session over the Linode API: `Session`, conditions, errors, and every model by its name.

Each name is imported when it is first used, so that `import linode_orm` costs next to nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from linode_orm.errors import (
        ApiError,
        AttributeMissing,
        BadRequest,
        Busy,
        CommitError,
        CommitInterrupted,
        ConfigError,
        Conflict,
        ConflictError,
        DetachedInstanceError,
        Forbidden,
        InvalidRequestError,
        LinodeORMError,
        MultipleResultsFound,
        NoResultFound,
        NotFilterable,
        NotFound,
        RateLimited,
        ReadOnlyAttribute,
        ResponseError,
        ServerError,
        TransportError,
        Unauthorized,
        WaitTimeout,
    )
    from linode_orm.mapping.expressions import and_, not_, or_
    from linode_orm.mapping.relations import raiseload, selectin
    from linode_orm.models import *  # noqa: F403  every model, by its name
    from linode_orm.session import Session, inspect, sessionmaker
    from linode_orm.wire import Client

__version__ = "0.1.0"

__all__ = [
    "ApiError",
    "AttributeMissing",
    "BadRequest",
    "Busy",
    "Client",
    "CommitError",
    "CommitInterrupted",
    "ConfigError",
    "Conflict",
    "ConflictError",
    "DetachedInstanceError",
    "Forbidden",
    "InvalidRequestError",
    "LinodeORMError",
    "MultipleResultsFound",
    "NoResultFound",
    "NotFilterable",
    "NotFound",
    "RateLimited",
    "ReadOnlyAttribute",
    "ResponseError",
    "ServerError",
    "Session",
    "TransportError",
    "Unauthorized",
    "WaitTimeout",
    "and_",
    "inspect",
    "not_",
    "or_",
    "raiseload",
    "selectin",
    "sessionmaker",
]

_PLACES = {
    "Client": "linode_orm.wire",
    "Session": "linode_orm.session",
    "inspect": "linode_orm.session",
    "sessionmaker": "linode_orm.session",
    "and_": "linode_orm.mapping.expressions",
    "not_": "linode_orm.mapping.expressions",
    "or_": "linode_orm.mapping.expressions",
    "raiseload": "linode_orm.mapping.relations",
    "selectin": "linode_orm.mapping.relations",
}


def __getattr__(name: str) -> object:
    """Give a public name or a model, importing its module when it is first asked for."""
    if name in __all__:
        value: object = getattr(import_module(_PLACES.get(name, "linode_orm.errors")), name)
    elif not name.startswith("_") and hasattr(models := import_module("linode_orm.models"), name):
        value = getattr(models, name)
    else:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__, *dir(import_module("linode_orm.models"))})
