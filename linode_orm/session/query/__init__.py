"""Queries: planned, lists read, conditions evaluated, and answers given."""
