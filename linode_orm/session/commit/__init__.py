"""The unit of work: what was changed becomes a plan, and the plan requests."""
