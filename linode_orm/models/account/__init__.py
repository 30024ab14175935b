"""Resources of the API's account service."""
