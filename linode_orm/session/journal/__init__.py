"""Journals and history: what is known of commits, in memory or in a store that outlives the process."""
