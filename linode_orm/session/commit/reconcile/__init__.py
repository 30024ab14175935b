"""Reconciling a session's objects with the API: before a commit, and from its answers."""
