"""The error of fleets: work that cannot be handed over or back."""

from __future__ import annotations

from linode_orm._public import public
from linode_orm.errors import LinodeORMError


@public
class FleetError(LinodeORMError):
    """The work of an account could not be handed over or back: it or its result cannot be pickled, or a worker died.

    It also says that a fleet cannot be run: an unknown account, or a function that workers cannot import.
    """
