"""Resources of the API's databases service."""
