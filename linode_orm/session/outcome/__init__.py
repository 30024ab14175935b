"""Workers: one request, until it is known what became of it; they see values only."""
