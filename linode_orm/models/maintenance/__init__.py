"""Resources of the API's maintenance service."""
