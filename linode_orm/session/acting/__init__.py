"""Actions: one on an object; one on many, with a window of jobs, its plan, its report, and its recovery."""
