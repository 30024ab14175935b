"""Help for the tests of programs that use linode_orm: cassettes without secrets, and requests counted."""

from linode_orm.testing.cassettes import Cassette, Recorder, recorder
from linode_orm.testing.counting import count_requests
from linode_orm.testing.scrub import scrub

__all__ = ["Cassette", "Recorder", "count_requests", "recorder", "scrub"]
