"""Resources of the API's profile service."""
