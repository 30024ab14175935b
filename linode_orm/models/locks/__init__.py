"""Resources of the API's locks service."""
