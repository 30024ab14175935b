"""Resources of the API's volumes service."""
