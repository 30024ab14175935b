"""What `linode-orm fleet` does: a command over every account, and the plans of all of them."""
