"""An ORM-style session over the Linode API: `Session`, conditions, errors, and every model by its name.

Each name is imported when it is first used, so that `import linode_orm` costs next to nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from linode_orm.version import VERSION

if TYPE_CHECKING:
    from linode_orm.errors import ApiError as ApiError
    from linode_orm.errors import AttributeMissing as AttributeMissing
    from linode_orm.errors import BadRequest as BadRequest
    from linode_orm.errors import Busy as Busy
    from linode_orm.errors import CommitError as CommitError
    from linode_orm.errors import CommitInterrupted as CommitInterrupted
    from linode_orm.errors import ConfigError as ConfigError
    from linode_orm.errors import Conflict as Conflict
    from linode_orm.errors import ConflictError as ConflictError
    from linode_orm.errors import DetachedInstanceError as DetachedInstanceError
    from linode_orm.errors import Forbidden as Forbidden
    from linode_orm.errors import InvalidRequestError as InvalidRequestError
    from linode_orm.errors import JournalError as JournalError
    from linode_orm.errors import LinodeORMError as LinodeORMError
    from linode_orm.errors import MultipleResultsFound as MultipleResultsFound
    from linode_orm.errors import NoResultFound as NoResultFound
    from linode_orm.errors import NotFilterable as NotFilterable
    from linode_orm.errors import NotFound as NotFound
    from linode_orm.errors import ObjectGone as ObjectGone
    from linode_orm.errors import RateLimited as RateLimited
    from linode_orm.errors import ReadOnlyAttribute as ReadOnlyAttribute
    from linode_orm.errors import ResponseError as ResponseError
    from linode_orm.errors import ServerError as ServerError
    from linode_orm.errors import TransportError as TransportError
    from linode_orm.errors import Unauthorized as Unauthorized
    from linode_orm.errors import WaitFailed as WaitFailed
    from linode_orm.errors import WaitTimeout as WaitTimeout
    from linode_orm.mapping.expressions import and_ as and_
    from linode_orm.mapping.expressions import not_ as not_
    from linode_orm.mapping.expressions import or_ as or_
    from linode_orm.mapping.relations import raiseload as raiseload
    from linode_orm.mapping.relations import selectin as selectin
    from linode_orm.models import *  # noqa: F403  every model, by its name
    from linode_orm.session import Session as Session
    from linode_orm.session import inspect as inspect
    from linode_orm.session import sessionmaker as sessionmaker
    from linode_orm.session.planning.plan import Plan as Plan
    from linode_orm.session.planning.report import CommitReport as CommitReport
    from linode_orm.session.recovery import recover as recover
    from linode_orm.wire import Client as Client

__version__ = VERSION

_PUBLIC = (
    "ApiError",
    "AttributeMissing",
    "BadRequest",
    "Busy",
    "Client",
    "CommitError",
    "CommitInterrupted",
    "CommitReport",
    "ConfigError",
    "Conflict",
    "ConflictError",
    "DetachedInstanceError",
    "Forbidden",
    "InvalidRequestError",
    "JournalError",
    "LinodeORMError",
    "MultipleResultsFound",
    "NoResultFound",
    "NotFilterable",
    "NotFound",
    "ObjectGone",
    "Plan",
    "RateLimited",
    "ReadOnlyAttribute",
    "ResponseError",
    "ServerError",
    "Session",
    "TransportError",
    "Unauthorized",
    "WaitFailed",
    "WaitTimeout",
    "and_",
    "inspect",
    "not_",
    "or_",
    "raiseload",
    "recover",
    "selectin",
    "sessionmaker",
)

# Type checkers do not see it: to them, it would make the models private.
if not TYPE_CHECKING:
    __all__ = list(_PUBLIC)

_PLACES = {
    "Client": "linode_orm.wire",
    "CommitReport": "linode_orm.session.planning.report",
    "Plan": "linode_orm.session.planning.plan",
    "recover": "linode_orm.session.recovery",
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
    if name in _PUBLIC:
        value: object = getattr(import_module(_PLACES.get(name, "linode_orm.errors")), name)
    elif not name.startswith("_") and hasattr(models := import_module("linode_orm.models"), name):
        value = getattr(models, name)
    else:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_PUBLIC, *dir(import_module("linode_orm.models"))})
