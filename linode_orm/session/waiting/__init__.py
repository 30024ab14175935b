"""Waiting: objects looked at again until a condition is true of them."""
