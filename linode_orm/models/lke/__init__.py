"""Resources of the API's lke service."""
