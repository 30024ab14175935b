"""The parts that a session is made of, and the calls that its objects make to it."""
