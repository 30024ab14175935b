"""What the tests let workers do; it stands in a module, so that processes find it."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from linode_orm import Domain, Instance, Volume
from linode_orm.wire.client import observed


def labels(session):
    """Give the labels of an account's Linodes, in order."""
    return sorted(each.label for each in session.query(Instance))


def objects(session):
    """Give the Linodes themselves."""
    return session.query(Instance).order_by(Instance.id).all()


def add_volume(session, label):
    """Create a volume, and give its id."""
    session.add(volume := Volume(label=label, region="us-east", size=20))
    session.commit()
    return volume.id


def rename(session, suffix):
    """Change the label of every Linode; nothing is committed."""
    for each in session.query(Instance):
        each.label += suffix


def fail(session, names=()):
    """Fail, on the accounts of some companies alone if there are any."""
    if not names or session.account.company in names:
        msg = f"{session.account.company} is broken"
        raise ValueError(msg)
    return session.account.company


def killed_in_commit(session, company, folder):
    """Create domains; on one account, and once, the process is killed after the second POST."""
    once = Path(folder) / "killed"
    posts = []

    def kill(request):
        if request.method == "POST":
            posts.append(request)
        if len(posts) == 3 and session_of_victim and not once.exists():
            once.touch()
            os.kill(os.getpid(), signal.SIGKILL)

    session_of_victim = session.account.company == company
    for number in range(6):
        name = f"d{number}-{session.account.company}.example"
        session.add(Domain(domain=name, type="master", soa_email="a@example.org"))
    with observed(session.client, kill):
        session.commit()


def unpicklable(session):
    """Give what no process can hand back."""
    return lambda: session


class BadError(Exception):
    """An error that cannot be pickled."""

    def __init__(self, one, two):
        super().__init__(f"{one} and {two}")
        self.held = lambda: one


def bad_error(session):
    """Raise it."""
    raise BadError(1, 2)


def resolver(text):
    """Resolve a reference of another scheme."""
    return text[::-1]
