"""Keeping objects and the API in step: sessions, and what they are made of."""

from linode_orm.session.factory.applying import apply_plan
from linode_orm.session.factory.sessionmaker import sessionmaker
from linode_orm.session.inspection import History, Inspection, inspect
from linode_orm.session.session import Session

__all__ = ["History", "Inspection", "Session", "apply_plan", "inspect", "sessionmaker"]
