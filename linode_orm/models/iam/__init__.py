"""Resources of the API's identity and access service."""
