"""Resources of the API's nodebalancers service."""
