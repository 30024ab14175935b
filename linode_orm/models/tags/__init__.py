"""Resources of the API's tags service."""
