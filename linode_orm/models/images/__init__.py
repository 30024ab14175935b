"""Resources of the API's images service."""
