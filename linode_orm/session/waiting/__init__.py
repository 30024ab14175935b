"""Waiting: objects are read again until a condition is true of each."""
