"""What opens sessions: a factory of them, the recovery of a journal, and the sending of a plan."""
