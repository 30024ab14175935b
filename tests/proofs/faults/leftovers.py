"""Breaks the requests of temporary objects, and kills their processes; says what is left over after recovery."""

from __future__ import annotations

import tempfile
import time
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

import linode_orm
from linode_orm import LinodeORMError, Session
from linode_orm.session.verbs.recovery import is_unfinished
from tests.proofs.faults import crashes
from tests.proofs.faults.matrix import LATE, Cell, Result, connect
from tests.proofs.faults.server import REFUSAL, Server
from tests.proofs.faults.temporary import Stop, block, left_over, objects_of
from tests.proofs.faults.workload import Call, start

if TYPE_CHECKING:
    from tests.proofs.faults.crashes import Crash, ForkServer

MOST_RECOVERIES = 4


def run(cell: Cell, *, raises: bool = False) -> Result:
    """Run a block with one request broken, then recover its journal; say what is left over."""
    result, began = Result(cell), time.monotonic()
    account = start(cell.skew)
    before = account.snapshot()
    with tempfile.TemporaryDirectory() as place, Server(account, late=LATE) as server:
        journal = Path(place) / "journal"
        fault = server.add(cell.kind, cell.call.method, cell.call.path, cell.call.nth)
        client = connect(server)
        session = Session(client=client, journal=journal)
        try:
            block(session, objects_of(session), raises=raises)
        except (LinodeORMError, Stop) as error:
            result.doubts = [repr(error)]
        except Exception:  # noqa: BLE001  a cell that breaks is a cell that fails
            result.problems.append(traceback.format_exc())
        finally:
            session.close()
            client.close()
        server.settled()
        if not fault.hit and cell.kind is not REFUSAL and not result.doubts:
            result.problems.append("the call never came")
        result.problems += recovered(server, journal)
        result.problems += [f"left over: {each}" for each in left_over(account, before)]
        result.log = [str(each) for each in server.arrived]
    result.seconds = time.monotonic() - began
    return result


def recovered(server: Server, journal: Path) -> list[str]:
    """Recover until nothing is unfinished; give what is wrong with that."""
    with connect(server) as client:
        for _ in range(MOST_RECOVERIES):
            if not is_unfinished(journal):
                return []
            linode_orm.recover(journal, client=client, account_unchecked=True)
            server.settled()
    return ["recover() did not end"]


def die(crash: Crash, fork_server: ForkServer) -> Result:
    """Let a process be killed in a block, then recover its journal; say what is left over."""
    result, began = Result(Cell(Call("kill -9", "", str(crash)), REFUSAL)), time.monotonic()
    account, killer = start(), crashes.Killer(crash)
    before = account.snapshot()
    with tempfile.TemporaryDirectory() as place:
        journal = Path(place) / "journal"
        server = Server(account, late=crashes.LATE, arriving=killer.arriving, answering=killer.answering)
        with server:
            write = {"die_at": crash.number, "die_after": crash.way == "after"} if crash.at == "write" else {}
            job = {"url": server.url, "journal": str(journal), "temporary": True, **write}
            status = fork_server.run(job)
            if crash.at == "request" and killer.chosen is None:
                result.problems.append(f"no request {crash.number} came; exit status {status}: {fork_server.said()}")
            if crash.way != "late":
                server.settled()
            if server.writes:  # before the first one there may be no journal yet
                result.problems += recovered(server, journal)
            server.settled()
            result.problems += [f"left over: {each}" for each in left_over(account, before)]
            result.log = [str(each) for each in server.arrived]
    result.seconds = time.monotonic() - began
    return result
