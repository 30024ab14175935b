"""An ORM-style session over the Linode API: `Session`, conditions, errors, and every model by its name."""

from importlib import import_module
from typing import TYPE_CHECKING

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
from linode_orm.session import Session, inspect, sessionmaker
from linode_orm.wire.client import Client

if TYPE_CHECKING:
    from linode_orm.models import *  # noqa: F403  every model, by its name

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


def __getattr__(name: str) -> object:
    """Give a model by its name, importing its module when it is first named."""
    if not name.startswith("_"):
        models = import_module("linode_orm.models")
        if name in models.INDEX or name == "Linode":
            return getattr(models, name)
    msg = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(msg)
