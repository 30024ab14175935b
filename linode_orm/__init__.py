"""An ORM-style session over the Linode API: `Session`, conditions, errors, and every model by its name.

Each name is imported when it is first used, so that `import linode_orm` costs next to nothing.
"""

import sys as _sys
from importlib import import_module as _import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from importlib.machinery import ModuleSpec as _ModuleSpec

    from linode_orm.action_errors import ActionError as ActionError
    from linode_orm.action_errors import ActionInterrupted as ActionInterrupted
    from linode_orm.action_errors import JobFailed as JobFailed
    from linode_orm.errors import ApiError as ApiError
    from linode_orm.errors import AttributeMissing as AttributeMissing
    from linode_orm.errors import BadRequest as BadRequest
    from linode_orm.errors import Busy as Busy
    from linode_orm.errors import CassetteError as CassetteError
    from linode_orm.errors import Clash as Clash
    from linode_orm.errors import CommitError as CommitError
    from linode_orm.errors import CommitInterrupted as CommitInterrupted
    from linode_orm.errors import ConfigError as ConfigError
    from linode_orm.errors import Conflict as Conflict
    from linode_orm.errors import ConflictError as ConflictError
    from linode_orm.errors import DetachedInstanceError as DetachedInstanceError
    from linode_orm.errors import Detail as Detail
    from linode_orm.errors import Forbidden as Forbidden
    from linode_orm.errors import InvalidRequestError as InvalidRequestError
    from linode_orm.errors import JournalError as JournalError
    from linode_orm.errors import LinodeORMError as LinodeORMError
    from linode_orm.errors import MultipleResultsFound as MultipleResultsFound
    from linode_orm.errors import NoResultFound as NoResultFound
    from linode_orm.errors import NotFilterable as NotFilterable
    from linode_orm.errors import NotFound as NotFound
    from linode_orm.errors import NPlusOne as NPlusOne
    from linode_orm.errors import ObjectGone as ObjectGone
    from linode_orm.errors import PartialResult as PartialResult
    from linode_orm.errors import PartialResultError as PartialResultError
    from linode_orm.errors import RateLimited as RateLimited
    from linode_orm.errors import ReadOnlyAttribute as ReadOnlyAttribute
    from linode_orm.errors import ResponseError as ResponseError
    from linode_orm.errors import SentRequest as SentRequest
    from linode_orm.errors import ServerError as ServerError
    from linode_orm.errors import TransportError as TransportError
    from linode_orm.errors import Unauthorized as Unauthorized
    from linode_orm.errors import UnknownValue as UnknownValue
    from linode_orm.errors import WaitFailed as WaitFailed
    from linode_orm.errors import WaitTimeout as WaitTimeout
    from linode_orm.fleet_errors import FleetError as FleetError
    from linode_orm.mapping.as_dict import asdict as asdict
    from linode_orm.mapping.expressions import Expression as Expression
    from linode_orm.mapping.expressions import and_ as and_
    from linode_orm.mapping.expressions import not_ as not_
    from linode_orm.mapping.expressions import or_ as or_
    from linode_orm.mapping.later import later as later
    from linode_orm.mapping.operators import Attribute as Attribute
    from linode_orm.mapping.operators import Order as Order
    from linode_orm.mapping.options import Option as Option
    from linode_orm.mapping.query import Query as Query
    from linode_orm.mapping.query import SkippedList as SkippedList
    from linode_orm.mapping.references import AnswerValue as AnswerValue
    from linode_orm.mapping.relations import Collection as Collection
    from linode_orm.mapping.relations import raiseload as raiseload
    from linode_orm.mapping.relations import selectin as selectin
    from linode_orm.mapping.sync_result import SyncResult as SyncResult
    from linode_orm.mapping.tracked import TagList as TagList
    from linode_orm.models import *  # noqa: F403  every model, by its name
    from linode_orm.models._jobs import Job as Job
    from linode_orm.output.row import Row as Row
    from linode_orm.output.table import CellProblem as CellProblem
    from linode_orm.output.table import Table as Table
    from linode_orm.session import Session as Session
    from linode_orm.session import inspect as inspect
    from linode_orm.session import sessionmaker as sessionmaker
    from linode_orm.session.acting.report import ActionReport as ActionReport
    from linode_orm.session.loading.inspection import History as History
    from linode_orm.session.loading.inspection import Inspection as Inspection
    from linode_orm.session.planning.plan import Change as Change
    from linode_orm.session.planning.plan import MonthlyCost as MonthlyCost
    from linode_orm.session.planning.plan import Plan as Plan
    from linode_orm.session.planning.plan import Step as Step
    from linode_orm.session.planning.report import CommitReport as CommitReport
    from linode_orm.session.planning.report import Entry as Entry
    from linode_orm.session.planning.report import Unheld as Unheld
    from linode_orm.session.query.explanation import Explanation as Explanation
    from linode_orm.session.snapshot.diff import Diff as Diff
    from linode_orm.session.snapshot.diff import DiffEntry as DiffEntry
    from linode_orm.session.snapshot.diff import diff as diff
    from linode_orm.session.snapshot.snapshot import SkippedRead as SkippedRead
    from linode_orm.session.snapshot.snapshot import Snapshot as Snapshot
    from linode_orm.session.snapshot.writer import SnapshotEntry as SnapshotEntry
    from linode_orm.session.verbs.recovery import recover as recover
    from linode_orm.session.waiting.wait import WaitEntry as WaitEntry
    from linode_orm.wire import Client as Client

    __version__: str


class _FormerModules:
    """Finds modules that are gone, which former pickles name; asked last, it hides none that exists."""

    @staticmethod
    def find_spec(name: str, _path: object = None, _target: object = None, /) -> "_ModuleSpec | None":
        """Give what a former module is made of, None for every other name."""
        if not name.startswith("linode_orm."):
            return None
        spec: _ModuleSpec | None = _import_module("linode_orm._former").spec_of(name)
        return spec


