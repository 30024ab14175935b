"""Resources of the API's regions service."""
