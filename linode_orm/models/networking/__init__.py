"""Resources of the API's networking service."""
