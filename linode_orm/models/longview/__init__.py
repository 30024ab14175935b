"""Resources of the API's longview service."""
