"""The public calls: `Session`, which inherits those of a subject from a module each, and what opens sessions."""
