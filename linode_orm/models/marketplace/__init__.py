"""Resources of the API's marketplace service."""
