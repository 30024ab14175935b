"""The commands of `linode-orm`, a module each."""
