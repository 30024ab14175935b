"""Loading: the answers of the API become objects, one object for each key."""
