"""Actions on many objects: a window of jobs, its plan, its report, and its recovery."""
