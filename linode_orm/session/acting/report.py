"""The report of actions on many objects: what became of each."""

from __future__ import annotations

from attrs import frozen

from linode_orm._public import public
from linode_orm.session.planning.report import CommitReport


@public
@frozen(eq=False, repr=False, str=False)
class ActionReport(CommitReport):
    """What `session.act()` did, object by object, in their order; it prints as a table.

    `applied` are the actions that were done and whose jobs have ended. `failed` are those that were refused or whose
    jobs failed, `pending` those that were not started. `in_doubt` are those that may have been started, or whose end
    was not seen. `id` names them in a journal.
    """

    def __repr__(self) -> str:
        return f"<ActionReport {self.id[:8]}: {self._summary()}>"
