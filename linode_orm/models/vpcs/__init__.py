"""Resources of the API's vpcs service."""
