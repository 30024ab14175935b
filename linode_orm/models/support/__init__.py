"""Resources of the API's support service."""
