"""Resources of the API's monitor service."""
