"""Objects: what a commit takes from a session's objects, and what its answers make of them."""
