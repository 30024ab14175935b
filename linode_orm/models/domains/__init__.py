"""Resources of the API's domains service."""
