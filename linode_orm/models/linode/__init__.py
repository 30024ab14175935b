"""Resources of the API's linode service."""
