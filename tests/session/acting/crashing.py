"""A process that dies at a request of its actions: `python -m tests.session.acting.crashing URL JOURNAL COUNT`."""

from __future__ import annotations

import sys

from linode_orm import Client, Instance, Session


def main() -> None:
    """Reboot all Linodes, three at once."""
    url, journal, resumes = sys.argv[1:4]
    client = Client("pid", base_url=url, timeout=2.0, deadline=4.0, max_request_lifetime=1.0, workers=2)
    if resumes == "resume":
        from linode_orm import recover

        recover(journal, client=client, resume=True)
        return
    with Session(client=client, journal=journal) as session:
        session.act(session.query(Instance).all(), Instance.reboot, at_once=3)


if __name__ == "__main__":
    main()
