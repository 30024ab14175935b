"""Keeping objects and the API in step: sessions, and what they are made of."""

from typing import TYPE_CHECKING

from linode_orm._lazy import Later as _Later
from linode_orm._lazy import door as _door
from linode_orm.session.planning.applier import install_applier as _install_applier

if TYPE_CHECKING:
    from linode_orm.session.loading.inspection import History as History
    from linode_orm.session.loading.inspection import Inspection as Inspection
    from linode_orm.session.loading.inspection import inspect as inspect
    from linode_orm.session.planning.applier import ApplyOptions
    from linode_orm.session.planning.plan import Plan
    from linode_orm.session.planning.report import CommitReport
    from linode_orm.session.verbs import applying as _applying
    from linode_orm.session.verbs.applying import apply_plan as apply_plan
    from linode_orm.session.verbs.session import Session as Session
    from linode_orm.session.verbs.sessionmaker import sessionmaker as sessionmaker
    from linode_orm.wire.client import Client
else:
    _applying = _Later("linode_orm.session.verbs.applying")
    __getattr__ = _door(
        __name__,
        {
            "History": "linode_orm.session.loading.inspection",
            "Inspection": "linode_orm.session.loading.inspection",
            "Session": "linode_orm.session.verbs.session",
            "apply_plan": "linode_orm.session.verbs.applying",
            "inspect": "linode_orm.session.loading.inspection",
            "sessionmaker": "linode_orm.session.verbs.sessionmaker",
        },
    )

__all__ = ["History", "Inspection", "Session", "apply_plan", "inspect", "sessionmaker"]


def _apply_plan(plan: "Plan", client: "Client", options: "ApplyOptions") -> "CommitReport":
    return _applying.apply_plan(plan, client, options)


_install_applier(_apply_plan)
