"""Resources of the API's betas service."""
