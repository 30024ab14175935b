"""Cassettes: what clients send and are answered, recorded once and replayed in tests, without secrets."""

from linode_orm.testing.cassettes.cassette import Cassette
from linode_orm.testing.cassettes.recorder import Record, Recorder, recorder

__all__ = ["Cassette", "Record", "Recorder", "recorder"]
