"""Runs: a plan on its way, what became of it, and its way back."""
