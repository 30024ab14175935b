"""Resources of the API's network transfer service."""