if not any(getattr(each, "__name__", "") == "_FormerModules" for each in _sys.meta_path):
    _sys.meta_path.append(_FormerModules)

_PUBLIC = (
    "ActionError",
    "ActionInterrupted",
    "ActionReport",
    "AnswerValue",
    "ApiError",
    "Attribute",
    "AttributeMissing",
    "BadRequest",
    "Busy",
    "CassetteError",
    "CellProblem",
    "Change",
    "Clash",
    "Client",
    "Collection",
    "CommitError",
    "CommitInterrupted",
    "CommitReport",
    "ConfigError",
    "Conflict",
    "ConflictError",
    "DetachedInstanceError",
    "Detail",
    "Diff",
    "DiffEntry",
    "Entry",
    "Explanation",
    "Expression",
    "FleetError",
    "Forbidden",
    "History",
    "Inspection",
    "InvalidRequestError",
    "Job",
    "JobFailed",
    "JournalError",
    "LinodeORMError",
    "MonthlyCost",
    "MultipleResultsFound",
    "NoResultFound",
    "NotFilterable",
    "NPlusOne",
    "NotFound",
    "ObjectGone",
    "Option",
    "Order",
    "PartialResult",
    "PartialResultError",
    "Plan",
    "Query",
    "RateLimited",
    "ReadOnlyAttribute",
    "ResponseError",
    "Row",
    "SentRequest",
    "ServerError",
    "Session",
    "SkippedList",
    "SkippedRead",
    "Snapshot",
    "SnapshotEntry",
    "Step",
    "SyncResult",
    "Table",
    "TagList",
    "TransportError",
    "Unauthorized",
    "Unheld",
    "UnknownValue",
    "WaitEntry",
    "WaitFailed",
    "WaitTimeout",
    "and_",
    "asdict",
    "diff",
    "inspect",
    "later",
    "not_",
    "or_",
    "raiseload",
    "recover",
    "selectin",
    "sessionmaker",
)

_PLACES = {
    "ActionError": "linode_orm.action_errors",
    "ActionInterrupted": "linode_orm.action_errors",
    "ActionReport": "linode_orm.session.acting.report",
    "AnswerValue": "linode_orm.mapping.references",
    "Attribute": "linode_orm.mapping.operators",
    "CellProblem": "linode_orm.output.table",
    "Change": "linode_orm.session.planning.plan",
    "Client": "linode_orm.wire",
    "Collection": "linode_orm.mapping.relations",
    "CommitReport": "linode_orm.session.planning.report",
    "Diff": "linode_orm.session.snapshot.diff",
    "DiffEntry": "linode_orm.session.snapshot.diff",
    "Entry": "linode_orm.session.planning.report",
    "Explanation": "linode_orm.session.query.explanation",
    "Expression": "linode_orm.mapping.expressions",
    "FleetError": "linode_orm.fleet_errors",
    "History": "linode_orm.session.loading.inspection",
    "Inspection": "linode_orm.session.loading.inspection",
    "Job": "linode_orm.models._jobs",
    "JobFailed": "linode_orm.action_errors",
    "MonthlyCost": "linode_orm.session.planning.plan",
    "Option": "linode_orm.mapping.options",
    "Order": "linode_orm.mapping.operators",
    "Plan": "linode_orm.session.planning.plan",
    "Query": "linode_orm.mapping.query",
    "Row": "linode_orm.output.row",
    "Session": "linode_orm.session",
    "SkippedList": "linode_orm.mapping.query",
    "SkippedRead": "linode_orm.session.snapshot.snapshot",
    "Snapshot": "linode_orm.session.snapshot.snapshot",
    "SnapshotEntry": "linode_orm.session.snapshot.writer",
    "Step": "linode_orm.session.planning.plan",
    "SyncResult": "linode_orm.mapping.sync_result",
    "Table": "linode_orm.output.table",
    "TagList": "linode_orm.mapping.tracked",
    "Unheld": "linode_orm.session.planning.report",
    "WaitEntry": "linode_orm.session.waiting.wait",
    "and_": "linode_orm.mapping.expressions",
    "asdict": "linode_orm.mapping.as_dict",
    "diff": "linode_orm.session.snapshot.diff",
    "inspect": "linode_orm.session",
    "later": "linode_orm.mapping.later",
    "not_": "linode_orm.mapping.expressions",
    "or_": "linode_orm.mapping.expressions",
    "raiseload": "linode_orm.mapping.relations",
    "recover": "linode_orm.session.verbs.recovery",
    "selectin": "linode_orm.mapping.relations",
    "sessionmaker": "linode_orm.session",
}


def __getattr__(name: str) -> object:
    """Give a public name or a model, importing its module when it is first asked for.

    `__all__` is given here too: it names the models, whose index is read when someone asks for it. Type checkers see
    none, and take what is imported above, which is the same.
    """
    if name == "__all__":
        value: object = sorted({*_PUBLIC, *_import_module("linode_orm.models").__all__})
    elif name == "__version__":
        value = _import_module("linode_orm.version").VERSION
    elif name in _PUBLIC:
        value = getattr(_import_module(_PLACES.get(name, "linode_orm.errors")), name)
    elif not name.startswith("_") and hasattr(models := _import_module("linode_orm.models"), name):
        value = getattr(models, name)
    else:
        known = () if name.startswith("_") else __dir__()
        _import_module("linode_orm._unknown_names").refuse(f"module {__name__!r}", "package", name, known)
        raise AssertionError  # it raises
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), "__version__", *_PUBLIC, *dir(_import_module("linode_orm.models"))})
