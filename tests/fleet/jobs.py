"""What the tests let workers do; it stands in a module, so that processes find it."""

from __future__ import annotations

import os
import signal

from linode_orm import Domain, Instance, Volume


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
    client = session.client
    once = os.path.join(folder, "killed")  # noqa: PTH118  as short as can be
    is_it = session.account.company == company and not os.path.exists(once)  # noqa: PTH110  the same
    for number in range(6):
        session.add(Domain(domain=f"d{number}-{company}.example", type="master", soa_email="a@example.org"))
    if is_it:
        sent = []

        def after(request, *_):
            if request.method == "POST":
                sent.append(request)
            if len(sent) == 2:
                open(once, "w").close()  # noqa: PTH123, SIM115  the same
                os.kill(os.getpid(), signal.SIGKILL)

        client._sender.hooks._after = (*client._sender.hooks._after, after)
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
