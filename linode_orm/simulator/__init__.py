"""A stateful local stand-in for the Linode API, answered from the declarations."""

from linode_orm.simulator.clock import VirtualClock
from linode_orm.simulator.estate import Estate
from linode_orm.simulator.factories import Factories
from linode_orm.simulator.faults import Fault, Faults, delayed_effect, slow_drip, status
from linode_orm.simulator.http import Serving, serve
from linode_orm.simulator.reply import Arrival, Reply, RequestLog
from linode_orm.simulator.seeded import Seeded
from linode_orm.simulator.simulated_events import SimulatedEvents
from linode_orm.simulator.simulator import Simulator
from linode_orm.simulator.xfilter import Dialect

__all__ = [
    "Arrival",
    "Dialect",
    "Estate",
    "Factories",
    "Fault",
    "Faults",
    "Reply",
    "RequestLog",
    "Seeded",
    "Serving",
    "SimulatedEvents",
    "Simulator",
    "VirtualClock",
    "delayed_effect",
    "serve",
    "slow_drip",
    "status",
]
