"""Plans: what a commit would send, decided from values alone."""
