"""Snapshots: what a token may read, in one SQLite file; sessions over such a file; and what differs between two."""
