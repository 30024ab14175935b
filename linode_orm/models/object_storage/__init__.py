"""Resources of the API's object storage service."""
