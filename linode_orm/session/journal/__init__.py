"""Records: what is remembered of commits, in memory or in a journal."""
