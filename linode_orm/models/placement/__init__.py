"""Resources of the API's placement service."""
