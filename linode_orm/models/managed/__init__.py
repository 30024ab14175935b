"""Resources of the API's managed service."""
